//! Sending a body while listening: what the server says meanwhile is kept, and a refusal ends the sending.

mod answer;

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// How much of an early answer is kept, in bytes; then the server has to wait until the body is sent.
const LIMIT: usize = 16 << 20;
/// Bytes taken in at once.
const CHUNK: usize = 64 << 10;
/// A server that takes nothing for so long after it has answered is not going to.
const STALL: Duration = Duration::from_secs(1);
/// How long one whose answer has outgrown [`LIMIT`] may take nothing: it may be waiting for us to read.
const DEADLOCK: Duration = Duration::from_secs(10);

const TOO_MUCH: &str = "more than 16 MiB of the answer came before the request's body was sent";

/// What the two ends of an upload know of each other: the reader of the body and the connection.
#[derive(Debug, Default)]
pub struct Line {
    uploading: AtomicBool,
    deaf: AtomicBool,
}

impl Line {
    /// From here on the connection carries the body.
    pub fn begin_upload(&self) {
        self.uploading.store(true, Ordering::Relaxed);
    }

    pub fn is_uploading(&self) -> bool {
        self.uploading.load(Ordering::Relaxed)
    }

    /// The server takes no more of this body.
    pub fn set_deaf(&self) {
        self.deaf.store(true, Ordering::Relaxed);
    }

    pub fn is_deaf(&self) -> bool {
        self.deaf.load(Ordering::Relaxed)
    }

    /// The body is sent, or was refused.
    pub fn reset(&self) {
        self.uploading.store(false, Ordering::Relaxed);
        self.deaf.store(false, Ordering::Relaxed);
    }
}

/// A connection that is written to and read from in turns, without waiting for either: what cannot be done
/// at once is `WouldBlock`.
pub trait Duplex: AsFd {
    /// Accepts some of the bytes; how many.
    fn offer(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Accepted bytes are still to be sent: `offer` goes on with them.
    fn owes(&self) -> bool;

    /// Fetches what has come; 0 at the end.
    fn receive(&mut self, chunk: &mut [u8]) -> io::Result<usize>;
}

/// What the server says before it has the whole body.
#[derive(Debug, Default)]
pub struct Early {
    bytes: Vec<u8>,
    has_ended: bool,
}

impl Early {
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Moves as much as fits to the buffer's beginning; how many bytes.
    pub fn drain_into(&mut self, buffer: &mut [u8]) -> usize {
        let amount = buffer.len().min(self.bytes.len());
        buffer[..amount].copy_from_slice(&self.bytes[..amount]);
        self.bytes.drain(..amount);
        amount
    }

    fn has_room(&self) -> bool {
        !self.has_ended && self.bytes.len() < LIMIT
    }

    /// Takes in what is there.
    fn listen(&mut self, stream: &mut impl Duplex) -> io::Result<()> {
        let mut chunk = vec![0; CHUNK];
        match stream.receive(&mut chunk) {
            Ok(0) => self.has_ended = true,
            Ok(amount) => self.bytes.extend_from_slice(&chunk[..amount]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Nothing can follow what has come.
    fn is_whole(&self) -> bool {
        self.has_ended || answer::is_whole(&self.bytes)
    }
}

/// Sends bytes and keeps what arrives meanwhile: a server that streams its answer while it still reads
/// (dockerd at `/images/load`) must not wait for us while we wait for it. An answer that refuses the body ends
/// it as a closed pipe does; so does one that is complete, once the server has stopped reading.
///
/// # Errors
/// As the connection fails; `TimedOut` where nothing moves for `limit`.
pub fn send_and_listen(
    stream: &mut impl Duplex,
    mut bytes: &[u8],
    limit: Option<Duration>,
    early: &mut Early,
) -> io::Result<()> {
    let mut idle = Duration::ZERO;
    while !bytes.is_empty() || stream.owes() {
        let pause = limit.map_or(STALL, |limit| limit.saturating_sub(idle).min(STALL));
        let ready = wait(stream.as_fd(), early.has_room(), pause)?;
        if ready.is_empty() {
            idle += pause;
            if early.is_whole() {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            if limit.is_some_and(|limit| idle >= limit) {
                return Err(io::ErrorKind::TimedOut.into());
            }
            if idle >= DEADLOCK && early.bytes.len() >= LIMIT {
                return Err(io::Error::other(TOO_MUCH));
            }
            continue;
        }
        idle = Duration::ZERO;
        if ready.contains(PollFlags::IN) {
            early.listen(stream)?;
            if answer::is_refusal(&early.bytes) {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
        }
        if ready.intersects(PollFlags::OUT | PollFlags::ERR | PollFlags::HUP) {
            match stream.offer(bytes) {
                Ok(sent) => bytes = &bytes[sent..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// Waits until bytes can be sent or, where that is wanted, received; nothing where neither happens.
fn wait(socket: BorrowedFd<'_>, listens: bool, limit: Duration) -> io::Result<PollFlags> {
    let mut wanted = PollFlags::OUT;
    wanted.set(PollFlags::IN, listens);
    let limit = Timespec::try_from(limit).ok();
    let mut fds = [PollFd::new(&socket, wanted)];
    loop {
        match poll(&mut fds, limit.as_ref()) {
            Ok(_) => return Ok(fds[0].revents()),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::stream::Stream;
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;
    use std::thread;

    #[test]
    fn a_server_that_talks_before_it_listens_holds_nothing_up() {
        let (near, mut far) = UnixStream::pair().unwrap();
        let server = thread::spawn(move || {
            far.write_all(&vec![b'x'; 1 << 20]).unwrap();
            let mut body = vec![0; 1 << 20];
            far.read_exact(&mut body).unwrap();
            body
        });
        let mut early = Early::default();
        let limit = Some(Duration::from_secs(10));
        let mut near = Stream::Unix(near);
        send_and_listen(&mut near, &vec![b'y'; 1 << 20], limit, &mut early).unwrap();
        assert!(server.join().unwrap().iter().all(|byte| *byte == b'y'));
        let mut amount = early.bytes.len();
        let mut chunk = vec![0; 1 << 20];
        while let more @ 1.. = near.read(&mut chunk).unwrap() {
            amount += more;
        }
        assert_eq!(amount, 1 << 20);
    }

    #[test]
    fn nobody_listens_for_ever() {
        let (near, _far) = UnixStream::pair().unwrap();
        assert_eq!(
            failure(near, Some(Duration::from_millis(20))),
            io::ErrorKind::TimedOut
        );
    }

    /// How sending fails where nobody reads.
    fn failure(near: UnixStream, limit: Option<Duration>) -> io::ErrorKind {
        let body = vec![0; 4 << 20];
        let mut near = Stream::Unix(near);
        let sent = send_and_listen(&mut near, &body, limit, &mut Early::default());
        sent.unwrap_err().kind()
    }

    #[test]
    fn a_complete_answer_ends_the_sending_once_nobody_reads() {
        let (near, mut far) = UnixStream::pair().unwrap();
        far.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            .unwrap();
        assert_eq!(failure(near, None), io::ErrorKind::BrokenPipe);
        // What was sent after a part of an answer may still be waited for.
        let (near, mut far) = UnixStream::pair().unwrap();
        far.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}")
            .unwrap();
        let limit = Some(Duration::from_millis(1500));
        assert_eq!(failure(near, limit), io::ErrorKind::TimedOut);
    }
}
