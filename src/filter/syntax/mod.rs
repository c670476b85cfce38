//! The parser: jq source text to the terms that jaq-core compiles.
//!
//! jaq-core has a parser of its own, for a language that differs from jq's in places (`?//`, `$__loc__`, `.5`,
//! surrogate pairs, `.a.[0]`, metadata). This one reads the grammar of jq 1.8 (`src/parser.y`) into the same terms.

mod ast;
mod constant;
mod control;
mod expression;
mod lexer;
mod object;
mod parser;
mod pattern;
mod rewrite;
mod term;
mod walk;

pub(crate) use ast::{Def, Import, Module, Pattern, SyntaxError, Term};
pub(crate) use constant::{constant_value, is_constant};
pub(crate) use parser::{
    KEYWORDS, is_identity, parse_beginning, parse_definitions, parse_metadata, parse_module,
};
pub(crate) use rewrite::replace_calls;
pub(crate) use walk::any_term;
