//! The names around a term while it is compiled, and their positions in the environment.

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

/// The names in scope, innermost last.
#[derive(Default)]
pub(super) struct Scope<'s> {
    entries: Vec<Entry<'s>>,
    depth: usize,
}

/// A state to go back to.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    entries: usize,
    depth: usize,
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
        }
    }

    pub(super) fn restore(&mut self, mark: Mark) {
        self.entries.truncate(mark.entries);
        self.depth = mark.depth;
    }

    pub(super) fn bind(&mut self, name: Name<'s>) {
        self.entries.push(Entry::Bound(name, self.depth));
        self.depth += 1;
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
        self.entries
            .iter()
            .any(|entry| matches!(entry, Entry::Bound(Name::Closure(_), _)))
    }

    /// The position of a binding, counted from the innermost.
    pub(super) fn position(&self, wanted: Name) -> Option<usize> {
        self.entries.iter().rev().find_map(|entry| match entry {
            Entry::Bound(name, at) if *name == wanted => Some(self.depth - 1 - at),
            _ => None,
        })
    }

    /// What a call refers to: the position of a filter parameter, or the number of a definition.
    pub(super) fn callee(&self, wanted: &str, count: usize) -> Option<Result<usize, usize>> {
        self.entries.iter().rev().find_map(|entry| match entry {
            Entry::Bound(Name::Closure(name), at) if *name == wanted && count == 0 => {
                Some(Ok(self.depth - 1 - at))
            }
            Entry::Definition { name, arity, id } if *name == wanted && *arity == count => {
                Some(Err(*id))
            }
            _ => None,
        })
    }
}
