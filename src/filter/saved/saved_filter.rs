//! A saved filter.

use std::borrow::Cow;

use jaq_core::load::parse::{BinaryOp, Term as T};

use super::metadata::Metadata;
use crate::compile_error::CompileError;
use crate::syntax::{self, Module};

/// A saved filter as it was found.
#[derive(Clone, Debug)]
pub struct SavedFilter {
    /// The name that it is called by, a jq identifier.
    pub name: String,
    /// The file's text, with its `module` directive.
    pub text: Cow<'static, str>,
    /// Where it was found.
    pub origin: FilterOrigin,
    /// The file, or what to call the text in an error.
    pub path: String,
}

/// Where a saved filter is from. Names are looked up in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FilterOrigin {
    /// The user's own directory.
    User,
    /// A directory of `-L`.
    Library,
    /// Those that come with the program.
    BuiltIn,
}

impl SavedFilter {
    /// Reads the `module` directive.
    ///
    /// # Errors
    /// A directive that does not parse, or has a value of the wrong type.
    pub fn metadata(&self) -> Result<Metadata, CompileError> {
        Metadata::read(&self.text, &self.path)
    }

    /// Whether the program is `.`: the response is the output.
    pub fn is_identity(&self) -> bool {
        syntax::is_identity(&self.text)
    }

    /// The name that the program begins with, where that is a call without arguments: `ps` in `ps | map(.name)`. It may
    /// be the name of another saved filter, whose rows these are then.
    pub fn first_call(&self) -> Option<String> {
        let module = syntax::parse_module(&self.text).ok()?;
        let mut term = module.main.as_ref().filter(|_| module.defs.is_empty())?;
        while let T::BinOp(left, BinaryOp::Pipe(None), _) = term {
            term = left;
        }
        match term {
            T::Call(name, arguments) if arguments.is_empty() => Some((*name).to_owned()),
            _ => None,
        }
    }

    /// Parses `source`, which is the filter's text. It must have a main filter.
    pub(crate) fn parse<'s>(&self, source: &'s str) -> Result<Module<'s>, CompileError> {
        let module = syntax::parse_module(source)
            .map_err(|error| CompileError::syntax(&self.path, source, error))?;
        if module.main.is_none() {
            let path = if self.path.is_empty() {
                "the text"
            } else {
                &self.path
            };
            let message = format!("{path} has no filter, only definitions or nothing");
            return Err(CompileError::new(message));
        }
        Ok(module)
    }
}
