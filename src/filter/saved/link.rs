//! Saved filters as functions: the text behind a name is read and compiled when something calls it.

use std::collections::HashMap;

use super::{FilterOrigin, Metadata, SavedFilter, SavedFilters, names};
use crate::builtins::{self, OutputCount};
use crate::link::{Callee, Environment, Linker, Saved};
use crate::lower::Scope;
use crate::report::CompileError;
use crate::syntax::{self, Def, Module};

/// The saved filters that are called, each once.
#[derive(Default)]
pub struct Calls<'s> {
    /// How each is called; `None` while it is being read.
    known: HashMap<Key, Option<(&'s str, OutputCount)>>,
    /// Those being read, each called by the one before it.
    open: Vec<Key>,
    /// Name and text in the order they are compiled, dependencies first.
    pub texts: Vec<(String, &'s str)>,
}

/// Where it is from, and its name: what comes with dq calls what comes with dq, whatever the user has.
type Key = (FilterOrigin, String);

impl<'s> Linker<'s> {
    /// The user's own saved filter, which hides whatever else the name could mean.
    pub fn saved_by_user(
        &mut self,
        environment: &Environment<'s>,
        name: &str,
    ) -> Option<Callee<'s>> {
        // What dq calls by itself starts so.
        let is_private = name.starts_with('_') && builtins::is_builtin(name);
        if environment.saved != Saved::All || is_private || self.means_another(name) {
            return None;
        }
        match self.find(FilterOrigin::User, name) {
            Callee::Undefined => None,
            found => {
                self.warn_of_hidden(name);
                Some(found)
            }
        }
    }

    /// In the user's `ps`, `ps` is the one that comes with dq: so it can be made of that.
    fn means_another(&self, name: &str) -> bool {
        let is_itself = |(origin, open): &Key| *origin == FilterOrigin::User && open == name;
        let has = |origin| !matches!(self.files.saved().find_in(origin, name), Ok(None));
        self.saved.open.last().is_some_and(is_itself)
            && (has(FilterOrigin::Library) || has(FilterOrigin::BuiltIn))
    }

    /// A saved filter of `-L` or of dq's.
    pub fn saved_elsewhere(&mut self, environment: &Environment<'s>, name: &str) -> Callee<'s> {
        if environment.saved == Saved::All {
            match self.find(FilterOrigin::Library, name) {
                Callee::Undefined => {}
                found => return found,
            }
        }
        self.find(FilterOrigin::BuiltIn, name)
    }

    fn find(&mut self, origin: FilterOrigin, name: &str) -> Callee<'s> {
        let key = (origin, name.to_owned());
        if let Some(known) = self.saved.known.get(&key) {
            return match known {
                Some((compiled, count)) => Callee::Filter(compiled, *count),
                None => Callee::Refused(self.saved.cycle(&key)),
            };
        }
        let files = self.files;
        match files.saved().find_in(origin, name) {
            Ok(Some(saved)) => {
                let (compiled, count) = self.saved_function(&saved);
                Callee::Filter(compiled, count)
            }
            Ok(None) => Callee::Undefined,
            Err(problem) => Callee::Refused(problem),
        }
    }

    fn warn_of_hidden(&mut self, name: &str) {
        let warning = names::shadowing_warning(name);
        self.warnings
            .extend(warning.filter(|it| !self.warnings.contains(it)));
    }

    /// Compiles a saved filter as a definition; the name it is called by.
    pub fn saved_filter(&mut self, saved: &SavedFilter) -> &'s str {
        self.saved_function(saved).0
    }

    fn saved_function(&mut self, saved: &SavedFilter) -> (&'s str, OutputCount) {
        let source = self.keep(saved.text.clone().into_owned());
        let number = self.saved.known.len();
        let compiled = self.keep(format!("{} saved {number}", saved.name));
        self.open_saved(saved);
        let count = match self.saved_definition(saved, source, compiled) {
            Ok(count) => count,
            // Nothing runs after an error, so it does not matter how many outputs this would have.
            Err(error) => {
                self.errors.push(error);
                OutputCount::Any
            }
        };
        self.saved.open.pop();
        let key = (saved.origin, saved.name.clone());
        self.saved.known.insert(key, Some((compiled, count)));
        self.saved.texts.push((saved.name.clone(), source));
        (compiled, count)
    }

    /// Notes that a saved filter is being read: to call it now would be a cycle.
    pub fn open_saved(&mut self, saved: &SavedFilter) {
        let key = (saved.origin, saved.name.clone());
        self.saved.known.insert(key.clone(), None);
        self.saved.open.push(key);
    }

    fn saved_definition(
        &mut self,
        saved: &SavedFilter,
        source: &'s str,
        compiled: &'s str,
    ) -> Result<OutputCount, CompileError> {
        let module = program(saved, source)?;
        let environment = self.saved_environment(saved, source, &module)?;
        let mut scope = Scope::new(source, &saved.path, environment);
        let def = Def {
            name: compiled,
            args: Vec::new(),
            body: module.into_term(),
        };
        let (lowered, count) = scope.definition(self, def, None);
        self.defs.push(lowered);
        Ok(count)
    }

    /// What the top level of a saved filter sees: its imports, and its `args` where `--arg` gives nothing else.
    pub fn saved_environment(
        &mut self,
        saved: &SavedFilter,
        source: &'s str,
        module: &Module<'s>,
    ) -> Result<Environment<'s>, CompileError> {
        let files = self.files;
        let parent = files.parent(&saved.path);
        let mut environment =
            self.environment(&module.imports, parent)
                .map_err(|(part, message)| {
                    CompileError::at(&saved.path, source, part, message, None)
                })?;
        environment.saved = visible(Some(saved));
        if saved.origin != FilterOrigin::BuiltIn {
            environment.home = self.home;
        }
        self.add_args(Metadata::read(source, &saved.path)?, &mut environment);
        Ok(environment)
    }

    fn add_args(&mut self, metadata: Metadata, environment: &mut Environment<'s>) {
        for (name, value) in metadata.args {
            let name = self.keep(format!("${name}"));
            if !self.named.contains(&name) {
                let global = self.files.keep(self, value);
                environment.data.push((name, global));
            }
        }
    }
}

impl Calls<'_> {
    /// What is wrong with a call to a saved filter that is being read.
    fn cycle(&self, key: &Key) -> String {
        let name = &key.1;
        let from = self.open.iter().position(|open| open == key).unwrap_or(0);
        let chain: Vec<_> = self.open[from..]
            .iter()
            .map(|(_, name)| name.as_str())
            .collect();
        match chain[..] {
            [_] => format!("{name} calls itself"),
            _ => format!("{name} calls itself: {} → {name}", chain.join(" → ")),
        }
    }
}

/// The parsed text of a saved filter, which has a program.
pub fn program<'s>(saved: &SavedFilter, source: &'s str) -> Result<Module<'s>, CompileError> {
    let module = syntax::parse_module(source)
        .map_err(|error| CompileError::syntax(&saved.path, source, error))?;
    if module.main.is_none() {
        let place = match &*saved.path {
            "" => "the text",
            path => path,
        };
        let message = format!("{place} has no filter, only definitions or nothing");
        return Err(CompileError::new(message));
    }
    Ok(module)
}

/// What a text sees of saved filters: the one it belongs to decides.
pub fn visible(saved: Option<&SavedFilter>) -> Saved {
    match saved {
        Some(saved) if saved.origin == FilterOrigin::BuiltIn => Saved::BuiltIn,
        _ => Saved::All,
    }
}

/// Whether a text may call a saved filter. That can hide a function of jq's, or read on in the inputs by itself, so
/// nothing can be said of the text alone.
pub fn is_called(saved_filters: &SavedFilters, text: &str) -> bool {
    calls(text).any(|word| saved_filters.has(word))
}

/// The words of a text that may be calls: no keys, variables or formats.
fn calls(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(move |c| !is_part(c)).filter(move |word| {
        let at = word.as_ptr() as usize - text.as_ptr() as usize;
        let before = text[..at].chars().next_back();
        !word.is_empty() && !matches!(before, Some('.' | '$' | '@' | '"'))
    })
}
