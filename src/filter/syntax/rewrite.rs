//! Replacement of the calls in a term.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::Term as T;
use jaq_core::path::{Part, Path};

use super::ast::Term;

/// What may replace a call.
type ReplaceFn<'f, 's> = &'f mut dyn FnMut(&mut Term<'s>);

/// Passes every call in the term to `replace`, those in the arguments of another first. Patterns and definitions are
/// left as they are.
pub(crate) fn replace_calls<'s>(term: &mut Term<'s>, replace: ReplaceFn<'_, 's>) {
    match term {
        T::Arr(Some(inner)) | T::Neg(inner) | T::Label(_, inner) => replace_calls(inner, replace),
        T::BinOp(left, _, right) => {
            replace_calls(left, replace);
            replace_calls(right, replace);
        }
        T::TryCatch(body, handler) => {
            replace_calls(body, replace);
            if let Some(handler) = handler {
                replace_calls(handler, replace);
            }
        }
        T::Str(_, parts) => {
            for part in parts {
                if let StrPart::Term(term) = part {
                    replace_calls(term, replace);
                }
            }
        }
        T::Obj(entries) => {
            for (key, value) in entries {
                replace_calls(key, replace);
                if let Some(value) = value {
                    replace_calls(value, replace);
                }
            }
        }
        T::IfThenElse(branches, otherwise) => {
            for (condition, then) in branches {
                replace_calls(condition, replace);
                replace_calls(then, replace);
            }
            if let Some(otherwise) = otherwise {
                replace_calls(otherwise, replace);
            }
        }
        T::Path(inner, Path(parts)) => {
            replace_calls(inner, replace);
            for (part, _) in parts {
                let (first, second) = match part {
                    Part::Index(index) => (Some(index), None),
                    Part::Range(from, upto) => (from.as_mut(), upto.as_mut()),
                };
                for bound in [first, second].into_iter().flatten() {
                    replace_calls(bound, replace);
                }
            }
        }
        T::Fold(_, source, _, args) => {
            replace_calls(source, replace);
            replace_in_list(args, replace);
        }
        T::Call(_, args) => {
            replace_in_list(args, replace);
            replace(term);
        }
        _ => {}
    }
}

fn replace_in_list<'s>(terms: &mut [Term<'s>], replace: ReplaceFn<'_, 's>) {
    for term in terms {
        replace_calls(term, replace);
    }
}
