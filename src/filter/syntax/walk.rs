//! Searches of a term and everything inside.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Pattern as P, Term as T};
use jaq_core::path::{Part, Path};

use super::ast::{Pattern, Term};

/// Whether `is_wanted` holds for the term or for one inside of it.
pub(crate) fn any_term(term: &Term, is_wanted: &impl Fn(&Term) -> bool) -> bool {
    let any = |term: &Term| any_term(term, is_wanted);
    let in_list = |terms: &[Term]| terms.iter().any(any);
    let in_pattern = |pattern: &Pattern| in_pattern(pattern, is_wanted);
    is_wanted(term)
        || match term {
            T::Id | T::Recurse | T::Num(_) | T::Var(_) | T::Break(_) | T::Arr(None) => false,
            T::Str(_, parts) => parts
                .iter()
                .any(|part| matches!(part, StrPart::Term(term) if any(term))),
            T::Arr(Some(inner)) | T::Neg(inner) | T::Label(_, inner) => any(inner),
            T::Obj(entries) => entries
                .iter()
                .any(|(key, value)| any(key) || value.as_ref().is_some_and(any)),
            T::BinOp(left, op, right) => {
                any(left)
                    || any(right)
                    || matches!(op, BinaryOp::Pipe(Some(pattern)) if in_pattern(pattern))
            }
            T::Fold(_, source, pattern, args) => {
                any(source) || in_pattern(pattern) || in_list(args)
            }
            T::TryCatch(body, handler) => {
                any(body) || handler.as_ref().is_some_and(|handler| any(handler))
            }
            T::IfThenElse(branches, otherwise) => {
                branches
                    .iter()
                    .any(|(condition, then)| any(condition) || any(then))
                    || otherwise.as_ref().is_some_and(|otherwise| any(otherwise))
            }
            T::Def(defs, body) => defs.iter().any(|def| any(&def.body)) || any(body),
            T::Call(_, args) => in_list(args),
            T::Path(inner, Path(parts)) => {
                any(inner)
                    || parts.iter().any(|(part, _)| match part {
                        Part::Index(index) => any(index),
                        Part::Range(from, upto) => [from, upto].into_iter().flatten().any(any),
                    })
            }
        }
}

fn in_pattern(pattern: &Pattern, is_wanted: &impl Fn(&Term) -> bool) -> bool {
    match pattern {
        P::Var(_) => false,
        P::Arr(items) => items.iter().any(|item| in_pattern(item, is_wanted)),
        P::Obj(entries) => entries
            .iter()
            .any(|(key, item)| any_term(key, is_wanted) || in_pattern(item, is_wanted)),
    }
}
