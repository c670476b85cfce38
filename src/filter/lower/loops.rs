//! `reduce` and `foreach`, whose body may have no output or several.

use jaq_core::load::parse::{BinaryOp, Pattern as P, Term as T};
use jaq_core::path::{Opt, Part, Path};

use super::terms::{Lower, Lowered, pipe};
use crate::builtins::OutputCount::{Any, One};
use crate::link::{Linker, Scope};
use crate::syntax::{Pattern, Term};

impl<'s> Scope<'s> {
    pub(super) fn fold(
        &mut self,
        linker: &mut Linker<'s>,
        name: &'s str,
        source: Term<'s>,
        pattern: Pattern<'s>,
        args: Vec<Term<'s>>,
        lower: Lower<'s>,
    ) -> Lowered<'s> {
        let (source, _) = self.term(linker, source);
        let mut args = args.into_iter();
        let (init, count) = args
            .next()
            .map_or((T::Id, One), |init| lower(self, linker, init));
        let depth = self.locals.len();
        let (pattern, _) = self.pattern(linker, pattern);
        let (update, outputs) = args
            .next()
            .map_or((T::Id, One), |update| lower(self, linker, update));
        let extract = args.next().map(|extract| lower(self, linker, extract).0);
        self.locals.truncate(depth);
        if name == "reduce" {
            let update = if outputs == One {
                update
            } else {
                self.last_or_null(linker, update)
            };
            return (
                T::Fold(name, Box::new(source), pattern, vec![init, update]),
                count,
            );
        }
        if outputs == One {
            let args = [init, update].into_iter().chain(extract).collect();
            return (T::Fold(name, Box::new(source), pattern, args), Any);
        }
        let _native = linker.resolve(&self.file, ("_foreach", 3));
        (
            loop_over_outputs(source, pattern, [init, update], extract),
            Any,
        )
    }

    /// The loop body with one output: the last of its outputs is the state, null if it has none (as jq does since 1.7).
    pub(super) fn last_or_null(&mut self, linker: &mut Linker<'s>, update: Term<'s>) -> Term<'s> {
        let _native = linker.resolve(&self.file, ("_last_or_null", 1));
        T::Call("_last_or_null", vec![update])
    }
}

/// A `foreach` whose body may have no output or several: each is emitted, and the last is the state. The native filter
/// passes the body the state and the values of the variables, as `[state, [$x, $y]]`, and emits outputs likewise.
fn loop_over_outputs<'s>(
    source: Term<'s>,
    pattern: Pattern<'s>,
    [init, update]: [Term<'s>; 2],
    extract: Option<Term<'s>>,
) -> Term<'s> {
    let mut names = Vec::new();
    add_variables(&pattern, &mut names);
    let values = names.iter().map(|name| T::Var(*name));
    let values =
        values.reduce(|left, right| T::BinOp(Box::new(left), BinaryOp::Comma, Box::new(right)));
    let values = T::Arr(values.map(Box::new));
    let binding = |pattern| BinaryOp::Pipe(Some(pattern));
    let source = T::BinOp(Box::new(source), binding(pattern), Box::new(values));
    let element = |index| {
        let part = (Part::Index(T::Num(index)), Opt::Essential);
        T::Path(Box::new(T::Id), Path(vec![part]))
    };
    let with_variables = |term| {
        let variables = P::Arr(names.iter().map(|name| P::Var(*name)).collect());
        let term = pipe(element("0"), term);
        T::BinOp(Box::new(element("1")), binding(variables), Box::new(term))
    };
    let outputs = T::Call("_foreach", vec![source, init, with_variables(update)]);
    pipe(outputs, extract.map_or(element("0"), with_variables))
}

/// Adds the variables that a pattern binds.
pub(super) fn add_variables<'s>(pattern: &Pattern<'s>, names: &mut Vec<&'s str>) {
    match pattern {
        P::Var(name) => names.push(*name),
        P::Arr(items) => items.iter().for_each(|item| add_variables(item, names)),
        P::Obj(entries) => entries
            .iter()
            .for_each(|(_, item)| add_variables(item, names)),
    }
}
