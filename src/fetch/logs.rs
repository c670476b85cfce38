//! Splits a log stream into what the container wrote to stdout and to stderr.
//!
//! Docker sends the output of a container without a terminal in frames (API reference, attach, "Stream format"): one
//! byte for the stream (0 stdin, echoed to stdout, 1 stdout, 2 stderr, 3 an error of the daemon), three zero bytes, the
//! length of the payload as 32 bits big-endian, the payload. The output of a container with a terminal is sent as it
//! is. From API 1.42 on the content type tells the two apart. Before, only the bytes do, and logs have no content type
//! at all (Docker 20.10).

use std::io::{self, Cursor, Read};

use super::error::Error;
use dq_text::one_line;

/// The longest payload of a frame, in bytes. Docker cuts lines at 16 KiB and copies in chunks of 32 KiB.
pub const FRAME_LIMIT: usize = 16 << 20;
/// How much is read of a stream without frames at once, in bytes.
const CHUNK: usize = 64 << 10;
/// The length of a frame's header, in bytes.
const HEADER: usize = 8;

/// The stream that a container wrote to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogStream {
    /// Standard output, or both streams of a container with a terminal.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Whether the bytes are in frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Unknown,
    Framed,
    Raw,
}

/// Reads the frames of a log stream one after the other.
pub struct Frames<R> {
    /// What was read to tell the framing, and comes before the rest of `input`.
    start: Cursor<Vec<u8>>,
    input: R,
    framing: Framing,
    /// Only the first bytes say that there are frames. The output of a terminal may look like one by chance.
    is_guess: bool,
    /// The error that ended the stream within the last frame.
    deferred: Option<io::Error>,
}

impl<R: Read> Frames<R> {
    /// A stream whose content type says that it is framed (`application/vnd.docker.multiplexed-stream`).
    pub fn framed(input: R) -> Self {
        Self {
            start: Cursor::default(),
            input,
            framing: Framing::Framed,
            is_guess: false,
            deferred: None,
        }
    }

    /// A stream without frames, that of a terminal.
    pub fn raw(input: R) -> Self {
        Self {
            framing: Framing::Raw,
            ..Self::framed(input)
        }
    }

    /// A stream that may be framed (`application/vnd.docker.raw-stream` before API 1.42): its first bytes tell. If
    /// something later on is no frame, the rest is output as it is.
    pub fn detect(input: R) -> Self {
        Self {
            framing: Framing::Unknown,
            is_guess: true,
            ..Self::framed(input)
        }
    }

    /// Replaces the contents of `payload` by the next frame's, or by the next bytes of a stream without frames. `None`
    /// at the end.
    ///
    /// # Errors
    /// Those of the body. `UnexpectedEof` for a stream that ends within a frame, after what there is of the frame. A
    /// frame longer than [`FRAME_LIMIT`] or of an unknown kind, and an error of the daemon, are errors that
    /// [`read_error`](crate::read_error) turns into an [`Error`].
    pub fn next_frame(&mut self, payload: &mut Vec<u8>) -> io::Result<Option<LogStream>> {
        payload.clear();
        if let Some(error) = self.deferred.take() {
            return Err(error);
        }
        if self.framing == Framing::Unknown {
            self.detect_framing()?;
        }
        match self.framing {
            Framing::Framed => self.next_framed(payload),
            _ => self.next_raw(payload),
        }
    }

    /// Whether the stream is in frames. It is known once the first one has been read.
    pub fn is_framed(&self) -> bool {
        self.framing == Framing::Framed
    }

    /// Whether the last payload is only a part of its frame, because the stream ended or failed within it: the next
    /// call returns the error.
    pub fn is_cut(&self) -> bool {
        self.deferred.is_some()
    }

    /// Tells the framing by the first four bytes. Reads no further: a prompt of two bytes must be shown at once.
    fn detect_framing(&mut self) -> io::Result<()> {
        let mut start = Vec::new();
        let mut chunk = vec![0; CHUNK];
        while start.len() < 4 && could_be_frame(&start) {
            let amount = read_some(&mut self.input, &mut chunk)?;
            if amount == 0 {
                break;
            }
            start.extend_from_slice(&chunk[..amount]);
        }
        let is_framed = start.len() >= 4 && could_be_frame(&start);
        self.framing = if is_framed {
            Framing::Framed
        } else {
            Framing::Raw
        };
        self.start = Cursor::new(start);
        Ok(())
    }

    fn rest(&mut self) -> impl Read {
        (&mut self.start).chain(&mut self.input)
    }

    fn next_framed(&mut self, payload: &mut Vec<u8>) -> io::Result<Option<LogStream>> {
        loop {
            let mut head = Vec::with_capacity(HEADER);
            self.rest().take(HEADER as u64).read_to_end(&mut head)?;
            if head.is_empty() {
                return Ok(None);
            }
            let (kind, length) = match header(&head) {
                Err(_) if self.is_guess => return self.continue_raw(head, payload),
                known => known?,
            };
            self.deferred = self.read_payload(length, payload);
            if payload.is_empty() {
                self.deferred.take().map_or(Ok(()), Err)?;
            }
            match kind {
                3 => return Err(daemon_error(payload)),
                _ if payload.is_empty() => {}
                2 => return Ok(Some(LogStream::Stderr)),
                _ => return Ok(Some(LogStream::Stdout)),
            }
        }
    }

    /// Reads a frame's payload. What there is of an incomplete one is kept; its error is returned by the next call.
    fn read_payload(&mut self, length: usize, payload: &mut Vec<u8>) -> Option<io::Error> {
        match self.rest().take(length as u64).read_to_end(payload) {
            Ok(amount) if amount < length => Some(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => None,
            Err(error) => Some(error),
        }
    }

    /// Goes on without frames, where the guess that there are some was wrong.
    fn continue_raw(
        &mut self,
        mut head: Vec<u8>,
        payload: &mut Vec<u8>,
    ) -> io::Result<Option<LogStream>> {
        self.framing = Framing::Raw;
        self.start.read_to_end(&mut head)?;
        self.start = Cursor::new(head);
        self.next_raw(payload)
    }

    fn next_raw(&mut self, payload: &mut Vec<u8>) -> io::Result<Option<LogStream>> {
        payload.resize(CHUNK, 0);
        let amount = read_some(&mut self.rest(), payload)?;
        payload.truncate(amount);
        Ok((amount > 0).then_some(LogStream::Stdout))
    }
}

/// Reads once, again after a signal.
fn read_some(input: &mut impl Read, buf: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(buf) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// The header of a frame with a payload of this length.
pub fn frame_header(stream: LogStream, length: usize) -> [u8; HEADER] {
    let kind = match stream {
        LogStream::Stdout => 1,
        LogStream::Stderr => 2,
    };
    let [a, b, c, d] = u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    [kind, 0, 0, 0, a, b, c, d]
}

/// Parses a frame's header: its kind and the length of its payload.
fn header(head: &[u8]) -> io::Result<(u8, usize)> {
    let &[kind, x, y, z, a, b, c, d] = head else {
        return Err(io::ErrorKind::UnexpectedEof.into());
    };
    let length = u32::from_be_bytes([a, b, c, d]) as usize;
    if kind > 3 || [x, y, z] != [0; 3] {
        return Err(protocol_error(
            "the log stream holds something that is not a frame",
        ));
    }
    if length > FRAME_LIMIT {
        return Err(protocol_error(&format!(
            "a frame of the log stream is {length} bytes long, the limit is {FRAME_LIMIT}"
        )));
    }
    Ok((kind, length))
}

/// Whether a body without a content type begins with a frame of stdout or stderr.
pub(super) fn starts_frame(start: &[u8]) -> bool {
    match *start {
        [1 | 2, 0, 0, 0, a, b, c, d, ..] => {
            u32::from_be_bytes([a, b, c, d]) as usize <= FRAME_LIMIT
        }
        _ => false,
    }
}

/// Whether the first four bytes, or those of them that have been read, can be those of a frame of stdin, stdout or
/// stderr.
fn could_be_frame(head: &[u8]) -> bool {
    head.iter()
        .take(4)
        .enumerate()
        .all(|(at, byte)| *byte == 0 || (at == 0 && *byte <= 2))
}

fn protocol_error(problem: &str) -> io::Error {
    io::Error::other(Error::Protocol {
        problem: problem.to_owned(),
    })
}

fn daemon_error(payload: &[u8]) -> io::Error {
    let text = String::from_utf8_lossy(payload);
    protocol_error(&format!(
        "the daemon reports in the log stream: {}",
        one_line(text.trim())
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Yields one piece for each `read`, as a live stream does.
    struct Pieces(Vec<Vec<u8>>);

    impl Read for Pieces {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let Some(piece) = self.0.first_mut() else {
                return Ok(0);
            };
            let amount = piece.len().min(buf.len());
            buf[..amount].copy_from_slice(&piece[..amount]);
            piece.drain(..amount);
            if piece.is_empty() {
                self.0.remove(0);
            }
            Ok(amount)
        }
    }

    fn all<R: Read>(mut frames: Frames<R>) -> Result<Vec<(LogStream, String)>, Error> {
        let (mut seen, mut payload) = (Vec::new(), b"old".to_vec());
        while let Some(stream) = frames
            .next_frame(&mut payload)
            .map_err(|error| crate::read_error(&error))?
        {
            seen.push((stream, String::from_utf8_lossy(&payload).into_owned()));
        }
        Ok(seen)
    }

    fn frame(kind: u8, text: &str) -> Vec<u8> {
        let mut bytes = vec![kind, 0, 0, 0];
        bytes.extend((text.len() as u32).to_be_bytes());
        bytes.extend(text.bytes());
        bytes
    }

    #[test]
    fn frames_are_split_across_reads() {
        let bytes = [
            frame(1, "out\n"),
            frame(2, "err\n"),
            frame(1, ""),
            frame(0, "in\n"),
        ]
        .concat();
        let expected = [
            (LogStream::Stdout, "out\n".to_owned()),
            (LogStream::Stderr, "err\n".to_owned()),
            (LogStream::Stdout, "in\n".to_owned()),
        ];
        for size in 1..bytes.len() {
            let pieces = || Pieces(bytes.chunks(size).map(<[u8]>::to_vec).collect());
            assert_eq!(all(Frames::framed(pieces())).unwrap(), expected);
            assert_eq!(all(Frames::detect(pieces())).unwrap(), expected);
        }
    }

    #[test]
    fn a_raw_stream_is_stdout_and_is_not_held_back() {
        let prompt = Pieces(vec![b"$ ".to_vec(), b"ls\r\n".to_vec()]);
        let pieces = all(Frames::detect(prompt)).unwrap();
        let texts: Vec<&str> = pieces.iter().map(|piece| piece.1.as_str()).collect();
        assert_eq!(texts, ["$ ", "ls\r\n"]);
        for bytes in [&b""[..], b"\x01", b"\x01\0\0", b"\x01\0\0x", b"\x03\0\0\0"] {
            let pieces = all(Frames::detect(bytes)).unwrap();
            assert!(pieces.iter().all(|piece| piece.0 == LogStream::Stdout));
            let text: String = pieces.into_iter().map(|piece| piece.1).collect();
            assert_eq!(text.as_bytes(), bytes);
        }
    }

    #[test]
    fn output_of_a_terminal_that_looks_like_a_frame_is_kept() {
        let bytes = [frame(1, "fake"), b"and then text\r\n".to_vec()].concat();
        let texts: Vec<_> = all(Frames::detect(&bytes[..])).unwrap();
        let texts: Vec<&str> = texts.iter().map(|piece| piece.1.as_str()).collect();
        assert_eq!(texts, ["fake", "and then text\r\n"]);
        let raw = all(Frames::raw(&bytes[..])).unwrap();
        assert_eq!(raw[0].1.as_bytes(), bytes);
    }

    #[test]
    fn an_incomplete_frame_is_returned_before_its_error() {
        let bytes = &frame(2, "cut off")[..11];
        let mut frames = Frames::framed(bytes);
        let mut payload = Vec::new();
        let seen = frames.next_frame(&mut payload).unwrap();
        assert_eq!((seen, &payload[..]), (Some(LogStream::Stderr), &b"cut"[..]));
        let error = frames.next_frame(&mut payload).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn invalid_streams_are_errors() {
        let huge = [
            vec![1, 0, 0, 0],
            (FRAME_LIMIT as u32 + 1).to_be_bytes().to_vec(),
        ]
        .concat();
        let cases: [(Vec<u8>, u8, &str); 5] = [
            (
                frame(1, "cut")[..9].to_vec(),
                56,
                "connection lost: the server closed it",
            ),
            (
                vec![1, 0, 0, 0, 0],
                56,
                "connection lost: the server closed it",
            ),
            (huge, 56, "a frame of the log stream is 16777217 bytes long"),
            (
                b"plain text".to_vec(),
                56,
                "the log stream holds something that is not a frame",
            ),
            (
                frame(3, "gone\x1b\n"),
                56,
                "the daemon reports in the log stream: gone\\x1b",
            ),
        ];
        for (bytes, code, text) in cases {
            let error = all(Frames::framed(&bytes[..])).unwrap_err();
            assert_eq!(error.exit_code(), code);
            assert!(error.to_string().starts_with(text), "{error}");
        }
    }
}
