//! Operators on values, as the evaluators apply them.

use jaq_core::ops::{Cmp, Math};

use dq_json::value::{Num, ValR, Value};

/// Everything but null and false is true.
#[inline(always)]
pub(crate) fn is_true(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}

/// The result of an arithmetic operator.
#[inline]
pub(crate) fn calculate(left: Value, op: Math, right: Value) -> ValR {
    if let (Value::Num(Num::Int(l)), Value::Num(Num::Int(r))) = (&left, &right) {
        // Both are below 2^53.
        let exact = match op {
            Math::Add => Some(l + r),
            Math::Sub => Some(l - r),
            _ => None,
        };
        // A zero that is calculated is another one than that of a literal: see `Num::Int`.
        if let Some(exact) = exact.filter(|exact| *exact != 0 && exact.unsigned_abs() < 1 << 53) {
            return Ok(Value::Num(Num::Int(exact)));
        }
    }
    match op {
        Math::Add => left + right,
        Math::Sub => left - right,
        Math::Mul => left * right,
        Math::Div => left / right,
        Math::Rem => left % right,
    }
}

/// The result of a comparison.
#[inline]
pub(crate) fn compare(left: &Value, op: Cmp, right: &Value) -> bool {
    if let (Value::Num(Num::Int(l)), Value::Num(Num::Int(r))) = (left, right) {
        return match op {
            Cmp::Lt => l < r,
            Cmp::Le => l <= r,
            Cmp::Gt => l > r,
            Cmp::Ge => l >= r,
            Cmp::Eq => l == r,
            Cmp::Ne => l != r,
        };
    }
    match op {
        Cmp::Lt => left < right,
        Cmp::Le => left <= right,
        Cmp::Gt => left > right,
        Cmp::Ge => left >= right,
        Cmp::Eq => left == right,
        Cmp::Ne => left != right,
    }
}
