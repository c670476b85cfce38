//! The errors of this crate, with their messages, hints and exit codes.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::secrets::shown;
use dq_text::os_reason;

/// Why a request failed. `Display` is one line without a prefix and without control characters from the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The request cannot be sent: conflicting options, an invalid host, URL, header or method.
    Usage {
        /// What is wrong; completes the message.
        problem: String,
        /// What may help.
        hint: Option<String>,
    },
    /// A file cannot be read or understood: docker's configuration, a certificate or key, the request's body.
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong; completes the message.
        problem: String,
        /// What may help.
        hint: Option<String>,
    },
    /// The host name cannot be resolved.
    Resolve {
        /// The server's name in messages.
        host: String,
        /// What is wrong; completes the message.
        problem: String,
        /// What may help.
        hint: Option<String>,
    },
    /// No connection could be opened.
    Connect {
        /// The server's name in messages.
        host: String,
        /// What is wrong; completes the message.
        problem: String,
        /// What may help.
        hint: Option<String>,
    },
    /// A time limit has expired.
    Timeout {
        /// Completes the message "timed out …".
        doing: String,
    },
    /// The TLS handshake failed.
    Handshake {
        /// The server's name in messages.
        host: String,
        /// What is wrong; completes the message.
        problem: String,
        /// What may help.
        hint: Option<String>,
    },
    /// The server's certificate is not trusted.
    Certificate {
        /// The server's name in messages.
        host: String,
        /// What is wrong; completes the message.
        problem: String,
        /// What may help.
        hint: Option<String>,
    },
    /// The server closed the connection before the first byte of a response.
    EmptyReply {
        /// The server's name in messages.
        host: String,
        /// What may help.
        hint: Option<String>,
    },
    /// The server sent invalid HTTP, or more than a limit of dq's allows.
    Protocol {
        /// What is wrong; the whole message.
        problem: String,
    },
    /// The connection was lost before the end of the response.
    Lost {
        /// What is wrong; completes the message.
        problem: String,
        /// What may help.
        hint: Option<String>,
    },
    /// The caller stopped waiting for the response ([`Wait::Stop`](crate::Wait::Stop)). Nothing went wrong: the exit
    /// code is 0, and no message is to be printed.
    Cancelled,
    /// The server responded with a status of 400 or above.
    Status {
        /// The status code.
        status: u16,
        /// The name of the status; empty for one without a name.
        reason: String,
        /// The message in the body; empty if there is none.
        message: String,
        /// What may help.
        hint: Option<String>,
    },
    /// The server reported an error within a stream whose status was a success.
    Reported {
        /// The server's message.
        message: String,
    },
    /// The server redirected in a way that dq does not follow.
    Redirect {
        /// The status code.
        status: u16,
        /// The name of the status.
        reason: String,
        /// The `Location`, or the link to the next page; empty if there is none.
        location: String,
        /// Why it is not followed.
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

    /// A `Lost` error with the message of this one.
    pub(super) fn lost(error: &io::Error) -> Self {
        Self::Lost {
            problem: os_reason(error),
            hint: None,
        }
    }

    /// The `Lost` error of a connection that ended within a response.
    pub(super) fn closed_early() -> Self {
        Self::Lost {
            problem: "the server closed it before the end of the response".to_owned(),
            hint: None,
        }
    }

    /// What may help, as one line.
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

    /// The message without the server's name, for errors that several servers share.
    pub fn without_host(&self) -> String {
        match self {
            Self::Resolve { problem, .. } => format!("cannot resolve the host: {problem}"),
            Self::Connect { problem, .. } => format!("cannot connect: {problem}"),
            Self::Handshake { problem, .. } => format!("the TLS handshake failed: {problem}"),
            Self::Certificate { problem, .. } => {
                format!("the certificate is not trusted: {problem}")
            }
            Self::EmptyReply { .. } => {
                "empty reply: the server closed the connection without an answer".into()
            }
            // Where connecting to a socket takes too long, the message names it.
            Self::Timeout { doing } if doing.starts_with("connecting to ") => {
                "timed out connecting".into()
            }
            other => other.to_string(),
        }
    }

    /// Adds a hint to the error of a server that does not know the path, if it has none yet: Docker says just `page not
    /// found`, Podman nothing but the status, the sample engine what it lacks.
    #[must_use]
    pub fn with_path_hint(mut self, find: impl FnOnce() -> Option<String>) -> Self {
        if let Self::Status {
            status: 404 | 405,
            message,
            hint: hint @ None,
            ..
        } = &mut self
            && (matches!(message.as_str(), "" | "page not found")
                || message.starts_with("the sample engine has no /"))
        {
            *hint = find();
        }
        self
    }

    /// Adds a hint to a refusal that is not the engine's own, unless there is one. The engine's authorization plugins
    /// name themselves (moby pkg/authorization/authz.go); proxies for its socket answer 403, and some of them 405 for a
    /// method.
    #[must_use]
    pub fn with_proxy_hint(mut self, find: impl FnOnce() -> Option<String>) -> Self {
        if let Self::Status {
            status: 403 | 405,
            message,
            hint: hint @ None,
            ..
        } = &mut self
            && !message.starts_with("authorization denied by plugin")
        {
            *hint = find();
        }
        self
    }

    /// Adds a hint that the server's message leads to, unless there is one.
    #[must_use]
    pub fn with_message_hint(mut self, find: impl FnOnce(&str) -> Option<String>) -> Self {
        if let Self::Status {
            message,
            hint: hint @ None,
            ..
        } = &mut self
        {
            *hint = find(message);
        }
        self
    }

    /// Adds a hint to the error of a server that has not found what was asked for (404), unless there is one.
    #[must_use]
    pub fn with_not_found_hint(mut self, find: impl FnOnce() -> Option<String>) -> Self {
        if let Self::Status {
            status: 404,
            hint: hint @ None,
            ..
        } = &mut self
        {
            *hint = find();
        }
        self
    }

    /// Gives the error of a server that refused the method or the path this hint, if there is one, instead of its own:
    /// Docker takes GET of `/networks/create` for a network of that name.
    #[must_use]
    pub fn with_method_hint(mut self, find: impl FnOnce() -> Option<String>) -> Self {
        if let Self::Status {
            status: 400 | 404 | 405,
            hint,
            ..
        } = &mut self
            && let Some(found) = find()
        {
            *hint = Some(found);
        }
        self
    }

    /// Whether nothing of the request has been sent: the host was not resolved or not connected to.
    pub(super) fn is_before_sending(&self) -> bool {
        match self {
            Self::Resolve { .. } | Self::Connect { .. } => true,
            Self::Timeout { doing } => {
                doing.starts_with("connecting") || doing.starts_with("resolving")
            }
            _ => false,
        }
    }

    /// dq's exit code. From 6 on the codes are curl's (curl(1), EXIT CODES). Invalid HTTP counts as a failed receive
    /// (56): curl's own code for it, 1, means something else in jq.
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
            Self::File { path, problem, .. } => {
                // What was typed as a file may be a URL with a password.
                write!(f, "{}: {problem}", shown(&path.to_string_lossy()))
            }
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

/// Writes status and name. A server may use a status without a name.
fn write_status(f: &mut fmt::Formatter<'_>, status: u16, reason: &str) -> fmt::Result {
    write!(f, "{status}")?;
    if reason.is_empty() {
        Ok(())
    } else {
        write!(f, " {reason}")
    }
}
