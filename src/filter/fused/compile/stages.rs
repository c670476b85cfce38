//! The stages of a pipeline.

use jaq_core::load::parse::{BinaryOp, Term as T};
use jaq_core::path::{Opt, Part, Path};

use crate::builtins::{self, Intrinsic};
use crate::syntax::Term;

/// One part of a path, with its `?`.
pub(super) type PathPart<'s> = (Part<Term<'s>>, Opt);

/// One stage of a pipeline.
#[derive(Clone, Copy)]
pub(super) enum Stage<'t, 's> {
    /// Any term but those below.
    Term(&'t Term<'s>),
    /// A path of the stage's input.
    Path(&'t [PathPart<'s>]),
}

impl<'s> Stage<'_, 's> {
    /// Whether it is a call of this builtin without arguments.
    pub(super) fn calls(self, intrinsic: Intrinsic) -> bool {
        let Self::Term(T::Call(name, args)) = self else {
            return false;
        };
        args.is_empty() && builtins::intrinsic(name, 0) == Some(intrinsic)
    }

    fn to_term(self) -> Term<'s> {
        match self {
            Self::Term(term) => term.clone(),
            Self::Path(parts) => T::Path(Box::new(T::Id), Path(parts.to_vec())),
        }
    }
}

/// The stages of a term, in order; a term that is no pipeline is one stage.
pub(super) fn stages<'t, 's>(term: &'t Term<'s>) -> Vec<Stage<'t, 's>> {
    let mut stages = Vec::new();
    flatten(term, &mut stages);
    stages
}

fn flatten<'t, 's>(term: &'t Term<'s>, stages: &mut Vec<Stage<'t, 's>>) {
    match term {
        T::BinOp(left, BinaryOp::Pipe(None), right) => {
            flatten(left, stages);
            flatten(right, stages);
        }
        T::Path(inner, Path(parts)) if matches!(**inner, T::Id) => {
            stages.push(Stage::Path(parts));
        }
        term => stages.push(Stage::Term(term)),
    }
}

/// The pipeline of some stages as one term.
pub(super) fn to_term<'s>(stages: &[Stage<'_, 's>]) -> Term<'s> {
    let terms = stages.iter().map(|stage| stage.to_term());
    let pipe = |left, right| T::BinOp(Box::new(left), BinaryOp::Pipe(None), Box::new(right));
    terms.reduce(pipe).unwrap_or(T::Id)
}
