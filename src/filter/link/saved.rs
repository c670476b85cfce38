//! Saved filters as functions: the text behind a name is read and compiled when something calls it.

use super::file_scope::{FileScope, SavedAccess};
use super::linker::{Callee, Linker, SavedCalls, SavedKey};
use super::scope::Scope;
use crate::builtins::{self, OutputCount};
use crate::compile_error::CompileError;
use crate::lower::has_definitions_in_paths;
use crate::saved::{FilterOrigin, Metadata, SavedFilter, shadowing_warning};
use crate::syntax::{Def, Module};
use dq_json::value::Value;

impl<'s> Linker<'s> {
    /// The user's own saved filter of that name, which hides whatever else the name could refer to.
    pub(super) fn saved_by_user(&mut self, file: &FileScope<'s>, name: &str) -> Option<Callee<'s>> {
        let is_private = name.starts_with('_') && builtins::is_builtin(name);
        if file.saved != SavedAccess::All || is_private || self.is_hidden_by_itself(name) {
            return None;
        }
        match self.find_saved(FilterOrigin::User, name) {
            Callee::Undefined => None,
            found => {
                let warning = shadowing_warning(name);
                self.warnings
                    .extend(warning.filter(|it| !self.warnings.contains(it)));
                Some(found)
            }
        }
    }

    /// In the user's `ps`, `ps` is the built-in one, so that one can be made from the other.
    fn is_hidden_by_itself(&self, name: &str) -> bool {
        let is_itself = |(origin, open): &SavedKey| *origin == FilterOrigin::User && open == name;
        let exists =
            |origin| !matches!(self.loader.saved_filters().find_in(origin, name), Ok(None));
        self.saved.open.last().is_some_and(is_itself)
            && (exists(FilterOrigin::Library) || exists(FilterOrigin::BuiltIn))
    }

    /// A saved filter of a `-L` directory, or a built-in one.
    pub(super) fn saved_elsewhere(&mut self, file: &FileScope<'s>, name: &str) -> Callee<'s> {
        if file.saved == SavedAccess::All {
            match self.find_saved(FilterOrigin::Library, name) {
                Callee::Undefined => {}
                found => return found,
            }
        }
        self.find_saved(FilterOrigin::BuiltIn, name)
    }

    fn find_saved(&mut self, origin: FilterOrigin, name: &str) -> Callee<'s> {
        let key = (origin, name.to_owned());
        if let Some(known) = self.saved.known.get(&key) {
            return match known {
                Some((compiled, outputs)) => Callee::Definition(compiled, *outputs),
                None => Callee::Refused(self.saved.cycle(&key)),
            };
        }
        let loader = self.loader;
        match loader.saved_filters().find_in(origin, name) {
            Ok(Some(saved)) => {
                let (compiled, outputs) = self.saved_function(&saved);
                Callee::Definition(compiled, outputs)
            }
            Ok(None) => Callee::Undefined,
            Err(problem) => Callee::Refused(problem),
        }
    }

    /// Compiles a saved filter as a definition; gives the name that it is compiled under and its outputs.
    pub(crate) fn saved_function(&mut self, saved: &SavedFilter) -> (&'s str, OutputCount) {
        let source = self.keep(saved.text.clone().into_owned());
        let number = self.saved.known.len();
        let compiled = self.keep(format!("{} saved {number}", saved.name));
        self.open_saved(saved);
        // Nothing runs after an error, so the number of outputs does not matter then.
        let outputs = self
            .saved_definition(saved, source, compiled)
            .unwrap_or(OutputCount::Any);
        self.saved.open.pop();
        let key = (saved.origin, saved.name.clone());
        self.saved.known.insert(key, Some((compiled, outputs)));
        self.saved.texts.push((saved.name.clone(), source));
        (compiled, outputs)
    }

    /// Notes that a saved filter is being linked: a call of it is a cycle until then.
    pub(crate) fn open_saved(&mut self, saved: &SavedFilter) {
        let key = (saved.origin, saved.name.clone());
        self.saved.known.insert(key.clone(), None);
        self.saved.open.push(key);
    }

    /// Compiles the definition of a saved filter. `None` after an error, which is among the errors then.
    fn saved_definition(
        &mut self,
        saved: &SavedFilter,
        source: &'s str,
        compiled: &'s str,
    ) -> Option<OutputCount> {
        let module = self.reported(saved.parse(source))?;
        self.has_definitions_in_paths |= has_definitions_in_paths(&module);
        let file = self.saved_file_scope(saved, source, &module)?;
        let mut scope = Scope::new(source, &saved.path, file);
        let def = Def {
            name: compiled,
            args: Vec::new(),
            body: module.into_term(),
        };
        let (lowered, outputs) = scope.definition(self, def, None);
        self.defs.push(lowered);
        Some(outputs)
    }

    /// What the top level of a saved filter can refer to: its imports, and its `args` that `--arg` does not set.
    /// `None` after an error, which is among the errors then.
    pub(crate) fn saved_file_scope(
        &mut self,
        saved: &SavedFilter,
        source: &'s str,
        module: &Module<'s>,
    ) -> Option<FileScope<'s>> {
        let importer = self.loader.register(&saved.path);
        let mut file = self.file_scope(&module.imports, importer, source, &saved.path)?;
        file.saved = SavedAccess::of(Some(saved));
        if saved.origin != FilterOrigin::BuiltIn {
            file.home = self.home;
        }
        let metadata = self.reported(Metadata::read(source, &saved.path))?;
        self.add_args(metadata, &mut file);
        Some(file)
    }

    fn reported<T>(&mut self, result: Result<T, CompileError>) -> Option<T> {
        result.map_err(|error| self.errors.push(error)).ok()
    }

    fn add_args(&mut self, metadata: Metadata, file: &mut FileScope<'s>) {
        let words = metadata.words.map(|name| (name, Value::from(Vec::new())));
        for (name, value) in metadata.args.into_iter().chain(words) {
            let name = self.keep(format!("${name}"));
            if !self.named.contains(&name) {
                let global = self.loader.add_global(self, value);
                file.data.push((name, global));
            }
        }
    }
}

impl SavedCalls<'_> {
    /// The message for a call of a saved filter that is being linked.
    fn cycle(&self, key: &SavedKey) -> String {
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
