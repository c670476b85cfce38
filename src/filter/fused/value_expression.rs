//! Expressions that run on single values, outside of the run of a filter.

use super::evaluate::Evaluator;
use super::expression::Expr;
use super::frame::Frame;
use super::interrupt::Interrupt;
use super::projection::Projection;
use crate::jaq_run::RunContext;
use dq_json::value::{FilterOutput, Value};

/// A filter with one output, without parts that jaq-core runs.
pub(crate) struct ValueExpression(pub(super) Expr);

impl ValueExpression {
    /// The output for a value.
    ///
    /// # Errors
    /// What the filter raises.
    pub(crate) fn evaluate(&self, value: Value, context: RunContext) -> Result<Value, Value> {
        let projection = &Projection::default();
        let evaluator = Evaluator {
            projection,
            context,
        };
        let frame = Frame::of(FilterOutput::Value(value));
        match evaluator.one(&self.0, &frame) {
            Ok(output) => Ok(output.into_value()),
            Err(Interrupt::Raised(error)) => Err(error),
            Err(_) => Err(Value::str("the filter has been interrupted")),
        }
    }
}
