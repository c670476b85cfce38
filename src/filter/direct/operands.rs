//! Terms with several operands that may have any number of outputs each.

use super::environment::Environment;
use super::evaluator::Evaluator;
use super::sink::{Sink, caught};
use super::term::Term;
use super::thrown::{Flow, Thrown};
use crate::operators::is_true;
use dq_json::value::{Value, ValueError};

impl Evaluator<'_> {
    /// Passes every pair of outputs of two operands; those of the right one vary fastest.
    pub(super) fn each_pair(
        &self,
        terms: &[Term; 2],
        environment: Environment,
        input: &Value,
        sink: &mut dyn FnMut(&Value, Value) -> Flow,
    ) -> Flow {
        let [left, right] = terms;
        let mut pair = |left| {
            self.each(right, environment, input.clone(), &mut |right| {
                sink(&left, right)
            })
        };
        let error = caught(&mut pair, |pair| {
            self.each(left, environment, input.clone(), pair)
        })?;
        self.throw_where_output(error, |sink| {
            self.each(right, environment, input.clone(), sink)
        })
    }

    /// Throws the error of an operand if the operands behind it have an output, or an error of their own; if they have
    /// none, the error stays hidden, as in jaq-core.
    pub(super) fn throw_where_output(
        &self,
        error: Option<Value>,
        others: impl FnOnce(Sink) -> Flow,
    ) -> Flow {
        let Some(error) = error else {
            return Ok(());
        };
        let label = self.new_label();
        match others(&mut |_| Err(Thrown::Break(label))) {
            Ok(()) => Ok(()),
            Err(Thrown::Break(target)) if target != label => Err(Thrown::Break(target)),
            Err(Thrown::Error(_) | Thrown::Break(_)) => Err(ValueError::new(error).into()),
            Err(thrown) => Err(thrown),
        }
    }

    /// `left // right`
    pub(super) fn each_alternative(
        &self,
        left: &Term,
        right: &Term,
        environment: Environment,
        input: Value,
        sink: Sink,
    ) -> Flow {
        let mut found = false;
        self.each(left, environment, input.clone(), &mut |output| {
            if !is_true(&output) {
                return Ok(());
            }
            found = true;
            sink(output)
        })?;
        if found {
            return Ok(());
        }
        self.each(right, environment, input, sink)
    }
}
