//! The environment variables that decide the host, passed in so that tests can set them.

use std::ffi::OsString;
use std::path::PathBuf;

use super::context::ConfigDir;
use super::error::Error;
use super::registry::Logins;

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
    fn home(&self) -> Option<PathBuf> {
        self.path("HOME")
            .or_else(|| std::env::home_dir().filter(|home| !home.as_os_str().is_empty()))
    }

    /// The folder with docker's configuration: DOCKER_CONFIG, else `.docker` in the home directory.
    pub(crate) fn config_dir(&self) -> Option<ConfigDir> {
        self.path("DOCKER_CONFIG")
            .or_else(|| Some(self.home()?.join(".docker")))
            .map(ConfigDir)
    }

    /// Docker's logins for registries. Nothing is read yet.
    ///
    /// # Errors
    /// `Usage` where there is neither DOCKER_CONFIG nor a home directory.
    pub fn logins(&self) -> Result<Logins, Error> {
        let dir = self.config_dir();
        dir.map(Logins)
            .ok_or_else(|| Error::usage("there is no home directory with docker's logins"))
    }

    /// The names of docker's contexts, `default` first, each with its host (empty for `default` and for a context that
    /// cannot be read).
    pub fn contexts(&self) -> Vec<(String, String)> {
        let default = ("default".to_owned(), String::new());
        let stored = self.config_dir().map(|dir| dir.contexts());
        std::iter::once(default)
            .chain(stored.into_iter().flatten())
            .collect()
    }
}
