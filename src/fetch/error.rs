//! What can go wrong between the request and the last byte of the body: texts, hints, exit codes.

use dq_text::os_reason;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// A failure of the fetch stage. `Display` is one line without a prefix, and holds no control
/// characters of the server's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// What was asked for cannot be sent: conflicting options, a bad host, URL, header or method.
    Usage {
        problem: String,
        hint: Option<String>,
    },
    /// A file that decides the host or proves who we are cannot be read or understood.
    File {
        path: PathBuf,
        problem: String,
        hint: Option<String>,
    },
    /// The name of the host has no address.
    Resolve {
        host: String,
        problem: String,
        hint: Option<String>,
    },
    /// Nothing could be connected to.
    Connect {
        host: String,
        problem: String,
        hint: Option<String>,
    },
    /// A time limit ran out; `doing` completes "timed out …".
    Timeout { doing: String },
    /// TLS could not be agreed on.
    Handshake {
        host: String,
        problem: String,
        hint: Option<String>,
    },
    /// The server's certificate is not trusted.
    Certificate {
        host: String,
        problem: String,
        hint: Option<String>,
    },
    /// The server closed the connection without sending a byte.
    EmptyReply { host: String, hint: Option<String> },
    /// The server sent something that is not HTTP, or HTTP beyond a limit of ours.
    Protocol { problem: String },
    /// The connection ended before the response did.
    Lost {
        problem: String,
        hint: Option<String>,
    },
    /// The caller stopped waiting for the response ([`Wait::Stop`](crate::Wait::Stop)). Nothing went wrong: the exit code
    /// is 0, and no message is to be printed.
    Cancelled,
    /// The server answered 400 or above.
    Status {
        status: u16,
        reason: String,
        message: String,
        hint: Option<String>,
    },
    /// The server reported an error in the midst of a stream, whose status was a success.
    Reported { message: String },
    /// The server redirected to where dq does not follow.
    Redirect {
        status: u16,
        reason: String,
        location: String,
        problem: &'static str,
    },
}

impl Error {
    /// A `Usage` error without a hint.
    pub(super) fn usage(problem: impl Into<String>) -> Self {
        Self::Usage {
            problem: problem.into(),
            hint: None,
        }
    }

    /// A `Lost` error that says what `error` says.
    pub(super) fn lost(error: &io::Error) -> Self {
        Self::Lost {
            problem: os_reason(error),
            hint: None,
        }
    }

    /// What may help, as one line, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Usage { hint, .. }
            | Self::File { hint, .. }
            | Self::Resolve { hint, .. }
            | Self::Connect { hint, .. }
            | Self::Handshake { hint, .. }
            | Self::Certificate { hint, .. }
            | Self::EmptyReply { hint, .. }
            | Self::Lost { hint, .. }
            | Self::Status { hint, .. } => hint.clone(),
            _ => None,
        }
    }

    /// The answer of a server that does not know the path, with this hint where it has none yet: Docker says just
    /// `page not found`, Podman nothing but the status.
    pub fn hinted(mut self, find: impl FnOnce() -> Option<String>) -> Self {
        if let Self::Status {
            status: 404 | 405,
            message,
            hint: hint @ None,
            ..
        } = &mut self
            && matches!(message.as_str(), "" | "page not found")
        {
            *hint = find();
        }
        self
    }

    /// Nothing of the request has left: no name, no connection.
    pub(super) fn is_before_sending(&self) -> bool {
        match self {
            Self::Resolve { .. } | Self::Connect { .. } => true,
            Self::Timeout { doing } => {
                doing.starts_with("connecting") || doing.starts_with("resolving")
            }
            _ => false,
        }
    }

    /// dq's exit code. From 6 on they are curl's; a reply that is not HTTP counts as a broken
    /// connection (56), since curl's own code for it, 1, means something else in jq.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Cancelled => 0,
            Self::Usage { .. } | Self::File { .. } => 2,
            Self::Resolve { .. } => 6,
            Self::Connect { .. } => 7,
            Self::Status { .. } | Self::Reported { .. } | Self::Redirect { .. } => 22,
            Self::Timeout { .. } => 28,
            Self::Handshake { .. } => 35,
            Self::EmptyReply { .. } => 52,
            Self::Protocol { .. } | Self::Lost { .. } => 56,
            Self::Certificate { .. } => 60,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage { problem, .. } | Self::Protocol { problem } => f.write_str(problem),
            Self::File { path, problem, .. } => write!(f, "{}: {problem}", path.display()),
            Self::Resolve { host, problem, .. } => {
                write!(f, "cannot resolve host {host}: {problem}")
            }
            Self::Connect { host, problem, .. } => write!(f, "cannot connect to {host}: {problem}"),
            Self::Timeout { doing } => write!(f, "timed out {doing}"),
            Self::Handshake { host, problem, .. } => {
                write!(f, "TLS handshake with {host} failed: {problem}")
            }
            Self::Certificate { host, problem, .. } => {
                write!(f, "the certificate of {host} is not trusted: {problem}")
            }
            Self::EmptyReply { host, .. } => {
                write!(
                    f,
                    "empty reply: {host} closed the connection without an answer"
                )
            }
            Self::Cancelled => f.write_str("cancelled"),
            Self::Lost { problem, .. } => write!(f, "connection lost: {problem}"),
            Self::Status {
                status,
                reason,
                message,
                ..
            } => {
                write_status(f, *status, reason)?;
                if message.is_empty() {
                    Ok(())
                } else {
                    write!(f, ": {message}")
                }
            }
            Self::Reported { message } => f.write_str(message),
            Self::Redirect {
                status,
                reason,
                location,
                problem,
            } => {
                write_status(f, *status, reason)?;
                write!(
                    f,
                    ": {problem}{}{location}",
                    if location.is_empty() { "" } else { ": " }
                )
            }
        }
    }
}

impl std::error::Error for Error {}

/// The status line without its version; servers may use codes that have no name.
fn write_status(f: &mut fmt::Formatter<'_>, status: u16, reason: &str) -> fmt::Result {
    write!(f, "{status}")?;
    if reason.is_empty() {
        Ok(())
    } else {
        write!(f, " {reason}")
    }
}
