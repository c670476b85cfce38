//! What can stand at the end of an unfinished filter: keys that its input has there, variables, functions, formats.
//!
//! The beginning of the filter is parsed with a marker behind it. An abstract evaluation then follows the shape of the
//! input to the marker. Nothing is run: a filter that calls `fetch`, `error` or itself is looked at like any other.

mod builtin;
mod candidates;
mod evaluate;
mod evaluation;
mod found;
mod functions;
mod lookup;
mod scope;
mod sets;
mod shape;
#[cfg(test)]
mod tests;
mod words;

pub use candidates::{OuterNames, Suggestion, Unfinished, outputs};
pub use lookup::Lookup;
pub use shape::{Shape, Shapes};
