//! jq filters: compiled, then run on the values of dq-json.
//!
//! A [`Program`] is a filter's text and what it may refer to. [`compile`] makes a [`Filter`] of it, and a [`FilterRun`]
//! runs that on [`Inputs`].
//!
//! ```
//! use dq_filter::{Program, compile};
//!
//! let filter = compile(&Program::new(".[] | select(.size > 1) | .name")).unwrap();
//! let json = br#"[{"name": "a", "size": 1}, {"name": "b", "size": 2}]"#;
//! let mut outputs = Vec::new();
//! filter.run_on(&json[..], |output| outputs.push(output.to_json())).unwrap();
//! assert_eq!(outputs, [r#""b""#]);
//! ```
//!
//! The language is that of jq 1.8. The way of a program:
//!
//! 1. `syntax` parses the text, by jq's grammar, into the terms of jaq-core.
//! 2. `fused` looks for filters of everyday shapes. It evaluates those on the JSON text while the reader validates it,
//!    builds only the values that the outputs consist of, and takes a long array element by element.
//! 3. For any other filter, `link` finds the definitions that it uses: in modules, in saved filters, and in `builtins`,
//!    the one table of all builtins, whose code is in `builtins.jq`, `helpers.jq` and `natives`.
//! 4. `lower` rewrites terms that jaq-core would evaluate in another way than jq.
//! 5. `direct` compiles and runs the result, with the order of evaluation of jaq-core. A filter that calls `fetch`, which
//!    takes paths ahead of its outputs, is compiled and run by jaq-core itself.
//!
//! This crate and dq-json are the only ones that name jaq-core.

#![warn(missing_docs, unreachable_pub)]

pub mod at_cursor;
mod builtins;
mod compile_error;
mod compiled_filter;
mod compiler;
mod direct;
mod fetcher;
mod filter;
mod filter_run;
mod fused;
mod independence;
mod input;
mod jaq_compiler;
mod jaq_run;
mod last_output;
mod link;
mod literal_paths;
mod lower;
mod main_filter;
mod memory_left;
mod modules;
mod names_in_scope;
mod natives;
mod operators;
mod program;
mod run_error;
pub mod saved;
mod standalone;
mod suggestion;
mod syntax;
mod value_filters;

pub use compile_error::CompileError;
pub use compiler::compile;
pub use fetcher::{FetchedValues, Fetcher};
pub use filter::Filter;
pub use filter_run::FilterRun;
pub use independence::is_independent;
pub use input::{InputMode, InputSettings, InputSource, Inputs};
pub use last_output::LastOutput;
pub use literal_paths::{PathStep, literal_paths, path_text};
pub use memory_left::set_memory_left;
pub use modules::{read_text, read_values};
pub use program::Program;
pub use run_error::RunError;
pub use standalone::{standalone, without_header};
pub use suggestion::nearest;
pub use value_filters::{ValueFilters, compile_value_filters};
