//! The names around a term while it is compiled, and their positions in the environment.

use crate::names_in_scope::{Named, Names, Signature};

/// A binding in the environment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Name<'s> {
    /// `$x`
    Variable(&'s str),
    /// A filter parameter.
    Closure(&'s str),
    Label(&'s str),
}

enum Entry<'s> {
    /// A binding, with its distance from the outermost one.
    Bound(Name<'s>, usize),
    Definition {
        name: &'s str,
        arity: usize,
        id: usize,
    },
}

impl<'s> Named<'s> for Entry<'s> {
    fn signature(&self) -> Option<Signature<'s>> {
        match self {
            Self::Bound(Name::Closure(name), _) => Some((name, 0)),
            Self::Definition { name, arity, .. } => Some((name, *arity)),
            Self::Bound(..) => None,
        }
    }
}

/// The names in scope, innermost last.
#[derive(Default)]
pub(super) struct Scope<'s> {
    entries: Names<'s, Entry<'s>>,
    depth: usize,
    /// The number of filter parameters.
    closures: usize,
}

/// A state to go back to.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    entries: usize,
    depth: usize,
    closures: usize,
}

impl<'s> Scope<'s> {
    /// The number of bindings in the environment.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            entries: self.entries.len(),
            depth: self.depth,
            closures: self.closures,
        }
    }

    pub(super) fn restore(&mut self, mark: Mark) {
        self.entries.truncate(mark.entries);
        self.depth = mark.depth;
        self.closures = mark.closures;
    }

    pub(super) fn bind(&mut self, name: Name<'s>) {
        self.entries.push(Entry::Bound(name, self.depth));
        self.depth += 1;
        self.closures += usize::from(matches!(name, Name::Closure(_)));
    }

    pub(super) fn define(&mut self, name: &'s str, arity: usize, id: usize) {
        self.entries.push(Entry::Definition { name, arity, id });
    }

    /// Takes the definition out of scope that was brought into it last.
    pub(super) fn forget_definition(&mut self) {
        self.entries.pop();
    }

    /// Whether a filter parameter is in scope.
    pub(super) fn has_closures(&self) -> bool {
        self.closures > 0
    }

    /// The position of a binding, counted from the innermost.
    pub(super) fn position(&self, wanted: Name) -> Option<usize> {
        self.entries.iter().rev().find_map(|entry| match entry {
            Entry::Bound(name, at) if *name == wanted => Some(self.depth - 1 - at),
            _ => None,
        })
    }

    /// What a call refers to: the position of a filter parameter, or the number of a definition.
    pub(super) fn callee(&mut self, wanted: Signature) -> Option<Result<usize, usize>> {
        let found = self.entries.callee(wanted)?;
        match &self.entries[found] {
            Entry::Bound(_, at) => Some(Ok(self.depth - 1 - at)),
            Entry::Definition { id, .. } => Some(Err(*id)),
        }
    }
}
