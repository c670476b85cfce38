//! The main filter and the builtins, as definitions for jaq-core.

use jaq_core::load::parse::Term as T;

use super::file_scope::FileScope;
use super::linker::{Callee, Linker, Target};
use super::scope::{BUILTIN, Scope};
use crate::builtins::{self, Builtin, Implementation, OutputCount};
use crate::direct;
use crate::lower::{has_definitions_in_paths, pipe};
use crate::syntax::{self, Def, Module};

impl<'s> Linker<'s> {
    /// Makes the main filter the last definition, under the name `compiled`; its own definitions are local to it.
    /// If `source_filter` is given, the definition of that name runs before it.
    pub(crate) fn add_main(
        &mut self,
        compiled: &'s str,
        module: Module<'s>,
        scope: &mut Scope<'s>,
        source_filter: Option<&'s str>,
    ) {
        self.has_definitions_in_paths |= has_definitions_in_paths(&module);
        let (body, _) = scope.term(self, module.into_term());
        let body = match source_filter {
            Some(name) => pipe(T::Call(name, Vec::new()), body),
            None => body,
        };
        self.defs.push(Def {
            name: compiled,
            args: Vec::new(),
            body,
        });
    }

    /// The builtin of that name; its definition is compiled on the first use.
    pub(super) fn builtin(&mut self, name: &str, arity: usize) -> Callee<'s> {
        let Some(builtin) = builtins::find(name, arity) else {
            return Callee::Undefined;
        };
        let is_used = self
            .builtins
            .iter()
            .any(|used| std::ptr::eq(*used, builtin));
        if !is_used {
            self.builtins.push(builtin);
        }
        let is_wanted = match builtin.implementation {
            // jaq-core takes the definition where it has both, so that a path can lead through it.
            Implementation::NativeHelper => {
                (self.expands_helpers || self.has_definitions_in_paths)
                    && builtins::text(builtin).is_some_and(|text| !self.helpers.contains(&text))
            }
            _ => {
                let is_needed = self.target == Target::JaqCore || !direct::runs_itself(name, arity);
                !is_used && is_needed
            }
        };
        if let Some(text) = builtins::text(builtin).filter(|_| is_wanted) {
            self.builtin_definition(builtin, text);
        }
        Callee::Builtin(builtin)
    }

    /// Compiles the definition of a builtin; gives the number of outputs that follows from its text.
    pub(crate) fn builtin_definition(
        &mut self,
        builtin: &'static Builtin,
        text: &'static str,
    ) -> Option<OutputCount> {
        let def = syntax::parse_definitions(text).ok()?.pop()?;
        let mut scope = Scope::new(text, BUILTIN, FileScope::default());
        let (lowered, outputs) = scope.definition(self, def, None);
        self.defs.push(lowered);
        if matches!(
            builtin.implementation,
            Implementation::Helper | Implementation::NativeHelper
        ) {
            self.helpers.push(text);
        }
        Some(outputs)
    }
}
