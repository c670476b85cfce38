//! TLS over TCP with rustls: docker's certificate files, the system's roots, errors in words.

use std::fs;
use std::io;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct,
    InvalidMessage, RootCertStore, SignatureScheme, StreamOwned,
};

use super::error::{Error, cause};

/// Go's words, which docker's users know.
const UNKNOWN_AUTHORITY: &str = "it is signed by an unknown authority";

/// A connection with TLS on it.
pub type TlsStream = StreamOwned<ClientConnection, TcpStream>;

/// Whom to trust and who we are. Files are read when the first connection is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The only roots; without it those of the system.
    pub ca: Option<PathBuf>,
    /// The client's certificate and its key.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// Whether the server must prove who it is.
    pub verify: bool,
}

impl Options {
    /// The system's roots and no client certificate.
    pub fn system_roots() -> Self {
        Self {
            ca: None,
            identity: None,
            verify: true,
        }
    }

    /// What DOCKER_TLS_VERIFY and DOCKER_TLS ask for: ca.pem must be there to verify, the client's
    /// certificate need not (docker/cli cli/flags/options.go).
    pub fn of_docker(dir: Option<&Path>, verify: bool) -> Self {
        Self {
            ca: dir.filter(|_| verify).map(|dir| dir.join("ca.pem")),
            identity: dir.and_then(identity),
            verify,
        }
    }

    /// What a context stores; `None` where it says nothing of TLS.
    pub fn of_context(dir: &Path, skip_verify: bool) -> Option<Self> {
        let ca = Some(dir.join("ca.pem")).filter(|ca| ca.exists());
        let identity = identity(dir);
        (skip_verify || ca.is_some() || identity.is_some()).then_some(Self {
            ca: ca.filter(|_| !skip_verify),
            identity,
            verify: !skip_verify,
        })
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
    config: OnceLock<Arc<ClientConfig>>,
}

impl Tls {
    pub fn new(options: Options) -> Self {
        Self {
            options,
            config: OnceLock::new(),
        }
    }

    /// Shakes hands. `host` is the name or the address the certificate must be for, `limit` holds
    /// for each read and write.
    ///
    /// # Errors
    /// `File` for a certificate or key that cannot be read or used, `Certificate`, `Handshake`,
    /// `Timeout`.
    pub fn connect(
        &self,
        (host, port): (&str, u16),
        mut tcp: TcpStream,
        limit: Option<Duration>,
    ) -> Result<TlsStream, Error> {
        let label = format!("{host}:{port}");
        let name = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let name = ServerName::try_from(name).map_err(|_| failed(&label, "not a valid name"))?;
        let mut tls =
            ClientConnection::new(self.config()?, name).map_err(|error| explain(&error, &label))?;
        tcp.set_read_timeout(limit)
            .and_then(|()| tcp.set_write_timeout(limit))
            .map_err(|error| failed(&label, cause(&error)))?;
        while tls.is_handshaking() {
            tls.complete_io(&mut tcp)
                .map_err(|error| self.with_hint(interrupted(&error, &label)))?;
        }
        Ok(StreamOwned::new(tls, tcp))
    }

    /// The files are read once.
    fn config(&self) -> Result<Arc<ClientConfig>, Error> {
        if let Some(config) = self.config.get() {
            return Ok(config.clone());
        }
        let config = config(&self.options)?;
        Ok(self.config.get_or_init(|| config).clone())
    }

    /// Says which roots were the wrong ones.
    fn with_hint(&self, error: Error) -> Error {
        let Error::Certificate {
            host,
            problem,
            hint: None,
        } = error
        else {
            return error;
        };
        let hint = (problem == UNKNOWN_AUTHORITY).then(|| match &self.options.ca {
            Some(ca) => format!("only what {} signed is trusted here", ca.display()),
            None => "the system's authorities are trusted here; docker's own ca.pem belongs in \
                     DOCKER_CERT_PATH, with DOCKER_TLS_VERIFY=1"
                .to_owned(),
        });
        Error::Certificate {
            host,
            problem,
            hint,
        }
    }
}

fn config(options: &Options) -> Result<Arc<ClientConfig>, Error> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Protocol {
            problem: error.to_string(),
        })?;
    let builder = if options.verify {
        builder.with_root_certificates(roots(options.ca.as_deref())?)
    } else {
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Unverified(provider)))
    };
    let config = match &options.identity {
        None => builder.with_no_client_auth(),
        Some((cert, key)) => builder
            .with_client_auth_cert(certificates(cert)?, private_key(key)?)
            .map_err(|error| wrong(key, unusable_key(&error)))?,
    };
    Ok(Arc::new(config))
}

fn unusable_key(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InconsistentKeys(_) => "it does not belong to cert.pem".to_owned(),
        other => format!("it cannot be used: {other}"),
    }
}

fn roots(ca: Option<&Path>) -> Result<RootCertStore, Error> {
    let certificates = match ca {
        Some(path) => certificates(path)?,
        None => rustls_native_certs::load_native_certs().certs,
    };
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(certificates);
    match ca {
        Some(path) if added == 0 => Err(wrong(path, "none of its certificates can be used")),
        _ => Ok(roots),
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(&read(path)?)
        .collect::<Result<_, _>>()
        .map_err(|error| wrong(path, format!("not a PEM file: {error}")))?;
    if found.is_empty() {
        Err(wrong(path, "it holds no certificate"))
    } else {
        Ok(found)
    }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    let pem = read(path)?;
    if String::from_utf8_lossy(&pem).contains("ENCRYPTED") {
        let advice = "the key is encrypted, which docker does not support either; \
                      openssl pkey -in key.pem -out plain.pem takes the passphrase off";
        return Err(wrong(path, advice));
    }
    PrivateKeyDer::from_pem_slice(&pem).map_err(|_| wrong(path, "it holds no private key"))
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|error| wrong(path, cause(&error)))
}

fn wrong(path: &Path, problem: impl Into<String>) -> Error {
    Error::File {
        path: path.to_owned(),
        problem: problem.into(),
    }
}

fn interrupted(error: &io::Error, host: &str) -> Error {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Error::Timeout {
            doing: format!("in the TLS handshake with {host}"),
        },
        io::ErrorKind::UnexpectedEof => failed(host, "the server closed the connection"),
        _ => from_io(error, host).unwrap_or_else(|| failed(host, cause(error))),
    }
}

/// What rustls says inside an error of the stream's, also after the handshake: with TLS 1.3 a
/// server refuses a client's certificate only then.
pub fn from_io(error: &io::Error, host: &str) -> Option<Error> {
    let inner = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    Some(explain(inner, host))
}

fn failed(host: &str, problem: impl Into<String>) -> Error {
    Error::Handshake {
        host: host.to_owned(),
        problem: problem.into(),
        hint: None,
    }
}

fn explain(error: &rustls::Error, host: &str) -> Error {
    use rustls::Error as Tls;
    match error {
        Tls::InvalidCertificate(problem) => distrusted(problem, host),
        Tls::AlertReceived(alert) => alerted(*alert, host),
        Tls::InvalidMessage(InvalidMessage::InvalidContentType) => Error::Handshake {
            host: host.to_owned(),
            problem: "the server does not speak TLS".to_owned(),
            hint: Some("is it a plain http server?".to_owned()),
        },
        other => failed(host, other.to_string()),
    }
}

fn distrusted(problem: &CertificateError, host: &str) -> Error {
    use CertificateError as C;
    let problem = match problem {
        C::UnknownIssuer => UNKNOWN_AUTHORITY.to_owned(),
        C::Expired | C::ExpiredContext { .. } => "it has expired".to_owned(),
        C::NotValidYet | C::NotValidYetContext { .. } => "it is not valid yet".to_owned(),
        C::NotValidForName => "it is for another name".to_owned(),
        C::NotValidForNameContext { presented, .. } => other_names(presented),
        C::InvalidPurpose | C::InvalidPurposeContext { .. } => {
            "it is not a server's certificate".to_owned()
        }
        other => other.to_string(),
    };
    Error::Certificate {
        host: host.to_owned(),
        problem,
        hint: None,
    }
}

/// `DnsName("a")`, `IpAddress(1.2.3.4)` as rustls lists them → `a, 1.2.3.4`.
fn other_names(presented: &[String]) -> String {
    let names: Vec<&str> = presented
        .iter()
        .filter_map(|name| name.split_once('(')?.1.strip_suffix(')'))
        .map(|name| name.trim_matches('"'))
        .collect();
    match names[..] {
        [] => "it names no host (a common name alone does not count)".to_owned(),
        _ => format!("it is only valid for {}", names.join(", ")),
    }
}

fn alerted(alert: AlertDescription, host: &str) -> Error {
    use AlertDescription as A;
    match alert {
        A::CertificateRequired
        | A::BadCertificate
        | A::UnknownCA
        | A::CertificateUnknown
        | A::CertificateExpired
        | A::UnsupportedCertificate => Error::Handshake {
            host: host.to_owned(),
            problem: "the server does not accept our client certificate, or misses one".to_owned(),
            hint: Some("cert.pem and key.pem belong in DOCKER_CERT_PATH".to_owned()),
        },
        A::ProtocolVersion => failed(host, "no TLS version in common; dq needs 1.2 or 1.3"),
        A::UnrecognisedName => failed(host, "the server does not know this name"),
        other => failed(host, format!("the server refused with the alert {other:?}")),
    }
}

/// Takes every certificate, but not a signature that does not fit it.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, cert, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, cert, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests;
