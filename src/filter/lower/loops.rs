//! `reduce` and `foreach`, whose body may have no output or several.

use jaq_core::load::parse::Term as T;
use jaq_core::path::{Opt, Part, Path};

use super::terms::{Lowered, pipe};
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
    ) -> Lowered<'s> {
        let (source, _) = self.term(linker, source);
        let mut args = args.into_iter();
        let (init, count) = args
            .next()
            .map_or((T::Id, One), |init| self.term(linker, init));
        let depth = self.locals.len();
        let (pattern, _) = self.pattern(linker, pattern);
        let (update, outputs) = args
            .next()
            .map_or((T::Id, One), |update| self.term(linker, update));
        let extract = args.next().map(|extract| self.term(linker, extract).0);
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
        let args = match (outputs, extract) {
            (One, None) => vec![init, update],
            (One, Some(extract)) => vec![init, update, extract],
            (_, extract) => loop_over_outputs(init, update, extract),
        };
        (T::Fold(name, Box::new(source), pattern, args), Any)
    }

    /// The loop body with one output: the last of its outputs is the state, null if it has none (as jq does since 1.7).
    pub(super) fn last_or_null(&mut self, linker: &mut Linker<'s>, update: Term<'s>) -> Term<'s> {
        let _native = linker.resolve(&self.file, ("_last_or_null", 1));
        T::Call("_last_or_null", vec![update])
    }
}

/// The arguments of a `foreach` whose body may have no output or several: the state is the array of its last outputs.
fn loop_over_outputs<'s>(
    init: Term<'s>,
    update: Term<'s>,
    extract: Option<Term<'s>>,
) -> Vec<Term<'s>> {
    let last = T::Path(
        Box::new(T::Id),
        Path(vec![(
            Part::Index(T::Neg(Box::new(T::Num("1")))),
            Opt::Essential,
        )]),
    );
    let each = T::Path(
        Box::new(T::Id),
        Path(vec![(Part::Range(None, None), Opt::Essential)]),
    );
    let list = |term| T::Arr(Some(Box::new(term)));
    vec![
        pipe(init, list(T::Id)),
        list(pipe(last, update)),
        extract.map_or(each.clone(), |extract| pipe(each, extract)),
    ]
}
