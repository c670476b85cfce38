//! Reads certificates and keys from files, and says what is wrong with those that cannot be used.

use std::path::Path;

use rustls::CertificateError;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use crate::error::Error;
use dq_text::{os_reason, read_any_file, read_file};

/// The object identifier of the curve P-521, 1.3.132.0.35, in DER (RFC 5480 §2.1.1.1).
const P521: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23];

/// The certificates of a PEM file, at least one.
///
/// # Errors
/// `File` if it cannot be read, is not PEM or holds no certificate.
pub(crate) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let bytes = read(path)?;
    let found: Vec<_> = CertificateDer::pem_slice_iter(&bytes)
        .collect::<Result<_, _>>()
        .map_err(|error| unusable_file(path, format!("it is not a PEM file: {error}")))?;
    if !found.is_empty() {
        return Ok(found);
    }
    let hint = if is_pem(&bytes) {
        None
    } else {
        Some(
            "only PEM is read; openssl x509 -inform DER or openssl pkcs12 -nodes convert other \
         forms",
        )
    };
    Err(unusable_with_hint(path, "it holds no certificate", hint))
}

/// The client's certificate with its key.
///
/// # Errors
/// `File`, naming the file that cannot be used.
pub(crate) fn certified_key(
    cert: &Path,
    key: &Path,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, Error> {
    let chain = certificates(cert)?;
    let der = private_key(cert, key)?;
    let is_p521 = der.secret_der().windows(P521.len()).any(|it| it == P521);
    let signer = provider
        .key_provider
        .load_private_key(der)
        .map_err(|_| unsupported_key(key, is_p521))?;
    let pair = CertifiedKey::new(chain, signer);
    match pair.keys_match() {
        Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::KeyMismatch)) => {
            let name = cert.display();
            Err(unusable_file(
                key,
                format!("the key does not belong to {name}"),
            ))
        }
        Err(error) if !is_version_1(&error) => Err(unusable_file(
            cert,
            format!("the certificate cannot be used: {error}"),
        )),
        // dockerd accepts a client certificate of X.509 version 1, made without -extfile.
        _ => Ok(pair),
    }
}

/// Whether the error is that a certificate is of X.509 version 1. rustls reads version 3 only.
pub(crate) fn is_version_1(error: &rustls::Error) -> bool {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::Other(other)) => {
            other.0.to_string() == "UnsupportedCertVersion"
        }
        _ => false,
    }
}

fn unsupported_key(key: &Path, is_p521: bool) -> Error {
    let problem = if is_p521 {
        "the key is on the curve P-521, which dq cannot use"
    } else {
        "the key is of a kind or size that dq cannot use"
    };
    unusable_with_hint(
        key,
        problem,
        Some("keys can be RSA of 2048 to 8192 bits, EC on P-256 or P-384, or Ed25519"),
    )
}

fn private_key(cert: &Path, key: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    let pem = read(key)?;
    let text = String::from_utf8_lossy(&pem);
    // PKCS#8, and the form that OpenSSL wrote before 1.0.
    if text.contains("BEGIN ENCRYPTED") || text.contains("Proc-Type: 4,ENCRYPTED") {
        let name = key.display();
        return Err(unusable_with_hint(
            key,
            "the key is encrypted, and dq asks for no passphrase",
            Some(&format!(
                "openssl pkey -in {name} -out plain.pem removes the passphrase"
            )),
        ));
    }
    PrivateKeyDer::from_pem_slice(&pem).map_err(|error| match error {
        rustls::pki_types::pem::Error::NoItemsFound if cert == key => unusable_with_hint(
            key,
            "it holds no private key",
            Some("--key names the file that does"),
        ),
        rustls::pki_types::pem::Error::NoItemsFound => {
            unusable_file(key, "it holds no private key")
        }
        error => unusable_file(key, format!("it is not a PEM file: {error}")),
    })
}

fn is_pem(bytes: &[u8]) -> bool {
    bytes.windows(11).any(|it| it == b"-----BEGIN ")
}

/// Reads a file. Only where a shell makes pipes for `<(…)` it may be one.
fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let bytes = if path.starts_with("/dev") || path.starts_with("/proc") {
        read_any_file(path)
    } else {
        read_file(path)
    };
    bytes.map_err(|error| unusable_file(path, os_reason(&error)))
}

/// The error for a file that cannot be used.
pub(crate) fn unusable_file(path: &Path, problem: impl Into<String>) -> Error {
    unusable_with_hint(path, problem, None)
}

fn unusable_with_hint(path: &Path, problem: impl Into<String>, hint: Option<&str>) -> Error {
    Error::File {
        path: path.to_owned(),
        problem: problem.into(),
        hint: hint.map(str::to_owned),
    }
}
