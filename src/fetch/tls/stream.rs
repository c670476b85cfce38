//! Reading and writing a TLS connection, blocking or not.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use rustls::{ClientConnection, StreamOwned};

use super::explain::Peer;
use crate::deadline::DeadlineStream;
use crate::error::Error;

/// A TLS connection after its handshake.
pub(crate) struct TlsStream {
    stream: StreamOwned<ClientConnection, DeadlineStream>,
    peer: Peer,
}

impl TlsStream {
    /// A connection to `peer` whose handshake is complete.
    pub(crate) fn new(tls: ClientConnection, tcp: DeadlineStream, peer: Peer) -> Self {
        Self {
            stream: StreamOwned::new(tls, tcp),
            peer,
        }
    }

    /// The TCP connection, for its timeouts and its descriptor.
    pub(crate) fn tcp(&self) -> &TcpStream {
        self.stream.sock.tcp()
    }

    /// Lets a read take `whole`, however many pieces a TLS record comes in, and `pause` pass between two of them; `None`
    /// for no limit.
    ///
    /// # Errors
    /// Those of setsockopt(2).
    pub(crate) fn limit_reads(
        &mut self,
        whole: Option<Duration>,
        pause: Option<Duration>,
    ) -> io::Result<()> {
        self.stream.sock.limit_reads(whole, pause)
    }

    /// Whether the next read has to wait for bytes from the socket.
    pub(crate) fn is_drained(&self) -> bool {
        self.stream.conn.wants_read()
    }

    /// Whether accepted bytes are not yet sent.
    pub(crate) fn has_unsent_bytes(&self) -> bool {
        self.stream.conn.wants_write()
    }

    /// Accepts some of the bytes, and sends as much as the socket takes. Returns how many were accepted.
    ///
    /// # Errors
    /// Those of the socket: `WouldBlock` if bytes accepted before could not be sent.
    pub(crate) fn try_send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let StreamOwned { conn, sock } = &mut self.stream;
        while conn.wants_write() {
            conn.write_tls(sock)?;
        }
        let accepted = conn.writer().write(bytes)?;
        while conn.wants_write() {
            match conn.write_tls(sock) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                result => result?,
            };
        }
        Ok(accepted)
    }

    /// Reads into `chunk` without sending anything first. Returns the number of bytes, 0 at the end.
    ///
    /// # Errors
    /// Those of TLS and of the socket: `WouldBlock` if nothing has arrived.
    pub(crate) fn try_receive(&mut self, chunk: &mut [u8]) -> io::Result<usize> {
        let StreamOwned { conn, sock } = &mut self.stream;
        if conn.wants_read() {
            conn.read_tls(&mut sock.tcp())?;
            conn.process_new_packets()
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        }
        match conn.reader().read(chunk) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
            result => result,
        }
    }

    /// The error to report for a failure after the handshake, if TLS is the cause. With TLS 1.3 a server refuses a
    /// client's certificate only then, and may close the connection without an alert. `has_received` says whether any
    /// byte of a response has arrived.
    pub(crate) fn explain(&self, error: &io::Error, has_received: bool) -> Option<Error> {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
        match inner {
            Some(inner) => Some(self.peer.explain_tls(inner)),
            None if has_received => None,
            None => self.no_reply(),
        }
    }

    /// The error to report for a connection that the server closed without a response, if TLS is the likely cause.
    pub(crate) fn no_reply(&self) -> Option<Error> {
        let is_missing = self.peer.identity.is_missing();
        is_missing.then(|| self.peer.no_client_certificate())
    }
}

impl Read for TlsStream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buf)
    }
}

impl Write for TlsStream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.stream.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
