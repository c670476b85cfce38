//! What a command line asks for.

use std::ffi::OsString;
use std::path::PathBuf;

use super::typed::Cli;
use super::words::Word;

/// What a command line asks for.
pub enum Action {
    /// Fetch, filter, format.
    Run(Box<Cli>),
    /// A shell asks for completions: `--complete`, which only the completion scripts use.
    Complete(Vec<OsString>),
    /// `--generate KIND`: print a completion script or the manual page.
    Generate(String),
    /// `NAME --help`: print the help of the saved filter that the words name.
    Help {
        words: Vec<Word>,
        /// The directories of `-L`.
        library: Vec<PathBuf>,
    },
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
