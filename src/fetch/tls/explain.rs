//! What went wrong between two ends of TLS, in words, and what to do about it.

use std::io;

use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, InvalidMessage};

use super::super::error::Error;
use super::files::is_version_1;
use super::verify::is_authority;
use super::{Peer, Roots};
use dq_text::os_reason;

/// Go's words, which docker's users know.
const UNKNOWN_AUTHORITY: &str = "it is signed by an unknown authority";
const MAKE_ANEW: &str = "make it anew with subjectAltName in an -extfile, as docker's documentation \
                         shows; -k does without";

/// A handshake that failed, without advice.
pub fn failed(host: &str, problem: impl Into<String>) -> Error {
    advised(host, problem, None)
}

fn advised(host: &str, problem: impl Into<String>, hint: Option<String>) -> Error {
    Error::Handshake {
        host: host.to_owned(),
        problem: problem.into(),
        hint,
    }
}

impl Peer {
    pub fn timed_out(&self) -> Error {
        Error::Timeout {
            doing: format!("in the TLS handshake with {}", self.label),
        }
    }

    /// What an error within the handshake means.
    pub fn interrupted(&self, error: &io::Error) -> Error {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
        if let Some(inner) = inner {
            return self.explain(inner);
        }
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => self.timed_out(),
            _ if self.identity.is_missed() => self.no_certificate(),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => advised(
                &self.label,
                "the server closed the connection",
                Some("does this port speak TLS?".to_owned()),
            ),
            _ => failed(&self.label, os_reason(error)),
        }
    }

    /// What an error of rustls's means.
    pub fn explain(&self, error: &rustls::Error) -> Error {
        use rustls::Error as Tls;
        match error {
            Tls::InvalidCertificate(_) if is_version_1(error) => self.distrusted(
                "it is of X.509 version 1, which names no host".to_owned(),
                Some(MAKE_ANEW.to_owned()),
            ),
            Tls::InvalidCertificate(problem) => self.invalid(problem),
            Tls::AlertReceived(alert) => self.alerted(*alert),
            Tls::InvalidMessage(InvalidMessage::InvalidContentType) => advised(
                &self.label,
                "the server does not speak TLS on this port",
                Some(self.plain_spelling()),
            ),
            other => failed(&self.label, other.to_string()),
        }
    }

    fn plain_spelling(&self) -> String {
        format!(
            "plain http is http://{0}, or tcp://{0} without DOCKER_TLS_VERIFY and --tls options",
            self.label
        )
    }

    fn invalid(&self, problem: &CertificateError) -> Error {
        use CertificateError as C;
        match problem {
            C::UnknownIssuer => self.distrusted(UNKNOWN_AUTHORITY.to_owned(), Some(self.trusted())),
            _ if is_authority(problem) => self.distrusted(
                "it is signed by itself, or an authority's own (CA:TRUE), and not among the \
                 trusted ones"
                    .to_owned(),
                Some(self.trusted()),
            ),
            C::ExpiredContext { not_after, .. } => self.distrusted(
                format!("it expired on {}", date(*not_after)),
                Some(format!(
                    "today is {} on this machine",
                    date(UnixTime::now())
                )),
            ),
            C::NotValidYetContext { not_before, .. } => self.distrusted(
                format!("it is not valid before {}", date(*not_before)),
                Some(format!(
                    "today is {} on this machine: is its clock right?",
                    date(UnixTime::now())
                )),
            ),
            C::NotValidForNameContext { presented, .. } => self.misnamed(presented),
            C::InvalidPurpose | C::InvalidPurposeContext { .. } => self.distrusted(
                "it is not meant for a server".to_owned(),
                Some("its extendedKeyUsage must have serverAuth".to_owned()),
            ),
            C::BadSignature => {
                self.distrusted("its signature is wrong".to_owned(), Some(self.trusted()))
            }
            other => self.distrusted(other.to_string(), None),
        }
    }

    fn distrusted(&self, problem: String, hint: Option<String>) -> Error {
        Error::Certificate {
            host: self.label.clone(),
            problem,
            hint,
        }
    }

    /// Whose word counts, and how to take another's.
    fn trusted(&self) -> String {
        match &self.options.roots {
            Roots::File(ca) => format!(
                "only the authorities in {} are trusted here; -k trusts anyone",
                ca.display()
            ),
            Roots::System => "the system's authorities are trusted here; --cacert FILE names \
                              others, -k trusts anyone"
                .to_owned(),
            Roots::SystemWithout(ca) => format!(
                "there is no {}, so the system's authorities are trusted here; --cacert FILE \
                 names others, -k trusts anyone",
                ca.display()
            ),
        }
    }

    /// `DnsName("a")`, `IpAddress(1.2.3.4)` as rustls lists them → `a, 1.2.3.4`.
    fn misnamed(&self, presented: &[String]) -> Error {
        let names: Vec<&str> = presented
            .iter()
            .filter_map(|name| name.split_once('(')?.1.strip_suffix(')'))
            .map(|name| name.trim_matches('"'))
            .collect();
        if names.is_empty() {
            return self.distrusted(
                "it names no host (a common name alone does not count)".to_owned(),
                Some(MAKE_ANEW.to_owned()),
            );
        }
        self.distrusted(
            format!("it is only valid for {}", names.join(", ")),
            Some("ask for the host by one of these names; -k does without".to_owned()),
        )
    }

    fn alerted(&self, alert: AlertDescription) -> Error {
        use AlertDescription as A;
        match alert {
            A::CertificateRequired => self.no_certificate(),
            A::HandshakeFailure if self.identity.is_missed() => self.no_certificate(),
            _ if concerns_certificate(alert) && self.identity.is_missed() => self.no_certificate(),
            _ if concerns_certificate(alert) => self.refused_certificate(alert),
            A::ProtocolVersion => {
                failed(&self.label, "no TLS version in common; dq needs 1.2 or 1.3")
            }
            A::HandshakeFailure => {
                failed(&self.label, "the server finds no cipher or key in common")
            }
            A::UnrecognisedName => failed(&self.label, "the server does not know this name"),
            other => failed(
                &self.label,
                format!("the server refused with alert {}", u8::from(other)),
            ),
        }
    }

    /// The server wants a certificate of ours, and there is none.
    pub fn no_certificate(&self) -> Error {
        advised(
            &self.label,
            "the server wants a client certificate",
            Some(
                "--cert FILE and --key FILE, or cert.pem and key.pem in DOCKER_CERT_PATH with \
                 DOCKER_TLS_VERIFY=1"
                    .to_owned(),
            ),
        )
    }

    fn refused_certificate(&self, alert: AlertDescription) -> Error {
        use AlertDescription as A;
        let why = match alert {
            A::UnknownCA => ": it knows no such authority",
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
        advised(&self.label, problem, hint)
    }
}

/// The alerts with which servers refuse a certificate, or the lack of one (RFC 8446 §6.2).
fn concerns_certificate(alert: AlertDescription) -> bool {
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

/// A day as 2026-11-23, by the proleptic Gregorian calendar (Howard Hinnant, "chrono-compatible
/// low-level date algorithms", civil_from_days).
fn date(time: UnixTime) -> String {
    let days = time.as_secs() / 86400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // Years of this count begin in March.
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
    fn days_have_their_dates() {
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
