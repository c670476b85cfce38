//! The client's certificate, and whether a server asked for one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;

use super::files;
use super::options::TlsOptions;
use crate::error::Error;

/// Gives rustls the client's certificate, and records that a server requested one: servers that miss it report that in
/// different ways.
#[derive(Debug)]
pub(crate) struct ClientIdentity {
    key: Option<Arc<CertifiedKey>>,
    is_requested: AtomicBool,
}

impl ClientIdentity {
    /// Reads the certificate and key, if the options name them.
    ///
    /// # Errors
    /// `File` for a file that cannot be read or used.
    pub(crate) fn read(options: &TlsOptions, provider: &CryptoProvider) -> Result<Self, Error> {
        let files = options.identity.as_ref();
        let key = files
            .map(|(cert, key)| files::certified_key(cert, key, provider))
            .transpose()?;
        Ok(Self {
            key: key.map(Arc::new),
            is_requested: AtomicBool::new(false),
        })
    }

    /// Whether a server requested a certificate and there is none.
    pub(crate) fn is_missing(&self) -> bool {
        self.key.is_none() && self.is_requested.load(Ordering::Relaxed)
    }
}

impl ResolvesClientCert for ClientIdentity {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.is_requested.store(true, Ordering::Relaxed);
        self.key.clone()
    }

    fn has_certs(&self) -> bool {
        self.key.is_some()
    }
}
