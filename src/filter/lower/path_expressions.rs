//! Path expressions: the argument of `path` and `del`, and what stands in front of `|=`.
//!
//! jaq-core evaluates most terms in a path expression as jq does. The others are calls of native filters here:
//! `//`, which in jq has the paths of the values that it takes, `try … catch …`, and values without a path.

use jaq_core::load::parse::{BinaryOp as B, Term as T};
use jaq_core::path::Path;

use super::terms::{Lower, Lowered};
use crate::builtins::OutputCount::{Any, AtMostOne, One};
use crate::link::{Callee, Linker, Scope};
use crate::syntax::Term;

/// Builtins that are path expressions if their arguments are.
const OF_PATHS: [(&str, usize); 9] = [
    ("first", 1),
    ("last", 1),
    ("limit", 2),
    ("nth", 2),
    ("recurse", 1),
    ("repeat", 1),
    ("skip", 2),
    ("until", 2),
    ("while", 2),
];

/// Builtins that are path expressions, whatever their arguments are.
const PATHS: [(&str, usize); 23] = [
    ("arrays", 0),
    ("booleans", 0),
    ("empty", 0),
    ("error", 0),
    ("error", 1),
    ("finites", 0),
    ("first", 0),
    ("getpath", 1),
    ("halt", 0),
    ("iterables", 0),
    ("last", 0),
    ("normals", 0),
    ("nth", 1),
    ("nulls", 0),
    ("numbers", 0),
    ("objects", 0),
    ("recurse", 0),
    ("recurse", 2),
    ("recurse_down", 0),
    ("scalars", 0),
    ("select", 1),
    ("strings", 0),
    ("values", 0),
];

/// Builtins whose argument is a path expression.
pub(super) const TAKES_PATHS: [(&str, usize); 3] = [("del", 1), ("path", 1), ("pick", 1)];

impl<'s> Scope<'s> {
    /// Lowers a path expression.
    pub(super) fn path_term(&mut self, linker: &mut Linker<'s>, term: Term<'s>) -> Lowered<'s> {
        match term {
            T::Id | T::Recurse | T::Break(_) | T::Fold(..) => self.term(linker, term),
            T::Path(inner, Path(parts)) => {
                let inner = self.path_term(linker, *inner);
                self.path(linker, inner, parts)
            }
            T::BinOp(left, B::Pipe(Some(pattern)), right) => {
                self.binding(linker, *left, pattern, *right, Self::path_term)
            }
            T::BinOp(left, op @ (B::Pipe(None) | B::Comma), right) => {
                let (left, first) = self.path_term(linker, *left);
                let (right, second) = self.path_term(linker, *right);
                let count = if matches!(op, B::Comma) {
                    Any
                } else {
                    first.max(second)
                };
                (T::BinOp(Box::new(left), op, Box::new(right)), count)
            }
            T::BinOp(left, B::Alt, right) => {
                self.path_native(linker, "_alternative", vec![*left, *right], Self::path_term)
            }
            T::Label(name, inner) => self.label(linker, name, *inner, Self::path_term),
            T::TryCatch(body, Some(handler)) => {
                self.path_native(linker, "_try", vec![*body, *handler], Self::path_term)
            }
            T::TryCatch(body, None) => {
                let (body, count) = self.path_term(linker, *body);
                (T::TryCatch(Box::new(body), None), count.max(AtMostOne))
            }
            T::IfThenElse(branches, otherwise) => {
                self.condition(linker, branches, otherwise, Self::path_term)
            }
            T::Def(defs, body) => self.local_definitions(linker, defs, *body, Self::path_term),
            T::Call(name, args) => self.path_call(linker, name, args),
            value => self.path_native(linker, "_value", vec![value], Self::term),
        }
    }

    fn path_native(
        &mut self,
        linker: &mut Linker<'s>,
        name: &'static str,
        args: Vec<Term<'s>>,
        lower: Lower<'s>,
    ) -> Lowered<'s> {
        let _native = linker.resolve(&self.file, (name, args.len()));
        let mut count = One;
        let args = args.into_iter().map(|arg| {
            let (arg, outputs) = lower(self, linker, arg);
            count = count.max(outputs);
            arg
        });
        (T::Call(name, args.collect()), count)
    }

    fn path_call(
        &mut self,
        linker: &mut Linker<'s>,
        name: &'s str,
        args: Vec<Term<'s>>,
    ) -> Lowered<'s> {
        let signature = (name, args.len());
        let is_builtin = !self.is_local(name, args.len())
            && matches!(linker.resolve(&self.file, signature), Callee::Builtin(_));
        if !is_builtin || OF_PATHS.contains(&signature) {
            self.call(linker, name, args, Self::path_term)
        } else if PATHS.contains(&signature) {
            self.call(linker, name, args, Self::term)
        } else {
            self.path_native(linker, "_value", vec![T::Call(name, args)], Self::term)
        }
    }
}
