//! Terms that lowering constructs.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp as B, Pattern as P, Term as T};

use crate::builtins::OutputCount;
use crate::link::{Linker, Scope};
use crate::syntax::Term;

/// A term for jaq-core, and how many outputs it has for one input.
pub(super) type Lowered<'s> = (Term<'s>, OutputCount);

/// How the parts of a term are lowered: [`Scope::term`], or [`Scope::path_term`] in a path expression.
pub(super) type Lower<'s> = fn(&mut Scope<'s>, &mut Linker<'s>, Term<'s>) -> Lowered<'s>;

/// Variables for operands and parts that are evaluated before the rest. No jq program can spell these names.
pub(super) const OPERAND: &str = "$ operand";
#[rustfmt::skip]
pub(super) const INDICES: [&str; 32] = [
    "$ 0", "$ 1", "$ 2", "$ 3", "$ 4", "$ 5", "$ 6", "$ 7", "$ 8", "$ 9", "$ 10", "$ 11", "$ 12", "$ 13", "$ 14", "$ 15",
    "$ 16", "$ 17", "$ 18", "$ 19", "$ 20", "$ 21", "$ 22", "$ 23", "$ 24", "$ 25", "$ 26", "$ 27", "$ 28", "$ 29", "$ 30", "$ 31",
];
/// Variables for the first key behind a term whose outputs may have no path: an index, or the start and end of a slice.
pub(super) const FIRST_KEY: [&str; 2] = ["$ key", "$ end"];

/// `left | right`
pub(crate) fn pipe<'s>(left: Term<'s>, right: Term<'s>) -> Term<'s> {
    T::BinOp(Box::new(left), B::Pipe(None), Box::new(right))
}

/// `value as $name | rest`
pub(super) fn bind<'s>(value: Term<'s>, name: &'s str, rest: Term<'s>) -> Term<'s> {
    T::BinOp(Box::new(value), B::Pipe(Some(P::Var(name))), Box::new(rest))
}

/// Whether a term is a number or a string without interpolation.
pub(super) fn is_literal(term: &Term) -> bool {
    match term {
        T::Num(_) => true,
        T::Str(None, parts) => !parts.iter().any(|part| matches!(part, StrPart::Term(_))),
        _ => false,
    }
}
