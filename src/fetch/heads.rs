//! Heads of requests and responses as text for people: names as HTTP writes them, secrets left out.

use super::response::Response;

/// What is shown in place of a secret.
const REDACTED: &str = "[redacted]";
/// Headers that carry a secret, in lower case.
const SECRET: [&str; 7] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-registry-auth",
    "x-registry-config",
    "x-auth",
];
/// Parts of the names of others that do.
const SECRET_PARTS: [&str; 5] = ["token", "secret", "password", "api-key", "apikey"];

/// Whether the value of this header is nobody's business.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET.contains(&name.as_str()) || SECRET_PARTS.iter().any(|part| name.contains(part))
}

/// The lines of a request's head as it went over the wire, without the empty one at its end.
pub fn of_request(head: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.trim_end_matches("\r\n").split("\r\n");
    let first = lines.next().unwrap_or_default().to_owned();
    let rest = lines.map(|line| match line.split_once(':') {
        Some((name, value)) => header(name, value.trim(), true),
        None => line.to_owned(),
    });
    std::iter::once(first).chain(rest).collect()
}

/// The lines of a response's head; `redact` leaves its secrets out.
pub fn of_response(response: &Response, redact: bool) -> Vec<String> {
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
    let value = if redact && is_secret(name) {
        REDACTED
    } else {
        value
    };
    format!("{}: {value}", canonical(name))
        .trim_end()
        .to_owned()
}

/// `content-type` → `Content-Type`, as Go's servers and curl over HTTP/1.1 show it.
pub fn canonical(name: &str) -> String {
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
    fn secrets_are_known_by_their_names() {
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
            assert!(is_secret(name), "{name}");
        }
        for name in ["Host", "Content-Type", "X-Request-Id", "Accept", "Key"] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn heads_are_lines() {
        let head = b"GET /x HTTP/1.1\r\nhost: \r\nx-a-b: c: d\r\nauthorization: Basic eA==\r\n\r\n";
        assert_eq!(
            of_request(head),
            [
                "GET /x HTTP/1.1",
                "Host:",
                "X-A-B: c: d",
                "Authorization: [redacted]"
            ]
        );
    }
}
