//! What ends the evaluation of a term before its end.

use dq_json::value::ValueError;

/// Why evaluation has ended early.
pub(crate) enum Thrown {
    /// An error, which `try` catches.
    Error(Box<ValueError>),
    /// `break` to the label of this number.
    Break(usize),
    /// `halt` and `halt_error`, with the exit code.
    Halt(i32),
    /// The consumer of the outputs wants no more.
    Stopped,
    /// A definition calls itself with nothing left to do; the arguments are in [`super::evaluator::Evaluator`].
    Loop,
}

/// The end of an evaluation whose outputs were passed on.
pub(crate) type Flow = Result<(), Thrown>;

impl From<ValueError> for Thrown {
    #[cold]
    fn from(error: ValueError) -> Self {
        Self::Error(Box::new(error))
    }
}

/// The error that carries this message.
#[cold]
pub(super) fn fail<T>(message: impl std::fmt::Display) -> Result<T, Thrown> {
    Err(ValueError::str(message).into())
}
