//! Terms of every kind. The kinds with more rules are in the other files.

use jaq_core::load::parse::Term as T;
use jaq_core::path::Path;

use super::terms::{Lower, Lowered};
use crate::builtins::OutputCount::{self, Any, AtMostOne, One};
use crate::link::{Linker, Local, Scope};
use crate::syntax::Term;

impl<'s> Scope<'s> {
    pub(super) fn boxed(
        &mut self,
        linker: &mut Linker<'s>,
        term: Term<'s>,
    ) -> (Box<Term<'s>>, OutputCount) {
        let (term, count) = self.term(linker, term);
        (Box::new(term), count)
    }

    /// Lowers a term. What is wrong with it is added to the linker's errors.
    pub(crate) fn term(&mut self, linker: &mut Linker<'s>, term: Term<'s>) -> Lowered<'s> {
        match term {
            T::Id | T::Num(_) | T::Arr(None) => (term, One),
            T::Recurse => (term, Any),
            T::Str(format, parts) => self.string(linker, format, parts),
            T::Arr(Some(inner)) => (T::Arr(Some(self.boxed(linker, *inner).0)), One),
            T::Obj(entries) => self.object(linker, entries),
            T::Neg(inner) => {
                let (inner, count) = self.boxed(linker, *inner);
                (T::Neg(inner), count)
            }
            T::BinOp(left, op, right) => self.binary(linker, *left, op, *right),
            T::Label(name, inner) => self.label(linker, name, *inner, Self::term),
            T::Break(name) => {
                if !self
                    .locals
                    .iter()
                    .any(|local| matches!(local, Local::Label(known) if *known == name))
                {
                    self.error(
                        linker,
                        name,
                        format!("there is no label {name} around this break"),
                        None,
                    );
                }
                (T::Break(name), AtMostOne)
            }
            T::Fold(name, source, pattern, args) => {
                self.fold(linker, name, *source, pattern, args, Self::term)
            }
            T::TryCatch(body, handler) => {
                let (body, count) = self.boxed(linker, *body);
                let handler = handler.map(|handler| self.boxed(linker, *handler));
                let handled = handler.as_ref().map_or(AtMostOne, |(_, count)| *count);
                (
                    T::TryCatch(body, handler.map(|(handler, _)| handler)),
                    if count == Any {
                        Any
                    } else {
                        count.max(handled)
                    },
                )
            }
            T::IfThenElse(branches, otherwise) => {
                self.condition(linker, branches, otherwise, Self::term)
            }
            T::Def(defs, body) => self.local_definitions(linker, defs, *body, Self::term),
            T::Call(name, args) => self.call(linker, name, args, Self::term),
            T::Var(name) => (T::Var(self.variable(linker, name)), One),
            T::Path(inner, Path(parts)) => {
                let inner = self.term(linker, *inner);
                self.path(linker, inner, parts)
            }
        }
    }

    pub(super) fn label(
        &mut self,
        linker: &mut Linker<'s>,
        name: &'s str,
        inner: Term<'s>,
        lower: Lower<'s>,
    ) -> Lowered<'s> {
        self.locals.push(Local::Label(name));
        let (inner, _) = lower(self, linker, inner);
        self.locals.pop();
        (T::Label(name, Box::new(inner)), Any)
    }

    pub(super) fn condition(
        &mut self,
        linker: &mut Linker<'s>,
        branches: Vec<(Term<'s>, Term<'s>)>,
        otherwise: Option<Box<Term<'s>>>,
        lower: Lower<'s>,
    ) -> Lowered<'s> {
        let mut total = One;
        let mut lowered = Vec::with_capacity(branches.len());
        for (condition, then) in branches {
            let (condition, first) = self.term(linker, condition);
            let (then, second) = lower(self, linker, then);
            total = total.max(first).max(second);
            lowered.push((condition, then));
        }
        let otherwise = otherwise.map(|otherwise| {
            let (otherwise, count) = lower(self, linker, *otherwise);
            total = total.max(count);
            Box::new(otherwise)
        });
        (T::IfThenElse(lowered, otherwise), total)
    }
}
