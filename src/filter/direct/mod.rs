//! The direct evaluator: runs linked filters on values.
//!
//! jaq-core evaluates a term to an iterator of outputs, which is allocated for each term and each input. Here a term
//! passes its outputs on to a function, and one that is known to have exactly one output returns it. Variables are on
//! the stack. Values are passed on, not lent, so that an operation may change in place what nothing else refers to.
//! Everything else, such as the order in which operands are evaluated, is as in jaq-core, for which the terms are
//! lowered.

mod access;
mod analysis;
mod builtin_table;
mod builtins;
mod calls;
mod compile;
mod constants;
mod construction;
mod environment;
mod evaluator;
mod folds;
mod function;
mod functions;
mod generators;
mod operands;
mod output_count;
mod path_builtins;
mod path_expressions;
mod path_sink;
mod scope;
mod sink;
mod term;
mod thrown;
mod trail;
mod updates;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

pub(crate) use builtin_table::{can_run, runs_itself};
pub(crate) use compile::compile;
pub(crate) use evaluator::Evaluator;
pub(crate) use term::Program;
pub(crate) use thrown::Thrown;
