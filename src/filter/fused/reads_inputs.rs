//! Filters that read inputs on their own.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::Term as T;
use jaq_core::path::{Part, Path};

use crate::builtins;
use crate::syntax::Term;

/// Whether a call in the term may read inputs, or ask for the position of their reader.
pub(super) fn reads_inputs(term: &Term) -> bool {
    let any = |terms: &[Term]| terms.iter().any(|term| reads_inputs(term));
    match term {
        T::Id | T::Recurse | T::Num(_) | T::Var(_) | T::Break(_) | T::Arr(None) => false,
        T::Str(_, parts) => parts
            .iter()
            .any(|part| matches!(part, StrPart::Term(term) if reads_inputs(term))),
        T::Arr(Some(inner)) | T::Neg(inner) | T::Label(_, inner) => reads_inputs(inner),
        T::Obj(entries) => entries.iter().any(|(key, value)| {
            reads_inputs(key) || value.as_ref().is_some_and(|value| reads_inputs(value))
        }),
        T::BinOp(left, _, right) => reads_inputs(left) || reads_inputs(right),
        T::Fold(_, source, _, args) => reads_inputs(source) || any(args),
        T::TryCatch(body, handler) => {
            reads_inputs(body)
                || handler
                    .as_ref()
                    .is_some_and(|handler| reads_inputs(handler))
        }
        T::IfThenElse(branches, otherwise) => {
            branches
                .iter()
                .any(|(condition, then)| reads_inputs(condition) || reads_inputs(then))
                || otherwise
                    .as_ref()
                    .is_some_and(|otherwise| reads_inputs(otherwise))
        }
        T::Def(defs, body) => defs.iter().any(|def| reads_inputs(&def.body)) || reads_inputs(body),
        T::Call(name, args) => builtins::may_read_inputs(name) || any(args),
        T::Path(inner, Path(parts)) => {
            reads_inputs(inner)
                || parts.iter().any(|(part, _)| match part {
                    Part::Index(index) => reads_inputs(index),
                    Part::Range(from, upto) => [from, upto]
                        .into_iter()
                        .flatten()
                        .any(|bound| reads_inputs(bound)),
                })
        }
    }
}
