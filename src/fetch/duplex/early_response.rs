//! What the bytes of a response tell before ureq parses it: whether it refuses the request, and whether it is complete.

/// Whether the bytes begin a response with a status of 300 or above. Interim responses (1xx) in front of it are
/// skipped.
pub(crate) fn is_refusal(bytes: &[u8]) -> bool {
    let status = without_interim(bytes).and_then(|rest| rest.get(9));
    status.is_some_and(|first| (b'3'..=b'9').contains(first))
}

/// Whether a response is complete (RFC 9112 §6.3). One whose body ends with the connection never is.
pub(crate) fn is_complete(bytes: &[u8]) -> bool {
    let Some((head, body)) = without_interim(bytes).and_then(split) else {
        return false;
    };
    let head = head.to_ascii_lowercase();
    let fields = || head.split(|byte| *byte == b'\n').skip(1);
    let value = |name: &[u8]| fields().find_map(|line| line.strip_prefix(name));
    if matches!(head.get(9..12), Some(b"204" | b"304")) {
        return true;
    }
    match (value(b"transfer-encoding:"), value(b"content-length:")) {
        (Some(coding), _) => coding.trim_ascii().ends_with(b"chunked") && has_last_chunk(body),
        (None, Some(length)) => number(length, 10).is_some_and(|length| body.len() >= length),
        (None, None) => false,
    }
}

/// What follows the interim responses; `None` if one of them is incomplete.
fn without_interim(mut bytes: &[u8]) -> Option<&[u8]> {
    while bytes.starts_with(b"HTTP/1.") && bytes.get(9) == Some(&b'1') {
        bytes = split(bytes)?.1;
    }
    bytes.starts_with(b"HTTP/1.").then_some(bytes)
}

/// Head and body.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.windows(4).position(|end| end == b"\r\n\r\n")?;
    Some((&bytes[..end], &bytes[end + 4..]))
}

fn number(digits: &[u8], radix: u32) -> Option<usize> {
    let text = str::from_utf8(digits).ok()?;
    usize::from_str_radix(text.trim(), radix).ok()
}

/// Whether a chunked body has its last chunk, of length 0, and the empty line after the trailer (RFC 9112 §7.1).
fn has_last_chunk(mut body: &[u8]) -> bool {
    while let Some(end) = body.iter().position(|byte| *byte == b'\n') {
        let (size, rest) = (&body[..end], &body[end + 1..]);
        let size = size.split(|byte| *byte == b';').next().unwrap_or_default();
        match number(size, 16) {
            Some(0) => {
                let is_empty = |line: &[u8]| line == b"\r" || line.is_empty();
                let lines = rest.split_inclusive(|byte| *byte == b'\n');
                return lines
                    .filter_map(|line| line.strip_suffix(b"\n"))
                    .any(is_empty);
            }
            Some(size) => body = rest.get(size.saturating_add(2)..).unwrap_or_default(),
            None => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals() {
        let cases = [
            ("", false),
            ("HTTP/1.1 ", false),
            ("HTTP/1.1 2", false),
            ("HTTP/1.1 404", true),
            ("HTTP/1.0 500", true),
            ("HTTP/1.1 302 Found", true),
            ("HTTP/1.1 100 Continue\r\n\r\n", false),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 413", true),
            ("HTTP/1.1 100 Continue\r\n", false),
            ("garbage 4", false),
        ];
        for (bytes, expected) in cases {
            assert_eq!(is_refusal(bytes.as_bytes()), expected, "{bytes}");
        }
    }

    #[test]
    fn complete_responses() {
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let cases = [
            ("", "", false),
            ("HTTP/1.1 200 OK\r\n", "", false),
            ("HTTP/1.1 200 OK\r\n\r\n", "{}", false),
            ("HTTP/1.1 204 No Content\r\n\r\n", "", true),
            ("HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n", "", true),
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "{}", false),
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "{}", true),
            ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "{}", false),
            (
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
                "{}",
                true,
            ),
            (chunked, "", false),
            (chunked, "2\r\n{}\r\n", false),
            (chunked, "2\r\n{}\r\n0\r\n", false),
            (chunked, "2;x=y\r\n{}\r\n0\r\n\r\n", true),
            (chunked, "0\r\nDigest: x\r\n", false),
            (chunked, "0\r\nDigest: x\r\n\r\n", true),
            (chunked, "7\r\n0\r\n\r\n\r\n\r\n", false),
            (chunked, "ffffffffffffffff\r\n{}", false),
            (chunked, "no size\r\n", false),
        ];
        for (head, body, expected) in cases {
            let bytes = format!("{head}{body}");
            assert_eq!(is_complete(bytes.as_bytes()), expected, "{bytes}");
        }
    }
}
