//! Replacement of the calls in a term.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::Term as T;
use jaq_core::path::{Part, Path};

use super::ast::Term;

/// What takes the place of a call with these arguments.
type ReplaceFn<'f, 's> = &'f mut dyn FnMut(&'s str, Vec<Term<'s>>) -> Term<'s>;

/// The term with every call replaced, those in the arguments of another first. Patterns and definitions are left as
/// they are.
pub(crate) fn replace_calls<'s>(term: Term<'s>, replace: ReplaceFn<'_, 's>) -> Term<'s> {
    let mut boxed = |term: Box<Term<'s>>| Box::new(replace_calls(*term, replace));
    match term {
        T::Arr(Some(inner)) => T::Arr(Some(boxed(inner))),
        T::Neg(inner) => T::Neg(boxed(inner)),
        T::Label(name, inner) => T::Label(name, boxed(inner)),
        T::BinOp(left, op, right) => T::BinOp(boxed(left), op, boxed(right)),
        T::TryCatch(body, handler) => T::TryCatch(boxed(body), handler.map(boxed)),
        T::Str(format, parts) => {
            let parts = parts.into_iter().map(|part| match part {
                StrPart::Term(term) => StrPart::Term(replace_calls(term, replace)),
                text => text,
            });
            T::Str(format, parts.collect())
        }
        T::Obj(entries) => {
            let entries = entries.into_iter().map(|(key, value)| {
                let key = replace_calls(key, replace);
                (key, value.map(|value| replace_calls(value, replace)))
            });
            T::Obj(entries.collect())
        }
        T::Fold(name, source, pattern, args) => {
            let source = boxed(source);
            T::Fold(name, source, pattern, replace_in_list(args, replace))
        }
        T::IfThenElse(branches, otherwise) => {
            let branches = branches.into_iter().map(|(condition, then)| {
                let condition = replace_calls(condition, replace);
                (condition, replace_calls(then, replace))
            });
            let branches = branches.collect();
            T::IfThenElse(
                branches,
                otherwise.map(|otherwise| Box::new(replace_calls(*otherwise, replace))),
            )
        }
        T::Path(inner, Path(parts)) => {
            let inner = boxed(inner);
            let mut bound =
                |term: Option<Term<'s>>| term.map(|term| replace_calls(term, &mut *replace));
            let parts = parts.into_iter().map(|(part, opt)| match part {
                Part::Index(index) => (Part::Index(bound(Some(index)).unwrap_or_default()), opt),
                Part::Range(from, upto) => (Part::Range(bound(from), bound(upto)), opt),
            });
            T::Path(inner, Path(parts.collect()))
        }
        T::Call(name, args) => {
            let args = replace_in_list(args, replace);
            replace(name, args)
        }
        other => other,
    }
}

fn replace_in_list<'s>(terms: Vec<Term<'s>>, replace: ReplaceFn<'_, 's>) -> Vec<Term<'s>> {
    let terms = terms.into_iter();
    terms.map(|term| replace_calls(term, replace)).collect()
}
