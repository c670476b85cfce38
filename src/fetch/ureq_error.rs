//! Converts between ureq's errors and this crate's: those of the transport travel through ureq.

use std::fmt;
use std::io;

use ureq::Timeout;

use super::error::Error;
use super::response_head::HEAD_LIMIT;

/// An error of the transport while it travels through ureq.
#[derive(Debug)]
pub(crate) struct TransportError {
    pub error: Error,
    /// The server had closed a kept-alive connection before it read the request, which may be sent once more.
    pub is_stale: bool,
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
            is_stale: false,
        }))
    }
}

/// The transport's own error, if ureq only passed it on.
pub(crate) fn transport_error(error: &ureq::Error) -> Option<&TransportError> {
    match error {
        ureq::Error::Other(inner) => inner.downcast_ref(),
        _ => None,
    }
}

/// Converts an error of reading a response's body.
pub fn read_error(error: &io::Error) -> Error {
    match error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<ureq::Error>())
    {
        Some(error) => from_ureq(error, "the server"),
        None => from_io(error),
    }
}

/// Converts an error of ureq. `host` is the server's name in messages.
pub(crate) fn from_ureq(error: &ureq::Error, host: &str) -> Error {
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
        ureq::Error::Protocol(problem) => protocol_error(problem, host),
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
        io::ErrorKind::UnexpectedEof => Error::closed_early(),
        _ => Error::lost(error),
    }
}

fn protocol(problem: String) -> Error {
    Error::Protocol { problem }
}

/// Converts a protocol error. ureq does not export its type, so errors are recognised by their text, which a test pins.
fn protocol_error(problem: &impl fmt::Display, host: &str) -> Error {
    let text = problem.to_string();
    // The status line was valid.
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

/// Completes the message "timed out …".
fn doing(reason: Timeout) -> &'static str {
    match reason {
        Timeout::Resolve | Timeout::Connect => "connecting",
        Timeout::SendRequest | Timeout::SendBody | Timeout::PerWrite => "sending the request",
        Timeout::RecvResponse => "waiting for the response",
        Timeout::RecvBody | Timeout::PerRead => "reading the response",
        _ => "before the response was complete",
    }
}
