//! The body of a request: bytes, a file or standard input. A file and a pipe are sent as they are read.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::error::Error;
use super::events::{Event, EventHandler};
use super::request::Payload;
use super::upload_state::UploadState;
use dq_text::os_reason;

/// How much of a pipe is read before anything is sent, in bytes. A body that ends within them gets a Content-Length.
const PEEK: usize = 64 << 10;
/// Above this length, in bytes, `Expect: 100-continue` is sent: curl's own limit (`EXPECT_100_THRESHOLD`).
const EXPECT_THRESHOLD: u64 = 1 << 20;

/// Where the bytes of a body are.
#[derive(Debug)]
enum UploadSource {
    /// All of them are in [`Upload::start`].
    Memory,
    /// In a file, from this offset on.
    File(Arc<File>, u64),
    /// In a pipe, after [`Upload::start`]. The flag is set once the pipe was read: it cannot be read again.
    Pipe(Arc<File>, Arc<AtomicBool>),
}

/// A body that is open and ready to be sent.
#[derive(Debug)]
pub(crate) struct Upload {
    /// The bytes that were read already.
    start: Vec<u8>,
    source: UploadSource,
    /// In bytes. `None` if it is unknown: the body is sent in chunks.
    pub length: Option<u64>,
    /// The Content-Type, judged by the file's name and the first bytes; `None` for an empty body.
    pub content_type: Option<&'static str>,
}

impl Upload {
    /// Opens the body of a request and reads its first bytes, which decide its content type and, for a pipe that ends
    /// within them, its length. `None` for a request without a body.
    ///
    /// # Errors
    /// `File` for a file or standard input that cannot be read, `Timeout` for a pipe that is silent until the deadline.
    pub(crate) fn open(
        payload: &Payload,
        deadline: Option<Instant>,
    ) -> Result<Option<Self>, Error> {
        let failed = |path: &Path, error: &io::Error| match error.kind() {
            io::ErrorKind::TimedOut => timed_out(),
            _ => Error::File {
                path: path.to_owned(),
                problem: os_reason(error),
                hint: None,
            },
        };
        match payload {
            Payload::None => Ok(None),
            Payload::Bytes(bytes) => Ok(Some(Self::whole(None, bytes.clone()))),
            Payload::File(path, file) => Self::of_file(path, file.clone(), deadline)
                .map(Some)
                .map_err(|error| failed(path, &error)),
            Payload::Stdin => {
                let opened = io::stdin().as_fd().try_clone_to_owned().map(File::from);
                opened
                    .and_then(|file| Self::of_file(Path::new(""), Arc::new(file), deadline))
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
            source: UploadSource::Memory,
        }
    }

    fn of_file(path: &Path, file: Arc<File>, deadline: Option<Instant>) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let mut start = Vec::new();
        // Files of /proc have the length 0 (proc(5)), and are read like pipes.
        if metadata.is_file() && metadata.len() > 0 {
            let offset = (&*file).stream_position()?;
            (&*file).take(PEEK as u64).read_to_end(&mut start)?;
            (&*file).seek(SeekFrom::Start(offset))?;
            return Ok(Self {
                content_type: content_type(Some(path), &start, false),
                length: Some(metadata.len().saturating_sub(offset)),
                start: Vec::new(),
                source: UploadSource::File(file, offset),
            });
        }
        let pipe = Pipe(file.clone(), deadline);
        pipe.take(PEEK as u64).read_to_end(&mut start)?;
        if start.len() < PEEK {
            return Ok(Self::whole(Some(path), start));
        }
        Ok(Self {
            content_type: content_type(Some(path), &start, false),
            length: None,
            start,
            source: UploadSource::Pipe(file, Arc::default()),
        })
    }

    /// Whether to send `Expect: 100-continue`, so that a server that refuses a long body does not receive it.
    pub(crate) fn expects_continue(&self) -> bool {
        self.length.is_none_or(|length| length > EXPECT_THRESHOLD)
    }

    /// Whether the body can be read from its start: a pipe can be read once.
    pub(crate) fn can_be_sent(&self) -> bool {
        match &self.source {
            UploadSource::Pipe(_, is_read) => !is_read.load(Ordering::Relaxed),
            _ => true,
        }
    }

    /// A reader of the whole body.
    ///
    /// # Errors
    /// Those of dup(2) and lseek(2).
    pub(crate) fn reader(
        &self,
        state: Arc<UploadState>,
        events: EventHandler,
        deadline: Option<Instant>,
    ) -> io::Result<UploadReader> {
        let bytes: Box<dyn Read + Send> = match &self.source {
            UploadSource::Memory => Box::new(Cursor::new(self.start.clone())),
            UploadSource::File(file, offset) => {
                let mut file = file.try_clone()?;
                file.seek(SeekFrom::Start(*offset))?;
                Box::new(file)
            }
            UploadSource::Pipe(file, _) => {
                let start = Cursor::new(self.start.clone());
                Box::new(start.chain(Pipe(file.clone(), deadline)))
            }
        };
        let is_pipe_read = match &self.source {
            UploadSource::Pipe(_, is_read) => Some(is_read.clone()),
            _ => None,
        };
        Ok(UploadReader {
            bytes,
            is_pipe_read,
            remaining: self.length,
            sent: 0,
            total: self.length,
            state,
            events,
        })
    }
}

/// Reads a pipe until a deadline. A named pipe that nobody has opened for writing yet is waited for.
struct Pipe(Arc<File>, Option<Instant>);

/// Fails with `TimedOut` at the deadline.
impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Self(file, deadline) = self;
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        let mut fds = [PollFd::new(&*file, PollFlags::IN)];
        if poll(&mut fds, left.as_ref())? == 0 {
            return Err(io::ErrorKind::TimedOut.into());
        }
        (&**file).read(buffer)
    }
}

fn timed_out() -> Error {
    Error::Timeout {
        doing: "reading the body of the request".to_owned(),
    }
}

/// Reads a body for ureq to send.
pub(crate) struct UploadReader {
    bytes: Box<dyn Read + Send>,
    /// The flag of [`UploadSource::Pipe`], until it is set.
    is_pipe_read: Option<Arc<AtomicBool>>,
    /// Bytes still to be read, if the length is known.
    remaining: Option<u64>,
    sent: u64,
    total: Option<u64>,
    state: Arc<UploadState>,
    events: EventHandler,
}

impl UploadReader {
    /// Yields the remaining bytes without reading them, once the server has stopped reading: ureq reads the response
    /// only after the last byte of the body. The connection discards them.
    fn skip_rest(&mut self, buffer: &mut [u8]) -> usize {
        let capacity = u64::try_from(buffer.len()).unwrap_or(u64::MAX);
        let amount = self
            .remaining
            .map_or(0, |remaining| remaining.min(capacity));
        self.remaining = self.remaining.map(|remaining| remaining - amount);
        amount as usize
    }
}

impl Read for UploadReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.state.begin_upload();
        if let Some(is_read) = self.is_pipe_read.take() {
            is_read.store(true, Ordering::Relaxed);
        }
        if self.state.has_peer_stopped_reading() {
            return Ok(self.skip_rest(buffer));
        }
        let limit = self.remaining.map_or(buffer.len(), |remaining| {
            usize::try_from(remaining).map_or(buffer.len(), |it| it.min(buffer.len()))
        });
        let amount = loop {
            match self.bytes.read(&mut buffer[..limit]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                    return Err(io::Error::other(timed_out()));
                }
                result => break result?,
            }
        };
        if amount == 0 && self.remaining.is_some_and(|remaining| remaining > 0) {
            return Err(io::Error::other(Error::usage(
                "the file became shorter while it was sent",
            )));
        }
        self.remaining = self.remaining.map(|it| it - amount as u64);
        self.sent += amount as u64;
        self.events.emit(Event::Uploaded {
            sent: self.sent,
            total: self.total,
        });
        Ok(amount)
    }
}

/// The Content-Type of a body, by its file name and its first bytes; `None` for an empty body.
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

/// `x.tar`, `x.tgz`, `x.tar.gz` and other compressions: Docker takes all of them as application/x-tar.
fn is_tar_name(name: &str) -> bool {
    let plain = [".gz", ".bz2", ".xz", ".zst"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(name);
    plain.ends_with(".tar") || name.ends_with(".tgz")
}

/// Whether an object or an array begins, or the whole body is one JSON value.
fn looks_like_json(start: &[u8], is_whole: bool) -> bool {
    matches!(start.trim_ascii_start().first(), Some(b'{' | b'['))
        || (is_whole && serde_json::from_slice::<serde::de::IgnoredAny>(start).is_ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn content_types_by_name_and_first_bytes() {
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
    fn a_server_that_stopped_reading_gets_nothing_more() {
        let upload = Upload::whole(None, vec![1; 100]);
        let state = Arc::<UploadState>::default();
        let events = EventHandler::default();
        let mut reader = upload.reader(state.clone(), events.clone(), None).unwrap();
        let mut buffer = [0; 10];
        assert_eq!(reader.read(&mut buffer).unwrap(), 10);
        state.set_peer_stopped_reading();
        let mut rest = Vec::new();
        reader.read_to_end(&mut rest).unwrap();
        assert_eq!(rest.len(), 90);
        let mut chunked = UploadReader {
            remaining: None,
            ..upload.reader(state, events, None).unwrap()
        };
        assert_eq!(chunked.read(&mut buffer).unwrap(), 0);
    }
}
