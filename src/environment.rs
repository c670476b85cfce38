//! The process environment as a function, so that tests can hand in another.

use std::ffi::OsString;
use std::path::PathBuf;

/// Looks up an environment variable by its name.
pub type Variables<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// The variables of this process.
pub fn process(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// The user's home directory, `$HOME`; an empty value counts as unset.
pub fn home(variables: Variables) -> Option<PathBuf> {
    variables("HOME")
        .filter(|home| !home.is_empty())
        .map(PathBuf::from)
}

/// The user's configuration directory: `$XDG_CONFIG_HOME`, where a relative path counts as unset, else `~/.config`
/// (XDG Base Directory Specification).
pub fn configuration(variables: Variables) -> Option<PathBuf> {
    let absolute = |name: &str| {
        variables(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    absolute("XDG_CONFIG_HOME").or_else(|| absolute("HOME").map(|home| home.join(".config")))
}

/// The variables of this process whose name and value are valid UTF-8, for `$ENV`.
pub fn texts() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}
