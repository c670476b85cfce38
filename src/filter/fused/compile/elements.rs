//! Filters over the elements of their input: the one place that decides whether a filter is an [`ElementStream`].

use jaq_core::load::parse::{BinaryOp, Pattern as P, Term as T};
use jaq_core::path::{Opt, Part, Path};

use super::compiler::Compiler;
use super::constant::{is_constant, is_constant_part, is_constant_pattern};
use super::stages::{PathPart, Stage, stages, to_term};
use crate::builtins::{self, Intrinsic as I};
use crate::fused::element_stream::{ByKey, ElementStream, Fold, FoldOutput, SortKey};
use crate::fused::expression::{Expr, Generator};
use crate::fused::used_fields::used_fields;
use crate::natives;
use crate::syntax::{Pattern, Term};
use dq_json::value::{Num, SharedStr, Value};

use ElementStream as S;

/// The variable of a loop whose pattern is not a single variable. No filter can spell it.
const LOOP_VALUE: &str = "$loop value";

impl Compiler<'_> {
    /// A pipeline as a stream over the elements of its input, if it uses its input once, by `.[]`.
    pub(super) fn element_stream(&mut self, stages: &[Stage]) -> Option<ElementStream> {
        let (first, rest) = stages.split_first()?;
        let head = match first {
            Stage::Path([(Part::Range(None, None), opt), path @ ..]) => {
                return self.each_element(matches!(opt, Opt::Optional), path, rest);
            }
            Stage::Path(_) => return None,
            Stage::Term(term) => self.of_elements(term)?,
        };
        let (mut head, rest) = match (head, rest) {
            (S::List(inner), [next, rest @ ..]) if next.calls(I::Length) => (S::Count(inner), rest),
            (S::List(inner), [next, rest @ ..]) if next.calls(I::Add) => {
                (S::SumOfList(inner), rest)
            }
            (head, rest) => (head, rest),
        };
        let rest = self.pipeline_or_core(rest, false)?;
        if let S::ByKey(by_key) = &mut head {
            self.keep_used_fields(by_key, &rest);
        }
        Some(match rest {
            Generator::One(Expr::Input) => head,
            rest => S::Pipe(Box::new(head), rest),
        })
    }

    /// `.[]`, with the rest of its path and of the pipeline as the filter of each element.
    fn each_element(
        &mut self,
        is_optional: bool,
        path: &[PathPart],
        rest: &[Stage],
    ) -> Option<ElementStream> {
        // An index is evaluated on the input of the whole path, not on the element.
        if !path.iter().all(|(part, _)| is_constant_part(part)) {
            return None;
        }
        let mut body = Vec::with_capacity(rest.len() + 1);
        if !path.is_empty() {
            body.push(Stage::Path(path));
        }
        body.extend_from_slice(rest);
        let body = self.pipeline_or_core(&body, true)?;
        Some(S::Each { body, is_optional })
    }

    /// A pipeline, or one filter for jaq-core if the fused evaluator does not know all of its stages.
    fn pipeline_or_core(&mut self, stages: &[Stage], is_root: bool) -> Option<Generator> {
        if let Some(generator) = self.pipeline(stages, is_root) {
            return Some(generator);
        }
        self.reset_core_terms();
        self.core(&to_term(stages)).map(Generator::Core)
    }

    /// A term that is not a pipeline as a stream over the elements of its input.
    fn of_elements(&mut self, term: &Term) -> Option<ElementStream> {
        Some(match term {
            T::Arr(Some(inner)) => S::List(self.inner_stream(inner)?),
            T::TryCatch(body, handler) => {
                let body = self.inner_stream(body)?;
                let handler = match handler {
                    Some(handler) => Some(self.pipeline_or_core(&stages(handler), false)?),
                    None => None,
                };
                S::Try(body, handler)
            }
            T::Path(inner, Path(parts)) if parts.iter().all(|(part, _)| is_constant_part(part)) => {
                let inner = self.inner_stream(inner)?;
                S::Pipe(inner, self.pipeline_or_core(&[Stage::Path(parts)], false)?)
            }
            T::Fold(name, source, pattern, args) => self.fold(name, source, pattern, args)?,
            T::Call(name, args) => {
                self.builtin_of_elements(builtins::intrinsic(name, args.len())?, args)?
            }
            _ => return None,
        })
    }

    fn inner_stream(&mut self, term: &Term) -> Option<Box<ElementStream>> {
        self.element_stream(&stages(term)).map(Box::new)
    }

    fn builtin_of_elements(&mut self, builtin: I, args: &[Term]) -> Option<ElementStream> {
        Some(match (builtin, args) {
            (I::Length, []) => S::Length,
            (I::Add, []) => S::Sum(each(Generator::INPUT)),
            (I::Any, []) => S::Any(each(Generator::INPUT)),
            (I::All, []) => S::All(each(Generator::INPUT)),
            (I::Map, [filter]) => S::List(each(self.pipeline_or_core(&stages(filter), true)?)),
            (I::Any, [condition]) => S::Any(each(self.pipeline_or_core(&stages(condition), true)?)),
            (I::All, [condition]) => S::All(each(self.pipeline_or_core(&stages(condition), true)?)),
            (I::Add, [inner]) => S::Sum(self.inner_stream(inner)?),
            (I::First, [inner]) => S::Limit(1, self.inner_stream(inner)?),
            (I::Last, [inner]) => S::Last(self.inner_stream(inner)?),
            (I::IsEmpty, [inner]) => S::IsEmpty(self.inner_stream(inner)?),
            (I::Any, [inner, condition]) => S::Any(self.condition(inner, condition)?),
            (I::All, [inner, condition]) => S::All(self.condition(inner, condition)?),
            (I::Limit, [count, inner]) => S::Limit(self.count(count)?, self.inner_stream(inner)?),
            (I::Skip, [count, inner]) => S::Skip(self.count(count)?, self.inner_stream(inner)?),
            (I::Nth, [count, inner]) => {
                let skipped = S::Skip(self.count(count)?, self.inner_stream(inner)?);
                S::Limit(1, Box::new(skipped))
            }
            (builtin, [key]) => {
                let (arrange, nesting) = natives::by_key(builtin)?;
                S::ByKey(Box::new(ByKey {
                    arrange,
                    nesting,
                    key: self.sort_key(key)?,
                    kept_fields: None,
                }))
            }
            _ => return None,
        })
    }

    /// The values of a condition on each value of a stream.
    fn condition(&mut self, inner: &Term, condition: &Term) -> Option<Box<ElementStream>> {
        let mut stages = stages(inner);
        stages.push(Stage::Term(condition));
        self.element_stream(&stages).map(Box::new)
    }

    /// A count of outputs that is known here: a whole number, not negative.
    fn count(&mut self, term: &Term) -> Option<usize> {
        match self.expr(term, false)? {
            Expr::Constant(Value::Num(count @ Num::Int(_))) => {
                count.as_integer().and_then(|count| count.try_into().ok())
            }
            _ => None,
        }
    }

    fn sort_key(&mut self, term: &Term) -> Option<SortKey> {
        Some(match self.expr(term, true) {
            Some(expr) => SortKey::One(expr),
            None => SortKey::List(Expr::List(Box::new(self.generator(term, true)?))),
        })
    }

    /// Keeps only those fields of the elements that the rest of the filter uses.
    fn keep_used_fields(&mut self, by_key: &mut ByKey, rest: &Generator) {
        let keys = used_fields(rest, by_key.nesting);
        by_key.kept_fields = keys.map(|keys| {
            let slot = |key: &SharedStr| {
                let path = std::slice::from_ref(key);
                (key.clone(), self.projection.slot(path))
            };
            keys.iter().map(slot).collect()
        });
    }

    fn fold(
        &mut self,
        name: &str,
        source: &Term,
        pattern: &Pattern,
        args: &[Term],
    ) -> Option<ElementStream> {
        let (init, update, extract) = match (name, args) {
            ("reduce" | "foreach", [init, update]) => (init, update, None),
            ("foreach", [init, update, extract]) => (init, update, Some(extract)),
            _ => return None,
        };
        if !is_constant(init) || !is_constant_pattern(pattern) {
            return None;
        }
        let stream = *self.inner_stream(source)?;
        let init = self.expr(init, false)?;
        let output = match (name, extract) {
            ("reduce", _) => FoldOutput::LastState,
            (_, None) => FoldOutput::EachState,
            (_, Some(extract)) => {
                let (extract, variable) = loop_body(pattern, extract);
                FoldOutput::Extract(self.core.compile(&extract, Some(variable))?)
            }
        };
        let (update, variable) = loop_body(pattern, update);
        Some(S::Fold(Box::new(Fold {
            stream,
            init,
            update: self.core.compile(&update, Some(variable))?,
            output,
        })))
    }
}

fn each(body: Generator) -> Box<ElementStream> {
    let is_optional = false;
    Box::new(S::Each { body, is_optional })
}

/// A term in the body of a loop as a filter of its own, and the variable that it has the current value in.
fn loop_body<'s>(pattern: &Pattern<'s>, term: &Term<'s>) -> (Term<'s>, &'s str) {
    if let P::Var(name) = pattern {
        return (term.clone(), name);
    }
    let value = Box::new(T::Var(LOOP_VALUE));
    let bind = BinaryOp::Pipe(Some(pattern.clone()));
    (T::BinOp(value, bind, Box::new(term.clone())), LOOP_VALUE)
}
