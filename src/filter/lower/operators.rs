//! Operators: the order of several operands.

use jaq_core::load::parse::{BinaryOp as B, Term as T};

use super::order::{is_outer, may_fail};
use super::terms::{Lower, Lowered, OPERAND, bind};
use crate::builtins::OutputCount::Any;
use crate::link::{Linker, Scope};
use crate::syntax::{Pattern, Term};

impl<'s> Scope<'s> {
    pub(super) fn binary(
        &mut self,
        linker: &mut Linker<'s>,
        left: Term<'s>,
        op: B<&'s str>,
        right: Term<'s>,
    ) -> Lowered<'s> {
        match op {
            B::Pipe(Some(pattern)) => self.binding(linker, left, pattern, right, Self::term),
            B::Assign | B::Update | B::UpdateMath(_) | B::UpdateAlt => {
                self.assignment(linker, left, op, right)
            }
            B::Comma => {
                let (left, right) = (self.term(linker, left).0, self.term(linker, right).0);
                (T::BinOp(Box::new(left), op, Box::new(right)), Any)
            }
            B::Math(_) | B::Cmp(_) => {
                let (left, first) = self.term(linker, left);
                let (right, second) = self.term(linker, right);
                if is_outer(first, second, &right) || (may_fail(&left) && may_fail(&right)) {
                    // jq evaluates the right operand first, and varies the left one fastest.
                    let operation = T::BinOp(Box::new(left), op, Box::new(T::Var(OPERAND)));
                    return (bind(right, OPERAND, operation), first.max(second));
                }
                (
                    T::BinOp(Box::new(left), op, Box::new(right)),
                    first.max(second),
                )
            }
            B::Pipe(None) | B::Or | B::And | B::Alt => {
                let (left, first) = self.term(linker, left);
                let (right, second) = self.term(linker, right);
                (
                    T::BinOp(Box::new(left), op, Box::new(right)),
                    first.max(second),
                )
            }
        }
    }

    /// `source as $x | rest`
    pub(super) fn binding(
        &mut self,
        linker: &mut Linker<'s>,
        source: Term<'s>,
        pattern: Pattern<'s>,
        rest: Term<'s>,
        lower: Lower<'s>,
    ) -> Lowered<'s> {
        let (source, count) = self.term(linker, source);
        let depth = self.locals.len();
        let (pattern, plain) = self.pattern(linker, pattern);
        let (rest, outputs) = lower(self, linker, rest);
        self.locals.truncate(depth);
        let total = if plain { count.max(outputs) } else { Any };
        let binding = B::Pipe(Some(pattern));
        (T::BinOp(Box::new(source), binding, Box::new(rest)), total)
    }
}
