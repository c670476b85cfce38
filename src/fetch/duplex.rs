//! Sends a request body while receiving: an early response is kept, and one that refuses the body ends the upload.

mod early_response;

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// How much of an early response is kept, in bytes. Beyond it nothing is read until the body is sent.
const LIMIT: usize = 16 << 20;
/// Bytes received at once.
const CHUNK: usize = 64 << 10;
/// A server that has sent a complete response and reads nothing for this long is not going to read the rest of the
/// body.
const STALL: Duration = Duration::from_secs(1);
/// How long a server whose response has outgrown [`LIMIT`] may read nothing: it may itself be blocked in writing.
const DEADLOCK: Duration = Duration::from_secs(10);

const TOO_MUCH: &str = "more than 16 MiB of the answer came before the request's body was sent";

/// A connection that can be written and read without blocking. What cannot be done at once fails with `WouldBlock`.
pub(crate) trait Duplex: AsFd {
    /// Accepts some of the bytes for sending. Returns how many.
    fn try_send(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Whether bytes that were accepted are not sent yet: [`Duplex::try_send`] goes on with them.
    fn has_unsent_bytes(&self) -> bool;

    /// Receives what has arrived. Returns the number of bytes, 0 at the end.
    fn try_receive(&mut self, chunk: &mut [u8]) -> io::Result<usize>;
}

/// What the server sends before it has the whole body.
#[derive(Debug, Default)]
pub(crate) struct EarlyResponse {
    bytes: Vec<u8>,
    has_ended: bool,
}

impl EarlyResponse {
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Moves as many bytes as fit to the start of the buffer. Returns how many.
    pub(crate) fn drain_into(&mut self, buffer: &mut [u8]) -> usize {
        let amount = buffer.len().min(self.bytes.len());
        buffer[..amount].copy_from_slice(&self.bytes[..amount]);
        self.bytes.drain(..amount);
        amount
    }

    /// Whether more may be received.
    fn has_capacity(&self) -> bool {
        !self.has_ended && self.bytes.len() < LIMIT
    }

    fn receive(&mut self, stream: &mut impl Duplex) -> io::Result<()> {
        let mut chunk = vec![0; CHUNK];
        match stream.try_receive(&mut chunk) {
            Ok(0) => self.has_ended = true,
            Ok(amount) => self.bytes.extend_from_slice(&chunk[..amount]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Whether the response is complete, or the server has closed the connection.
    fn is_complete(&self) -> bool {
        self.has_ended || early_response::is_complete(&self.bytes)
    }
}

/// Sends bytes and keeps what arrives meanwhile: dockerd streams its response to `/images/load` while it still reads
/// the body, and would deadlock with a client that only writes.
///
/// A response that refuses the body ends the upload, as does a complete response once the server has stopped reading.
///
/// # Errors
/// `BrokenPipe` where the response ends the upload; `TimedOut` where nothing is sent or received for `limit`, and at the
/// deadline; the connection's own.
pub(crate) fn send_and_receive(
    stream: &mut impl Duplex,
    mut bytes: &[u8],
    limit: Option<Duration>,
    deadline: Option<Instant>,
    early: &mut EarlyResponse,
) -> io::Result<()> {
    let mut idle = Duration::ZERO;
    while !bytes.is_empty() || stream.has_unsent_bytes() {
        let left = deadline.map(|end| end.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let pause = limit.map_or(STALL, |limit| limit.saturating_sub(idle).min(STALL));
        let pause = left.map_or(pause, |left| left.min(pause));
        let ready = wait(stream.as_fd(), early.has_capacity(), pause)?;
        if ready.is_empty() {
            idle += pause;
            give_up(early, idle, limit)?;
            continue;
        }
        idle = Duration::ZERO;
        if ready.contains(PollFlags::IN) {
            early.receive(stream)?;
            if early_response::is_refusal(&early.bytes) {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
        }
        if ready.intersects(PollFlags::OUT | PollFlags::ERR | PollFlags::HUP) {
            match stream.try_send(bytes) {
                Ok(sent) => bytes = &bytes[sent..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// Fails if a connection on which nothing has moved for `idle` is not worth waiting for.
fn give_up(early: &EarlyResponse, idle: Duration, limit: Option<Duration>) -> io::Result<()> {
    if early.is_complete() {
        return Err(io::ErrorKind::BrokenPipe.into());
    }
    if limit.is_some_and(|limit| idle >= limit) {
        return Err(io::ErrorKind::TimedOut.into());
    }
    if idle >= DEADLOCK && early.bytes.len() >= LIMIT {
        return Err(io::Error::other(TOO_MUCH));
    }
    Ok(())
}

/// Waits until bytes can be sent or, with `receives`, received. Returns no flags after the time limit.
fn wait(socket: BorrowedFd<'_>, receives: bool, limit: Duration) -> io::Result<PollFlags> {
    let mut events = PollFlags::OUT;
    events.set(PollFlags::IN, receives);
    let limit = Timespec::try_from(limit).ok();
    let mut fds = [PollFd::new(&socket, events)];
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
    use crate::stream::TransportStream;
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;
    use std::thread;

    #[test]
    fn a_server_that_writes_before_it_reads_does_not_deadlock() {
        let (near, mut far) = UnixStream::pair().unwrap();
        let server = thread::spawn(move || {
            far.write_all(&vec![b'x'; 1 << 20]).unwrap();
            let mut body = vec![0; 1 << 20];
            far.read_exact(&mut body).unwrap();
            body
        });
        let mut early = EarlyResponse::default();
        let limit = Some(Duration::from_secs(10));
        let mut near = TransportStream::Unix(near);
        send_and_receive(&mut near, &vec![b'y'; 1 << 20], limit, None, &mut early).unwrap();
        assert!(server.join().unwrap().iter().all(|byte| *byte == b'y'));
        let mut amount = early.bytes.len();
        let mut chunk = vec![0; 1 << 20];
        while let more @ 1.. = near.read(&mut chunk).unwrap() {
            amount += more;
        }
        assert_eq!(amount, 1 << 20);
    }

    #[test]
    fn sending_times_out_if_nobody_reads() {
        let (near, _far) = UnixStream::pair().unwrap();
        assert_eq!(
            failure(near, Some(Duration::from_millis(20))),
            io::ErrorKind::TimedOut
        );
    }

    /// The error of sending to a server that does not read.
    fn failure(near: UnixStream, limit: Option<Duration>) -> io::ErrorKind {
        let body = vec![0; 4 << 20];
        let mut near = TransportStream::Unix(near);
        let mut early = EarlyResponse::default();
        let sent = send_and_receive(&mut near, &body, limit, None, &mut early);
        sent.unwrap_err().kind()
    }

    #[test]
    fn a_slow_reader_does_not_outlive_the_deadline() {
        let (near, mut far) = UnixStream::pair().unwrap();
        thread::spawn(move || {
            let mut chunk = [0; 8192];
            while far.read(&mut chunk).is_ok_and(|amount| amount > 0) {
                thread::sleep(Duration::from_millis(20));
            }
        });
        let start = Instant::now();
        let deadline = Some(start + Duration::from_millis(300));
        let (limit, mut early) = (Some(Duration::from_secs(10)), EarlyResponse::default());
        let mut near = TransportStream::Unix(near);
        let sent = send_and_receive(&mut near, &vec![0; 4 << 20], limit, deadline, &mut early);
        assert_eq!(sent.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(start.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_complete_response_ends_the_upload_once_the_server_stops_reading() {
        let (near, mut far) = UnixStream::pair().unwrap();
        far.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            .unwrap();
        assert_eq!(failure(near, None), io::ErrorKind::BrokenPipe);
        // After an incomplete response the server may still read.
        let (near, mut far) = UnixStream::pair().unwrap();
        far.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}")
            .unwrap();
        let limit = Some(Duration::from_millis(1500));
        assert_eq!(failure(near, limit), io::ErrorKind::TimedOut);
    }
}
