//! Lowering: jq's terms to terms that jaq-core runs as jq would.
//!
//! The two evaluate most terms alike. Where they differ (the order of several operands, loops whose body has no output
//! or several, updates through anything but a plain path) the term is rewritten into one that jaq-core runs as jq
//! would. Names are resolved on the way.

mod loops;
mod names;
mod operators;
mod order;
mod parts;
mod path_expressions;
mod patterns;
mod term;
mod terms;
mod updates;

pub(crate) use order::has_call;
pub(crate) use path_expressions::has_definitions_in_paths;
pub(crate) use terms::pipe;
