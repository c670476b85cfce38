//! The environment variables that decide the host, passed in so that tests can set them.

use std::ffi::OsString;
use std::path::PathBuf;

/// The environment variables, as a function from a name to its value.
#[derive(Clone, Copy)]
pub struct EnvVars<'a> {
    /// The value of a variable; `None` if it is not set.
    pub var: &'a dyn Fn(&str) -> Option<OsString>,
}

impl EnvVars<'_> {
    /// A variable as text. As in the docker CLI, an empty variable counts as unset.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.path(name)
            .map(|value| value.to_string_lossy().into_owned())
    }

    /// Whether a variable is set and not empty.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        self.path(name).is_some()
    }

    /// A variable as a path. An empty one counts as unset.
    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        (self.var)(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    }

    /// $HOME, else the home directory of the password database, as in the docker CLI.
    pub(crate) fn home(&self) -> Option<PathBuf> {
        self.path("HOME")
            .or_else(|| std::env::home_dir().filter(|home| !home.as_os_str().is_empty()))
    }
}
