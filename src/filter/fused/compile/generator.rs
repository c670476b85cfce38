//! Terms with any number of outputs.

use jaq_core::load::parse::{BinaryOp as B, Term as T};
use jaq_core::path::Path;

use super::compiler::Compiler;
use super::stages::stages;
use crate::builtins::{self, Intrinsic as I};
use crate::fused::expression::{Expr, Generator};
use crate::syntax::Term;
use dq_json::value::ValueKind;

impl Compiler<'_> {
    /// A filter with any number of outputs.
    pub(super) fn generator(&mut self, term: &Term, is_root: bool) -> Option<Generator> {
        if let Some(expr) = self.expr(term, is_root) {
            return Some(Generator::One(expr));
        }
        let fused = match term {
            // What follows values that the other evaluator makes is faster there.
            T::BinOp(_, B::Pipe(None), _) => self
                .pipeline(&stages(term), is_root)
                .filter(|pipeline| !begins_with_values(pipeline)),
            T::BinOp(left, B::Comma, right) => {
                let left = self.generator(left, is_root)?;
                Some(Generator::Comma(
                    Box::new(left),
                    Box::new(self.generator(right, is_root)?),
                ))
            }
            T::Path(inner, Path(parts)) => {
                let inner = self.expr(inner, is_root);
                inner.and_then(|inner| {
                    let is_root = is_root && matches!(inner, Expr::Input);
                    self.path(inner, parts, is_root)
                })
            }
            T::TryCatch(body, None) => {
                let body = self.generator(body, is_root)?;
                Some(Generator::Try(Box::new(body)))
            }
            T::IfThenElse(branches, otherwise) => self.branches(branches, otherwise, is_root),
            T::Recurse => Some(Generator::Recurse),
            T::Call(name, args) => self.call(name, args, is_root),
            _ => None,
        };
        fused.or_else(|| self.core(term).map(Generator::Core))
    }

    fn branches(
        &mut self,
        branches: &[(Term, Term)],
        otherwise: &Option<Box<Term>>,
        is_root: bool,
    ) -> Option<Generator> {
        let mut generator = match otherwise {
            Some(otherwise) => self.generator(otherwise, is_root)?,
            None => Generator::INPUT,
        };
        for (condition, then) in branches.iter().rev() {
            let condition = self.expr(condition, is_root)?;
            let then = self.generator(then, is_root)?;
            generator = Generator::If(condition, Box::new(then), Box::new(generator));
        }
        Some(generator)
    }

    fn call(&mut self, name: &str, args: &[Term], is_root: bool) -> Option<Generator> {
        let only = |wanted| Some(Generator::OfKind(wanted));
        match (builtins::intrinsic(name, args.len())?, args) {
            (I::Select, [condition]) => {
                let condition = self.generator(condition, is_root)?;
                Some(Generator::Select(Box::new(condition)))
            }
            (I::Empty, []) => Some(Generator::Empty),
            (I::Recurse, []) => Some(Generator::Recurse),
            (I::First, [inner]) => self.limit(1, inner, is_root),
            (I::Limit, [count, inner]) => self.limit(positive_count(count)?, inner, is_root),
            (I::Values, []) => only(|kind| kind != ValueKind::Null),
            (I::Nulls, []) => only(|kind| kind == ValueKind::Null),
            (I::Booleans, []) => only(|kind| matches!(kind, ValueKind::True | ValueKind::False)),
            (I::Numbers, []) => only(|kind| kind == ValueKind::Number),
            (I::Strings, []) => only(|kind| kind == ValueKind::String),
            (I::Arrays, []) => only(|kind| kind == ValueKind::Array),
            (I::Objects, []) => only(|kind| kind == ValueKind::Object),
            (I::Iterables, []) => only(|kind| matches!(kind, ValueKind::Array | ValueKind::Object)),
            (I::Scalars, []) => only(|kind| !matches!(kind, ValueKind::Array | ValueKind::Object)),
            _ => None,
        }
    }

    fn limit(&mut self, count: usize, inner: &Term, is_root: bool) -> Option<Generator> {
        let inner = self.generator(inner, is_root)?;
        Some(Generator::Limit(count, Box::new(inner)))
    }
}

/// Whether a pipeline begins with a term that is left to the evaluator of values.
fn begins_with_values(pipeline: &Generator) -> bool {
    match pipeline {
        Generator::Pipe(left, _) => begins_with_values(left),
        other => matches!(other, Generator::Core(_)),
    }
}

/// A literal count of outputs that is not 0.
fn positive_count(term: &Term) -> Option<usize> {
    match term {
        T::Num(count) => count.parse().ok().filter(|count| *count > 0),
        _ => None,
    }
}
