//! Writes the file of a saved filter atomically, and knows where its draft is.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes a temporary file in the same directory and renames it, so that the file is complete or absent.
///
/// A symbolic link is followed, so that a link into a directory of dotfiles stays one.
///
/// # Errors
/// `AlreadyExists` if the path exists and `replace` is false; other errors of the file system.
pub fn write(path: &Path, text: &str, replace: bool) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = path.parent().unwrap_or(Path::new("."));
    // A dangling symbolic link in place of the directory is `AlreadyExists` too, but says nothing about the file.
    fs::create_dir_all(directory).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => io::ErrorKind::NotADirectory.into(),
        _ => error,
    })?;
    // The process id keeps apart two runs of dq that write the same filter.
    let temporary = sibling(&path, &format!("new{}", std::process::id()));
    let written = write_new(&temporary, text)
        .and_then(|()| copy_permissions(&path, &temporary))
        .and_then(|()| {
            if replace {
                fs::rename(&temporary, &path)
            } else {
                rename_without_replacing(&temporary, &path)
            }
        });
    if written.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// The path of the draft that `--edit` works on.
pub fn draft_path(path: &Path) -> PathBuf {
    sibling(path, "draft.jq")
}

/// Removes the draft of the file at `path`, if there is one.
pub fn discard_draft(path: &Path) {
    // If that fails, the next `--edit` opens the draft again, and nothing is lost.
    let _ = fs::remove_file(draft_path(path));
}

/// The text with a line feed at its end.
pub fn with_final_newline(mut text: String) -> String {
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// A hidden name in the same directory. It cannot be that of a saved filter, which is an identifier.
fn sibling(path: &Path, suffix: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{suffix}"))
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Gives the new file the permissions of the one it replaces, if there is one.
fn copy_permissions(old: &Path, new: &Path) -> io::Result<()> {
    match fs::metadata(old) {
        Ok(metadata) => fs::set_permissions(new, metadata.permissions()),
        Err(_) => Ok(()),
    }
}

/// Renames a file unless the new name exists: link(2) fails in that case, while rename(2) replaces.
fn rename_without_replacing(temporary: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(temporary, path) {
        Ok(()) => fs::remove_file(temporary),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // Some file systems have no hard links.
        Err(_) if path.exists() => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(temporary, path),
    }
}
