//! Which kind of content a body has, from its content type or from its first bytes.

use serde::de::IgnoredAny;

use super::logs;

/// The type of a container's output as it was written, and before API 1.42 of output in frames too.
pub(crate) const RAW_STREAM: &str = "application/vnd.docker.raw-stream";
/// The type of a container's output in frames, from API 1.42 on.
pub(crate) const MULTIPLEXED_STREAM: &str = "application/vnd.docker.multiplexed-stream";

/// Which kind of content a body has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// JSON values, one after the other.
    Json,
    /// The output of a container, to be read through [`Response::frames`](crate::Response::frames).
    Logs,
    /// Server-sent events.
    ServerSentEvents,
    /// Other text.
    Text,
    /// Bytes that are not text, such as an archive, and any body with a content coding that dq does not decode.
    Binary,
    /// No body, or an empty one.
    Empty,
}

/// A content type without its parameters, in lower case.
pub(crate) fn essence(content_type: &str) -> String {
    content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// The kind that a content type names; `None` for an unknown type.
pub(crate) fn by_content_type(content_type: &str) -> Option<BodyKind> {
    let essence = essence(content_type);
    if [RAW_STREAM, MULTIPLEXED_STREAM].contains(&essence.as_str()) {
        return Some(BodyKind::Logs);
    }
    let (group, name) = essence.split_once('/')?;
    Some(match (group, name) {
        (_, "json" | "x-ndjson" | "ndjson" | "jsonl" | "x-jsonlines" | "json-seq") => {
            BodyKind::Json
        }
        (_, name) if name.ends_with("+json") || name.ends_with("+json-seq") => BodyKind::Json,
        ("text", "event-stream") => BodyKind::ServerSentEvents,
        ("text", _) => BodyKind::Text,
        ("application", "xml" | "yaml" | "x-yaml" | "toml" | "javascript") => BodyKind::Text,
        ("application", "octet-stream" | "x-tar" | "gzip" | "x-gzip" | "zip" | "pdf") => {
            BodyKind::Binary
        }
        ("image" | "audio" | "video" | "font", _) => BodyKind::Binary,
        _ => return None,
    })
}

/// The kind of a body without a content type, by its first bytes. Docker sends statistics without one, and logs before
/// API 1.42.
pub(crate) fn by_content(start: &[u8]) -> BodyKind {
    let text = start.trim_ascii_start();
    match text.first() {
        None => BodyKind::Empty,
        Some(_) if logs::starts_frame(start) => BodyKind::Logs,
        Some(_) if starts_json(start) => BodyKind::Json,
        Some(_) if is_text(text) => BodyKind::Text,
        Some(_) => BodyKind::Binary,
    }
}

/// Whether bytes, perhaps cut anywhere, are the start of JSON values. An object is known by its first key, because no
/// other text begins like that; anything else has to be valid as far as it goes, because lines of a log may begin with
/// a bracket, a quote or a number.
pub(crate) fn starts_json(start: &[u8]) -> bool {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let text = start.trim_ascii_start();
    match text {
        [] => false,
        [0x1e, ..] => true,
        [b'{', rest @ ..] => matches!(rest.trim_ascii_start(), [] | [b'"' | b'}', ..]),
        _ => is_json(text),
    }
}

/// Whether this text, perhaps cut, is a sequence of JSON values.
fn is_json(text: &[u8]) -> bool {
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<IgnoredAny>();
    loop {
        match values.next() {
            None => return true,
            Some(Ok(_)) => {}
            Some(Err(error)) => return error.is_eof() || is_at_special_number(text, &error),
        }
    }
}

/// Whether the error is about one of the numbers that jq reads and JSON does not have.
fn is_at_special_number(text: &[u8], error: &serde_json::Error) -> bool {
    let mut lines = text.split_inclusive(|byte| *byte == b'\n');
    let before: usize = lines.by_ref().take(error.line() - 1).map(<[u8]>::len).sum();
    let place = before + error.column();
    // The place is that of the first byte that does not fit: the second one of `nan`, which may have been `null`.
    (place.saturating_sub(2)..=place).any(|at| {
        let rest = text.get(at..).unwrap_or_default();
        [b"nan".as_slice(), b"NaN", b"Infinity"]
            .iter()
            .any(|name| rest.starts_with(name))
    })
}

/// Whether this is UTF-8, perhaps cut inside a character, without control characters other than white space and ESC.
fn is_text(bytes: &[u8]) -> bool {
    let valid = match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    valid
        && !bytes
            .iter()
            .any(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types() {
        let cases = [
            ("application/json", Some(BodyKind::Json)),
            ("Application/JSON; charset=utf-8", Some(BodyKind::Json)),
            ("application/x-ndjson", Some(BodyKind::Json)),
            ("application/json-seq", Some(BodyKind::Json)),
            ("application/problem+json", Some(BodyKind::Json)),
            ("application/vnd.docker.raw-stream", Some(BodyKind::Logs)),
            (
                "application/vnd.docker.multiplexed-stream",
                Some(BodyKind::Logs),
            ),
            ("text/plain; charset=utf-8", Some(BodyKind::Text)),
            ("text/event-stream", Some(BodyKind::ServerSentEvents)),
            ("application/toml", Some(BodyKind::Text)),
            ("application/x-tar", Some(BodyKind::Binary)),
            ("application/octet-stream", Some(BodyKind::Binary)),
            ("image/png", Some(BodyKind::Binary)),
            ("application/vnd.odd", None),
            ("nonsense", None),
            ("", None),
        ];
        for (content_type, kind) in cases {
            assert_eq!(by_content_type(content_type), kind, "{content_type}");
        }
    }

    #[test]
    fn contents() {
        let cases: [(&[u8], BodyKind); 15] = [
            (b"\x01\0\0\0\0\0\0\x04out\n", BodyKind::Logs),
            (b"\x01\0\0\0\xff\0\0\x04out\n", BodyKind::Binary),
            (b"", BodyKind::Empty),
            (b" \r\n", BodyKind::Empty),
            (b" \n{\"a\":", BodyKind::Json),
            (b"[", BodyKind::Json),
            (b"\x1e{", BodyKind::Json),
            (b"true\n", BodyKind::Json),
            (b"-1.5", BodyKind::Json),
            (b"404 page not found\n", BodyKind::Text),
            (b"not found", BodyKind::Text),
            ("gr\u{fc}n".as_bytes(), BodyKind::Text),
            (b"gr\xc3", BodyKind::Text),
            (b"\x1f\x8b\x08", BodyKind::Binary),
            (b"busybox\0\0\0", BodyKind::Binary),
        ];
        for (start, kind) in cases {
            assert_eq!(by_content(start), kind, "{start:?}");
        }
    }

    #[test]
    fn starts_of_json() {
        let json = [
            "{",
            "{ }",
            "{\"a\"",
            " {\n  \"a\": NaN",
            "\u{feff}{\"a\":1}",
            "\u{1e}{",
            "[",
            "[]\n",
            "[[1",
            "[{\"a\"",
            "[1,2]\n[3]",
            "[nan,1]",
            "[-Infinity]",
            "[1, NaN",
            "\"a\"",
            "\"cut",
            "12",
            "-1.5e3\n",
            "true\nfalse\n",
            "nul",
            "null",
            "1 2 3",
            "NaN",
        ];
        for text in json {
            assert!(starts_json(text.as_bytes()), "{text}");
        }
        let other = [
            "",
            " \n",
            "{{template}}",
            "{a: 1}",
            "{ % }",
            "[INFO] started",
            "[2026-01-01 10:00] started",
            "[    0.000000] Linux",
            "[1] 12 x",
            "\"a\",\"b\"\n",
            "\"quoted\" word",
            "404 page not found",
            "12\nfoo",
            "1.41.2",
            "01",
            "OK",
            "nothing",
            "name: x",
            "# HELP",
            "<html>",
        ];
        for text in other {
            assert!(!starts_json(text.as_bytes()), "{text}");
        }
    }
}
