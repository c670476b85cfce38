//! Takes a log stream apart into what the container wrote to stdout and to stderr.
//!
//! Docker frames the output of a container without a terminal: one byte for the stream (0 stdin,
//! echoed to stdout, 1 stdout, 2 stderr, 3 an error of the daemon's), three zero bytes, the length
//! as 32 bits big-endian, then the payload. A container with a terminal sends its bytes as they
//! are. From API 1.42 on the content type tells the two apart; before, only the bytes do, and logs
//! come without a content type at all (seen with Docker 20.10).

use std::io::{self, Cursor, Read};

use super::error::Error;
use dq_text::one_line;

/// The longest frame, in bytes. Docker cuts lines at 16 KiB and copies in chunks of 32 KiB.
pub const FRAME_LIMIT: usize = 16 << 20;
/// How much is taken from a stream without frames at a time.
const CHUNK: usize = 64 << 10;
const HEADER: usize = 8;

/// Where a piece of a log was written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// How the bytes are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Unknown,
    Framed,
    Raw,
}

/// The pieces of a log stream, one after the other.
pub struct Frames<R> {
    /// What was read to tell the framing.
    start: Cursor<Vec<u8>>,
    input: R,
    framing: Framing,
    /// Only the first bytes said that there are frames: the bytes of a terminal may look so by chance.
    guessed: bool,
    /// What ended the stream inside the last frame.
    broken: Option<io::Error>,
}

impl<R: Read> Frames<R> {
    /// A stream that says it is framed (`application/vnd.docker.multiplexed-stream`).
    pub fn framed(input: R) -> Self {
        Self {
            start: Cursor::default(),
            input,
            framing: Framing::Framed,
            guessed: false,
            broken: None,
        }
    }

    /// A stream that has no frames: a terminal's, from API 1.42 on.
    pub fn raw(input: R) -> Self {
        Self {
            framing: Framing::Raw,
            ..Self::framed(input)
        }
    }

    /// A stream that may be framed (`application/vnd.docker.raw-stream` before API 1.42): its first bytes
    /// tell. What turns out to be no frame later on passes as it is.
    pub fn detect(input: R) -> Self {
        Self {
            framing: Framing::Unknown,
            guessed: true,
            ..Self::framed(input)
        }
    }

    /// Puts the next piece into `payload`, in place of what was there. `None` at the end.
    ///
    /// # Errors
    /// As the stream fails; a stream that ends inside a frame is `UnexpectedEof`, a frame beyond
    /// [`FRAME_LIMIT`] or of an unknown kind carries an [`Error`].
    pub fn next_frame(&mut self, payload: &mut Vec<u8>) -> io::Result<Option<Stream>> {
        payload.clear();
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        if self.framing == Framing::Unknown {
            self.decide()?;
        }
        match self.framing {
            Framing::Framed => self.framed_piece(payload),
            _ => self.raw_piece(payload),
        }
    }

    /// Reads until the first bytes tell, no further: a prompt of two bytes must show at once.
    fn decide(&mut self) -> io::Result<()> {
        let mut start = Vec::new();
        let mut chunk = vec![0; CHUNK];
        while start.len() < 4 && could_be_frame(&start) {
            let amount = read_some(&mut self.input, &mut chunk)?;
            if amount == 0 {
                break;
            }
            start.extend_from_slice(&chunk[..amount]);
        }
        let framed = start.len() >= 4 && could_be_frame(&start);
        self.framing = if framed {
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

    fn framed_piece(&mut self, payload: &mut Vec<u8>) -> io::Result<Option<Stream>> {
        loop {
            let mut head = Vec::with_capacity(HEADER);
            self.rest().take(HEADER as u64).read_to_end(&mut head)?;
            if head.is_empty() {
                return Ok(None);
            }
            let (kind, length) = match header(&head) {
                Err(_) if self.guessed => return self.go_on_raw(head, payload),
                known => known?,
            };
            self.broken = self.fill(length, payload);
            if payload.is_empty() {
                self.broken.take().map_or(Ok(()), Err)?;
            }
            match kind {
                3 => return Err(daemon_error(payload)),
                _ if payload.is_empty() => {}
                2 => return Ok(Some(Stream::Stderr)),
                _ => return Ok(Some(Stream::Stdout)),
            }
        }
    }

    /// Reads a frame's payload; what there is of a broken one is kept, the error is for the next call.
    fn fill(&mut self, length: usize, payload: &mut Vec<u8>) -> Option<io::Error> {
        match self.rest().take(length as u64).read_to_end(payload) {
            Ok(amount) if amount < length => Some(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => None,
            Err(error) => Some(error),
        }
    }

    /// There were no frames after all.
    fn go_on_raw(
        &mut self,
        mut head: Vec<u8>,
        payload: &mut Vec<u8>,
    ) -> io::Result<Option<Stream>> {
        self.framing = Framing::Raw;
        self.start.read_to_end(&mut head)?;
        self.start = Cursor::new(head);
        self.raw_piece(payload)
    }

    fn raw_piece(&mut self, payload: &mut Vec<u8>) -> io::Result<Option<Stream>> {
        payload.resize(CHUNK, 0);
        let amount = read_some(&mut self.rest(), payload)?;
        payload.truncate(amount);
        Ok((amount > 0).then_some(Stream::Stdout))
    }
}

/// One read that a signal does not end.
fn read_some(input: &mut impl Read, buf: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(buf) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Kind and length of a frame.
fn header(head: &[u8]) -> io::Result<(u8, usize)> {
    let &[kind, x, y, z, a, b, c, d] = head else {
        return Err(io::ErrorKind::UnexpectedEof.into());
    };
    let length = u32::from_be_bytes([a, b, c, d]) as usize;
    if kind > 3 || [x, y, z] != [0; 3] {
        return Err(broken("the log stream holds something that is not a frame"));
    }
    if length > FRAME_LIMIT {
        return Err(broken(&format!(
            "a frame of the log stream is {length} bytes long, the limit is {FRAME_LIMIT}"
        )));
    }
    Ok((kind, length))
}

/// Whether a body that does not say what it is begins with a frame of output.
pub(super) fn starts_frame(start: &[u8]) -> bool {
    match *start {
        [1 | 2, 0, 0, 0, a, b, c, d, ..] => {
            u32::from_be_bytes([a, b, c, d]) as usize <= FRAME_LIMIT
        }
        _ => false,
    }
}

/// Judged by the first four bytes, or by those of them that are there.
fn could_be_frame(head: &[u8]) -> bool {
    head.iter()
        .take(4)
        .enumerate()
        .all(|(at, byte)| *byte == 0 || (at == 0 && *byte <= 2))
}

fn broken(problem: &str) -> io::Error {
    io::Error::other(Error::Protocol {
        problem: problem.to_owned(),
    })
}

fn daemon_error(payload: &[u8]) -> io::Error {
    let text = String::from_utf8_lossy(payload);
    broken(&format!(
        "the daemon reports in the log stream: {}",
        one_line(text.trim())
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Yields its pieces one `read` at a time, as a live stream does.
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

    fn all<R: Read>(mut frames: Frames<R>) -> Result<Vec<(Stream, String)>, Error> {
        let (mut seen, mut payload) = (Vec::new(), b"old".to_vec());
        while let Some(stream) = frames
            .next_frame(&mut payload)
            .map_err(|error| super::super::read_error(&error))?
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
    fn frames_come_apart_however_they_are_cut() {
        let bytes = [
            frame(1, "out\n"),
            frame(2, "err\n"),
            frame(1, ""),
            frame(0, "in\n"),
        ]
        .concat();
        let expected = [
            (Stream::Stdout, "out\n".to_owned()),
            (Stream::Stderr, "err\n".to_owned()),
            (Stream::Stdout, "in\n".to_owned()),
        ];
        for size in 1..bytes.len() {
            let pieces = || Pieces(bytes.chunks(size).map(<[u8]>::to_vec).collect());
            assert_eq!(all(Frames::framed(pieces())).unwrap(), expected);
            assert_eq!(all(Frames::detect(pieces())).unwrap(), expected);
        }
    }

    #[test]
    fn a_raw_stream_is_stdout_and_shows_at_once() {
        let prompt = Pieces(vec![b"$ ".to_vec(), b"ls\r\n".to_vec()]);
        let pieces = all(Frames::detect(prompt)).unwrap();
        let texts: Vec<&str> = pieces.iter().map(|piece| piece.1.as_str()).collect();
        assert_eq!(texts, ["$ ", "ls\r\n"]);
        for bytes in [&b""[..], b"\x01", b"\x01\0\0", b"\x01\0\0x", b"\x03\0\0\0"] {
            let pieces = all(Frames::detect(bytes)).unwrap();
            assert!(pieces.iter().all(|piece| piece.0 == Stream::Stdout));
            let text: String = pieces.into_iter().map(|piece| piece.1).collect();
            assert_eq!(text.as_bytes(), bytes);
        }
    }

    #[test]
    fn bytes_of_a_terminal_that_look_like_a_frame_pass() {
        let bytes = [frame(1, "fake"), b"and then text\r\n".to_vec()].concat();
        let texts: Vec<_> = all(Frames::detect(&bytes[..])).unwrap();
        let texts: Vec<&str> = texts.iter().map(|piece| piece.1.as_str()).collect();
        assert_eq!(texts, ["fake", "and then text\r\n"]);
        let raw = all(Frames::raw(&bytes[..])).unwrap();
        assert_eq!(raw[0].1.as_bytes(), bytes);
    }

    #[test]
    fn what_came_of_a_cut_frame_is_shown() {
        let bytes = &frame(2, "cut off")[..11];
        let mut frames = Frames::framed(bytes);
        let mut payload = Vec::new();
        let seen = frames.next_frame(&mut payload).unwrap();
        assert_eq!((seen, &payload[..]), (Some(Stream::Stderr), &b"cut"[..]));
        let error = frames.next_frame(&mut payload).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn what_is_broken_is_an_error() {
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
