//! What the sample engine answers with: the parts of a response, and errors in dockerd's form.

use std::time::SystemTime;

use serde_json::{Value, json};

/// The newest API version of the recorded engine.
pub(crate) const API_VERSION: &str = "1.45";
/// The oldest API version of the recorded engine.
pub(crate) const MIN_API_VERSION: &str = "1.24";
/// The recorded engine's `Server` header.
pub(crate) const SERVER: &str = "Docker/26.1.5+dfsg1 (linux)";

const OK: &str = "200 OK";
const JSON: &str = "application/json";

/// A response of the sample engine.
pub(crate) struct DemoResponse {
    /// Status code and reason.
    pub status: &'static str,
    /// The header lines, without Content-Length or Transfer-Encoding.
    pub headers: String,
    /// The body.
    pub body: DemoBody,
}

/// The body of a response.
pub(crate) enum DemoBody {
    /// A body sent at once.
    Whole(Vec<u8>),
    /// JSON lines, sent one at a time.
    Lines {
        /// The lines.
        lines: String,
        /// When the stream ends; `None` for after the last line.
        until: Option<SystemTime>,
    },
}

/// A request that the sample engine does not fulfil: a status and the `message` of the body.
#[derive(Debug, PartialEq)]
pub(crate) struct Refusal {
    /// Status code and reason.
    pub status: &'static str,
    /// The message, worded as dockerd words it where dockerd has the same error.
    pub message: String,
}

impl Refusal {
    /// A request that cannot be understood: 400.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new("400 Bad Request", message)
    }

    /// Something that the sample engine does not have: 404.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new("404 Not Found", message)
    }

    /// dockerd's answer to a path or a method without a route.
    pub(crate) fn page_not_found() -> Self {
        Self::not_found("page not found")
    }

    /// A request that changes something: 405.
    pub(crate) fn read_only() -> Self {
        Self::new("405 Method Not Allowed", "the sample engine is read-only")
    }

    /// A request that the state of a container does not allow: 409.
    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new("409 Conflict", message)
    }

    /// A value that dockerd fails to parse on a path where it answers 500, not 400.
    pub(crate) fn server_error(message: impl Into<String>) -> Self {
        Self::new("500 Internal Server Error", message)
    }

    /// A request that needs a registry: 503.
    pub(crate) fn no_registry() -> Self {
        Self::new(
            "503 Service Unavailable",
            "the sample engine has no registry to ask",
        )
    }

    fn new(status: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }
}

impl From<Refusal> for DemoResponse {
    fn from(refusal: Refusal) -> Self {
        let body = json!({"message": refusal.message});
        let response = engine(refusal.status, JSON, line(&body));
        // The only response of dockerd's that lacks the engine's headers.
        if refusal.message == "page not found" {
            return Self {
                headers: format!("Content-Type: {JSON}\r\n"),
                ..response
            };
        }
        response
    }
}

/// The response with a JSON body.
pub(crate) fn ok(body: &Value) -> DemoResponse {
    bytes(JSON, line(body))
}

/// The response with a body of some content type.
pub(crate) fn bytes(content_type: &str, body: Vec<u8>) -> DemoResponse {
    engine(OK, content_type, body)
}

/// The response that sends JSON lines one at a time and ends after the last one, or at a time.
pub(crate) fn stream(lines: String, until: Option<SystemTime>) -> DemoResponse {
    DemoResponse {
        body: DemoBody::Lines { lines, until },
        ..engine(OK, JSON, Vec::new())
    }
}

/// The response to `/_ping`, of which the body to HEAD has no length either.
pub(crate) fn ping(body: &str) -> DemoResponse {
    let headers = format!(
        "Api-Version: {API_VERSION}\r\nBuilder-Version: 2\r\nCache-Control: no-cache, no-store, must-revalidate\r\n\
         Content-Type: text/plain; charset=utf-8\r\nDocker-Experimental: false\r\nOstype: linux\r\nPragma: no-cache\r\n\
         Server: {SERVER}\r\nSwarm: active/manager\r\n"
    );
    DemoResponse {
        status: OK,
        headers,
        body: DemoBody::Whole(body.into()),
    }
}

/// A response with the engine's headers.
fn engine(status: &'static str, content_type: &str, body: Vec<u8>) -> DemoResponse {
    let headers = format!(
        "Api-Version: {API_VERSION}\r\nContent-Type: {content_type}\r\nDocker-Experimental: false\r\n\
         Ostype: linux\r\nServer: {SERVER}\r\n"
    );
    DemoResponse {
        status,
        headers,
        body: DemoBody::Whole(body),
    }
}

fn line(body: &Value) -> Vec<u8> {
    // Values with string keys can be serialized.
    let mut line = serde_json::to_vec(body).unwrap_or_default();
    line.push(b'\n');
    line
}
