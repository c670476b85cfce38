//! Explains TLS errors, with a hint what to do about them.

use std::io;
use std::sync::Arc;

use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, InvalidMessage};

use super::algorithms::{short_key_of, signature_name};
use super::files::is_version_1;
use super::identity::ClientIdentity;
use super::options::{TlsOptions, TrustedRoots};
use super::verify::is_authority_certificate;
use crate::error::Error;
use dq_text::os_reason;

/// The wording of Go's crypto/x509, which users of the docker CLI know.
const UNKNOWN_AUTHORITY: &str = "it is signed by an unknown authority";
/// The hint for a certificate that names no host.
const ADD_ALT_NAME: &str = "create it again with subjectAltName in an -extfile, as docker's documentation \
                         shows; -k skips this check";

/// The server of a connection, and what its errors mention.
pub(crate) struct Peer {
    /// Host and port.
    pub label: String,
    /// The client's certificate.
    pub identity: Arc<ClientIdentity>,
    /// The options of the connection.
    pub options: TlsOptions,
}

/// What rustls says of a certificate; errors of webpki are the names of its variants, whose words are taken apart.
fn in_words(problem: &str) -> String {
    let Some(inner) = problem.strip_prefix("Other(OtherError(") else {
        return problem.to_owned();
    };
    let name = inner.trim_end_matches(')');
    let mut words = String::new();
    for letter in name.chars().filter(char::is_ascii_alphabetic) {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// A `Handshake` error without a hint.
pub(crate) fn failed(host: &str, problem: impl Into<String>) -> Error {
    failed_with_hint(host, problem, None)
}

fn failed_with_hint(host: &str, problem: impl Into<String>, hint: Option<String>) -> Error {
    Error::Handshake {
        host: host.to_owned(),
        problem: problem.into(),
        hint,
    }
}

impl Peer {
    /// The error of a handshake that took too long.
    pub(crate) fn timed_out(&self) -> Error {
        Error::Timeout {
            doing: format!("in the TLS handshake with {}", self.label),
        }
    }

    /// The error to report for a failure during the handshake.
    pub(crate) fn explain_handshake(&self, error: &io::Error) -> Error {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
        if let Some(inner) = inner {
            return self.explain_tls(inner);
        }
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => self.timed_out(),
            _ if self.identity.is_missing() => self.no_client_certificate(),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => failed_with_hint(
                &self.label,
                "the server closed the connection",
                Some("does this port speak TLS?".to_owned()),
            ),
            _ => failed(&self.label, os_reason(error)),
        }
    }

    /// The error to report for an error of rustls.
    pub(crate) fn explain_tls(&self, error: &rustls::Error) -> Error {
        use rustls::Error as TlsError;
        match error {
            TlsError::InvalidCertificate(_) if is_version_1(error) => self.untrusted(
                "it is of X.509 version 1, which names no host".to_owned(),
                Some(ADD_ALT_NAME.to_owned()),
            ),
            TlsError::InvalidCertificate(problem) => self.explain_certificate(problem),
            TlsError::AlertReceived(alert) => self.explain_alert(*alert),
            TlsError::InvalidMessage(InvalidMessage::InvalidContentType) => failed_with_hint(
                &self.label,
                "the server does not speak TLS on this port",
                Some(self.plain_http_hint()),
            ),
            other => failed(&self.label, other.to_string()),
        }
    }

    fn plain_http_hint(&self) -> String {
        format!(
            "plain http is http://{0}, or tcp://{0} without DOCKER_TLS_VERIFY and --tls options",
            self.label
        )
    }

    fn explain_certificate(&self, problem: &CertificateError) -> Error {
        use CertificateError as C;
        match problem {
            C::UnknownIssuer => {
                self.untrusted(UNKNOWN_AUTHORITY.to_owned(), Some(self.trust_hint()))
            }
            _ if is_authority_certificate(problem) => self.untrusted(
                "it is self-signed, or an authority's own (CA:TRUE), and not among the \
                 trusted ones"
                    .to_owned(),
                Some(self.trust_hint()),
            ),
            C::ExpiredContext { not_after, .. } => self.untrusted(
                format!("it expired on {}", date(*not_after)),
                Some(format!(
                    "today is {} on this machine",
                    date(UnixTime::now())
                )),
            ),
            C::NotValidYetContext { not_before, .. } => self.untrusted(
                format!("it is not valid before {}", date(*not_before)),
                Some(format!(
                    "today is {} on this machine: is its clock right?",
                    date(UnixTime::now())
                )),
            ),
            C::NotValidForNameContext { presented, .. } => self.wrong_name(presented),
            C::InvalidPurpose | C::InvalidPurposeContext { .. } => self.untrusted(
                "it is not meant for a server".to_owned(),
                Some("its extendedKeyUsage must have serverAuth".to_owned()),
            ),
            C::UnsupportedSignatureAlgorithmContext {
                signature_algorithm_id: id,
                ..
            }
            | C::UnsupportedSignatureAlgorithmForPublicKeyContext {
                signature_algorithm_id: id,
                ..
            } => self.unsupported_signature(id),
            C::BadSignature => {
                self.untrusted("its signature is wrong".to_owned(), Some(self.trust_hint()))
            }
            other => match short_key_of(other) {
                Some(key) => self.untrusted(
                    key.to_string(),
                    Some("create it again with 2048 bits or more; -k skips this check".to_owned()),
                ),
                None => self.untrusted(in_words(&other.to_string()), None),
            },
        }
    }

    /// The error for a certificate whose signature dq cannot verify.
    fn unsupported_signature(&self, id: &[u8]) -> Error {
        let (name, is_broken) = signature_name(id);
        let why = if is_broken {
            "which can be forged"
        } else {
            "which dq cannot verify"
        };
        self.untrusted(
            format!("it is signed with {name}, {why}"),
            Some(
                "sign it again with SHA-256 and an RSA, P-256 or P-384 key; -k skips this check"
                    .to_owned(),
            ),
        )
    }

    fn untrusted(&self, problem: String, hint: Option<String>) -> Error {
        Error::Certificate {
            host: self.label.clone(),
            problem,
            hint,
        }
    }

    /// Says which authorities are trusted, and how to trust others.
    fn trust_hint(&self) -> String {
        match &self.options.roots {
            TrustedRoots::File(ca) => format!(
                "only the authorities in {} are trusted here; -k trusts anyone",
                ca.display()
            ),
            TrustedRoots::System => {
                "the system's authorities are trusted here; --cacert FILE names \
                              others, -k trusts anyone"
                    .to_owned()
            }
            TrustedRoots::SystemWithout(ca) => format!(
                "there is no {}, so the system's authorities are trusted here; --cacert FILE \
                 names others, -k trusts anyone",
                ca.display()
            ),
        }
    }

    /// The error for a certificate of other hosts. rustls lists its names as `DnsName("a")` and `IpAddress(1.2.3.4)`.
    fn wrong_name(&self, presented: &[String]) -> Error {
        let names: Vec<&str> = presented
            .iter()
            .filter_map(|name| name.split_once('(')?.1.strip_suffix(')'))
            .map(|name| name.trim_matches('"'))
            .collect();
        if names.is_empty() {
            return self.untrusted(
                "it names no host (a common name alone does not count)".to_owned(),
                Some(ADD_ALT_NAME.to_owned()),
            );
        }
        self.untrusted(
            format!("it is only valid for {}", names.join(", ")),
            Some("use one of these names for the host; -k skips this check".to_owned()),
        )
    }

    fn explain_alert(&self, alert: AlertDescription) -> Error {
        use AlertDescription as A;
        match alert {
            A::CertificateRequired => self.no_client_certificate(),
            A::HandshakeFailure if self.identity.is_missing() => self.no_client_certificate(),
            _ if is_about_certificate(alert) && self.identity.is_missing() => {
                self.no_client_certificate()
            }
            _ if is_about_certificate(alert) => self.refused_client_certificate(alert),
            A::ProtocolVersion => {
                failed(&self.label, "no TLS version in common; dq needs 1.2 or 1.3")
            }
            A::HandshakeFailure => failed_with_hint(
                &self.label,
                "the server and dq have no cipher or key type in common",
                Some("the server's key can be of RSA, on P-256 or P-384, or of Ed25519".to_owned()),
            ),
            A::UnrecognisedName => failed(&self.label, "the server does not know this name"),
            other => failed(
                &self.label,
                format!("the server refused with alert {}", u8::from(other)),
            ),
        }
    }

    /// The error of a server that requires a client certificate where there is none.
    pub(crate) fn no_client_certificate(&self) -> Error {
        failed_with_hint(
            &self.label,
            "the server wants a client certificate",
            Some(
                "--cert FILE and --key FILE, or cert.pem and key.pem in DOCKER_CERT_PATH with \
                 DOCKER_TLS_VERIFY=1"
                    .to_owned(),
            ),
        )
    }

    fn refused_client_certificate(&self, alert: AlertDescription) -> Error {
        use AlertDescription as A;
        let why = match alert {
            A::UnknownCA => ": its authority is unknown there",
            A::CertificateExpired => ": it has expired",
            A::CertificateRevoked => ": it is revoked",
            _ => "",
        };
        let hint = self.options.identity.as_ref().map(|(cert, _)| {
            format!(
                "{} must be signed by an authority of the server's, for clientAuth, and not expired",
                cert.display()
            )
        });
        let problem = format!("the server does not accept the client certificate{why}");
        failed_with_hint(&self.label, problem, hint)
    }
}

/// Whether servers send this alert to refuse a client certificate, or the lack of one (RFC 8446 §6.2).
fn is_about_certificate(alert: AlertDescription) -> bool {
    use AlertDescription as A;
    matches!(
        alert,
        A::BadCertificate
            | A::UnknownCA
            | A::CertificateUnknown
            | A::CertificateExpired
            | A::CertificateRevoked
            | A::UnsupportedCertificate
            | A::AccessDenied
    )
}

/// The UTC date of a time, such as 2026-11-23 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
/// civil_from_days).
fn date(time: UnixTime) -> String {
    let days = time.as_secs() / 86400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // Years begin in March here, so that the leap day is the last of the year.
    let march = (5 * day + 2) / 153;
    let day = day - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn dates_are_of_the_gregorian_calendar() {
        let cases = [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_798_761_599, "2026-12-31"),
            (4_107_542_400, "2100-03-01"),
        ];
        for (seconds, day) in cases {
            let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
            assert_eq!(date(time), day);
        }
    }
}
