//! What is wrong with an input, and where.

use std::fmt;
use std::io;

/// An input that could not be read.
#[derive(Debug)]
pub struct ReadError {
    kind: ReadErrorKind,
    /// Line and column, both from 1, the column in bytes.
    place: Option<(usize, usize)>,
    /// The bytes ended where more were needed.
    at_end: bool,
}

#[derive(Debug)]
pub enum ReadErrorKind {
    /// The text is not JSON; what was expected.
    Syntax(&'static str),
    /// The bytes could not be had.
    Io(io::Error),
}

impl ReadError {
    /// What went wrong.
    pub fn kind(&self) -> &ReadErrorKind {
        &self.kind
    }

    pub fn syntax(message: &'static str, place: (usize, usize), at_end: bool) -> Self {
        Self {
            kind: ReadErrorKind::Syntax(message),
            place: Some(place),
            at_end,
        }
    }

    pub fn without_place(message: &'static str) -> Self {
        Self {
            kind: ReadErrorKind::Syntax(message),
            place: None,
            at_end: false,
        }
    }

    pub fn io(error: io::Error) -> Self {
        Self {
            kind: ReadErrorKind::Io(error),
            place: None,
            at_end: false,
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match &self.kind {
            ReadErrorKind::Syntax(message) => f.write_str(message)?,
            ReadErrorKind::Io(error) => error.fmt(f)?,
        }
        match self.place {
            Some((line, column)) if self.at_end => {
                write!(f, " at EOF at line {line}, column {column}")
            }
            Some((line, column)) => write!(f, " at line {line}, column {column}"),
            None => Ok(()),
        }
    }
}
