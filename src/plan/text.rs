//! Words of the command line as text, and the files that they name.

use std::ffi::OsStr;
use std::fs::File;
use std::io;

use crate::error::Error;

/// The word as text.
pub(super) fn unicode(text: &OsStr) -> Result<String, Error> {
    text.to_str()
        .map(str::to_owned)
        .ok_or_else(|| Error::usage(format!("{} is not valid UTF-8", text.to_string_lossy())))
}

/// Opens the file of this name, or standard input for `-`.
///
/// # Errors
/// Those of the file system. A closed standard input opens, but cannot be read: `std::io::Stdin` would take it for an
/// empty one, and so does a reader of `/dev/stdin`.
pub(super) fn open(name: &str) -> io::Result<File> {
    match name {
        "-" => Ok(rustix::io::dup(rustix::stdio::stdin())?.into()),
        name => File::open(name),
    }
}
