//! Terms that do not depend on their input.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Pattern as P, Term as T};
use jaq_core::path::Part;

use crate::builtins::{self, Intrinsic};
use crate::syntax::{Pattern, Term};

/// Whether a part of a path is known not to use the input of the path, and to have one output. Others are evaluated
/// before what stands in front of them, as they hide its errors.
pub(super) fn is_constant_part(part: &Part<Term>) -> bool {
    match part {
        Part::Index(index) => has_one_output(index),
        Part::Range(from, upto) => [from, upto].into_iter().flatten().all(has_one_output),
    }
}

/// Whether a constant term is known to have one output, and no error.
fn has_one_output(term: &Term) -> bool {
    match term {
        T::Num(_) | T::Var(_) => true,
        T::Str(None, parts) => parts.iter().all(|part| match part {
            StrPart::Term(term) => has_one_output(term),
            _ => true,
        }),
        T::Neg(inner) => matches!(**inner, T::Num(_)),
        _ => false,
    }
}

/// Whether a pattern binds its variables exactly once, and its keys are known not to use the input.
pub(super) fn is_constant_pattern(pattern: &Pattern) -> bool {
    match pattern {
        P::Var(_) => true,
        P::Arr(items) => items.iter().all(is_constant_pattern),
        P::Obj(entries) => entries
            .iter()
            .all(|(key, item)| is_plain_key(key) && is_constant_pattern(item)),
    }
}

fn is_plain_key(key: &Term) -> bool {
    match key {
        T::Var(_) => true,
        T::Str(None, parts) => !parts.iter().any(|part| matches!(part, StrPart::Term(_))),
        _ => false,
    }
}

/// Whether a term is known not to use its input.
pub(super) fn is_constant(term: &Term) -> bool {
    match term {
        T::Num(_) | T::Var(_) | T::Arr(None) => true,
        T::Str(None, parts) => parts.iter().all(|part| match part {
            StrPart::Term(term) => is_constant(term),
            _ => true,
        }),
        T::Neg(inner) | T::Arr(Some(inner)) => is_constant(inner),
        T::Obj(entries) => entries
            .iter()
            .all(|(key, value)| is_constant(key) && value.as_ref().is_some_and(is_constant)),
        T::BinOp(left, BinaryOp::Math(_) | BinaryOp::Cmp(_), right) => {
            is_constant(left) && is_constant(right)
        }
        T::Call(name, args) => {
            use Intrinsic::{Empty, False, Null, True};
            let intrinsic = builtins::intrinsic(name, args.len());
            matches!(intrinsic, Some(Null | True | False | Empty))
        }
        _ => false,
    }
}
