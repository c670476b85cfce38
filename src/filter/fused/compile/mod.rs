//! Compilation of a filter for the fused evaluator.

mod compiler;
mod constant;
mod elements;
mod expr;
mod filter;
mod generator;
mod inline;
mod path;
mod pipeline;
mod stages;

pub(crate) use filter::{compile, compile_expression};
