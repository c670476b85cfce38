//! The main filter: the text of the command line or of `-f`, or the saved filter that is the source.

use jaq_core::load::parse::Term as T;

use crate::compile_error::CompileError;
use crate::modules::check_metadata;
use crate::program::Program;
use crate::saved::{FilterOrigin, SavedFilter, SavedFilters};
use crate::syntax::{self, Module};

/// The main filter, parsed.
pub(crate) struct MainFilter<'p> {
    /// Its source.
    pub text: &'p str,
    /// The file that the source is from; empty for the command line.
    pub path: &'p str,
    pub module: Module<'p>,
    /// The saved filter whose text it is.
    pub saved: Option<&'p SavedFilter>,
    /// The saved filter that runs before it.
    pub source_filter: Option<&'p SavedFilter>,
}

impl<'p> MainFilter<'p> {
    /// Parses the main filter of a program. A saved filter that no filter follows is the main filter itself, so it
    /// runs as fast as if it had been typed.
    pub(crate) fn parse(program: &'p Program) -> Result<Self, CompileError> {
        match program.saved {
            Some(saved) if !program.is_given => Ok(MainFilter {
                text: &saved.text,
                path: &saved.path,
                module: saved.parse(&saved.text)?,
                saved: Some(saved),
                source_filter: None,
            }),
            saved => Self::given(program.text, program.path.unwrap_or_default(), saved),
        }
    }

    /// The text behind the directives.
    pub(crate) fn program(&self) -> &'p str {
        &self.text[self.module.head..]
    }

    /// The filter that runs: where a built-in filter is no more than a call of another one, that one's text.
    pub(crate) fn called(self, saved_filters: &SavedFilters) -> Self {
        let is_built_in = |saved: &SavedFilter| saved.origin == FilterOrigin::BuiltIn;
        let called = match &self.module.main {
            Some(T::Call(name, arguments))
                if arguments.is_empty()
                    && self.module.defs.is_empty()
                    && self.saved.is_some_and(is_built_in) =>
            {
                saved_filters.built_in(name)
            }
            _ => None,
        };
        match called.and_then(|text| Some((text, syntax::parse_module(text).ok()?))) {
            Some((text, module)) => Self {
                text,
                module,
                ..self
            },
            None => self,
        }
    }

    fn given(
        text: &'p str,
        path: &'p str,
        source_filter: Option<&'p SavedFilter>,
    ) -> Result<Self, CompileError> {
        let module =
            syntax::parse_module(text).map_err(|error| CompileError::syntax(path, text, error))?;
        check_metadata(module.meta.as_ref()).map_err(|message| {
            let directive = text.find("module");
            let directive = directive.map_or("", |at| &text[at..at + "module".len()]);
            CompileError::at(path, text, directive, message.into(), None)
        })?;
        if module.main.is_none() {
            let mut error =
                CompileError::new("there is no filter, only definitions or nothing".into());
            error.hint = Some("the filter that changes nothing is .".into());
            return Err(error);
        }
        Ok(MainFilter {
            text,
            path,
            module,
            saved: None,
            source_filter,
        })
    }
}
