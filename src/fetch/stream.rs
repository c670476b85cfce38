//! What a connection runs over: a UNIX socket, TCP, TLS or ssh, read and written in one way.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};

use super::line::Duplex;
use super::ssh::SshStream;
use super::tls::TlsStream;

pub enum Stream {
    Unix(UnixStream),
    Tcp(TcpStream),
    Tls(Box<TlsStream>),
    Ssh(SshStream),
}

impl Stream {
    pub fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Unix(stream) => stream.read(buf),
            Self::Tcp(stream) => stream.read(buf),
            Self::Tls(stream) => stream.read(buf),
            Self::Ssh(ssh) => ssh.stream.read(buf),
        }
    }

    pub fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Unix(stream) => stream.write_all(bytes),
            Self::Tcp(stream) => stream.write_all(bytes),
            Self::Tls(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
            Self::Ssh(ssh) => ssh.stream.write_all(bytes),
        }
    }

    pub fn set_read_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        match self {
            Self::Unix(stream) => stream.set_read_timeout(limit),
            Self::Tcp(stream) => stream.set_read_timeout(limit),
            Self::Tls(stream) => stream.tcp().set_read_timeout(limit),
            Self::Ssh(ssh) => ssh.stream.set_read_timeout(limit),
        }
    }

    pub fn set_write_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        match self {
            Self::Unix(stream) => stream.set_write_timeout(limit),
            Self::Tcp(stream) => stream.set_write_timeout(limit),
            Self::Tls(stream) => stream.tcp().set_write_timeout(limit),
            Self::Ssh(ssh) => ssh.stream.set_write_timeout(limit),
        }
    }

    pub fn set_nonblocking(&self, on: bool) -> io::Result<()> {
        match self {
            Self::Unix(stream) => stream.set_nonblocking(on),
            Self::Tcp(stream) => stream.set_nonblocking(on),
            Self::Tls(stream) => stream.tcp().set_nonblocking(on),
            Self::Ssh(ssh) => ssh.stream.set_nonblocking(on),
        }
    }

    /// Whether the next read has nothing to give before more comes over the socket.
    pub fn is_drained(&self) -> bool {
        match self {
            Self::Tls(stream) => stream.is_drained(),
            _ => true,
        }
    }

    /// Nothing may wait to be read on an idle connection, neither bytes nor its end.
    pub fn is_idle(&mut self) -> io::Result<bool> {
        let received = if let Self::Tls(_) = self {
            self.set_nonblocking(true)?;
            let received = self.read(&mut [0]);
            self.set_nonblocking(false)?;
            received
        } else {
            self.receive(&mut [0])
        };
        Ok(received.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock))
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Unix(stream) => stream.as_fd(),
            Self::Tcp(stream) => stream.as_fd(),
            Self::Tls(stream) => stream.tcp().as_fd(),
            Self::Ssh(ssh) => ssh.stream.as_fd(),
        }
    }
}

/// For plain sockets the flags of one call say that it must not wait. TLS has none for its socket, which is
/// made not to wait by [`Stream::set_nonblocking`] before.
impl Duplex for Stream {
    fn offer(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Self::Tls(stream) = self {
            return stream.offer(bytes);
        }
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        match send(self.as_fd(), bytes, flags) {
            Err(Errno::INTR) => Err(io::ErrorKind::WouldBlock.into()),
            result => Ok(result?),
        }
    }

    fn owes(&self) -> bool {
        matches!(self, Self::Tls(stream) if stream.owes())
    }

    fn receive(&mut self, chunk: &mut [u8]) -> io::Result<usize> {
        if let Self::Tls(stream) = self {
            return stream.receive(chunk);
        }
        match recv(self.as_fd(), chunk, RecvFlags::DONTWAIT) {
            Ok((_, amount)) => Ok(amount),
            Err(Errno::INTR) => Err(io::ErrorKind::WouldBlock.into()),
            Err(error) => Err(error.into()),
        }
    }
}
