//! Names of signature algorithms and sizes of keys, from the DER of certificates (RFC 3279, RFC 5480, RFC 8017).

use std::fmt;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error as TlsError, OtherError};

/// The shortest RSA key that verifies a signature here, in bits.
const LEAST_RSA_BITS: usize = 2048;

/// The names of signature algorithms that dq does not support.
const NAMES: [(&[u32], &str); 12] = [
    (&[1, 2, 840, 113_549, 1, 1, 2], "MD2"),
    (&[1, 2, 840, 113_549, 1, 1, 4], "MD5"),
    (&[1, 2, 840, 113_549, 1, 1, 5], "SHA-1"),
    (&[1, 2, 840, 113_549, 1, 1, 14], "RSA and SHA-224"),
    (&[1, 2, 840, 10045, 4, 1], "SHA-1"),
    (&[1, 2, 840, 10045, 4, 3, 1], "ECDSA and SHA-224"),
    (&[1, 2, 840, 10045, 4, 3, 2], "ECDSA and SHA-256"),
    (&[1, 2, 840, 10045, 4, 3, 3], "ECDSA and SHA-384"),
    (&[1, 2, 840, 10045, 4, 3, 4], "ECDSA and SHA-512"),
    (&[1, 2, 840, 10040, 4, 3], "SHA-1"),
    (&[2, 16, 840, 1, 101, 3, 4, 3, 2], "DSA"),
    (&[1, 3, 101, 113], "Ed448"),
];

/// The name of a signature algorithm, and whether it counts as broken. `id` is the content of an AlgorithmIdentifier.
pub(crate) fn signature_name(id: &[u8]) -> (String, bool) {
    let Some(arcs) = element(id, 6).and_then(|(oid, _)| arcs(oid)) else {
        return ("an algorithm without a name".to_owned(), false);
    };
    match NAMES.iter().find(|(known, _)| *known == arcs) {
        Some((_, name)) => ((*name).to_owned(), matches!(*name, "MD2" | "MD5" | "SHA-1")),
        None => {
            let numbers: Vec<String> = arcs.iter().map(u32::to_string).collect();
            (format!("the algorithm {}", numbers.join(".")), false)
        }
    }
}

/// An RSA key that is too short to verify a signature with. ring then reports the signature as wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShortKey {
    pub bits: usize,
    /// Whether it is the server's own; else it is an authority's.
    pub is_servers: bool,
}

impl fmt::Display for ShortKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whose = if self.is_servers {
            "its key"
        } else {
            "the key of its authority"
        };
        let bits = self.bits;
        write!(
            f,
            "{whose} is too short: RSA with {bits} bits, where {LEAST_RSA_BITS} are the least"
        )
    }
}

impl std::error::Error for ShortKey {}

/// The error of a wrong signature, explained by the first key that is too short: the server's own, where `is_servers`,
/// or that of an authority.
pub(crate) fn explain_signature<'c>(
    error: TlsError,
    mut signers: impl Iterator<Item = &'c CertificateDer<'c>>,
    is_servers: bool,
) -> TlsError {
    if error != TlsError::InvalidCertificate(CertificateError::BadSignature) {
        return error;
    }
    match signers.find_map(short_key) {
        Some(bits) => {
            let key = ShortKey { bits, is_servers };
            CertificateError::Other(OtherError(Arc::new(key))).into()
        }
        None => error,
    }
}

/// The short key that an error is about.
pub(crate) fn short_key_of(error: &CertificateError) -> Option<ShortKey> {
    match error {
        CertificateError::Other(other) => other.0.downcast_ref().copied(),
        _ => None,
    }
}

/// The bits of the certificate's key, if that is of RSA and too short.
pub(crate) fn short_key(certificate: &CertificateDer<'_>) -> Option<usize> {
    let parsed = ParsedCertificate::try_from(certificate).ok()?;
    let bits = rsa_bits(&parsed.subject_public_key_info())?;
    (bits < LEAST_RSA_BITS).then_some(bits)
}

/// The length of the modulus in a SubjectPublicKeyInfo; `None` for a key that is not of RSA.
fn rsa_bits(info: &[u8]) -> Option<usize> {
    const RSA: [u32; 7] = [1, 2, 840, 113_549, 1, 1, 1];
    let (info, _) = element(info, 0x30)?;
    let (algorithm, rest) = element(info, 0x30)?;
    if arcs(element(algorithm, 6)?.0)? != RSA {
        return None;
    }
    let (bits, _) = element(rest, 3)?;
    let (key, _) = element(bits.strip_prefix(&[0])?, 0x30)?;
    let (modulus, _) = element(key, 2)?;
    let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
    let first = modulus.get(zeros)?;
    Some((modulus.len() - zeros) * 8 - first.leading_zeros() as usize)
}

/// The content of a DER element with this tag, and what follows it (X.690 §8.1).
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let rest = bytes.strip_prefix(&[tag])?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        let length = digits.iter().try_fold(0_usize, |length, digit| {
            length.checked_mul(256)?.checked_add(usize::from(*digit))
        })?;
        (length, rest)
    };
    rest.split_at_checked(length)
}

/// The numbers of an object identifier (X.690 §8.19).
fn arcs(content: &[u8]) -> Option<Vec<u32>> {
    let mut arcs = Vec::new();
    let mut number = 0_u32;
    for byte in content {
        number = number.checked_mul(128)? + u32::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            if arcs.is_empty() {
                let first = (number / 40).min(2);
                arcs.push(first);
                number -= first * 40;
            }
            arcs.push(number);
            number = 0;
        }
    }
    Some(arcs)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rustls::pki_types::pem::PemObject;

    #[test]
    fn algorithms_have_names() {
        let cases: [(&[u8], &str, bool); 6] = [
            (
                &[6, 9, 42, 134, 72, 134, 247, 13, 1, 1, 5, 5, 0],
                "SHA-1",
                true,
            ),
            (
                &[6, 9, 42, 134, 72, 134, 247, 13, 1, 1, 4, 5, 0],
                "MD5",
                true,
            ),
            (
                &[6, 8, 42, 134, 72, 206, 61, 4, 3, 4],
                "ECDSA and SHA-512",
                false,
            ),
            (&[6, 3, 43, 101, 113], "Ed448", false),
            (&[6, 3, 85, 4, 3], "the algorithm 2.5.4.3", false),
            (&[6, 200, 1], "an algorithm without a name", false),
        ];
        for (id, name, is_broken) in cases {
            assert_eq!(signature_name(id), (name.to_owned(), is_broken));
        }
    }

    #[test]
    fn keys_have_sizes() {
        let certificate =
            CertificateDer::from_pem_slice(include_bytes!("testdata/short.pem")).unwrap();
        assert_eq!(short_key(&certificate), Some(1024));
        let certificate =
            CertificateDer::from_pem_slice(include_bytes!("testdata/server.pem")).unwrap();
        assert_eq!(short_key(&certificate), None);
        assert_eq!(rsa_bits(&[0x30, 0x82, 0xff]), None);
    }
}
