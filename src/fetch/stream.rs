//! The stream under a connection: a UNIX socket, TCP, TLS or ssh, read and written in one way.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};

use super::connect;
use super::duplex::Duplex;
use super::ssh::SshStream;
use super::tls::TlsStream;

/// What carries the bytes of a connection.
pub(crate) enum TransportStream {
    Unix(UnixStream),
    Tcp(TcpStream),
    Tls(Box<TlsStream>),
    Ssh(SshStream),
}

impl TransportStream {
    pub(crate) fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Unix(stream) => stream.read(buf),
            Self::Tcp(stream) => stream.read(buf),
            Self::Tls(stream) => stream.read(buf),
            Self::Ssh(ssh) => ssh.stream.read(buf),
        }
    }

    pub(crate) fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Unix(stream) => stream.write_all(bytes),
            Self::Tcp(stream) => stream.write_all(bytes),
            Self::Tls(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
            Self::Ssh(ssh) => ssh.stream.write_all(bytes),
        }
    }

    /// Limits the wait for bytes. Of TLS, where a read may wait several times, it limits each of them, and `whole` all.
    pub(crate) fn set_read_timeout(
        &mut self,
        limit: Option<Duration>,
        whole: Option<Duration>,
    ) -> io::Result<()> {
        match self {
            Self::Unix(stream) => stream.set_read_timeout(limit),
            Self::Tcp(stream) => stream.set_read_timeout(limit),
            Self::Tls(stream) => stream.limit_reads(whole, limit),
            Self::Ssh(ssh) => ssh.stream.set_read_timeout(limit),
        }
    }

    pub(crate) fn set_write_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        match self {
            Self::Unix(stream) => stream.set_write_timeout(limit),
            Self::Tcp(stream) => stream.set_write_timeout(limit),
            Self::Tls(stream) => stream.tcp().set_write_timeout(limit),
            Self::Ssh(ssh) => ssh.stream.set_write_timeout(limit),
        }
    }

    pub(crate) fn set_nonblocking(&self, is_nonblocking: bool) -> io::Result<()> {
        match self {
            Self::Unix(stream) => stream.set_nonblocking(is_nonblocking),
            Self::Tcp(stream) => stream.set_nonblocking(is_nonblocking),
            Self::Tls(stream) => stream.tcp().set_nonblocking(is_nonblocking),
            Self::Ssh(ssh) => ssh.stream.set_nonblocking(is_nonblocking),
        }
    }

    /// Lets sent bytes stay unacknowledged for as long as the system allows: while it handles a long body, a server may
    /// read nothing for minutes, and TCP_USER_TIMEOUT takes the time of its closed window for its death.
    pub(crate) fn expect_slow_reader(&self) -> io::Result<()> {
        let tcp = match self {
            Self::Tcp(stream) => stream,
            Self::Tls(stream) => stream.tcp(),
            Self::Unix(_) | Self::Ssh(_) => return Ok(()),
        };
        Ok(connect::limit_unacknowledged(tcp, Duration::ZERO)?)
    }

    /// Whether the next read has to wait for bytes from the socket.
    pub(crate) fn is_drained(&self) -> bool {
        match self {
            Self::Tls(stream) => stream.is_drained(),
            _ => true,
        }
    }

    /// Whether a connection between two requests can be used again: there is nothing to read on it, neither bytes nor
    /// its end.
    pub(crate) fn is_idle(&mut self) -> io::Result<bool> {
        let received = if let Self::Tls(stream) = self {
            stream.limit_reads(None, None)?;
            self.set_nonblocking(true)?;
            let received = self.read(&mut [0]);
            self.set_nonblocking(false)?;
            received
        } else {
            self.try_receive(&mut [0])
        };
        Ok(received.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock))
    }
}

impl AsFd for TransportStream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Unix(stream) => stream.as_fd(),
            Self::Tcp(stream) => stream.as_fd(),
            Self::Tls(stream) => stream.tcp().as_fd(),
            Self::Ssh(ssh) => ssh.stream.as_fd(),
        }
    }
}

/// A plain socket is asked not to block by the flags of each call. rustls takes none, so for TLS the socket itself is
/// made nonblocking first ([`TransportStream::set_nonblocking`]).
impl Duplex for TransportStream {
    fn try_send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Self::Tls(stream) = self {
            return stream.try_send(bytes);
        }
        match send(self.as_fd(), bytes, SEND_FLAGS) {
            Err(Errno::INTR) => Err(io::ErrorKind::WouldBlock.into()),
            result => Ok(result?),
        }
    }

    fn has_unsent_bytes(&self) -> bool {
        matches!(self, Self::Tls(stream) if stream.has_unsent_bytes())
    }

    fn try_receive(&mut self, chunk: &mut [u8]) -> io::Result<usize> {
        if let Self::Tls(stream) = self {
            return stream.try_receive(chunk);
        }
        match recv(self.as_fd(), chunk, RecvFlags::DONTWAIT) {
            Ok((_, amount)) => Ok(amount),
            Err(Errno::INTR) => Err(io::ErrorKind::WouldBlock.into()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Does not block, and raises no SIGPIPE for a connection that the server has closed (send(2)).
#[cfg(not(target_vendor = "apple"))]
const SEND_FLAGS: SendFlags = SendFlags::DONTWAIT.union(SendFlags::NOSIGNAL);
/// Does not block. macOS has no MSG_NOSIGNAL; dq and the Rust runtime ignore SIGPIPE.
#[cfg(target_vendor = "apple")]
const SEND_FLAGS: SendFlags = SendFlags::DONTWAIT;
