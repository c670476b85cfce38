//! Sending a body while listening: what the server says meanwhile is kept, and a refusal ends the sending.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};

/// How much of an early answer is kept, in bytes; then the server has to wait until the body is sent.
const EARLY_LIMIT: usize = 16 << 20;
const CHUNK: usize = 64 << 10;

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

/// Sends bytes and puts what arrives meanwhile into `early`: a server that streams its answer while it still
/// reads (dockerd at `/images/load`) must not wait for us while we wait for it. An answer that refuses the
/// body ends it as a closed pipe does.
///
/// # Errors
/// As the socket fails; `TimedOut` where nothing moves for `limit`.
pub fn send_and_listen(
    socket: BorrowedFd<'_>,
    mut bytes: &[u8],
    limit: Option<Duration>,
    early: &mut Vec<u8>,
) -> io::Result<()> {
    let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
    let mut listening = true;
    while !bytes.is_empty() {
        let mut wanted = PollFlags::OUT;
        wanted.set(PollFlags::IN, listening && early.len() < EARLY_LIMIT);
        let mut fds = [PollFd::new(&socket, wanted)];
        match poll(&mut fds, limit.as_ref()) {
            Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let ready = fds[0].revents();
        if ready.contains(PollFlags::IN) {
            listening = listen(socket, early)?;
            if refuses(early) {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
        }
        if ready.intersects(PollFlags::OUT | PollFlags::ERR | PollFlags::HUP) {
            match send(socket, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
                Ok(sent) => bytes = &bytes[sent..],
                Err(Errno::AGAIN | Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

/// The same where TLS is in between and only whole records can be written: takes in what is there, without
/// waiting, before the next bytes are sent.
///
/// # Errors
/// As `read` fails; `BrokenPipe` for an answer that refuses the body.
pub fn listen_first(
    mut read: impl FnMut(&mut [u8]) -> io::Result<usize>,
    early: &mut Vec<u8>,
) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    while early.len() < EARLY_LIMIT {
        match read(&mut chunk) {
            Ok(0) => break,
            Ok(amount) => early.extend_from_slice(&chunk[..amount]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
    }
    match refuses(early) {
        true => Err(io::ErrorKind::BrokenPipe.into()),
        false => Ok(()),
    }
}

/// Takes in what is there; whether more may come.
fn listen(socket: BorrowedFd<'_>, early: &mut Vec<u8>) -> io::Result<bool> {
    let mut chunk = vec![0; CHUNK];
    match recv(socket, &mut chunk[..], RecvFlags::DONTWAIT) {
        Ok((_, 0)) => Ok(false),
        Ok((_, amount)) => {
            early.extend_from_slice(&chunk[..amount]);
            Ok(true)
        }
        Err(Errno::AGAIN | Errno::INTR) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// Whether an answer has begun that is no success; interim heads (1xx) in front of it are passed over.
fn refuses(early: &[u8]) -> bool {
    let mut rest = early;
    while rest.starts_with(b"HTTP/1.") {
        match rest.get(9) {
            Some(b'1') => match rest.windows(4).position(|end| end == b"\r\n\r\n") {
                Some(end) => rest = &rest[end + 4..],
                None => return false,
            },
            Some(first) => return (b'3'..=b'9').contains(first),
            None => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::{Read, Write};
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;
    use std::thread;

    #[test]
    fn refusals_are_told_from_answers() {
        let cases = [
            ("", false),
            ("HTTP/1.1 ", false),
            ("HTTP/1.1 2", false),
            ("HTTP/1.1 404", true),
            ("HTTP/1.0 500", true),
            ("HTTP/1.1 302 Found", true),
            ("HTTP/1.1 100 Continue\r\n\r\n", false),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 413", true),
            ("HTTP/1.1 100 Continue\r\n", false),
            ("garbage 4", false),
        ];
        for (early, expected) in cases {
            assert_eq!(refuses(early.as_bytes()), expected, "{early}");
        }
    }

    #[test]
    fn a_server_that_talks_before_it_listens_holds_nothing_up() {
        let (near, mut far) = UnixStream::pair().unwrap();
        let server = thread::spawn(move || {
            far.write_all(&vec![b'x'; 1 << 20]).unwrap();
            let mut body = vec![0; 1 << 20];
            far.read_exact(&mut body).unwrap();
            body
        });
        let mut early = Vec::new();
        let limit = Some(Duration::from_secs(10));
        send_and_listen(near.as_fd(), &vec![b'y'; 1 << 20], limit, &mut early).unwrap();
        assert!(server.join().unwrap().iter().all(|byte| *byte == b'y'));
        let mut rest = Vec::new();
        (&near).read_to_end(&mut rest).unwrap();
        assert_eq!(early.len() + rest.len(), 1 << 20);
    }

    #[test]
    fn nobody_listens_for_ever() {
        let (near, _far) = UnixStream::pair().unwrap();
        let limit = Some(Duration::from_millis(20));
        let error = send_and_listen(near.as_fd(), &vec![0; 4 << 20], limit, &mut Vec::new());
        assert_eq!(error.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
