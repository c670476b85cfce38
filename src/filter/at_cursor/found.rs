//! What the evaluation found at the cursor.

use super::shape::Shapes;

/// The place of the word at the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// `.Sta`
    Field,
    /// A string that is a key: `["Sta`, `."Sta`, `{"Sta`, `has("Sta`.
    Text,
    /// Between brackets, nothing typed: `.[`.
    Index,
    /// `{Sta`
    ObjectKey,
    /// `sel`, or nothing where a term can begin.
    Name,
    /// `$na`
    Variable,
    /// `@bas`
    Format,
}

/// The word at the cursor, and what may stand in its place.
#[derive(Debug)]
pub(super) struct Found {
    pub place: Place,
    /// What was typed of the word: of a key or a string its text, without `.` and quotes; else with `$` or `@`.
    pub typed: String,
    /// The values whose keys are wanted.
    pub inputs: Shapes,
    /// The variables that can be used.
    pub variables: Vec<String>,
    /// The functions that the filter defines, with their numbers of arguments.
    pub functions: Vec<(String, usize)>,
}
