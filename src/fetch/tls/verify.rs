//! Whether a server is who it should be.

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

use super::super::error::Error;
use super::files::{self, is_version_1, wrong};
use super::{Options, Roots};

/// What the options ask for.
///
/// # Errors
/// `File` for authorities that cannot be read or used.
pub fn verifier(
    options: &Options,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    if !options.verify {
        return Ok(Arc::new(Unverified(provider)));
    }
    Ok(match &options.roots {
        Roots::File(path) => Arc::new(Authorities::read(path, provider)?),
        Roots::System | Roots::SystemWithout(_) => {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            chains(roots, provider).ok_or_else(|| Error::Usage {
                problem: "this machine has no list of authorities to verify a server with".into(),
                hint: Some("install ca-certificates, or name a file with --cacert".into()),
            })?
        }
    })
}

/// `None` where there are no roots.
fn chains(
    roots: RootCertStore,
    provider: Arc<CryptoProvider>,
) -> Option<Arc<WebPkiServerVerifier>> {
    WebPkiServerVerifier::builder_with_provider(roots.into(), provider)
        .build()
        .ok()
}

/// The certificates of a file: what they signed is trusted, and what they are.
#[derive(Debug)]
struct Authorities {
    chains: Arc<WebPkiServerVerifier>,
    /// As they stand in the file.
    certificates: Vec<CertificateDer<'static>>,
}

impl Authorities {
    fn read(path: &Path, provider: Arc<CryptoProvider>) -> Result<Self, Error> {
        let certificates = files::certificates(path)?;
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates.iter().cloned());
        let chains = chains(roots, provider)
            .ok_or_else(|| wrong(path, "none of its certificates can be used"))?;
        Ok(Self {
            chains,
            certificates,
        })
    }
}

/// A certificate that stands in the file needs no issuer, as in Go: so a self-signed one works.
/// webpki looks at the dates before it looks for an issuer, and says `CaUsedAsEndEntity` of what
/// `openssl req -x509` makes; the name is left to check.
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
            Err(error) if lacks_issuer(&error) && self.certificates.contains(end_entity) => {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            result => result,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.chains.verify_tls12_signature(message, cert, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.chains.verify_tls13_signature(message, cert, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chains.supported_verify_schemes()
    }
}

/// All is well with the certificate but who signed it.
fn lacks_issuer(error: &TlsError) -> bool {
    match error {
        TlsError::InvalidCertificate(CertificateError::UnknownIssuer) => true,
        TlsError::InvalidCertificate(error) => is_authority(error),
        _ => false,
    }
}

/// The certificate of a server says that it is an authority's. rustls passes this error of
/// webpki's on as it is; a test pins its text.
pub fn is_authority(error: &CertificateError) -> bool {
    match error {
        CertificateError::Other(other) => other.0.to_string() == "CaUsedAsEndEntity",
        _ => false,
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
        unless_version_1(verify_tls12_signature(message, cert, signature, algorithms))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.0.signature_verification_algorithms;
        unless_version_1(verify_tls13_signature(message, cert, signature, algorithms))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// The key of such a certificate cannot be had from webpki. Whoever takes any certificate loses
/// nothing by it.
fn unless_version_1(
    result: Result<HandshakeSignatureValid, TlsError>,
) -> Result<HandshakeSignatureValid, TlsError> {
    match result {
        Err(error) if is_version_1(&error) => Ok(HandshakeSignatureValid::assertion()),
        result => result,
    }
}
