//! What a command line asks for.

use std::ffi::OsString;

use super::typed::Cli;

/// What a command line asks for.
pub enum Action {
    /// Fetch, filter, format.
    Run(Box<Cli>),
    /// A shell asks for completions: `--complete`, which only the completion scripts use.
    Complete(Vec<OsString>),
    /// `--generate KIND`: print a completion script or the manual page.
    Generate(String),
    /// Print text: help or the version.
    Print(String),
    /// The command line is wrong.
    Refuse(Refusal),
}

/// Why a command line is wrong.
#[derive(Debug)]
pub struct Refusal {
    pub message: String,
    pub hint: Option<String>,
}

impl Refusal {
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }
}
