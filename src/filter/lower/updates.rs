//! Updates: `|=`, `=`, `+=` and the like.

use jaq_core::load::parse::{BinaryOp as B, Term as T};
use jaq_core::path::{Opt, Part, Path};

use super::terms::{Lowered, OPERAND, bind, is_literal};
use crate::builtins::OutputCount::One;
use crate::link::{Linker, Scope};
use crate::syntax::Term;

impl<'s> Scope<'s> {
    /// Lowers an update. jaq-core updates in place from the root to the leaves; jq sets one path after the other. Where
    /// both give the same for every value, the first is done, because it is faster.
    pub(super) fn assignment(
        &mut self,
        linker: &mut Linker<'s>,
        left: Term<'s>,
        op: B<&'s str>,
        right: Term<'s>,
    ) -> Lowered<'s> {
        let (left, _) = self.path_term(linker, left);
        let (right, outputs) = self.term(linker, right);
        let is_update = matches!(op, B::Update);
        let count = if is_update { One } else { outputs };
        let always_has_output = !is_update || outputs == One;
        if can_be_structural(&left, always_has_output) {
            return (T::BinOp(Box::new(left), op, Box::new(right)), count);
        }
        let operand = || Box::new(T::Var(OPERAND));
        let (native, args, bound) = match op {
            B::Update if always_has_output => ("_update", vec![left, right], None),
            B::Update => ("_modify", vec![left, right], None),
            B::Assign => ("_assign", vec![left, T::Var(OPERAND)], Some(right)),
            B::UpdateMath(math) => {
                let new = T::BinOp(Box::new(T::Id), B::Math(math), operand());
                ("_update", vec![left, new], Some(right))
            }
            _ => {
                let new = T::BinOp(Box::new(T::Id), B::Alt, operand());
                ("_update", vec![left, new], Some(right))
            }
        };
        let _native = linker.resolve(&self.file, (native, 2));
        let call = T::Call(native, args);
        match bound {
            Some(value) => (bind(value, OPERAND, call), count),
            None => (call, count),
        }
    }
}

/// Whether an update from the root to the leaves has the result of an update path by path.
///
/// It has for paths of constant indices, slices and `[]`, with two exceptions. A `?` behind an index may find nothing,
/// and so may an update without output that deletes: the update from the root then has already created the value of
/// that index (`{} | .a[]? = 1`, `{} | .a.b |= empty`).
fn can_be_structural(left: &Term, always_has_output: bool) -> bool {
    let mut parts = Vec::new();
    if !is_plain_path(left, &mut parts) {
        return false;
    }
    let iterates = |(part, _): &&(Part<Term>, Opt)| matches!(part, Part::Range(None, None));
    let until_index = parts.iter().take_while(|part| iterates(part)).count();
    let may_find_nothing = |(_, opt): &(Part<Term>, Opt)| matches!(opt, Opt::Optional);
    let after_index = parts.iter().skip(until_index + 1);
    !after_index.clone().any(|part| may_find_nothing(part))
        && (always_has_output || (!parts.is_empty() && after_index.count() == 0))
}

/// Whether the term is a path such as `.a[0].b`, `.[]` or `.a[1:]`. Its parts are added to `parts`.
fn is_plain_path<'t, 's>(term: &'t Term<'s>, parts: &mut Vec<&'t (Part<Term<'s>>, Opt)>) -> bool {
    match term {
        T::Id => true,
        T::Path(inner, Path(more)) => {
            let is_plain = is_plain_path(inner, parts);
            parts.extend(more);
            is_plain
                && more.iter().all(|(part, _)| match part {
                    Part::Index(index) => is_constant(index),
                    Part::Range(from, upto) => [from, upto].into_iter().flatten().all(is_constant),
                })
        }
        T::BinOp(left, B::Pipe(None), right) => {
            is_plain_path(left, parts) && is_plain_path(right, parts)
        }
        _ => false,
    }
}

fn is_constant(term: &Term) -> bool {
    match term {
        T::Var(_) => true,
        T::Neg(inner) => matches!(**inner, T::Num(_)),
        term => is_literal(term),
    }
}
