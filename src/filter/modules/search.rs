//! Where module files are.

use std::path::{Component, Path, PathBuf};

use dq_text::{one_line, os_reason, read_file};

/// The module search path: the directories of `-L`, or else `~/.jq`.
pub(crate) fn search_path(library: &[PathBuf], home: Option<&Path>) -> Vec<PathBuf> {
    if library.is_empty() {
        home.iter().map(|home| home.join(".jq")).collect()
    } else {
        let directories = library.iter();
        directories.map(|it| expand_home(it, home)).collect()
    }
}

/// The path with a leading `~/`, which no shell has expanded, replaced by the home directory.
pub(super) fn expand_home(path: &Path, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_path_buf(),
    }
}

/// The file of module `a/b`: `a/b.jq`, `a/b/b.jq` or `a/b/jq/main.jq` in the first directory that has one.
///
/// # Errors
/// A message that names the directories searched.
pub(super) fn locate(
    name: &str,
    directories: &[PathBuf],
    extension: &str,
) -> Result<PathBuf, String> {
    let relative = Path::new(name);
    let last = relative
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let is_relative = relative.components().all(|part| {
        matches!(
            part,
            Component::Normal(_) | Component::CurDir | Component::ParentDir
        )
    });
    if !is_relative || last.is_empty() {
        return Err(format!("{} is not a relative path", one_line(name)));
    }
    let file = format!("{last}.{extension}");
    for directory in directories {
        let base = directory.join(relative);
        let candidates = [
            base.with_file_name(&file),
            base.join(&file),
            base.join("jq").join(format!("main.{extension}")),
        ];
        if let Some(found) = candidates.into_iter().find(|path| path.is_file()) {
            return Ok(found.canonicalize().unwrap_or(found));
        }
    }
    Err(not_found(name, directories))
}

/// The text of a module.
///
/// # Errors
/// Why it cannot be read, in words.
pub(super) fn read_module(file: &Path) -> Result<String, String> {
    let bytes = read_file(file).map_err(|error| os_reason(&error))?;
    String::from_utf8(bytes).map_err(|_| "it is not valid UTF-8".to_owned())
}

fn not_found(name: &str, directories: &[PathBuf]) -> String {
    let searched: Vec<_> = directories
        .iter()
        .map(|directory| directory.display().to_string())
        .collect();
    let searched = if searched.is_empty() {
        "any -L directory".into()
    } else {
        searched.join(", ")
    };
    format!("there is no module {} in {searched}", one_line(name))
}
