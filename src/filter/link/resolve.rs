//! What a name at the top level of a file refers to.

use super::file_scope::{Export, FileScope, SavedAccess};
use super::linker::{Callee, Linker};
use crate::names_in_scope::Signature;

/// Global variables that every filter may use.
const PREDEFINED: [&str; 3] = ["$ENV", "$ARGS", "$__prog_args"];

impl<'s> Linker<'s> {
    /// What a call of this name and number of arguments refers to. The file's own definitions come first, then its
    /// includes, the user's saved filters, `~/.jq`, builtins and the other saved filters.
    pub(crate) fn resolve(&mut self, file: &FileScope<'s>, signature: Signature<'s>) -> Callee<'s> {
        let (name, arity) = signature;
        if let Some((module, inner)) = name.rsplit_once("::") {
            return self.imported(file, module, (inner, arity));
        }
        let included = file.included.iter().rev().map(|id| &self.modules[*id]);
        let found = std::iter::once(&file.own)
            .chain(included)
            .find_map(|exports| exported(exports, signature));
        if let Some(found) = found {
            return found;
        }
        let may_be_saved = arity == 0 && file.saved != SavedAccess::None;
        if may_be_saved && let Some(found) = self.saved_by_user(file, name) {
            return found;
        }
        let home = file.home.map(|id| &self.modules[id]);
        if let Some(found) = home.and_then(|exports| exported(exports, signature)) {
            return found;
        }
        match self.builtin(name, arity) {
            Callee::Undefined if may_be_saved => self.saved_elsewhere(file, name),
            found => found,
        }
    }

    /// What `module::name` refers to.
    fn imported(&self, file: &FileScope<'s>, module: &str, signature: (&str, usize)) -> Callee<'s> {
        let imported = file.imported.iter().rev();
        imported
            .filter(|(bound, _)| *bound == module)
            .find_map(|(_, id)| exported(&self.modules[*id], signature))
            .unwrap_or(Callee::Undefined)
    }

    /// The global variable that `$name` refers to, if there is one.
    pub(crate) fn global(&mut self, file: &FileScope<'s>, name: &'s str) -> Option<&'s str> {
        let mut data = file.data.iter().rev();
        let data = data.find(|(bound, _)| *bound == name);
        let is_known = PREDEFINED.contains(&name) || self.named.contains(&name);
        let global = match data {
            Some((_, global)) => *global,
            None if is_known => name,
            None => return None,
        };
        if !self.globals.contains(&global) {
            self.globals.push(global);
        }
        Some(global)
    }
}

/// The last definition of that name among the exports of a module.
fn exported<'s>(exports: &[Export<'s>], signature: (&str, usize)) -> Option<Callee<'s>> {
    let mut exports = exports.iter().rev();
    exports
        .find(|export| export.signature == signature)
        .map(|export| Callee::Definition(export.compiled, export.outputs))
}
