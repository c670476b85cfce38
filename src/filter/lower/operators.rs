//! Operators: the order of several operands, and updates.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp as B, Term as T};
use jaq_core::path::{Part, Path};

use super::order::{has_call, is_outer};
use super::terms::{Lowered, OPERAND, bind};
use crate::builtins::OutputCount::{Any, One};
use crate::link::{Linker, Scope};
use crate::syntax::Term;

impl<'s> Scope<'s> {
    pub(super) fn binary(
        &mut self,
        linker: &mut Linker<'s>,
        left: Term<'s>,
        op: B<&'s str>,
        right: Term<'s>,
    ) -> Lowered<'s> {
        match op {
            B::Pipe(Some(pattern)) => {
                let (left, count) = self.term(linker, left);
                let depth = self.locals.len();
                let (pattern, plain) = self.pattern(linker, pattern);
                let (right, outputs) = self.term(linker, right);
                self.locals.truncate(depth);
                let total = if plain { count.max(outputs) } else { Any };
                (
                    T::BinOp(Box::new(left), B::Pipe(Some(pattern)), Box::new(right)),
                    total,
                )
            }
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
                if is_outer(first, second, &right) || (has_call(&left) && has_call(&right)) {
                    // jq varies the left operand fastest.
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

    /// Lowers an assignment. Plain paths are updated in place; for anything else jq's own definition over `path(…)` is
    /// called.
    pub(super) fn assignment(
        &mut self,
        linker: &mut Linker<'s>,
        left: Term<'s>,
        op: B<&'s str>,
        right: Term<'s>,
    ) -> Lowered<'s> {
        let (left, _) = self.term(linker, left);
        let (right, outputs) = self.term(linker, right);
        if is_plain_path(&left) {
            let count = if matches!(op, B::Update) {
                One
            } else {
                outputs
            };
            return (T::BinOp(Box::new(left), op, Box::new(right)), count);
        }
        let operand = || Box::new(T::Var(OPERAND));
        let (helper, args, bound) = match op {
            B::Update => ("_modify", vec![left, right], None),
            B::Assign => ("_assign", vec![left, T::Var(OPERAND)], Some(right)),
            B::UpdateMath(math) => (
                "_modify",
                vec![left, T::BinOp(Box::new(T::Id), B::Math(math), operand())],
                Some(right),
            ),
            _ => (
                "_modify",
                vec![left, T::BinOp(Box::new(T::Id), B::Alt, operand())],
                Some(right),
            ),
        };
        let _definition = linker.resolve(&self.file, (helper, 2));
        let call = T::Call(helper, args);
        (
            bound.map_or(call.clone(), |value| bind(value, OPERAND, call)),
            Any,
        )
    }
}

/// Whether the term is a path such as `.a[0].b`, `.[]` or `.a[1:]`, which jaq-core updates in place with the same
/// result as through `path(…)`.
fn is_plain_path(term: &Term) -> bool {
    let constant = |term: &Term| match term {
        T::Num(_) | T::Var(_) => true,
        T::Neg(inner) => matches!(**inner, T::Num(_)),
        T::Str(None, parts) => parts.iter().all(|part| !matches!(part, StrPart::Term(_))),
        _ => false,
    };
    match term {
        T::Id => true,
        T::Path(inner, Path(parts)) => {
            matches!(**inner, T::Id)
                && parts.iter().all(|(part, _)| match part {
                    Part::Index(index) => constant(index),
                    Part::Range(from, upto) => [from, upto].into_iter().flatten().all(constant),
                })
        }
        T::BinOp(left, B::Pipe(None), right) => is_plain_path(left) && is_plain_path(right),
        _ => false,
    }
}
