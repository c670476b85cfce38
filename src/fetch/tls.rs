//! TLS over TCP with rustls: docker's certificate files, the system's roots, errors in words.

mod explain;
mod files;
mod verify;

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use rustls::client::ResolvesClientCert;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::ServerName;
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, ClientConnection, SignatureScheme, StreamOwned};

use super::error::Error;
use dq_text::os_reason;

/// Whom to trust and who we are. Files are read when the first connection is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    pub roots: Roots,
    /// The client's certificate and its key, which may be in the same file.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// Whether the server must prove who it is.
    pub verify: bool,
}

/// Who may vouch for a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Roots {
    System,
    /// The system's, since docker's usual file for others is not there: it is named in hints.
    SystemWithout(PathBuf),
    /// Nobody but those in this file.
    File(PathBuf),
}

impl Options {
    /// The system's roots and no client certificate.
    pub fn system_roots() -> Self {
        Self {
            roots: Roots::System,
            identity: None,
            verify: true,
        }
    }

    /// Docker's files in a folder, those that are there. docker/cli insists on ca.pem; here the
    /// system's roots take its place.
    pub fn from_folder(dir: Option<&Path>, verify: bool) -> Self {
        let roots = dir.map(|dir| dir.join("ca.pem"));
        Self {
            roots: match roots {
                Some(ca) if ca.exists() => Roots::File(ca),
                Some(ca) => Roots::SystemWithout(ca),
                None => Roots::System,
            },
            identity: dir.and_then(identity),
            verify,
        }
    }

    /// What a context stores; `None` where it says nothing of TLS.
    pub fn from_context(dir: &Path, skip_verify: bool) -> Option<Self> {
        let stored = Self::from_folder(Some(dir), !skip_verify);
        let has_ca = matches!(stored.roots, Roots::File(_));
        (skip_verify || has_ca || stored.identity.is_some()).then_some(stored)
    }
}

/// The client's certificate in a folder; half of one is an error when it is read.
fn identity(dir: &Path) -> Option<(PathBuf, PathBuf)> {
    let (cert, key) = (dir.join("cert.pem"), dir.join("key.pem"));
    (cert.exists() || key.exists()).then_some((cert, key))
}

/// TLS for the connections of one agent.
#[derive(Debug)]
pub struct Tls {
    options: Options,
    ready: OnceLock<Ready>,
}

/// What the files have become.
#[derive(Debug, Clone)]
struct Ready {
    config: Arc<ClientConfig>,
    identity: Arc<Identity>,
}

impl Tls {
    pub fn new(options: Options) -> Self {
        Self {
            options,
            ready: OnceLock::new(),
        }
    }

    /// Shakes hands. `host` is the name or the address the certificate must be for; all of it may
    /// take as long as `limit`.
    ///
    /// # Errors
    /// `File` for a certificate or key that cannot be read or used, `Certificate`, `Handshake`,
    /// `Timeout`.
    pub fn connect(
        &self,
        (host, port): (&str, u16),
        tcp: TcpStream,
        limit: Option<Duration>,
    ) -> Result<TlsStream, Error> {
        let label = format!("{host}:{port}");
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(bare.to_owned())
            .map_err(|_| explain::failed(&label, "not a name a certificate can be for"))?;
        let ready = self.ready()?;
        let peer = Peer {
            label,
            identity: ready.identity,
            options: self.options.clone(),
        };
        let tls =
            ClientConnection::new(ready.config, name).map_err(|error| peer.explain(&error))?;
        shake_hands(tls, tcp, peer, limit)
    }

    /// The files are read once.
    fn ready(&self) -> Result<Ready, Error> {
        if let Some(ready) = self.ready.get() {
            return Ok(ready.clone());
        }
        let ready = Ready::new(&self.options)?;
        Ok(self.ready.get_or_init(|| ready).clone())
    }
}

fn shake_hands(
    mut tls: ClientConnection,
    mut tcp: TcpStream,
    peer: Peer,
    limit: Option<Duration>,
) -> Result<TlsStream, Error> {
    let end = limit.map(|limit| Instant::now() + limit);
    while tls.is_handshaking() {
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            return Err(peer.timed_out());
        }
        tcp.set_read_timeout(left)
            .and_then(|()| tcp.set_write_timeout(left))
            .map_err(|error| explain::failed(&peer.label, os_reason(&error)))?;
        tls.complete_io(&mut tcp)
            .map_err(|error| peer.interrupted(&error))?;
    }
    Ok(TlsStream {
        stream: StreamOwned::new(tls, tcp),
        peer,
    })
}

impl Ready {
    fn new(options: &Options) -> Result<Self, Error> {
        let provider = Arc::new(ring::default_provider());
        let identity = Arc::new(Identity::read(options, &provider)?);
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::Protocol {
                problem: error.to_string(),
            })?;
        let config = builder
            .dangerous()
            .with_custom_certificate_verifier(verify::verifier(options, provider)?)
            .with_client_cert_resolver(identity.clone());
        Ok(Self {
            config: Arc::new(config),
            identity,
        })
    }
}

/// Hands out the client's certificate, and remembers that a server asked for one: what it says
/// when it misses one differs from server to server.
#[derive(Debug)]
struct Identity {
    key: Option<Arc<CertifiedKey>>,
    asked: AtomicBool,
}

impl Identity {
    fn read(options: &Options, provider: &CryptoProvider) -> Result<Self, Error> {
        let pair = options.identity.as_ref();
        let key = pair
            .map(|(cert, key)| files::certified_key(cert, key, provider))
            .transpose()?;
        Ok(Self {
            key: key.map(Arc::new),
            asked: AtomicBool::new(false),
        })
    }

    /// A server asked for a certificate, and there is none.
    fn is_missed(&self) -> bool {
        self.key.is_none() && self.asked.load(Ordering::Relaxed)
    }
}

impl ResolvesClientCert for Identity {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::Relaxed);
        self.key.clone()
    }

    fn has_certs(&self) -> bool {
        self.key.is_some()
    }
}

/// Who is at the other end, and what was agreed on: what an error is told with.
struct Peer {
    /// Host and port.
    label: String,
    identity: Arc<Identity>,
    options: Options,
}

/// A connection with TLS on it.
pub struct TlsStream {
    stream: StreamOwned<ClientConnection, TcpStream>,
    peer: Peer,
}

impl TlsStream {
    /// The connection underneath, for its settings.
    pub fn tcp(&self) -> &TcpStream {
        &self.stream.sock
    }

    /// Whether the next read has nothing to give before more comes over the socket.
    pub fn is_drained(&self) -> bool {
        self.stream.conn.wants_read()
    }

    /// Accepted bytes are still to be sent.
    pub fn owes(&self) -> bool {
        self.stream.conn.wants_write()
    }

    /// Accepts some of the bytes and sends as much as the socket takes.
    ///
    /// # Errors
    /// `WouldBlock` where it took nothing of those accepted before.
    pub fn offer(&mut self, bytes: &[u8]) -> io::Result<usize> {
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

    /// Fetches what has come, whatever is still to be sent; 0 at the end.
    ///
    /// # Errors
    /// As TLS and the socket fail; `WouldBlock` where nothing has come.
    pub fn receive(&mut self, chunk: &mut [u8]) -> io::Result<usize> {
        let StreamOwned { conn, sock } = &mut self.stream;
        if conn.wants_read() {
            conn.read_tls(sock)?;
            conn.process_new_packets()
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        }
        match conn.reader().read(chunk) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
            result => result,
        }
    }

    /// What an error after the handshake means, where it is TLS's: with TLS 1.3 a server refuses a
    /// client's certificate only then, and may do it without a word.
    pub fn explain(&self, error: &io::Error, heard: bool) -> Option<Error> {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
        match inner {
            Some(inner) => Some(self.peer.explain(inner)),
            None if heard => None,
            None => self.no_reply(),
        }
    }

    /// Why a server may have hung up without an answer.
    pub fn no_reply(&self) -> Option<Error> {
        let missed = self.peer.identity.is_missed();
        missed.then(|| self.peer.no_certificate())
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

#[cfg(test)]
mod tests;
