//! The TLS handshake over a TCP connection.

use std::net::TcpStream;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use super::explain::{self, Peer};
use super::identity::ClientIdentity;
use super::options::TlsOptions;
use super::stream::TlsStream;
use super::verify;
use crate::deadline::DeadlineStream;
use crate::error::Error;
use dq_text::os_reason;

/// Makes the TLS connections of one agent. The files of the options are read once, for the first connection.
#[derive(Debug)]
pub(crate) struct TlsConnector {
    options: TlsOptions,
    loaded: OnceLock<Loaded>,
}

/// What was read from the files.
#[derive(Debug, Clone)]
struct Loaded {
    config: Arc<ClientConfig>,
    identity: Arc<ClientIdentity>,
}

impl TlsConnector {
    /// Reads nothing yet.
    pub(crate) fn new(options: TlsOptions) -> Self {
        Self {
            options,
            loaded: OnceLock::new(),
        }
    }

    /// Performs the handshake within `timeout`. `host` is the name or the address that the certificate must be valid
    /// for.
    ///
    /// # Errors
    /// `File` for a certificate or key that cannot be read or used, `Certificate`, `Handshake`, `Timeout`.
    pub(crate) fn connect(
        &self,
        (host, port): (&str, u16),
        tcp: TcpStream,
        timeout: Option<Duration>,
    ) -> Result<TlsStream, Error> {
        let label = format!("{host}:{port}");
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(bare.to_owned())
            .map_err(|_| explain::failed(&label, "not a name a certificate can be for"))?;
        let loaded = self.loaded()?;
        let peer = Peer {
            label,
            identity: loaded.identity,
            options: self.options.clone(),
        };
        let tls =
            ClientConnection::new(loaded.config, name).map_err(|error| peer.explain_tls(&error))?;
        shake_hands(tls, tcp, peer, timeout)
    }

    fn loaded(&self) -> Result<Loaded, Error> {
        if let Some(loaded) = self.loaded.get() {
            return Ok(loaded.clone());
        }
        let loaded = Loaded::read(&self.options)?;
        Ok(self.loaded.get_or_init(|| loaded).clone())
    }
}

impl Loaded {
    fn read(options: &TlsOptions) -> Result<Self, Error> {
        let provider = Arc::new(ring::default_provider());
        let identity = Arc::new(ClientIdentity::read(options, &provider)?);
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

fn shake_hands(
    mut tls: ClientConnection,
    tcp: TcpStream,
    peer: Peer,
    timeout: Option<Duration>,
) -> Result<TlsStream, Error> {
    let mut stream = DeadlineStream::new(tcp);
    let limited = stream.limit_reads(timeout, None);
    limited
        .and_then(|()| stream.tcp().set_write_timeout(timeout))
        .map_err(|error| explain::failed(&peer.label, os_reason(&error)))?;
    while tls.is_handshaking() {
        tls.complete_io(&mut stream)
            .map_err(|error| peer.explain_handshake(&error))?;
    }
    let unlimited = stream.limit_reads(None, None);
    unlimited.map_err(|error| explain::failed(&peer.label, os_reason(&error)))?;
    Ok(TlsStream::new(tls, stream, peer))
}
