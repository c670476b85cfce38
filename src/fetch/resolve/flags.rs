//! The options that decide the host.

use std::path::PathBuf;

use crate::error::Error;
use crate::tls::{TlsOptions, TrustedRoots};

/// The options that name a host. At most one of them may be given, besides TLS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostFlags {
    /// `--host`: unix://PATH, a path, tcp://, http(s)://, http+unix://, ssh://, host:port.
    pub host: Option<String>,
    /// `--context`: the name of one of docker's contexts.
    pub context: Option<String>,
    /// `--unix-socket`: the socket of any server, so nothing of docker's configuration is sent.
    pub unix_socket: Option<PathBuf>,
    /// `--demo`: the sample engine inside this process.
    pub demo: bool,
    /// The options about TLS.
    pub tls: TlsFlags,
}

impl HostFlags {
    /// Refuses a `--unix-socket` that is no path. A URL may hold a password and is not repeated.
    ///
    /// # Errors
    /// `Usage`.
    pub(super) fn refuse_bad_socket(&self) -> Result<(), Error> {
        let socket = self.unix_socket.as_ref().map(|path| path.to_string_lossy());
        match socket.as_deref() {
            Some("") => Err(Error::usage("--unix-socket names no socket")),
            Some(path) if path.contains("://") => Err(Error::Usage {
                problem: "--unix-socket takes a path, not a URL".to_owned(),
                hint: Some("--host takes unix://, tcp://, http(s):// and ssh://".to_owned()),
            }),
            _ => Ok(()),
        }
    }
}

/// The options about TLS. Any of them turns TLS on for a `tcp://` host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsFlags {
    /// `--cacert`: the file with the only authorities to trust.
    pub ca: Option<PathBuf>,
    /// `--cert`: the file with the client certificate.
    pub cert: Option<PathBuf>,
    /// `--key`: the file with its key; by default that is the certificate's file, as in curl.
    pub key: Option<PathBuf>,
    /// `-k`: accept any server certificate.
    pub insecure: bool,
    /// `--tls`, as in the docker CLI: TLS, without verification unless another option or variable asks for it.
    pub tls: bool,
    /// `--tlsverify[=BOOL]`, as in the docker CLI. `Some(false)` leaves TLS on.
    pub verify: Option<bool>,
}

impl TlsFlags {
    /// Whether any of them was given.
    pub fn is_any_given(&self) -> bool {
        *self != Self::default()
    }

    /// Whether to verify the server; `None` if the options leave that open.
    fn verification(&self) -> Option<bool> {
        match self.verify {
            _ if self.insecure => Some(false),
            None if self.ca.is_some() => Some(true),
            verify => verify,
        }
    }

    /// The configured options, overridden by what was typed.
    ///
    /// # Errors
    /// `Usage` for `--key` without a certificate.
    pub fn applied_to(&self, configured: TlsOptions) -> Result<TlsOptions, Error> {
        let identity = match (&self.cert, &self.key, configured.identity) {
            (Some(cert), key, _) => Some((cert.clone(), key.clone().unwrap_or(cert.clone()))),
            (None, Some(key), Some((cert, _))) => Some((cert, key.clone())),
            (None, Some(_), None) => return Err(Error::usage("--key needs --cert")),
            (None, None, identity) => identity,
        };
        Ok(TlsOptions {
            roots: self.ca.clone().map_or(configured.roots, TrustedRoots::File),
            identity,
            verify: self.verification().unwrap_or(configured.verify),
        })
    }
}
