//! What an evaluation asks its caller for.

use super::shape::Shape;

/// Answers questions about what is outside of the filter.
pub trait Lookup {
    /// The text of the saved filter of this name.
    fn saved_filter(&self, name: &str) -> Option<String>;

    /// The shape of the answer of a GET of this path, in which unknown words are `x`. Nothing must be sent.
    fn answer(&self, path: &str) -> Option<Shape>;
}
