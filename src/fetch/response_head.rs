//! Heads of responses before ureq parses them: interim responses (1xx) are taken out, folded lines are unfolded, and
//! more headers than ureq takes are packed into one.

use std::time::Instant;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use memchr::{memchr, memchr_iter};

use super::error::Error;

/// The longest head of a response, in bytes. Longer ones are an error.
pub(crate) const HEAD_LIMIT: usize = 64 << 10;
/// How many headers a response may have.
const MANY_HEADERS: usize = 1000;
/// How many headers ureq takes (`MAX_RESPONSE_HEADERS` of ureq-proto 0.7.1).
const HEADERS_LIMIT: usize = 128;
/// The headers that ureq itself goes by, which are never packed.
const FRAMING: [&str; 3] = ["connection", "content-length", "transfer-encoding"];
/// The header that holds the packed ones. A server's own header of this name is left out.
const PACKED: &str = "dq-packed-headers";
const START: &[u8] = b"HTTP/1.";

/// Looks at what arrives until the final head is there.
#[derive(Debug, Default)]
pub(crate) struct HeadFilter {
    /// The beginning of a head that is not complete yet.
    held: Vec<u8>,
    /// How many bytes of empty lines stood in front of heads.
    skipped: usize,
    /// Whether the final head has passed, so that the body follows.
    is_done: bool,
    /// Whether the body is chunked, so that the end of the connection is not its end.
    pub is_chunked: bool,
    /// How many interim responses there were, and when the first one came.
    pub interim: usize,
    pub first_interim: Option<Instant>,
}

/// What can be made of the bytes so far.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// The head of an interim response.
    Interim(Vec<u8>),
    /// The final head, as ureq takes it, and what follows: so many bytes of the body. Also bytes that are no response.
    Final { bytes: Vec<u8>, body: usize },
}

impl HeadFilter {
    pub(crate) fn is_done(&self) -> bool {
        self.is_done
    }

    /// The length of the head if these bytes can go to ureq as they are, because they begin with a complete and ordinary
    /// one. The common case.
    pub(crate) fn passes(&mut self, bytes: &[u8]) -> Option<usize> {
        let is_ordinary = |head: &Extent| {
            head.length <= HEAD_LIMIT && head.headers <= HEADERS_LIMIT && !head.is_folded
        };
        let is_final = self.held.is_empty() && bytes.starts_with(START) && !is_interim(bytes);
        let head = extent(bytes).filter(|head| is_final && is_ordinary(head));
        self.is_done = head.is_some();
        let length = head?.length;
        self.is_chunked = is_chunked(&bytes[..length]);
        Some(length)
    }

    /// Adds bytes that arrived.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
    }

    /// The next piece; `None` until more bytes arrive, and behind the final head.
    ///
    /// # Errors
    /// `Protocol` for a head that is too long or has too many headers.
    pub(crate) fn next(&mut self) -> Result<Option<Piece>, Error> {
        if self.is_done {
            return Ok(None);
        }
        // ureq takes empty lines in front of a head as well.
        let is_line_end = |byte: &&u8| matches!(byte, b'\r' | b'\n');
        let empty = self.held.iter().take_while(is_line_end).count();
        self.held.drain(..empty);
        self.skipped += empty;
        if self.skipped > HEAD_LIMIT {
            return Err(too_long());
        }
        if self.held.is_empty() {
            return Ok(None);
        }
        if !self.held.iter().zip(START).all(|(a, b)| a == b) {
            let bytes = self.rest();
            return Ok(Some(Piece::Final { bytes, body: 0 }));
        }
        let found = extent(&self.held);
        let length = found.as_ref().map_or(self.held.len(), |head| head.length);
        if length > HEAD_LIMIT {
            return Err(too_long());
        }
        let Some(head) = found else { return Ok(None) };
        if head.headers > MANY_HEADERS {
            return Err(beyond(format!("has more than {MANY_HEADERS} headers")));
        }
        let body = self.held.split_off(head.length);
        let head = std::mem::replace(&mut self.held, body);
        if is_interim(&head) {
            self.interim += 1;
            self.first_interim.get_or_insert_with(Instant::now);
            return Ok(Some(Piece::Interim(unfolded(&head).join(&b"\r\n"[..]))));
        }
        let mut bytes = packed(unfolded(&head));
        self.is_chunked = is_chunked(&bytes);
        let mut behind = self.rest();
        let body = behind.len();
        bytes.append(&mut behind);
        Ok(Some(Piece::Final { bytes, body }))
    }

    /// The bytes that are held, unchanged, where no more will arrive.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        self.is_done = true;
        std::mem::take(&mut self.held)
    }
}

fn too_long() -> Error {
    beyond(format!("is longer than {} KiB", HEAD_LIMIT >> 10))
}

fn beyond(limit: String) -> Error {
    Error::Protocol {
        problem: format!("the head of the response {limit}"),
    }
}

/// The extent of a head.
struct Extent {
    /// In bytes, with the empty line.
    length: usize,
    headers: usize,
    is_folded: bool,
}

/// Measures a head; `None` if it is incomplete. Lines may end with LF alone (RFC 9112 §2.2).
fn extent(bytes: &[u8]) -> Option<Extent> {
    let mut is_folded = false;
    for (headers, end) in memchr_iter(b'\n', bytes).enumerate() {
        let length = match bytes[end + 1..] {
            [b'\n', ..] => end + 2,
            [b'\r', b'\n', ..] => end + 3,
            [b' ' | b'\t', ..] => {
                is_folded |= headers > 0;
                continue;
            }
            _ => continue,
        };
        return Some(Extent {
            length,
            headers,
            is_folded,
        });
    }
    None
}

/// Whether a response is interim. 101 is not: it ends HTTP on the connection.
fn is_interim(bytes: &[u8]) -> bool {
    bytes.get(8..10) == Some(b" 1") && bytes.get(9..12) != Some(b"101")
}

/// Whether a head names the transfer coding `chunked`, as ureq reads it. HTTP/1.0 has none (RFC 9112 §6.1).
fn is_chunked(head: &[u8]) -> bool {
    let mut lines = head.split(|byte| *byte == b'\n');
    let is_coding = |coding: &[u8]| coding.trim_ascii().eq_ignore_ascii_case(b"chunked");
    let names_it = |line: &[u8]| {
        is_named(line, "transfer-encoding")
            && line.is_ascii()
            && memchr(b':', line)
                .is_some_and(|colon| line[colon + 1..].split(|byte| *byte == b',').any(is_coding))
    };
    !head.starts_with(b"HTTP/1.0") && lines.any(names_it)
}

/// Whether the head of an interim response says that the body may be sent.
pub(crate) fn is_continue(head: &[u8]) -> bool {
    head.get(9..12) == Some(b"100")
}

/// The lines of a head, without the empty one at its end. A line that begins with white space goes on with the value
/// in front of it (obs-fold, RFC 9112 §5.2), behind one space.
fn unfolded(head: &[u8]) -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for line in head.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let is_fold = line.starts_with(b" ") || line.starts_with(b"\t");
        if is_fold
            && lines.len() > 1
            && let Some(last) = lines.last_mut()
        {
            last.truncate(last.trim_ascii_end().len());
            last.push(b' ');
            last.extend_from_slice(line.trim_ascii());
        } else if !line.is_empty() {
            lines.push(line.to_owned());
        }
    }
    lines
}

/// The head as ureq takes it.
fn packed(lines: Vec<Vec<u8>>) -> Vec<u8> {
    let mut lines = lines.into_iter();
    let mut head = lines.next().unwrap_or_default();
    let mut lines: Vec<_> = lines.filter(|line| !is_named(line, PACKED)).collect();
    if lines.len() > HEADERS_LIMIT {
        let is_visible = |line: &Vec<u8>| FRAMING.iter().any(|name| is_named(line, name));
        let (visible, others): (Vec<_>, Vec<_>) = lines.into_iter().partition(is_visible);
        let text = BASE64_STANDARD.encode(others.join(&b'\n'));
        lines = visible;
        lines.push(format!("{PACKED}: {text}").into_bytes());
    }
    for line in lines {
        head.extend_from_slice(b"\r\n");
        head.extend_from_slice(&line);
    }
    head.extend_from_slice(b"\r\n\r\n");
    head
}

fn is_named(line: &[u8], name: &str) -> bool {
    let end = memchr(b':', line).unwrap_or(line.len());
    line[..end].eq_ignore_ascii_case(name.as_bytes())
}

/// The headers in one that [`HeadFilter`] packed, names in lower case; `None` for any other header.
pub(crate) fn unpacked(name: &str, value: &[u8]) -> Option<Vec<(String, String)>> {
    if name != PACKED {
        return None;
    }
    let lines = BASE64_STANDARD.decode(value).ok()?;
    let pairs = lines.split(|byte| *byte == b'\n').filter_map(|line| {
        let (name, value) = line.split_at(memchr(b':', line)?);
        Some((
            String::from_utf8_lossy(name).to_ascii_lowercase(),
            String::from_utf8_lossy(value[1..].trim_ascii()).into_owned(),
        ))
    });
    Some(pairs.collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The pieces of a response that arrives in parts of this size.
    fn pieces(text: &str, size: usize) -> Vec<String> {
        let mut filter = HeadFilter::default();
        let mut found = Vec::new();
        for part in text.as_bytes().chunks(size) {
            if filter.is_done() || filter.passes(part).is_some() {
                found.push(String::from_utf8(part.to_vec()).unwrap());
                continue;
            }
            filter.push(part);
            while let Some(piece) = filter.next().unwrap() {
                let (Piece::Interim(bytes) | Piece::Final { bytes, .. }) = piece;
                found.push(String::from_utf8(bytes).unwrap());
            }
        }
        found.push(String::from_utf8(filter.rest()).unwrap());
        found.retain(|it| !it.is_empty());
        found
    }

    #[test]
    fn heads_are_made_ordinary() {
        let cases: [(&str, &[&str], &str); 9] = [
            (
                "\r\n\nHTTP/1.1 100 Continue\r\n\r\n\r\nHTTP/1.1 200 OK\r\n\r\n\r\n",
                &["HTTP/1.1 100 Continue"],
                "HTTP/1.1 200 OK\r\n\r\n\r\n",
            ),
            (
                "HTTP/1.1 200 OK\r\nA: 1\r\n\r\nbody\r\n x",
                &[],
                "HTTP/1.1 200 OK\r\nA: 1\r\n\r\nbody\r\n x",
            ),
            (
                "HTTP/1.1 200 OK\r\nA: 1\r\n  2\r\n\t 3 \r\nB:\r\n c\r\n\r\nbody",
                &[],
                "HTTP/1.1 200 OK\r\nA: 1 2 3\r\nB: c\r\n\r\nbody",
            ),
            (
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
                &["HTTP/1.1 103 Early Hints\r\nLink: </a>"],
                "HTTP/1.1 200 OK\r\n\r\n",
            ),
            (
                "HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 102\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
                &["HTTP/1.1 100 Continue\r\nA: b", "HTTP/1.1 102"],
                "HTTP/1.1 204 No\r\n\r\n",
            ),
            (
                "HTTP/1.1 101 Switching\r\n\r\nx",
                &[],
                "HTTP/1.1 101 Switching\r\n\r\nx",
            ),
            ("SSH-2.0-x\r\n", &[], "SSH-2.0-x\r\n"),
            ("HTTP/1.1 200 OK\r\nA: 1", &[], "HTTP/1.1 200 OK\r\nA: 1"),
            (
                "HTTP/1.1 200 OK\r\n A: 1\r\n\r\n",
                &[],
                "HTTP/1.1 200 OK\r\n A: 1\r\n\r\n",
            ),
        ];
        for (text, interim, rest) in cases {
            for size in [1, 7, 1000] {
                let found = pieces(text, size);
                let (heads, others) = found.split_at(interim.len().min(found.len()));
                assert_eq!(heads, interim, "{text} {size}");
                assert_eq!(others.concat(), rest, "{text} {size}");
            }
        }
    }

    #[test]
    fn lines_may_end_with_a_line_feed() {
        let text = "HTTP/1.1 200 OK\nA: 1\n 2\n\nbody";
        assert_eq!(
            pieces(text, 1000).concat(),
            "HTTP/1.1 200 OK\r\nA: 1 2\r\n\r\nbody"
        );
    }

    #[test]
    fn many_headers_are_one_for_ureq() {
        let many: String = (0..300).map(|at| format!("X-{at}: v {at}\r\n")).collect();
        let text = format!("HTTP/1.1 200 OK\r\n{many}Content-Length: 0\r\n{PACKED}: x\r\n\r\n");
        let found = pieces(&text, 1000).concat();
        let lines: Vec<&str> = found.trim_end().split("\r\n").collect();
        assert_eq!(lines.len(), 3, "{found}");
        assert_eq!(lines[1], "Content-Length: 0");
        let (name, value) = lines[2].split_once(": ").unwrap();
        let headers = unpacked(name, value.as_bytes()).unwrap();
        assert_eq!(headers.len(), 300);
        assert_eq!(headers[299], ("x-299".to_owned(), "v 299".to_owned()));
        assert_eq!(unpacked("x", b"eA=="), None);
    }

    #[test]
    fn a_long_head_is_refused() {
        let mut filter = HeadFilter::default();
        let long = format!("HTTP/1.1 200 OK\r\nA: {}", "x".repeat(HEAD_LIMIT));
        assert_eq!(filter.passes(long.as_bytes()), None);
        filter.push(long.as_bytes());
        let error = filter.next().unwrap_err().to_string();
        assert!(error.ends_with("is longer than 64 KiB"), "{error}");
    }
}
