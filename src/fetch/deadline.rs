//! A TCP connection whose reads all end at one deadline. A time limit on the socket alone is for each read, and a server
//! that sends a byte at a time outlives it.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A TCP connection, and when its reads fail.
pub(crate) struct DeadlineStream {
    tcp: TcpStream,
    deadline: Option<Instant>,
    /// The limit of each read.
    pause: Option<Duration>,
}

impl DeadlineStream {
    /// A connection without a deadline. The time limit of the socket counts until one is set.
    pub(crate) fn new(tcp: TcpStream) -> Self {
        Self {
            tcp,
            deadline: None,
            pause: None,
        }
    }

    /// The connection itself.
    pub(crate) fn tcp(&self) -> &TcpStream {
        &self.tcp
    }

    pub(crate) fn into_tcp(self) -> TcpStream {
        self.tcp
    }

    /// Lets all reads together take `whole` from now on, and each of them `pause`; `None` for no limit.
    ///
    /// # Errors
    /// Those of setsockopt(2).
    pub(crate) fn limit_reads(
        &mut self,
        whole: Option<Duration>,
        pause: Option<Duration>,
    ) -> io::Result<()> {
        self.deadline = whole.and_then(|whole| Instant::now().checked_add(whole));
        self.pause = pause;
        match self.deadline {
            // Each read sets its own.
            Some(_) => Ok(()),
            None => self.tcp.set_read_timeout(pause),
        }
    }
}

/// Fails with `WouldBlock` at the deadline, as with a time limit of the socket (socket(7), SO_RCVTIMEO).
impl Read for DeadlineStream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if let Some(deadline) = self.deadline {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let left = self.pause.map_or(left, |pause| left.min(pause));
            tolerate_closed(self.tcp.set_read_timeout(Some(left)))?;
        }
        self.tcp.read(buf)
    }
}

impl Write for DeadlineStream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.tcp.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}

/// Ignores the error with which macOS refuses a time limit for a connection that the server has closed: its last bytes
/// can still be read. setsockopt(2) there: EINVAL, "the socket has been shut down".
pub(crate) fn tolerate_closed(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn a_byte_at_a_time_does_not_outlive_the_deadline() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut peer, _) = listener.accept().unwrap();
            while peer.write_all(b"x").is_ok() {
                thread::sleep(Duration::from_millis(20));
            }
        });
        let mut stream = DeadlineStream::new(TcpStream::connect(address).unwrap());
        let start = Instant::now();
        // The pauses are shorter than their limit, so only the deadline ends it.
        stream
            .limit_reads(
                Some(Duration::from_millis(200)),
                Some(Duration::from_millis(150)),
            )
            .unwrap();
        let error = stream.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        assert!(start.elapsed() < Duration::from_secs(5));
        stream.limit_reads(None, None).unwrap();
        assert_eq!(stream.read(&mut [0]).unwrap(), 1);
    }
}
