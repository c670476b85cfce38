//! Errors on their way through ureq: how the transport's travel, and what ureq's own mean.

use std::fmt;
use std::io;

use ureq::Timeout;

use super::error::Error;

/// The longest head of a response, in bytes.
pub const HEAD_LIMIT: usize = 64 << 10;

/// An error of the transport's on its way through ureq.
#[derive(Debug)]
pub struct TransportError {
    pub error: Error,
    /// A kept-alive connection turned out to be closed: the request may be sent once more.
    pub stale: bool,
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for TransportError {}

impl From<Error> for ureq::Error {
    fn from(error: Error) -> Self {
        Self::Other(Box::new(TransportError {
            error,
            stale: false,
        }))
    }
}

/// The transport's own error, where ureq only passed it on.
pub fn transport_error(error: &ureq::Error) -> Option<&TransportError> {
    match error {
        ureq::Error::Other(inner) => inner.downcast_ref(),
        _ => None,
    }
}

/// Says what an error met while reading the body means.
pub fn read_error(error: &io::Error) -> Error {
    match error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<ureq::Error>())
    {
        Some(error) => from_ureq(error, "the server"),
        None => from_io(error),
    }
}

/// Says what an error of ureq's means; `host` is how the user calls the server.
pub fn from_ureq(error: &ureq::Error, host: &str) -> Error {
    if let Some(inner) = transport_error(error) {
        return inner.error.clone();
    }
    match error {
        ureq::Error::Timeout(reason) => Error::Timeout {
            doing: doing(*reason).to_owned(),
        },
        ureq::Error::Io(error) => from_io(error),
        ureq::Error::LargeResponseHeader(..) => protocol(format!(
            "the head of the response is longer than {} KiB",
            HEAD_LIMIT >> 10
        )),
        ureq::Error::Protocol(problem) => broken_http(problem, host),
        ureq::Error::Http(error) => Error::usage(error.to_string()),
        other => protocol(other.to_string()),
    }
}

fn from_io(error: &io::Error) -> Error {
    if let Some(own) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Error>())
    {
        return own.clone();
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Error::Lost {
            problem: "the server closed it before the end of the response".to_owned(),
            hint: None,
        },
        _ => Error::lost(error),
    }
}

fn protocol(problem: String) -> Error {
    Error::Protocol { problem }
}

/// ureq does not export the type of its protocol errors, so they are told apart by their text,
/// which a test pins.
fn broken_http(problem: &impl fmt::Display, host: &str) -> Error {
    let text = problem.to_string();
    // The first line was HTTP's.
    if let Some(what @ ("invalid header name" | "invalid header value")) =
        text.strip_prefix("http parse fail: ")
    {
        return protocol(format!("{host} sent broken HTTP: {what}"));
    }
    if text.starts_with("http parse fail") && host.starts_with("ssh://") {
        return protocol(format!(
            "{host} did not answer with HTTP; does a shell over there print something first?"
        ));
    }
    if text.starts_with("http parse fail") {
        return protocol(format!("{host} did not answer with HTTP"));
    }
    if text.starts_with("output too small") {
        return Error::usage("the URL or a header is longer than 128 KiB");
    }
    protocol(format!("{host} sent broken HTTP: {text}"))
}

fn doing(reason: Timeout) -> &'static str {
    match reason {
        Timeout::Resolve | Timeout::Connect => "connecting",
        Timeout::SendRequest | Timeout::SendBody | Timeout::PerWrite => "sending the request",
        Timeout::RecvResponse => "waiting for the response",
        Timeout::RecvBody | Timeout::PerRead => "reading the response",
        _ => "before the response was complete",
    }
}
