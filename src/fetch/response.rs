//! A response: its head, the kind of its body, and its body as a stream.

use std::io::{self, Cursor, Read};

use ureq::http::StatusCode;

use super::body::Body;
use super::body_kind::{self, BodyKind, MULTIPLEXED_STREAM, RAW_STREAM};
use super::content_coding::{self, Coding};
use super::error::Error;
use super::error_message;
use super::logs::Frames;
use super::reported_error::{ErrorScanner, ReportedError, is_progress};
use super::response_head;
use super::ureq_error::read_error;
use dq_text::one_line;

/// How much of an error's body is read, in bytes: as much as docker's own client reads (moby client/request.go,
/// `checkResponseErr`).
const FAILURE_LIMIT: u64 = 1 << 20;
/// How much of a body without a content type is read to tell its kind, in bytes.
const SNIFF_LIMIT: usize = 4096;

/// The most characters that are shown of the name of a transfer coding.
const MAX_SHOWN_CODING: usize = 40;

/// The response to a request.
pub struct Response {
    /// The version of HTTP, such as `HTTP/1.1`.
    pub version: String,
    /// The status code.
    pub status: u16,
    /// The registered name of the status, such as `Not Found`; empty for a status without one. The server's own phrase
    /// is not kept.
    pub reason: String,
    /// Names in lower case, and values in which invalid UTF-8 is replaced by U+FFFD.
    pub headers: Vec<(String, String)>,
    /// The kind of the body.
    pub kind: BodyKind,
    /// The body, without its transfer coding, and without its content coding unless it is [`BodyKind::Binary`].
    pub body: Body,
    /// The target of the request, path and query.
    target: String,
    /// Whether the request had an empty `Host` header, which is what RFC 9112 §3.2 asks for on a UNIX socket.
    has_empty_host: bool,
    has_body: bool,
    /// The content codings that the body still has.
    codings: Vec<Coding>,
    /// A content coding of the body that dq does not decode.
    unknown_coding: Option<String>,
    /// Whether the body has been decoded, so that `Content-Length` is not its length.
    is_decoded: bool,
}

/// A header as text, or those that are packed in it.
fn header(name: &str, value: &[u8]) -> Vec<(String, String)> {
    response_head::unpacked(name, value).unwrap_or_else(|| {
        let value = String::from_utf8_lossy(value).into_owned();
        vec![(name.to_owned(), value)]
    })
}

impl Response {
    /// Converts ureq's response to a request with this method and target. [`Response::find_kind`] sets its kind.
    pub(super) fn new(
        response: ureq::http::Response<ureq::Body>,
        (method, target): (&str, &str),
        has_empty_host: bool,
    ) -> Self {
        let (head, body) = response.into_parts();
        let headers: Vec<(String, String)> = head
            .headers
            .iter()
            .flat_map(|(name, value)| header(name.as_str(), value.as_bytes()))
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
            has_empty_host,
            codings: Vec::new(),
            unknown_coding: None,
            is_decoded: false,
        }
    }

    /// Sets the kind of the body, and decodes its content coding unless the body is to be copied. If the response has
    /// no content type, this reads the body until the first bytes tell, which blocks until the server sends some.
    ///
    /// dq does not send `Accept-Encoding`, but the user may, and a server may compress unasked.
    ///
    /// # Errors
    /// Those of reading the body; `Protocol` for chunks in HTTP/1.0, whose framing is faulty (RFC 9112 §6.1): the sizes of
    /// the chunks would be read as content; and `Protocol` for a transfer coding other than `chunked`, which dq has not
    /// asked for (RFC 9112 §7.4).
    pub(super) fn find_kind(&mut self) -> Result<(), Error> {
        if self.version == "HTTP/1.0" && self.header("transfer-encoding").is_some() {
            let problem = "the response has a Transfer-Encoding, which HTTP/1.0 does not know";
            return Err(Error::Protocol {
                problem: problem.to_owned(),
            });
        }
        if !self.has_body || self.content_length() == Some(0) {
            return Ok(());
        }
        if let Some(coding) = self.transfer_coding() {
            let name: String = coding.chars().take(MAX_SHOWN_CODING).collect();
            return Err(Error::Protocol {
                problem: format!(
                    "the body has the transfer coding {name}, which dq does not decode"
                ),
            });
        }
        match content_coding::parse(self.values("content-encoding")) {
            Ok(codings) => self.codings = codings,
            Err(name) => {
                self.unknown_coding = Some(name);
                self.kind = BodyKind::Binary;
                return Ok(());
            }
        }
        let named = self
            .header("content-type")
            .and_then(body_kind::by_content_type);
        self.kind = match named {
            _ if self.is_untyped_log() => BodyKind::Logs,
            Some(kind) => kind,
            None => self.sniff(body_kind::by_content)?,
        };
        if self.kind != BodyKind::Binary || self.status >= 400 {
            self.decode();
        }
        Ok(())
    }

    /// A transfer coding of the body other than `chunked`.
    fn transfer_coding(&self) -> Option<&str> {
        let codings = self
            .values("transfer-encoding")
            .flat_map(|it| it.split(','));
        let mut names = codings.map(|it| it.split(';').next().unwrap_or_default().trim());
        names.find(|it| !["", "chunked", "identity"].contains(&it.to_ascii_lowercase().as_str()))
    }

    /// Sets the kind of a body that a filter or a format is to read. JSON is JSON by its content then: text that begins
    /// like JSON, because Go and many servers call everything `text/plain`, and bytes of no particular type. This may
    /// block until the server sends some of the body.
    ///
    /// # Errors
    /// Those of reading the body.
    pub fn find_filterable_kind(&mut self) -> Result<(), Error> {
        let essence = self.header("content-type").map(body_kind::essence);
        let is_of_no_type = essence.is_some_and(|it| it == "application/octet-stream");
        self.kind = match self.kind {
            _ if self.unknown_coding.is_some() => return Ok(()),
            BodyKind::Binary if is_of_no_type => self.sniff(body_kind::by_content)?,
            kind @ (BodyKind::Text | BodyKind::Binary) => self.sniff(|start| {
                if body_kind::starts_json(start) {
                    BodyKind::Json
                } else {
                    kind
                }
            })?,
            kind => kind,
        };
        if self.kind != BodyKind::Binary {
            self.decode();
        }
        Ok(())
    }

    /// The content coding of the body that dq does not decode, if there is one.
    pub fn unknown_coding(&self) -> Option<&str> {
        self.unknown_coding.as_deref()
    }

    fn decode(&mut self) {
        let codings = std::mem::take(&mut self.codings);
        if codings.is_empty() {
            return;
        }
        let body = std::mem::replace(&mut self.body, Box::new(io::empty()));
        self.body = content_coding::decoded(body, &codings);
        self.is_decoded = true;
    }

    /// Tells the kind of the body by its first bytes without their content coding, and puts them back.
    fn sniff(&mut self, kind: impl Fn(&[u8]) -> BodyKind) -> Result<BodyKind, Error> {
        let mut start = Vec::new();
        let mut text = Vec::new();
        let mut chunk = [0; SNIFF_LIMIT];
        let mut ended = false;
        while !ended && start.len() < SNIFF_LIMIT && text.iter().all(u8::is_ascii_whitespace) {
            match self.body.read(&mut chunk) {
                Ok(amount) => {
                    start.extend_from_slice(&chunk[..amount]);
                    ended = amount == 0;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(read_error(&error)),
            }
            text = content_coding::decoded_start(&start, &self.codings, SNIFF_LIMIT);
        }
        let rest = std::mem::replace(&mut self.body, Box::new(io::empty()));
        self.body = Box::new(Cursor::new(start).chain(rest));
        Ok(kind(&text))
    }

    /// The value of a header, by its name in lower case. If it is repeated, this is the last one.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The values of a header that may be repeated, by its name in lower case.
    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.headers.iter().filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.as_str())
    }

    /// The length of the body in bytes as it was sent, from `Content-Length`.
    pub fn content_length(&self) -> Option<u64> {
        self.header("content-length")?.trim().parse().ok()
    }

    /// The length of [`Response::body`] in bytes, if it is known.
    pub fn body_length(&self) -> Option<u64> {
        self.content_length().filter(|_| !self.is_decoded)
    }

    /// Whether the body has no announced length. It may be endless, so what has arrived should be shown at once.
    pub fn is_live(&self) -> bool {
        self.kind != BodyKind::Empty && self.content_length().is_none()
    }

    /// The frames of a body of the kind [`BodyKind::Logs`]. From API 1.42 on the content type of logs tells whether
    /// there are frames. Before, and for attach and exec, which call all their output a raw stream (Docker 26.1), only
    /// the bytes do.
    pub fn frames(mut self) -> Frames<Body> {
        self.take_frames()
    }

    /// As [`Response::frames`], leaving the response with an empty body.
    pub fn take_frames(&mut self) -> Frames<Body> {
        let kind = self
            .header("content-type")
            .map(body_kind::essence)
            .unwrap_or_default();
        let is_raw = self.is_log() && self.api_version() >= Some((1, 42));
        let body = std::mem::replace(&mut self.body, Box::new(io::empty()));
        match kind.as_str() {
            MULTIPLEXED_STREAM => Frames::framed(body),
            RAW_STREAM if is_raw => Frames::raw(body),
            _ => Frames::detect(body),
        }
    }

    /// Replaces the body by one that is in frames, whatever the response says of its own.
    pub fn set_framed_body(&mut self, body: Body) {
        let framed = ("content-type".to_owned(), MULTIPLEXED_STREAM.to_owned());
        self.headers.push(framed);
        self.body = body;
    }

    /// The version of Docker's API in the request's path, or else the server's own.
    fn api_version(&self) -> Option<(u32, u32)> {
        let requested = self
            .target
            .split('/')
            .find_map(|part| version(part.strip_prefix('v')?));
        requested.or_else(|| version(self.header("api-version")?))
    }

    /// Whether these are logs whose content type says nothing. Before API 1.42 logs have none, and where Go guesses one
    /// from the first bytes, as for Podman, it is one of these two.
    fn is_untyped_log(&self) -> bool {
        let kind = self.header("content-type").map(body_kind::essence);
        let says_nothing =
            kind.is_none_or(|it| it == "application/octet-stream" || it == "text/plain");
        says_nothing && self.header("api-version").is_some() && self.is_log()
    }

    fn is_log(&self) -> bool {
        let path = self.target.split('?').next().unwrap_or_default();
        path.ends_with("/logs")
    }

    /// Scans the body, as it is read, for an error that the server reports within a stream whose status was a success.
    pub fn scan_for_errors(&mut self) -> ReportedError {
        let body = std::mem::replace(&mut self.body, Box::new(io::empty()));
        let (body, error) = ErrorScanner::new(body, is_progress(&self.target));
        self.body = Box::new(body);
        error
    }

    /// The error of a response with a status of 400 or above, with the message in its body. Reads at most 1 MiB of the
    /// body, which can still be read from its start. If the connection is lost within it, the message is made from what
    /// arrived.
    ///
    /// It is [`Error::Cancelled`] where the wait hook stopped the read.
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
        let (message, is_json) = match &self.unknown_coding {
            Some(name) => (undecoded(name), false),
            None => error_message::find(&bytes, (self.status, &self.reason)),
        };
        let hint = self
            .upgrade_hint(&message)
            .or_else(|| hint(self.status, &message, self.has_empty_host && !is_json));
        let rest: Body = match broken {
            Some(error) => Box::new(FailedRead(Some(error))),
            None => body,
        };
        self.body = Box::new(Cursor::new(bytes).chain(rest));
        Error::Status {
            status: self.status,
            message,
            reason: self.reason.clone(),
            hint,
        }
    }

    /// The hint for a server that wants another protocol: a WebSocket server answers a plain request with 426 or 400, and
    /// says so in a header or in its message (RFC 6455 §4.4, RFC 9110 §15.5.22).
    fn upgrade_hint(&self, message: &str) -> Option<String> {
        let upgrade = self.header("upgrade").unwrap_or_default();
        let speaks_websocket = self.header("sec-websocket-version").is_some()
            || [upgrade, message]
                .iter()
                .any(|text| text.to_ascii_lowercase().contains("websocket"));
        let protocol = match upgrade {
            _ if speaks_websocket => "WebSocket".to_owned(),
            "" => "another protocol".to_owned(),
            upgrade => one_line(upgrade),
        };
        (speaks_websocket || self.status == 426)
            .then(|| format!("the endpoint wants {protocol}, which dq does not speak"))
    }
}

/// Fails with this error once: the end of a body that could not be read to its end.
struct FailedRead(Option<io::Error>);

impl Read for FailedRead {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// The message of an error whose body cannot be read.
fn undecoded(coding: &str) -> String {
    format!("the body is compressed with {coding}, which dq does not decode")
}

/// What may help against an error of the server's.
fn hint(status: u16, message: &str, has_empty_host: bool) -> Option<String> {
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
    } else if status == 403 && message.contains("host not allowed") && !has_empty_host {
        "an empty Host is what Caddy takes on a socket: -H 'Host:', or the path alone for a URL"
    } else if status == 400 && has_empty_host {
        "dq sends no host name to a socket; some servers want one: -H 'Host: localhost'"
    } else {
        return None;
    };
    Some(hint.to_owned())
}

/// Whether a response never has a body, whatever its headers say (RFC 9110 §6.4.1).
fn has_no_body(status: StatusCode, method: &str) -> bool {
    method == "HEAD" || status.is_informational() || matches!(status.as_u16(), 204 | 304)
}

/// Parses `1.41` as (1, 41).
fn version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
