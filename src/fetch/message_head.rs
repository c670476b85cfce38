//! Heads of requests and responses as lines of text, for `-v` and `-i`: names in their usual case, secrets redacted.

use super::response::Response;
use super::secrets::{header_value, shown};

/// The lines of a head as it went over the wire, of a request or an interim response, without the empty one at its end.
/// Secrets are redacted.
pub fn request_lines(head: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.trim_end_matches("\r\n").split("\r\n");
    let first = shown(lines.next().unwrap_or_default());
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
    let shown = redact.then(|| header_value(name, value));
    let value = shown.as_deref().unwrap_or(value);
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
    fn request_heads_are_lines() {
        let head = b"GET /x?token=t&a=1 HTTP/1.1\r\nhost: \r\nx-a-b: c: d\r\naccept: c: d\r\nauthorization: Basic eA==\r\n\r\n";
        assert_eq!(
            request_lines(head),
            [
                "GET /x?token=[redacted]&a=1 HTTP/1.1",
                "Host:",
                "X-A-B: [redacted]",
                "Accept: c: d",
                "Authorization: [redacted]"
            ]
        );
    }
}
