//! Patterns of `as`, `reduce` and `foreach`, and the keys of objects.

use jaq_core::load::parse::{Pattern as P, Term as T};

use super::loops::add_variables;
use crate::builtins::OutputCount::One;
use crate::link::{Linker, Local, Scope};
use crate::syntax::{Pattern, Term, constant_value};

impl<'s> Scope<'s> {
    /// Reports a constant key that is not a string.
    pub(super) fn refuse_constant_key(&self, linker: &mut Linker<'s>, key: &Term<'s>) {
        let Ok(value) = constant_value(key) else {
            return;
        };
        if value.as_str().is_none() {
            let place = if let T::Num(text) = key { text } else { "" };
            let message = format!("Cannot use {} as object key", value.describe());
            self.error(linker, place, message, None);
        }
    }

    /// Lowers a pattern and brings its variables into scope. Also tells whether it binds exactly once.
    pub(super) fn pattern(
        &mut self,
        linker: &mut Linker<'s>,
        pattern: Pattern<'s>,
    ) -> (Pattern<'s>, bool) {
        match pattern {
            P::Var(name) => {
                self.locals.push(Local::Var(name));
                (P::Var(name), true)
            }
            P::Arr(items) => {
                let items: Vec<_> = items
                    .into_iter()
                    .map(|item| self.pattern(linker, item))
                    .collect();
                let plain = items.iter().all(|(_, plain)| *plain);
                let mut names = Vec::new();
                items
                    .iter()
                    .for_each(|(item, _)| add_variables(item, &mut names));
                let count = names.len();
                names.sort_unstable();
                names.dedup();
                if names.len() < count {
                    // The last of several variables of one name is bound, in whatever order.
                    return (
                        P::Arr(items.into_iter().map(|(item, _)| item).collect()),
                        plain,
                    );
                }
                // jq binds the last element first, jaq-core the first: only the members of objects keep their order.
                let indexed = items.into_iter().enumerate().rev();
                let indexed =
                    indexed.map(|(i, (item, _))| (T::Num(linker.keep(i.to_string())), item));
                (P::Obj(indexed.collect()), plain)
            }
            P::Obj(entries) => {
                let mut all_plain = true;
                let entries = entries.into_iter().map(|(key, item)| {
                    self.refuse_constant_key(linker, &key);
                    let (key, count) = self.term(linker, key);
                    let (item, plain) = self.pattern(linker, item);
                    all_plain &= plain && count == One;
                    (key, item)
                });
                let entries = entries.collect();
                (P::Obj(entries), all_plain)
            }
        }
    }
}
