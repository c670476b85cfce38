//! What came back: the head at once, the body as a stream, and of which kind it is.

use std::io::{self, Cursor, Read};

use ureq::http::StatusCode;

use super::body::Body;
use super::error::Error;
use super::logs::{self, Frames};
use super::message;
use super::reported::{Listening, Report};
use super::turns::{Held, Turn};
use super::ureq_error::read_error;

/// How much of a failure's body is read, in bytes; docker's own client reads as much.
const FAILURE_LIMIT: u64 = 1 << 20;
/// How much of a body without a type is looked at, in bytes.
const SNIFF_LIMIT: usize = 4096;

/// The types of what a container writes: as it is, or in frames.
const RAW: &str = "application/vnd.docker.raw-stream";
const MULTIPLEXED: &str = "application/vnd.docker.multiplexed-stream";

/// What a body holds, from its content type; where that says nothing, from its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// JSON values, one after the other.
    Json,
    /// The output of a container, to be read through [`Response::frames`].
    Logs,
    Text,
    Binary,
    Empty,
}

/// The answer to a request.
pub struct Response {
    /// As in `HTTP/1.1`.
    pub version: String,
    pub status: u16,
    /// The usual name of the status; empty where it has none.
    pub reason: String,
    /// Names in lower case, values with what is not UTF-8 replaced.
    pub headers: Vec<(String, String)>,
    pub kind: BodyKind,
    pub body: Body,
    /// What was asked for, path and query.
    target: String,
    /// The request had an empty `Host` header, as is right for a UNIX socket.
    empty_host: bool,
    has_body: bool,
}

impl Response {
    /// Takes over ureq's answer to a request with the given method. What kind of body it has is not
    /// known before [`Response::find_kind`].
    pub(super) fn new(
        answer: ureq::http::Response<ureq::Body>,
        (method, target): (&str, &str),
        empty_host: bool,
    ) -> Self {
        let (head, body) = answer.into_parts();
        let headers: Vec<(String, String)> = head
            .headers
            .iter()
            .map(|(name, value)| {
                (
                    name.as_str().to_owned(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        let has_body = !has_no_body(head.status, method);
        Self {
            version: format!("{:?}", head.version),
            has_body,
            status: head.status.as_u16(),
            reason: head
                .status
                .canonical_reason()
                .unwrap_or_default()
                .to_owned(),
            headers,
            kind: BodyKind::Empty,
            body: Box::new(body.into_reader()),
            target: target.to_owned(),
            empty_host,
        }
    }

    /// The turn is given back with the body.
    pub(super) fn holding(self, turn: Turn) -> Self {
        let body = self.body;
        Self {
            body: Box::new(Held { body, _turn: turn }),
            ..self
        }
    }

    /// Tells the kind of the body; one without a content type is read until its kind is clear, which may
    /// take as long as the server likes.
    pub(super) fn find_kind(&mut self) -> Result<(), Error> {
        if !self.has_body || self.content_length() == Some(0) {
            return Ok(());
        }
        let named = self.header("content-type").and_then(kind_of);
        self.kind = match named {
            _ if self.is_untyped_log() => BodyKind::Logs,
            _ if self.is_encoded() => BodyKind::Binary,
            Some(kind) => kind,
            None => self.sniff().map_err(|error| read_error(&error))?,
        };
        Ok(())
    }

    /// Compressed, though dq asks for nothing of that kind: a header of the user's does, or the server has no other.
    fn is_encoded(&self) -> bool {
        let coding = self.header("content-encoding").unwrap_or_default().trim();
        !coding.is_empty() && !coding.eq_ignore_ascii_case("identity")
    }

    /// Reads the beginning of the body, tells its kind and puts the bytes back.
    fn sniff(&mut self) -> io::Result<BodyKind> {
        let mut start = Vec::new();
        let mut chunk = [0; SNIFF_LIMIT];
        let mut ended = false;
        while !ended && start.len() < SNIFF_LIMIT && start.iter().all(u8::is_ascii_whitespace) {
            match self.body.read(&mut chunk) {
                Ok(amount) => {
                    start.extend_from_slice(&chunk[..amount]);
                    ended = amount == 0;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let kind = kind_by_content(&start);
        let rest = std::mem::replace(&mut self.body, Box::new(io::empty()));
        self.body = Box::new(Cursor::new(start).chain(rest));
        Ok(kind)
    }

    /// A header by its name in lower case; the last one counts.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The length of the body in bytes, where the server announced it.
    pub fn content_length(&self) -> Option<u64> {
        self.header("content-length")?.trim().parse().ok()
    }

    /// The server did not announce a length: the body may go on for ever, and what has come of it
    /// should be shown at once.
    pub fn is_live(&self) -> bool {
        self.kind != BodyKind::Empty && self.content_length().is_none()
    }

    /// The pieces of a body of the kind `Logs`. From API 1.42 on the type of logs tells whether there are
    /// frames. Before, and with attach and exec, which say raw-stream of whatever they send (seen with Docker
    /// 26.1), only the bytes do.
    pub fn frames(self) -> Frames<Body> {
        let kind = self.header("content-type").map(essence).unwrap_or_default();
        match kind.as_str() {
            MULTIPLEXED => Frames::framed(self.body),
            RAW if self.is_log() && self.api_version() >= Some((1, 42)) => Frames::raw(self.body),
            _ => Frames::detect(self.body),
        }
    }

    /// The version of Docker's API that was asked for, or else the server's own.
    fn api_version(&self) -> Option<(u32, u32)> {
        let asked = self
            .target
            .split('/')
            .find_map(|part| version(part.strip_prefix('v')?));
        asked.or_else(|| version(self.header("api-version")?))
    }

    /// Before API 1.42 logs have no type, and those of a terminal are like any text; where a server names one
    /// nevertheless, as Go does for Podman, it is a guess from the first bytes.
    fn is_untyped_log(&self) -> bool {
        let kind = self.header("content-type").map(essence);
        let says_nothing =
            kind.is_none_or(|it| it == "application/octet-stream" || it == "text/plain");
        says_nothing && self.header("api-version").is_some() && self.is_log()
    }

    fn is_log(&self) -> bool {
        let path = self.target.split('?').next().unwrap_or_default();
        path.ends_with("/logs")
    }

    /// Looks through the body for errors that the server reports after its head said all is well.
    pub fn listen(&mut self) -> Report {
        let body = std::mem::replace(&mut self.body, Box::new(io::empty()));
        let (body, report) = Listening::new(body, self.target.contains("/libpod/"));
        self.body = Box::new(body);
        report
    }

    /// Turns an answer of 400 or above into an error with what the server says. Reads at most
    /// 1 MiB of the body, which can be read again; one that breaks off says what it said until then.
    pub fn failure(&mut self) -> Error {
        let mut bytes = Vec::new();
        let mut body = std::mem::replace(&mut self.body, Box::new(io::empty()));
        let broken = body
            .by_ref()
            .take(FAILURE_LIMIT)
            .read_to_end(&mut bytes)
            .err();
        if broken.as_ref().map(read_error) == Some(Error::Cancelled) {
            return Error::Cancelled;
        }
        let (message, is_json) = message::find(&bytes);
        let hint = hint(self.status, &message, self.empty_host && !is_json);
        let rest: Body = match broken {
            Some(error) => Box::new(Broken(Some(error))),
            None => body,
        };
        self.body = Box::new(Cursor::new(bytes).chain(rest));
        Error::Status {
            status: self.status,
            message: news(message, self.status, &self.reason),
            reason: self.reason.clone(),
            hint,
        }
    }
}

/// The end of a body that broke off.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// A message that only repeats the status says nothing.
fn news(message: String, status: u16, reason: &str) -> String {
    let line = format!("{status} {reason}");
    let repeats = message.eq_ignore_ascii_case(reason) || message.eq_ignore_ascii_case(&line);
    if repeats { String::new() } else { message }
}

fn hint(status: u16, message: &str, empty_host: bool) -> Option<String> {
    let wants_tls = [
        "HTTP request to an HTTPS server",
        "request was sent to HTTPS port",
    ];
    let hint = if wants_tls.iter().any(|words| message.contains(words)) {
        "the server wants TLS: use https://, or DOCKER_TLS_VERIFY=1 with docker's certificates"
    } else if message.contains("No required SSL certificate") {
        "the server wants a client certificate: --cert FILE and --key FILE"
    } else if status == 407 {
        "HTTP_PROXY=http://USER:PASSWORD@… is where the proxy's password belongs"
    } else if message.starts_with("client version") {
        "DOCKER_API_VERSION and a /v… in front of the endpoint choose the version"
    } else if status == 403 && message.contains("host not allowed") && !empty_host {
        "an empty Host is what Caddy takes on a socket: -H 'Host:', or the path alone for a URL"
    } else if status == 400 && empty_host {
        "dq sends no host name to a socket; some servers want one: -H 'Host: localhost'"
    } else {
        return None;
    };
    Some(hint.to_owned())
}

/// Answers that never have a body (RFC 9110 §6.4.1), whatever they announce.
fn has_no_body(status: StatusCode, method: &str) -> bool {
    method == "HEAD" || status.is_informational() || matches!(status.as_u16(), 204 | 304)
}

/// `1.41` → (1, 41).
fn version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// A content type without its parameters, in lower case.
fn essence(content_type: &str) -> String {
    content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// What a content type says; `None` where that is nothing.
fn kind_of(content_type: &str) -> Option<BodyKind> {
    let essence = essence(content_type);
    if [RAW, MULTIPLEXED].contains(&essence.as_str()) {
        return Some(BodyKind::Logs);
    }
    let (group, name) = essence.split_once('/')?;
    Some(match (group, name) {
        (_, "json" | "x-ndjson" | "ndjson" | "jsonl" | "x-jsonlines" | "json-seq") => {
            BodyKind::Json
        }
        (_, name) if name.ends_with("+json") || name.ends_with("+json-seq") => BodyKind::Json,
        ("text", _) => BodyKind::Text,
        ("application", "xml" | "yaml" | "x-yaml" | "toml" | "javascript") => BodyKind::Text,
        ("application", "octet-stream" | "x-tar" | "gzip" | "x-gzip" | "zip" | "pdf") => {
            BodyKind::Binary
        }
        ("image" | "audio" | "video" | "font", _) => BodyKind::Binary,
        _ => return None,
    })
}

/// What the beginning of a body without a type looks like. Docker sends statistics so, and before
/// API 1.42 logs.
fn kind_by_content(start: &[u8]) -> BodyKind {
    let text = start.trim_ascii_start();
    match text.first() {
        None => BodyKind::Empty,
        Some(_) if logs::starts_frame(start) => BodyKind::Logs,
        Some(b'{' | b'[' | b'"' | 0x1e) => BodyKind::Json,
        Some(_) if is_json_scalar(text) => BodyKind::Json,
        Some(_) if is_text(text) => BodyKind::Text,
        Some(_) => BodyKind::Binary,
    }
}

/// `true`, `12` or the like, alone on a line.
fn is_json_scalar(text: &[u8]) -> bool {
    let line = text
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default()
        .trim_ascii();
    line.len() < 100 && serde_json::from_slice::<serde_json::Value>(line).is_ok()
}

/// UTF-8 without control characters other than white space; the end may be cut inside a letter.
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
            ("application/toml", Some(BodyKind::Text)),
            ("application/x-tar", Some(BodyKind::Binary)),
            ("application/octet-stream", Some(BodyKind::Binary)),
            ("image/png", Some(BodyKind::Binary)),
            ("application/vnd.odd", None),
            ("nonsense", None),
            ("", None),
        ];
        for (content_type, kind) in cases {
            assert_eq!(kind_of(content_type), kind, "{content_type}");
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
            assert_eq!(kind_by_content(start), kind, "{start:?}");
        }
    }
}
