//! Verifies a server's certificate, by the options.

use std::iter::once;
use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme,
};

use super::algorithms::{explain_signature, short_key};
use super::files::{self, is_version_1, unusable_file};
use super::options::{TlsOptions, TrustedRoots};
use crate::error::Error;

/// The verifier that the options ask for.
///
/// # Errors
/// `File` for authorities that cannot be read or used, `Usage` if the system has none.
pub(crate) fn verifier(
    options: &TlsOptions,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    if !options.verify {
        return Ok(Arc::new(NoVerification(provider)));
    }
    Ok(match &options.roots {
        TrustedRoots::File(path) => Arc::new(Authorities::read(path, provider)?),
        TrustedRoots::System | TrustedRoots::SystemWithout(_) => {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            let chains = chain_verifier(roots, provider).ok_or_else(|| Error::Usage {
                problem: "this machine has no list of authorities to verify a server with".into(),
                hint: Some("install ca-certificates, or name a file with --cacert".into()),
            })?;
            Arc::new(Authorities {
                chains,
                certificates: Vec::new(),
            })
        }
    })
}

/// webpki's verifier of certificate chains; `None` if there are no roots.
fn chain_verifier(
    roots: RootCertStore,
    provider: Arc<CryptoProvider>,
) -> Option<Arc<WebPkiServerVerifier>> {
    WebPkiServerVerifier::builder_with_provider(roots.into(), provider)
        .build()
        .ok()
}

/// Trusts what the system's authorities or the certificates of a file have signed, and the latter themselves.
#[derive(Debug)]
struct Authorities {
    chains: Arc<WebPkiServerVerifier>,
    /// All certificates of the file; none of the system's.
    certificates: Vec<CertificateDer<'static>>,
}

impl Authorities {
    fn read(path: &Path, provider: Arc<CryptoProvider>) -> Result<Self, Error> {
        let certificates = files::certificates(path)?;
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates.iter().cloned());
        let chains = chain_verifier(roots, provider)
            .ok_or_else(|| unusable_file(path, "none of its certificates can be used"))?;
        Ok(Self {
            chains,
            certificates,
        })
    }
}

/// A server certificate that is itself in the file needs no issuer, as in Go, so a self-signed one works. webpki checks
/// the dates before the issuer, and reports a certificate made by `openssl req -x509` as `CaUsedAsEndEntity`. What
/// remains to be checked is the name.
impl ServerCertVerifier for Authorities {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        match self
            .chains
            .verify_server_cert(end_entity, intermediates, name, ocsp, now)
        {
            Err(error) if is_issuer_missing(&error) && self.certificates.contains(end_entity) => {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            result => result.map_err(|error| {
                let signers = intermediates.iter().chain(&self.certificates);
                explain_signature(error, signers, false)
            }),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let result = self.chains.verify_tls12_signature(message, cert, signature);
        result.map_err(|error| explain_signature(error, once(cert), true))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let result = self.chains.verify_tls13_signature(message, cert, signature);
        result.map_err(|error| explain_signature(error, once(cert), true))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chains.supported_verify_schemes()
    }
}

/// Whether the only fault of the certificate is who signed it.
fn is_issuer_missing(error: &TlsError) -> bool {
    match error {
        TlsError::InvalidCertificate(CertificateError::UnknownIssuer) => true,
        TlsError::InvalidCertificate(error) => is_authority_certificate(error),
        _ => false,
    }
}

/// Whether the error is that a server's certificate is marked as an authority's (CA:TRUE). rustls passes this error of
/// webpki on as text, which a test pins.
pub(crate) fn is_authority_certificate(error: &CertificateError) -> bool {
    match error {
        CertificateError::Other(other) => other.0.to_string() == "CaUsedAsEndEntity",
        _ => false,
    }
}

/// Accepts any certificate, but not a handshake signature that does not match it.
#[derive(Debug)]
struct NoVerification(Arc<CryptoProvider>);

impl ServerCertVerifier for NoVerification {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.0.signature_verification_algorithms;
        accept_unreadable(
            cert,
            verify_tls12_signature(message, cert, signature, algorithms),
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.0.signature_verification_algorithms;
        accept_unreadable(
            cert,
            verify_tls13_signature(message, cert, signature, algorithms),
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Accepts the signature where the certificate is of X.509 version 1 or its key is short, because webpki and ring cannot
/// use its key. Where any certificate is accepted, that weakens nothing.
fn accept_unreadable(
    certificate: &CertificateDer<'_>,
    result: Result<HandshakeSignatureValid, TlsError>,
) -> Result<HandshakeSignatureValid, TlsError> {
    match result {
        Err(error) if is_version_1(&error) || short_key(certificate).is_some() => {
            Ok(HandshakeSignatureValid::assertion())
        }
        result => result,
    }
}
