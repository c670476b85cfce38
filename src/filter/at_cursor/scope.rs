//! The names that a place in a filter can use.

use super::shape::Shapes;
use crate::syntax::{Def, Term};

/// What one construct binds, inside of the scope `up`.
pub(super) struct Scope<'s> {
    pub up: Option<&'s Scope<'s>>,
    pub binding: Binding<'s>,
}

pub(super) enum Binding<'s> {
    /// Variables, with their `$`.
    Variables(Vec<(&'s str, Shapes)>),
    /// The definitions of `def`.
    Definitions(&'s [Def<'s>]),
    /// Parameters of a definition, with the filters that were given and the scope of those.
    Parameters(Vec<(&'s str, &'s Term<'s>, &'s Scope<'s>)>),
}

/// What a call without a path means in a scope.
pub(super) enum Callee<'s> {
    /// A definition, and the scope that has it.
    Definition(&'s Def<'s>, &'s Scope<'s>),
    /// A parameter: the filter that was given for it, and the scope of that.
    Parameter(&'s Term<'s>, &'s Scope<'s>),
}

impl<'s> Scope<'s> {
    /// The scope of a whole program.
    pub(super) fn empty() -> Self {
        Self {
            up: None,
            binding: Binding::Variables(Vec::new()),
        }
    }

    fn chain(&'s self) -> impl Iterator<Item = &'s Self> {
        std::iter::successors(Some(self), |scope| scope.up)
    }

    /// The shapes of a variable's values.
    pub(super) fn variable(&self, name: &str) -> Option<&Shapes> {
        self.chain().find_map(|scope| match &scope.binding {
            Binding::Variables(variables) => {
                let found = variables.iter().rev().find(|(known, _)| *known == name);
                found.map(|(_, shapes)| shapes)
            }
            _ => None,
        })
    }

    /// What a call of this name with this many arguments means, if it is defined here.
    pub(super) fn callee(&'s self, name: &str, arity: usize) -> Option<Callee<'s>> {
        self.chain().find_map(|scope| match &scope.binding {
            Binding::Variables(_) => None,
            Binding::Definitions(defs) => {
                let mut defs = defs.iter().rev();
                let found = defs.find(|def| def.name == name && def.args.len() == arity);
                found.map(|def| Callee::Definition(def, scope))
            }
            Binding::Parameters(given) => {
                let found = given.iter().find(|it| it.0 == name && arity == 0);
                found.map(|(_, term, scope)| Callee::Parameter(term, scope))
            }
        })
    }

    /// The variables, the innermost first.
    pub(super) fn variables(&self) -> Vec<String> {
        let mut names = Vec::new();
        for scope in self.chain() {
            if let Binding::Variables(variables) = &scope.binding {
                names.extend(variables.iter().map(|(name, _)| (*name).to_owned()));
            }
        }
        names
    }

    /// The functions that are defined here, with their numbers of arguments, the innermost first.
    pub(super) fn functions(&self) -> Vec<(String, usize)> {
        let mut names = Vec::new();
        for scope in self.chain() {
            match &scope.binding {
                Binding::Variables(_) => {}
                Binding::Definitions(defs) => {
                    names.extend(defs.iter().map(|def| (def.name.to_owned(), def.args.len())));
                }
                Binding::Parameters(given) => {
                    names.extend(given.iter().map(|it| (it.0.to_owned(), 0)));
                }
            }
        }
        names
    }
}
