//! Arithmetic on values, as jq defines it for each pair of types.

use std::ops::{Add, Div, Mul, Neg, Rem, Sub};
use std::rc::Rc;

use super::error::{ValR, ValueError};
use super::num::Num;
use super::types::{Array, Map, Object, Value};
use crate::limits::MAX_DEPTH;

/// The longest string that a repetition may build, in bytes (jq's limit is `INT_MAX`).
const MAX_STRING_LENGTH: usize = i32::MAX as usize;

/// jq's error for operands that an operator does not take.
fn type_error(l: &Value, r: &Value, what: &str) -> ValR {
    Err(ValueError::str(format_args!(
        "{} and {} cannot be {what}",
        l.describe(),
        r.describe()
    )))
}

/// The sum or difference of two numbers.
fn calculate(l: &Num, r: &Num, exact: fn(i64, i64) -> i64, double: fn(f64, f64) -> f64) -> Value {
    match (l, r) {
        // Both are below 2^53, so the result fits in an `i64`.
        (Num::Int(l), Num::Int(r)) => round_literal(Num::from(exact(*l, *r))),
        _ => Value::from(double(l.as_f64(), r.as_f64())),
    }
}

/// A result beyond 2^53 is a double, like every calculated number: it does not keep its digits as a literal does.
fn round_literal(n: Num) -> Value {
    match n {
        n @ Num::Literal(_) => Value::from(n.as_f64()),
        n => Value::Num(n),
    }
}

impl Add for Value {
    type Output = ValR;

    fn add(self, other: Self) -> ValR {
        Ok(match (self, other) {
            (Self::Null, x) | (x, Self::Null) => x,
            (Self::Num(l), Self::Num(r)) => calculate(&l, &r, |l, r| l + r, |l, r| l + r),
            (Self::Str(l), Self::Str(r)) if l.is_empty() => Self::Str(r),
            (Self::Str(mut l), Self::Str(r)) => {
                l.push_str(&r);
                Self::Str(l)
            }
            (Self::Arr(l), Self::Arr(r)) => Self::Arr(concatenate(l, r)),
            (Self::Obj(l), Self::Obj(r)) => Self::Obj(unite(l, r)),
            (l, r) => return type_error(&l, &r, "added"),
        })
    }
}

/// The elements of both arrays, in the allocation of one of them where nothing else refers to it.
fn concatenate(mut l: Rc<Array>, mut r: Rc<Array>) -> Rc<Array> {
    if r.is_empty() {
        return l;
    }
    if l.is_empty() {
        return r;
    }
    if let Some(l) = Rc::get_mut(&mut l) {
        match Rc::try_unwrap(r) {
            Ok(r) => l.extend(r.into_vec()),
            Err(r) => l.extend(r.iter().cloned()),
        }
    } else if let Some(r) = Rc::get_mut(&mut r) {
        r.vec_mut().splice(..0, l.iter().cloned());
        return Rc::new(std::mem::take(r));
    } else {
        return Rc::new([&**l, &**r].concat().into());
    }
    l
}

/// The members of both objects; those of the right one replace those of the left.
fn unite(mut l: Rc<Object>, r: Rc<Object>) -> Rc<Object> {
    if r.is_empty() {
        return l;
    }
    if l.is_empty() {
        return r;
    }
    let members = Rc::make_mut(&mut l);
    match Rc::try_unwrap(r) {
        Ok(r) => members.extend(r.into_map()),
        Err(r) => members.extend(r.iter().map(|(key, value)| (key.clone(), value.clone()))),
    }
    l
}

impl Sub for Value {
    type Output = ValR;

    fn sub(self, other: Self) -> ValR {
        match (self, other) {
            (Self::Num(l), Self::Num(r)) => Ok(calculate(&l, &r, |l, r| l - r, |l, r| l - r)),
            (Self::Arr(mut l), Self::Arr(r)) => {
                Rc::make_mut(&mut l)
                    .vec_mut()
                    .retain(|item| !r.contains(item));
                Ok(Self::Arr(l))
            }
            (l, r) => type_error(&l, &r, "subtracted"),
        }
    }
}

impl Mul for Value {
    type Output = ValR;

    fn mul(self, other: Self) -> ValR {
        match (self, other) {
            (Self::Num(l), Self::Num(r)) => Ok(Self::from(l.as_f64() * r.as_f64())),
            (Self::Str(text), Self::Num(n)) | (Self::Num(n), Self::Str(text)) => {
                repeat(&text, n.as_f64())
            }
            (Self::Obj(mut l), Self::Obj(r)) => {
                merge(&mut *Rc::make_mut(&mut l), &r, 0)?;
                Ok(Self::Obj(l))
            }
            (l, r) => type_error(&l, &r, "multiplied"),
        }
    }
}

/// `"text" * count`: null for a negative count or NaN, as in jq 1.8.
fn repeat(text: &str, count: f64) -> ValR {
    if count.is_nan() || count < 0.0 {
        return Ok(Value::Null);
    }
    if text.is_empty() {
        return Ok(Value::str(""));
    }
    if count * text.len() as f64 >= MAX_STRING_LENGTH as f64 {
        return Err(ValueError::str("Repeat string result too long"));
    }
    Ok(Value::from(text.repeat(count as usize)))
}

/// Merges objects recursively, as jq's `*` does.
fn merge(l: &mut Map, r: &Map, depth: usize) -> Result<(), ValueError> {
    if depth > MAX_DEPTH {
        return Err(ValueError::str("Object merge too deep"));
    }
    for (key, value) in r {
        match (l.get_mut(key), value) {
            (Some(Value::Obj(l)), Value::Obj(r)) => {
                merge(&mut *Rc::make_mut(l), r, depth + 1)?;
            }
            (Some(l), r) => *l = r.clone(),
            (None, r) => {
                l.insert(key.clone(), r.clone());
            }
        }
    }
    Ok(())
}

impl Div for Value {
    type Output = ValR;

    fn div(self, other: Self) -> ValR {
        match (&self, &other) {
            (Self::Num(_), Self::Num(r)) if r.as_f64() == 0.0 => {
                type_error(&self, &other, "divided because the divisor is zero")
            }
            (Self::Num(l), Self::Num(r)) => Ok(Self::from(l.as_f64() / r.as_f64())),
            (Self::Str(text), Self::Str(separator)) => Ok(split(text, separator)),
            _ => type_error(&self, &other, "divided"),
        }
    }
}

/// Splits a string at a separator; an empty separator splits it into characters.
fn split(text: &str, separator: &str) -> Value {
    match (text, separator) {
        ("", _) => Value::from(Vec::new()),
        (_, "") => text
            .chars()
            .map(|c| Value::str(&*c.encode_utf8(&mut [0; 4])))
            .collect(),
        _ if text.len() < LONG_TEXT => text.split(separator).map(Value::str).collect(),
        _ => {
            let mut start = 0;
            let ends = memchr::memmem::find_iter(text.as_bytes(), separator).chain([text.len()]);
            let part =
                |end| Value::str(&text[std::mem::replace(&mut start, end + separator.len())..end]);
            ends.map(part).collect()
        }
    }
}

/// The length in bytes from which a faster search is used. It begins with detecting the processor's instructions.
const LONG_TEXT: usize = 1024;

impl Rem for Value {
    type Output = ValR;

    /// The remainder of the operands truncated to integers, with the sign of the dividend.
    fn rem(self, other: Self) -> ValR {
        let (Self::Num(l), Self::Num(r)) = (&self, &other) else {
            return type_error(&self, &other, "divided (remainder)");
        };
        let (l, r) = (l.as_f64(), r.as_f64());
        if l.is_nan() || r.is_nan() {
            return Ok(Self::from(f64::NAN));
        }
        match (r as i64).unsigned_abs() {
            0 => type_error(
                &self,
                &other,
                "divided (remainder) because the divisor is zero",
            ),
            divisor => {
                let rest = ((l as i64).unsigned_abs() % divisor) as f64;
                Ok(Self::from(if l < 0.0 && rest != 0.0 {
                    -rest
                } else {
                    rest
                }))
            }
        }
    }
}

impl Neg for Value {
    type Output = ValR;

    fn neg(self) -> ValR {
        match self {
            Self::Num(n) => Ok(Self::Num(n.negate())),
            other => Err(ValueError::str(format_args!(
                "{} cannot be negated",
                other.describe()
            ))),
        }
    }
}
