//! Heads of requests and responses as lines of text, for `-v` and `-i`: names in their usual case, secrets redacted.

use super::response::Response;

/// What is shown in place of a secret.
const REDACTED: &str = "[redacted]";
/// The names of headers that carry a secret, in lower case.
const SECRET_NAMES: [&str; 7] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-registry-auth",
    "x-registry-config",
    "x-auth",
];
/// A header whose name contains one of these is taken to carry a secret too.
const SECRET_PARTS: [&str; 5] = ["token", "secret", "password", "api-key", "apikey"];

/// Whether the value of this header is not to be shown.
pub(crate) fn is_secret_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.contains(&name.as_str()) || SECRET_PARTS.iter().any(|part| name.contains(part))
}

/// The lines of a head as it went over the wire, of a request or an interim response, without the empty one at its end.
/// Secrets are redacted.
pub fn request_lines(head: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.trim_end_matches("\r\n").split("\r\n");
    let first = lines.next().unwrap_or_default().to_owned();
    let rest = lines.map(|line| match line.split_once(':') {
        Some((name, value)) => header(name, value.trim(), true),
        None => line.to_owned(),
    });
    std::iter::once(first).chain(rest).collect()
}

/// The lines of a response's head, without an empty one at the end. `redact` says whether to redact secrets.
pub fn response_lines(response: &Response, redact: bool) -> Vec<String> {
    let first = format!(
        "{} {} {}",
        response.version, response.status, response.reason
    );
    let rest = response
        .headers
        .iter()
        .map(|(name, value)| header(name, value, redact));
    std::iter::once(first.trim_end().to_owned())
        .chain(rest)
        .collect()
}

fn header(name: &str, value: &str, redact: bool) -> String {
    let value = if redact && is_secret_header(name) {
        REDACTED
    } else {
        value
    };
    format!("{}: {value}", canonical_name(name))
        .trim_end()
        .to_owned()
}

/// A header's name with capitals, `Content-Type` for `content-type`, as Go and curl over HTTP/1.1 write it.
pub(crate) fn canonical_name(name: &str) -> String {
    let mut start = true;
    name.chars()
        .map(|c| {
            let shown = if start { c.to_ascii_uppercase() } else { c };
            start = c == '-';
            shown
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_headers() {
        for name in [
            "Authorization",
            "proxy-authorization",
            "Cookie",
            "Set-Cookie",
            "X-Registry-Auth",
            "x-registry-config",
            "X-Auth-Token",
            "PRIVATE-TOKEN",
            "X-API-Key",
            "x-client-secret",
        ] {
            assert!(is_secret_header(name), "{name}");
        }
        for name in ["Host", "Content-Type", "X-Request-Id", "Accept", "Key"] {
            assert!(!is_secret_header(name), "{name}");
        }
    }

    #[test]
    fn request_heads_are_lines() {
        let head = b"GET /x HTTP/1.1\r\nhost: \r\nx-a-b: c: d\r\nauthorization: Basic eA==\r\n\r\n";
        assert_eq!(
            request_lines(head),
            [
                "GET /x HTTP/1.1",
                "Host:",
                "X-A-B: c: d",
                "Authorization: [redacted]"
            ]
        );
    }
}
