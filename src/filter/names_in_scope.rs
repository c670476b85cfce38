//! Names in scope, found in constant time also where there are many.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

/// A name and its number of arguments.
pub(crate) type Signature<'s> = (&'s str, usize);

/// So many names at the end of a scope are compared one by one: few programs have more.
const UNINDEXED: usize = 64;

/// Something in scope.
pub(crate) trait Named<'s> {
    /// What it is called by; `None` if it cannot be called.
    fn signature(&self) -> Option<Signature<'s>>;
}

/// What is in scope, innermost last.
pub(crate) struct Names<'s, T> {
    list: Vec<T>,
    /// The number of names that are indexed.
    indexed: usize,
    /// The positions of each name, ascending. Some may be of names that were removed.
    positions: HashMap<Signature<'s>, Vec<usize>>,
}

impl<T> Default for Names<'_, T> {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            indexed: 0,
            positions: HashMap::default(),
        }
    }
}

impl<'s, T: Named<'s>> Names<'s, T> {
    pub(crate) fn push(&mut self, name: T) {
        self.list.push(name);
    }

    pub(crate) fn pop(&mut self) -> Option<T> {
        let last = self.list.pop();
        self.truncate(self.list.len());
        last
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        self.list.truncate(length);
        self.indexed = self.indexed.min(length);
    }

    /// The position of the innermost one that is called by this name.
    pub(crate) fn callee(&mut self, wanted: Signature) -> Option<usize> {
        if self.list.len() - self.indexed > UNINDEXED {
            self.index();
        }
        let is_wanted = |position: &usize| self.list[*position].signature() == Some(wanted);
        let found = (self.indexed..self.list.len()).rev().find(is_wanted);
        found.or_else(|| {
            let positions = self.positions.get(&wanted)?.iter().rev().copied();
            let mut current = positions.filter(|it| *it < self.indexed);
            current.find(is_wanted)
        })
    }

    fn index(&mut self) {
        for (position, entry) in self.list.iter().enumerate().skip(self.indexed) {
            if let Some(name) = entry.signature() {
                let positions = self.positions.entry(name).or_default();
                while positions.last().is_some_and(|last| *last >= position) {
                    positions.pop();
                }
                positions.push(position);
            }
        }
        self.indexed = self.list.len();
    }
}

impl<T> Deref for Names<'_, T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.list
    }
}

impl<T> DerefMut for Names<'_, T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.list
    }
}

#[cfg(test)]
mod tests {
    use super::{Named, Names, Signature};

    impl<'s> Named<'s> for &'s str {
        fn signature(&self) -> Option<Signature<'s>> {
            Some((self, 0))
        }
    }

    #[test]
    fn the_last_of_a_name_is_found_while_the_list_changes() {
        let texts: Vec<String> = (0..100).map(|i| format!("f{i}")).collect();
        let mut names: Names<&str> = Names::default();
        for round in 0..30 {
            names.truncate(names.len() / 2);
            for text in texts.iter().cycle().skip(round * 37).take(round * 40) {
                names.push(text);
            }
            names.pop();
            for wanted in &texts {
                let expected = names.iter().rposition(|name| *name == wanted);
                assert_eq!(names.callee((wanted, 0)), expected, "{wanted}");
            }
            assert_eq!(names.callee(("f1", 1)), None);
        }
    }
}
