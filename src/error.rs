//! The error of a run: the stage it comes from, its hint, its exit code.

use std::fmt;
use std::io;

use crate::cli::Refusal;
use dq_text::escape_line;

/// What ends a run of dq, other than success.
#[derive(Debug)]
pub enum Error {
    /// The command line cannot be understood.
    Usage {
        message: String,
        hint: Option<String>,
    },
    Fetch(dq_fetch::Error),
    /// The filter does not compile; nothing was sent.
    Compile {
        errors: Vec<dq_filter::CompileError>,
        hint: Option<String>,
    },
    /// An input could not be read or is not JSON.
    Input {
        name: Option<String>,
        problem: String,
        code: u8,
    },
    Format(dq_format::Error),
}

impl Error {
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            hint: None,
        }
    }

    /// The exit code: jq's below 6, curl's from 6 on.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage { .. } => 2,
            Self::Fetch(error) => error.exit_code(),
            Self::Compile { .. } => 3,
            Self::Input { code, .. } => *code,
            // The reader of stdout has gone, as in `dq … | head -1`: not an error.
            Self::Format(error) if error.is_broken_pipe() => 0,
            Self::Format(error) => error.exit_code(),
        }
    }

    /// What may help, as one line.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Usage { hint, .. } => hint.clone(),
            Self::Fetch(error) => error.hint(),
            Self::Compile { errors, hint } => hint
                .clone()
                .or_else(|| errors.iter().find_map(|error| error.hint.clone())),
            _ => None,
        }
    }

    /// The name of the stage with a colon behind it, and what is wrong without the name of an input: for a message that
    /// names a source between them.
    pub fn stage_and_text(&self) -> (&'static str, String) {
        match self {
            Self::Usage { message, .. } => ("", message.clone()),
            Self::Fetch(error) => ("fetch: ", error.to_string()),
            Self::Compile { errors, .. } => {
                let first = errors.first().map(ToString::to_string);
                ("filter: ", first.unwrap_or_default())
            }
            Self::Input { problem, .. } => ("input: ", problem.clone()),
            Self::Format(error) => ("format: ", error.to_string()),
        }
    }

    /// What is wrong, without the name of the server.
    pub fn text_without_host(&self) -> String {
        match self {
            Self::Fetch(error) => error.without_host(),
            other => other.stage_and_text().1,
        }
    }

    /// Whether this ends a run of several sources, because it is not about one of them: stdout cannot be written to, or
    /// nobody reads it.
    pub fn ends_run(&self) -> bool {
        self.is_silent() || matches!(self, Self::Format(_))
    }

    /// Whether no message is printed.
    fn is_silent(&self) -> bool {
        match self {
            Self::Format(error) => error.is_broken_pipe(),
            Self::Fetch(error) => *error == dq_fetch::Error::Cancelled,
            _ => false,
        }
    }

    /// Prints the error and its hint to `stderr`; `visible` makes text safe for it. Only errors of the command line and of
    /// a filter that does not compile have several lines: any other text may be a server's, and must not pass for a hint.
    pub fn report(&self, stderr: &mut dyn io::Write, visible: &dyn Fn(&str) -> String) {
        if self.is_silent() {
            return;
        }
        let shown = |text: &str| match self {
            // What was typed may be a URL with a password.
            Self::Usage { .. } => visible(&dq_fetch::shown(text)),
            Self::Compile { .. } => visible(text),
            _ => escape_line(text).into_owned(),
        };
        // A failure to write to stderr cannot be reported anywhere.
        let _ = writeln!(stderr, "{}", shown(&self.to_string()));
        if let Some(hint) = self.hint() {
            let _ = writeln!(stderr, "hint: {}", shown(&hint));
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Usage { message, .. } => write!(f, "dq: {message}"),
            Self::Fetch(error) => write!(f, "dq: fetch: {error}"),
            Self::Compile { errors, .. } => {
                let lines: Vec<_> = errors
                    .iter()
                    .map(|error| format!("dq: filter: {error}"))
                    .collect();
                f.write_str(&lines.join("\n"))
            }
            Self::Input {
                name: Some(name),
                problem,
                ..
            } => write!(f, "dq: input: {name}: {problem}"),
            Self::Input {
                name: None,
                problem,
                ..
            } => write!(f, "dq: input: {problem}"),
            Self::Format(error) => write!(f, "dq: format: {error}"),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Usage {
            message: refusal.message,
            hint: refusal.hint,
        }
    }
}

impl From<dq_fetch::Error> for Error {
    fn from(error: dq_fetch::Error) -> Self {
        Self::Fetch(error)
    }
}

impl From<dq_format::Error> for Error {
    fn from(error: dq_format::Error) -> Self {
        Self::Format(error)
    }
}
