//! Read errors: what is wrong with an input, and where.

use std::fmt;
use std::io;

/// An error reading an input. `Display` writes jq's message, with line and column if known.
#[derive(Debug)]
pub struct ReadError {
    kind: ReadErrorKind,
    /// Line and column, both 1-based; the column counts bytes.
    place: Option<(usize, usize)>,
    /// Whether the error is at the end of the input.
    is_at_end: bool,
    /// Whether the message says that a record separator is needed.
    needs_separator: bool,
}

/// The causes of a [`ReadError`].
#[derive(Debug)]
pub enum ReadErrorKind {
    /// The text is not JSON: jq's message.
    Syntax(&'static str),
    /// The byte source failed.
    Io(io::Error),
}

impl ReadError {
    /// A syntax error at a line and column.
    pub(super) fn syntax(message: &'static str, place: (usize, usize), is_at_end: bool) -> Self {
        Self {
            kind: ReadErrorKind::Syntax(message),
            place: Some(place),
            is_at_end,
            needs_separator: false,
        }
    }

    /// The same error inside a record of `--seq`, in jq's words.
    pub(super) fn until_separator(self) -> Self {
        Self {
            needs_separator: true,
            ..self
        }
    }

    /// An error about the input as a whole.
    pub(super) fn without_place(message: &'static str) -> Self {
        Self {
            kind: ReadErrorKind::Syntax(message),
            place: None,
            is_at_end: false,
            needs_separator: false,
        }
    }

    /// An error of the byte source.
    pub(super) fn io(error: io::Error) -> Self {
        Self {
            kind: ReadErrorKind::Io(error),
            place: None,
            is_at_end: false,
            needs_separator: false,
        }
    }

    /// The cause.
    pub fn kind(&self) -> &ReadErrorKind {
        &self.kind
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match &self.kind {
            ReadErrorKind::Syntax(message) => f.write_str(message)?,
            ReadErrorKind::Io(error) => error.fmt(f)?,
        }
        match self.place {
            Some((line, column)) if self.is_at_end => {
                write!(f, " at EOF at line {line}, column {column}")?;
            }
            Some((line, column)) => write!(f, " at line {line}, column {column}")?,
            None => {}
        }
        if self.needs_separator {
            f.write_str(" (need RS to resync)")?;
        }
        Ok(())
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            ReadErrorKind::Syntax(_) => None,
            ReadErrorKind::Io(error) => Some(error),
        }
    }
}
