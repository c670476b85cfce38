//! Writes the file of a saved filter atomically, and knows where its draft is.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Who may read and write a new file: its owner alone.
const MODE: u32 = 0o600;
/// How many names are tried for a temporary file.
const ATTEMPTS: u32 = 100;

/// Writes a temporary file in the same directory and renames it, so that the file is complete or absent. A file that is
/// replaced keeps its permissions; a new one is its owner's alone.
///
/// A symbolic link is followed, so that a link into a directory of dotfiles stays one.
///
/// # Errors
/// `AlreadyExists` if the path exists and `replace` is false; other errors of the file system.
pub fn write(path: &Path, text: &str, replace: bool) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    write_at(&path, text, replace)
}

/// Writes the draft that `--edit` works on. Of a symbolic link with its name nothing is followed: dq makes none.
///
/// # Errors
/// Those of the file system.
pub fn write_draft(draft: &Path, text: &str) -> io::Result<()> {
    write_at(draft, text, true)
}

fn write_at(path: &Path, text: &str, replace: bool) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    // A dangling symbolic link in place of the directory is `AlreadyExists` too, but says nothing about the file.
    fs::create_dir_all(directory).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => io::ErrorKind::NotADirectory.into(),
        _ => error,
    })?;
    let (mut file, temporary) = create_temporary(path)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| copy_permissions(path, &file))
        .and_then(|()| file.sync_all())
        .and_then(|()| {
            if replace {
                fs::rename(&temporary, path)
            } else {
                rename_without_replacing(&temporary, path)
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

/// Creates a file beside `path` under a name that nothing has: neither a file of another run nor a link that somebody
/// put there is opened.
fn create_temporary(path: &Path) -> io::Result<(File, PathBuf)> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(MODE);
    let mut attempt = 0;
    loop {
        // The process id keeps apart two runs of dq that write the same filter.
        let temporary = sibling(path, &format!("new{}-{attempt}", std::process::id()));
        match options.open(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < ATTEMPTS => {
                attempt += 1;
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(io::Error::other("every name for a temporary file is taken"));
            }
            created => return Ok((created?, temporary)),
        }
    }
}

/// Gives the new file the permissions of the one it replaces, if there is one.
fn copy_permissions(old: &Path, new: &File) -> io::Result<()> {
    match fs::symlink_metadata(old) {
        Ok(metadata) if metadata.is_file() => new.set_permissions(metadata.permissions()),
        _ => Ok(()),
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
