//! Binary operators: comparisons, calculations and logic.

use jaq_core::load::parse::BinaryOp;
use jaq_core::ops::{Cmp, Math};

use super::evaluate::{Evaluator, plain};
use super::expression::Expr;
use super::frame::Frame;
use super::interrupt::Interrupt;
use crate::operators::{calculate, compare as compare_values};
use dq_json::value::{FilterOutput, MembersAt, SharedStr, Value, ValueKind, shared_key};

impl Evaluator<'_> {
    pub(super) fn binary<'t>(
        &self,
        left_expr: &Expr,
        op: &BinaryOp<&'static str>,
        right: &Expr,
        frame: &Frame<'_, 't>,
    ) -> Result<FilterOutput<'t>, Interrupt> {
        // jq evaluates the right operand first: if both fail, the error is that of the right one.
        let left = || self.one(left_expr, frame);
        if let (BinaryOp::Cmp(op @ (Cmp::Eq | Cmp::Ne)), Expr::Constant(Value::Str(right))) =
            (op, right)
        {
            let left = left()?;
            let is_equal = match &left {
                FilterOutput::Raw(left) => left.is_text(right),
                _ => None,
            };
            let right = || FilterOutput::Value(Value::Str(right.clone()));
            return Ok(FilterOutput::Value(Value::Bool(match is_equal {
                Some(is_equal) => is_equal == matches!(op, Cmp::Eq),
                None => compare(left, op, right()),
            })));
        }
        let right = || self.one(right, frame);
        Ok(match op {
            BinaryOp::Cmp(op) => {
                let right = right()?;
                FilterOutput::from(Value::Bool(compare(left()?, op, right)))
            }
            BinaryOp::Math(op) => {
                let right = right()?;
                match (op, right, frame.members_of(left_expr)) {
                    (Math::Add, FilterOutput::Object(added), Some(members)) => {
                        merge(members, added)
                    }
                    (_, right, _) => {
                        let right = right.into_value();
                        FilterOutput::from(calculate(left()?.into_value(), *op, right)?)
                    }
                }
            }
            BinaryOp::And => {
                FilterOutput::from(Value::Bool(left()?.is_truthy() && right()?.is_truthy()))
            }
            BinaryOp::Or => {
                FilterOutput::from(Value::Bool(left()?.is_truthy() || right()?.is_truthy()))
            }
            _ => {
                let left = left()?;
                if left.is_truthy() { left } else { right()? }
            }
        })
    }
}

/// `. + {…}` of an object: the members with those that are added.
fn merge<'t>(
    members: MembersAt<'_, 't>,
    added: Vec<(SharedStr, FilterOutput<'t>)>,
) -> FilterOutput<'t> {
    let members = members.map(|(key, value)| (shared_key(key), FilterOutput::Raw(value)));
    let mut merged: Vec<_> = members.collect();
    for (key, value) in added {
        match merged.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => *old = value,
            None => merged.push((key, value)),
        }
    }
    FilterOutput::Object(merged)
}

fn compare(left: FilterOutput, op: &Cmp, right: FilterOutput) -> bool {
    let is_equality = matches!(op, Cmp::Eq | Cmp::Ne);
    if is_equality && let (Some(left), Some(right)) = (plain(&left), plain(&right)) {
        return (left == right) == matches!(op, Cmp::Eq);
    }
    if is_equality && is_same_container(&left, &right) {
        return matches!(op, Cmp::Eq);
    }
    let (left, right) = (left.into_value(), right.into_value());
    compare_values(&left, *op, &right)
}

/// Whether both are the same part of the input. A container equals itself even if it contains NaN.
fn is_same_container(left: &FilterOutput, right: &FilterOutput) -> bool {
    let (FilterOutput::Raw(left), FilterOutput::Raw(right)) = (left, right) else {
        return false;
    };
    std::ptr::eq(left.bytes().as_ptr(), right.bytes().as_ptr())
        && matches!(left.kind(), ValueKind::Array | ValueKind::Object)
}
