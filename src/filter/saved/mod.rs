//! Saved filters: a jq program in a file of its own, whose `module {…};` says what it is for and what to ask.
//!
//! Its name is a source on the command line and a function in every filter.

mod directories;
mod link;
mod metadata;
mod names;
mod placeholders;
mod standalone;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::path::PathBuf;

pub use directories::{BuiltInFilters, SavedFilters};
pub(crate) use link::{Calls, is_called, program, visible};
pub use metadata::Metadata;
use names::is_identifier;
pub use names::is_name;
pub use names::{name_problem, shadowing_warning};
pub use placeholders::placeholders;
pub use standalone::{standalone, without_header};

use super::report::CompileError;
use super::{Program, syntax};
use dq_json::value::Value;

/// A saved filter as it was found.
#[derive(Clone, Debug)]
pub struct SavedFilter {
    pub name: String,
    pub text: Cow<'static, str>,
    pub origin: FilterOrigin,
    /// The file, or what to call the text in an error.
    pub path: String,
}

/// Where a saved filter is from; the first that has a name is the one it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FilterOrigin {
    /// The user's own directory.
    User,
    /// A directory of `-L`.
    Library,
    /// dq itself.
    BuiltIn,
}

impl SavedFilter {
    /// What the header says.
    ///
    /// # Errors
    /// A header that is no jq, or has a value of the wrong type, with its place.
    pub fn metadata(&self) -> Result<Metadata, CompileError> {
        Metadata::read(&self.text, &self.path)
    }

    /// The program changes nothing: what is asked for is the answer.
    pub fn is_identity(&self) -> bool {
        syntax::parse_module(&self.text).is_ok_and(|module| {
            let is_dot = matches!(module.main, Some(jaq_core::load::parse::Term::Id));
            is_dot && module.defs.is_empty()
        })
    }
}

/// Compiles a saved filter and runs nothing; `named` are variables besides its `args`, `home` is where `~/.jq` is.
///
/// # Errors
/// Everything that is wrong with it, each error with its place.
pub fn check(
    saved: &SavedFilter,
    named: &[(String, Value)],
    saved_filters: &SavedFilters,
    home: Option<PathBuf>,
) -> Result<(), Vec<CompileError>> {
    super::compile(&alone(saved, named, saved_filters, home)).map(drop)
}

/// A saved filter as the whole of a program.
pub fn alone<'p>(
    saved: &'p SavedFilter,
    named: &[(String, Value)],
    saved_filters: &SavedFilters,
    home: Option<PathBuf>,
) -> Program<'p> {
    Program {
        text: "",
        path: None,
        named: named.to_vec(),
        positional: Vec::new(),
        library: saved_filters.library().to_vec(),
        home,
        saved: Some(saved),
        is_given: false,
        saved_filters: saved_filters.clone(),
        may_stream_elements: false,
        may_split_arrays: false,
        environment: &Vec::new,
    }
}

/// Whether a text has a header already.
pub fn has_metadata(text: &str) -> bool {
    syntax::parse_metadata(text).is_ok_and(|header| header.is_some())
}
