//! The fused evaluator: everyday filters, run on the text of their input while it is validated.
//!
//! Paths, `select`, objects, comparisons and the like are evaluated without building values. Any other term inside such
//! a filter is compiled on its own and run by jaq-core. A filter that uses its input only by `.[]` is run on the
//! elements one by one, so that memory does not grow with the length of an array; see [`element_stream`].
//!
//! Outputs and errors are those that jaq-core has for the same filter: tests compare the two, on fixed and on random
//! filters and texts.

mod compile;
mod core_compiler;
mod element_stream;
mod evaluate;
mod evaluate_elements;
mod expression;
mod frame;
mod fused_filter;
mod interrupt;
mod keyed;
mod operators;
mod projection;
mod reads_inputs;
mod runner;
mod used_fields;
mod value_expression;

#[cfg(test)]
mod tests;

pub(crate) use compile::{compile, compile_expression};
pub(crate) use core_compiler::CoreCompiler;
pub(crate) use fused_filter::FusedFilter;
pub(crate) use runner::Runner;
pub(crate) use value_expression::ValueExpression;
