//! The body of a request: text, a file or standard input, sent while it is read and never held as a whole.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::Error;
use super::line::Line;
use super::request::Payload;
use super::watcher::{Event, Watcher};
use dq_text::os_reason;

/// How much of a pipe is read before anything is sent, in bytes: a body that ends within gets a length.
const START: usize = 64 << 10;
/// Above this length, in bytes, the server is asked before the body goes out; curl's own limit.
const ASK_FIRST: u64 = 1 << 20;

#[derive(Debug)]
enum Origin {
    /// All of it is in `start`.
    Memory,
    /// From this offset on.
    File(Arc<File>, u64),
    /// What follows `start`, and whether some of it was read.
    Pipe(Arc<File>, Arc<AtomicBool>),
}

/// A body ready to be sent.
#[derive(Debug)]
pub(super) struct Upload {
    start: Vec<u8>,
    origin: Origin,
    /// In bytes; without it the body goes out in chunks.
    pub length: Option<u64>,
    /// What name and beginning say of its type.
    pub content_type: Option<&'static str>,
}

impl Upload {
    /// Opens the body of a request and reads its first bytes, which decide its content type and, for a pipe that ends
    /// within them, its length. `None` for a request without a body.
    ///
    /// # Errors
    /// `File` for a file or standard input that cannot be read.
    pub fn open(payload: &Payload) -> Result<Option<Self>, Error> {
        let failed = |path: &Path, error: &io::Error| Error::File {
            path: path.to_owned(),
            problem: os_reason(error),
            hint: None,
        };
        match payload {
            Payload::None => Ok(None),
            Payload::Bytes(bytes) => Ok(Some(Self::whole(None, bytes.clone()))),
            Payload::File(path, file) => Self::of_file(path, file.clone())
                .map(Some)
                .map_err(|error| failed(path, &error)),
            Payload::Stdin => {
                let opened = io::stdin().as_fd().try_clone_to_owned().map(File::from);
                opened
                    .and_then(|file| Self::of_file(Path::new(""), Arc::new(file)))
                    .map(Some)
                    .map_err(|error| failed(Path::new("standard input"), &error))
            }
        }
    }

    fn whole(name: Option<&Path>, bytes: Vec<u8>) -> Self {
        Self {
            content_type: content_type(name, &bytes, true),
            length: Some(bytes.len() as u64),
            start: bytes,
            origin: Origin::Memory,
        }
    }

    fn of_file(path: &Path, file: Arc<File>) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let mut start = Vec::new();
        // Files of /proc say they are empty, and are read like pipes.
        if metadata.is_file() && metadata.len() > 0 {
            let offset = (&*file).stream_position()?;
            (&*file).take(START as u64).read_to_end(&mut start)?;
            (&*file).seek(SeekFrom::Start(offset))?;
            return Ok(Self {
                content_type: content_type(Some(path), &start, false),
                length: Some(metadata.len().saturating_sub(offset)),
                start: Vec::new(),
                origin: Origin::File(file, offset),
            });
        }
        (&*file).take(START as u64).read_to_end(&mut start)?;
        if start.len() < START {
            return Ok(Self::whole(Some(path), start));
        }
        Ok(Self {
            content_type: content_type(Some(path), &start, false),
            length: None,
            start,
            origin: Origin::Pipe(file, Arc::default()),
        })
    }

    /// The server is asked first, so that a refusal costs nothing.
    pub fn asks_first(&self) -> bool {
        self.length.is_none_or(|length| length > ASK_FIRST)
    }

    /// Whether it can be sent (again).
    pub fn can_be_sent(&self) -> bool {
        match &self.origin {
            Origin::Pipe(_, begun) => !begun.load(Ordering::Relaxed),
            _ => true,
        }
    }

    /// Begins to send it.
    pub fn reader(&self, line: Arc<Line>, watcher: Watcher) -> io::Result<Reading> {
        let bytes: Box<dyn Read + Send> = match &self.origin {
            Origin::Memory => Box::new(Cursor::new(self.start.clone())),
            Origin::File(file, offset) => {
                let mut file = file.try_clone()?;
                file.seek(SeekFrom::Start(*offset))?;
                Box::new(file)
            }
            Origin::Pipe(file, _) => {
                let start = Cursor::new(self.start.clone());
                Box::new(start.chain(file.try_clone()?))
            }
        };
        let begun = match &self.origin {
            Origin::Pipe(_, begun) => Some(begun.clone()),
            _ => None,
        };
        Ok(Reading {
            bytes,
            begun,
            left: self.length,
            sent: 0,
            total: self.length,
            line,
            watcher,
        })
    }
}

/// A body on its way out.
pub(super) struct Reading {
    bytes: Box<dyn Read + Send>,
    /// To be told that a pipe is read: it cannot be read again.
    begun: Option<Arc<AtomicBool>>,
    /// What is still to come, where the length is known.
    left: Option<u64>,
    sent: u64,
    total: Option<u64>,
    line: Arc<Line>,
    watcher: Watcher,
}

impl Reading {
    /// Where the server does not listen any more the rest is made up, and never leaves the process: ureq
    /// reads the answer only after the last byte of the body.
    fn pretend(&mut self, buffer: &mut [u8]) -> usize {
        let room = u64::try_from(buffer.len()).unwrap_or(u64::MAX);
        let amount = self.left.map_or(0, |left| left.min(room));
        self.left = self.left.map(|left| left - amount);
        amount as usize
    }
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.line.begin_upload();
        if let Some(begun) = self.begun.take() {
            begun.store(true, Ordering::Relaxed);
        }
        if self.line.is_deaf() {
            return Ok(self.pretend(buffer));
        }
        let room = self.left.map_or(buffer.len(), |left| {
            usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()))
        });
        let amount = loop {
            match self.bytes.read(&mut buffer[..room]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        if amount == 0 && self.left.is_some_and(|left| left > 0) {
            return Err(io::Error::other(Error::usage(
                "the file became shorter while it was sent",
            )));
        }
        self.left = self.left.map(|left| left - amount as u64);
        self.sent += amount as u64;
        self.watcher.tell(Event::Uploaded {
            sent: self.sent,
            total: self.total,
        });
        Ok(amount)
    }
}

/// What a body is, by its name and its beginning; `None` for an empty one.
fn content_type(name: Option<&Path>, start: &[u8], is_whole: bool) -> Option<&'static str> {
    let name = name
        .and_then(Path::file_name)
        .map(|name| name.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default();
    if is_whole && start.is_empty() {
        return None;
    }
    Some(
        if is_tar_name(&name) || start.get(257..262) == Some(b"ustar") {
            "application/x-tar"
        } else if name.ends_with(".json") || looks_like_json(start, is_whole) {
            "application/json"
        } else {
            "application/octet-stream"
        },
    )
}

/// `x.tar`, `x.tar.gz` and its like, `x.tgz`: all of them are an application/x-tar for Docker.
fn is_tar_name(name: &str) -> bool {
    let plain = [".gz", ".bz2", ".xz", ".zst"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(name);
    plain.ends_with(".tar") || name.ends_with(".tgz")
}

/// An object or an array begins, or the whole is one JSON value.
fn looks_like_json(start: &[u8], is_whole: bool) -> bool {
    matches!(start.trim_ascii_start().first(), Some(b'{' | b'['))
        || (is_whole && serde_json::from_slice::<serde::de::IgnoredAny>(start).is_ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn types_by_name_and_beginning() {
        let mut tar = vec![b'x'; 257];
        tar.extend(b"ustar\0");
        let cases: [(&str, &[u8], Option<&str>); 14] = [
            ("", b"{\"a\":1}", Some("application/json")),
            ("", b" \n[", Some("application/json")),
            ("", b"\"a\"", Some("application/json")),
            ("", b"true", Some("application/json")),
            ("", b"12\n", Some("application/json")),
            ("", b"{Image: x}", Some("application/json")),
            ("", b"hello", Some("application/octet-stream")),
            ("", b"", None),
            ("", &tar, Some("application/x-tar")),
            ("a/X.TAR", b"x", Some("application/x-tar")),
            ("x.tar.gz", b"\x1f\x8b", Some("application/x-tar")),
            ("x.tgz", b"\x1f\x8b", Some("application/x-tar")),
            ("x.gz", b"\x1f\x8b", Some("application/octet-stream")),
            ("x.json", b"oops", Some("application/json")),
        ];
        for (name, start, expected) in cases {
            assert_eq!(
                content_type(Some(Path::new(name)), start, true),
                expected,
                "{name}"
            );
        }
        assert_eq!(
            content_type(None, b"tru", false),
            Some("application/octet-stream")
        );
    }

    #[test]
    fn a_deaf_server_gets_nothing_more() {
        let upload = Upload::whole(None, vec![1; 100]);
        let line = Arc::<Line>::default();
        let mut reader = upload.reader(line.clone(), Watcher::default()).unwrap();
        let mut buffer = [0; 10];
        assert_eq!(reader.read(&mut buffer).unwrap(), 10);
        line.set_deaf();
        let mut rest = Vec::new();
        reader.read_to_end(&mut rest).unwrap();
        assert_eq!(rest.len(), 90);
        let mut chunked = Reading {
            left: None,
            ..upload.reader(line, Watcher::default()).unwrap()
        };
        assert_eq!(chunked.read(&mut buffer).unwrap(), 0);
    }
}
