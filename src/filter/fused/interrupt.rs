//! What ends the evaluation of one input before its end.

use dq_json::read::ReadError;
use dq_json::value::{Value, ValueError};

/// Why evaluation ended early.
pub(super) enum Interrupt {
    /// The filter raised this value as an error.
    Raised(Value),
    /// `halt` or `halt_error`, with its exit code.
    Exit(i32),
    /// The consumer of the outputs wants no more.
    Stopped,
    /// The next element could not be read. No `try` catches it.
    ///
    /// Boxed: the hot functions return this type, and a read error is larger than a value.
    Unread(Box<ReadError>),
}

impl From<ValueError> for Interrupt {
    fn from(error: ValueError) -> Self {
        Self::Raised(error.into_val())
    }
}

impl From<ReadError> for Interrupt {
    fn from(error: ReadError) -> Self {
        Self::Unread(Box::new(error))
    }
}
