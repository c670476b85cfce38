//! Why a value could not be written.

use std::{fmt, io};

use dq_json::value::MAX_DEPTH;
use dq_text::os_reason;

/// Why a value could not be written.
#[derive(Debug)]
pub enum Error {
    /// The writer failed.
    Io(io::Error),
    /// `--raw-output0` ends every string with a NUL, so a string that contains one is ambiguous.
    NulInString,
    /// The value is nested more than [`MAX_DEPTH`] levels deep.
    TooDeep,
    /// The format cannot express the value. The text says why, and what to do about it.
    Unrepresentable(String),
    /// Rows had keys that first appeared after the header was written; those cells are missing from the output. The
    /// text lists the keys, separated by commas.
    UnknownKeys(String),
    /// The filters of columns failed, and those cells show the values as they are.
    Cells(Vec<CellError>),
}

/// The first failure of a column's filter.
#[derive(Debug)]
pub struct CellError {
    /// The column's path.
    pub column: String,
    /// What is wrong, in one line.
    pub message: String,
}

impl Error {
    /// The exit code that jq gives the same failure: 2 for a failed write, 5 for a value that cannot be written.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Io(_) => 2,
            _ => 5,
        }
    }

    /// Whether the reader of the output has closed it (EPIPE).
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Io(e) if e.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Io(e) => write!(f, "cannot write the output: {}", os_reason(e)),
            // jq's message.
            Self::NulInString => {
                f.write_str("Cannot dump a string containing NUL with --raw-output0 option")
            }
            Self::TooDeep => write!(
                f,
                "cannot write a value nested deeper than {MAX_DEPTH} levels"
            ),
            Self::Unrepresentable(why) => f.write_str(why),
            Self::UnknownKeys(keys) => write!(
                f,
                "left out, because they appeared after the header was written: {keys}; name all columns with --columns"
            ),
            Self::Cells(errors) => {
                for (at, error) in errors.iter().enumerate() {
                    let separator = if at > 0 { "; " } else { "" };
                    write!(f, "{separator}column {}: {}", error.column, error.message)?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(e) => Some(e),
            _ => None,
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
