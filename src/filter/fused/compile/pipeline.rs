//! Pipelines of stages.

use super::compiler::Compiler;
use super::stages::Stage;
use crate::builtins::Intrinsic as I;
use crate::fused::expression::{Expr, Generator};

impl Compiler<'_> {
    /// Stages one after the other.
    pub(super) fn pipeline(&mut self, stages: &[Stage], is_root: bool) -> Option<Generator> {
        let Some((first, rest)) = stages.split_first() else {
            return Some(Generator::INPUT);
        };
        let left = self.stage(*first, is_root)?;
        if rest.is_empty() {
            return Some(left);
        }
        // What passes `select` is still the input.
        let is_root = is_root && left.passes_input();
        match (left, rest) {
            // `[…] | length` needs no list.
            (Generator::One(Expr::List(list)), [next, rest @ ..]) if next.calls(I::Length) => {
                let count = Generator::One(Expr::Count(list));
                Some(Generator::pipe(count, self.pipeline(rest, false)?))
            }
            (left, rest) => Some(Generator::pipe(left, self.pipeline(rest, is_root)?)),
        }
    }

    fn stage(&mut self, stage: Stage, is_root: bool) -> Option<Generator> {
        match stage {
            Stage::Path(parts) => self.path(Expr::Input, parts, is_root),
            Stage::Term(term) => self.generator(term, is_root),
        }
    }
}
