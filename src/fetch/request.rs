//! A request: the method, what it asks for, its headers and its body.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use super::error::Error;
use dq_text::os_reason;

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A path with its query on the client's host, such as `/containers/json?all=1`.
    Endpoint(String),
    /// A full `http://` or `https://` URL.
    Url(String),
}

/// A request to send with a [`Client`](crate::Client).
#[derive(Debug, Clone)]
pub struct Request {
    /// An HTTP method in capitals, also one that HTTP does not define; `CONNECT` is refused.
    pub method: String,
    /// The endpoint or the URL.
    pub source: Source,
    /// Names and values. They replace the headers of the same name that dq or docker's configuration would send.
    pub headers: Vec<(String, String)>,
    /// Names of headers that are not sent, neither dq's own nor docker's.
    pub without: Vec<String>,
    /// The body.
    pub payload: Payload,
}

/// The body of a request, before it is opened.
#[derive(Debug, Clone, Default)]
pub enum Payload {
    /// No body.
    #[default]
    None,
    /// The bytes themselves.
    Bytes(Vec<u8>),
    /// An open file, with its path for its content type and for messages.
    File(PathBuf, Arc<File>),
    /// Standard input.
    Stdin,
}

impl Payload {
    /// Opens the file of `-d @FILE`.
    ///
    /// # Errors
    /// `File` where it cannot be read or is a directory.
    pub fn file(path: &Path) -> Result<Self, Error> {
        let failed = |error: io::Error| Error::File {
            path: path.to_owned(),
            problem: os_reason(&error),
            hint: None,
        };
        let file = open(path).map_err(failed)?;
        if file.metadata().map_err(failed)?.is_dir() {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        Ok(Self::File(path.to_owned(), Arc::new(file)))
    }
}

/// Opens a file for reading. A named pipe does not wait for its writer: the time limit is for that, too.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let file = options
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)?;
    if !file.metadata()?.file_type().is_fifo() {
        fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
    }
    Ok(file)
}
