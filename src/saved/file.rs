//! Writing a saved filter so that it is there whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes the file beside its place and moves it there.
///
/// A link is followed: what stands in a folder of dotfiles is changed there.
///
/// # Errors
/// `AlreadyExists` where something has the name and `replace` is false; whatever the file system denies.
pub fn write(path: &Path, text: &str, replace: bool) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = path.parent().unwrap_or(Path::new("."));
    // A link that leads nowhere is there and is no directory; it is not the file that is there already.
    fs::create_dir_all(directory).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => io::ErrorKind::NotADirectory.into(),
        _ => error,
    })?;
    // Another dq may be writing the same one.
    let temporary = beside(&path, &format!("new{}", std::process::id()));
    let written = write_new(&temporary, text)
        .and_then(|()| keep_permissions(&path, &temporary))
        .and_then(|()| {
            if replace {
                fs::rename(&temporary, &path)
            } else {
                publish(&temporary, &path)
            }
        });
    if written.is_err() {
        // The error that is told is the one that came first.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// A hidden name in the same folder, which cannot be a saved filter's.
pub fn beside(path: &Path, kind: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{kind}"))
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// What replaces a file is for the same people.
fn keep_permissions(old: &Path, new: &Path) -> io::Result<()> {
    match fs::metadata(old) {
        Ok(known) => fs::set_permissions(new, known.permissions()),
        Err(_) => Ok(()),
    }
}

/// Gives the file its name unless something has it: a link cannot replace, a rename always does.
fn publish(temporary: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(temporary, path) {
        Ok(()) => fs::remove_file(temporary),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // Not every file system has links.
        Err(_) if path.exists() => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(temporary, path),
    }
}
