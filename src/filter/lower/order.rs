//! The order of evaluation: where jq and jaq-core differ in a way that a filter can observe.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::Term as T;
use jaq_core::path::{Opt, Part, Path};

use crate::builtins::OutputCount::{self, Any, One};
use crate::syntax::Term;

/// Whether a part must be evaluated before the parts in front of it, as jq does: it and they have several outputs, or
/// it may fail and they may have no output.
pub(super) fn is_outer(before: OutputCount, outputs: OutputCount, part: &Term) -> bool {
    (before == Any && outputs == Any) || (before != One && may_fail(part))
}

/// Whether a lowered term may raise an error. True unless the term is simple enough to rule it out.
pub(super) fn may_fail(term: &Term) -> bool {
    match term {
        T::Id | T::Num(_) | T::Var(_) | T::Arr(None) | T::TryCatch(_, None) => false,
        T::Arr(Some(inner)) => may_fail(inner),
        T::Str(None, parts) => parts
            .iter()
            .any(|part| matches!(part, StrPart::Term(term) if may_fail(term))),
        T::Path(inner, Path(parts)) => {
            let fails = |(part, opt): &(Part<Term>, Opt)| {
                matches!(opt, Opt::Essential) || indices(part).any(may_fail)
            };
            may_fail(inner) || parts.iter().any(fails)
        }
        _ => true,
    }
}

/// Whether a term calls a function. That may take an input or write a message, so the order of two calls can be
/// observed.
pub(crate) fn has_call(term: &Term) -> bool {
    match term {
        T::Id | T::Recurse | T::Num(_) | T::Var(_) | T::Arr(None) | T::Break(_) => false,
        T::Arr(Some(inner)) | T::Neg(inner) => has_call(inner),
        T::Str(_, parts) => parts
            .iter()
            .any(|part| matches!(part, StrPart::Term(term) if has_call(term))),
        T::BinOp(left, _, right) => has_call(left) || has_call(right),
        T::Path(inner, Path(parts)) => {
            has_call(inner) || parts.iter().any(|(part, _)| indices(part).any(has_call))
        }
        _ => true,
    }
}

/// The terms in a part of a path.
fn indices<'t, 's>(part: &'t Part<Term<'s>>) -> impl Iterator<Item = &'t Term<'s>> {
    let terms = match part {
        Part::Index(index) => [Some(index), None],
        Part::Range(from, upto) => [from.as_ref(), upto.as_ref()],
    };
    terms.into_iter().flatten()
}
