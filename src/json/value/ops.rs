//! Arithmetic and order of values, as jq defines them.

use std::cmp::Ordering;
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};
use std::rc::Rc;

use super::{Map, Num, ValR, Value, ValueError};

/// Longest string a repetition may build, in bytes (jq's limit is INT_MAX).
const MAX_STRING: usize = i32::MAX as usize;

fn refuse(l: &Value, r: &Value, what: &str) -> ValR {
    Err(ValueError::str(format_args!(
        "{} and {} cannot be {what}",
        l.describe(),
        r.describe()
    )))
}

fn calculate(l: &Num, r: &Num, exact: fn(i64, i64) -> i64, double: fn(f64, f64) -> f64) -> Value {
    match (l, r) {
        // Both are at most 2^53, so their sum cannot overflow.
        (Num::Int(l), Num::Int(r)) => Value::Num(Num::from(exact(*l, *r))).rounded(),
        _ => Value::from(double(l.as_f64(), r.as_f64())),
    }
}

impl Value {
    /// A sum beyond 2^53 is a double, as every result of a calculation is.
    fn rounded(self) -> Self {
        match &self {
            Self::Num(n @ Num::Literal(_)) => Self::from(n.as_f64()),
            _ => self,
        }
    }
}

impl Add for Value {
    type Output = ValR;

    fn add(self, other: Self) -> ValR {
        Ok(match (self, other) {
            (Self::Null, x) | (x, Self::Null) => x,
            (Self::Num(l), Self::Num(r)) => calculate(&l, &r, |l, r| l + r, |l, r| l + r),
            (Self::Str(l), Self::Str(r)) => Self::Str([&*l, &*r].concat().into()),
            (Self::Arr(mut l), Self::Arr(r)) => {
                Rc::make_mut(&mut l).extend(r.iter().cloned());
                Self::Arr(l)
            }
            (Self::Obj(mut l), Self::Obj(r)) => {
                Rc::make_mut(&mut l).extend(r.iter().map(|(k, v)| (k.clone(), v.clone())));
                Self::Obj(l)
            }
            (l, r) => return refuse(&l, &r, "added"),
        })
    }
}

impl Sub for Value {
    type Output = ValR;

    fn sub(self, other: Self) -> ValR {
        match (self, other) {
            (Self::Num(l), Self::Num(r)) => Ok(calculate(&l, &r, |l, r| l - r, |l, r| l - r)),
            (Self::Arr(mut l), Self::Arr(r)) => {
                Rc::make_mut(&mut l).retain(|item| !r.contains(item));
                Ok(Self::Arr(l))
            }
            (l, r) => refuse(&l, &r, "subtracted"),
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
                merge(&mut *Rc::make_mut(&mut l), &r);
                Ok(Self::Obj(l))
            }
            (l, r) => refuse(&l, &r, "multiplied"),
        }
    }
}

fn repeat(text: &str, count: f64) -> ValR {
    if count.is_nan() || count < 0.0 {
        return Ok(Value::Null);
    }
    if text.is_empty() {
        return Ok(Value::str(""));
    }
    if count * text.len() as f64 >= MAX_STRING as f64 {
        return Err(ValueError::str("Repeat string result too long"));
    }
    Ok(Value::from(text.repeat(count as usize)))
}

fn merge(l: &mut Map, r: &Map) {
    for (key, value) in r {
        match (l.get_mut(key), value) {
            (Some(Value::Obj(l)), Value::Obj(r)) => merge(&mut *Rc::make_mut(l), r),
            (Some(l), r) => *l = r.clone(),
            (None, r) => {
                l.insert(key.clone(), r.clone());
            }
        }
    }
}

impl Div for Value {
    type Output = ValR;

    fn div(self, other: Self) -> ValR {
        match (&self, &other) {
            (Self::Num(_), Self::Num(r)) if r.as_f64() == 0.0 => {
                refuse(&self, &other, "divided because the divisor is zero")
            }
            (Self::Num(l), Self::Num(r)) => Ok(Self::from(l.as_f64() / r.as_f64())),
            (Self::Str(text), Self::Str(separator)) => Ok(split(text, separator)),
            _ => refuse(&self, &other, "divided"),
        }
    }
}

fn split(text: &str, separator: &str) -> Value {
    match (text, separator) {
        ("", _) => Value::from(Vec::new()),
        (_, "") => text
            .chars()
            .map(|c| Value::str(&*c.encode_utf8(&mut [0; 4])))
            .collect(),
        _ => text.split(separator).map(Value::str).collect(),
    }
}

impl Rem for Value {
    type Output = ValR;

    /// The remainder of the operands cut to integers, with the sign of the dividend.
    fn rem(self, other: Self) -> ValR {
        let (Self::Num(l), Self::Num(r)) = (&self, &other) else {
            return refuse(&self, &other, "divided (remainder)");
        };
        let (l, r) = (l.as_f64(), r.as_f64());
        if l.is_nan() || r.is_nan() {
            return Ok(Self::from(f64::NAN));
        }
        match (r as i64).unsigned_abs() {
            0 => refuse(
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

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(l), Self::Bool(r)) => l == r,
            (Self::Num(l), Self::Num(r)) => l == r,
            (Self::Str(l), Self::Str(r)) => Rc::ptr_eq(l, r) || l == r,
            (Self::Arr(l), Self::Arr(r)) => l.as_slice() == r.as_slice(),
            (Self::Obj(l), Self::Obj(r)) => ***l == ***r,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    /// jq's order: null, false, true, numbers, strings, arrays, objects (jq manual, `sort`).
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Num(l), Self::Num(r)) => l.compare(r),
            // Keys that come again are often one and the same.
            (Self::Str(l), Self::Str(r)) if Rc::ptr_eq(l, r) => Ordering::Equal,
            (Self::Str(l), Self::Str(r)) => l.cmp(r),
            (Self::Arr(l), Self::Arr(r)) => l.as_slice().cmp(r.as_slice()),
            (Self::Obj(l), Self::Obj(r)) => compare_objects(l, r),
            _ => self.type_order().cmp(&other.type_order()),
        }
    }
}

impl Value {
    /// The place of its kind in that order.
    pub fn type_order(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(false) => 1,
            Self::Bool(true) => 2,
            Self::Num(_) => 3,
            Self::Str(_) => 4,
            Self::Arr(_) => 5,
            Self::Obj(_) => 6,
        }
    }
}

/// First the sorted keys as arrays, then the values key by key.
fn compare_objects(l: &Map, r: &Map) -> Ordering {
    let sorted = |map: &Map| {
        let mut keys: Vec<_> = map.keys().cloned().collect();
        keys.sort_unstable();
        keys
    };
    let (keys, others) = (sorted(l), sorted(r));
    keys.cmp(&others).then_with(|| {
        let differences = keys.iter().map(|key| l.get(key).cmp(&r.get(key)));
        differences
            .into_iter()
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    })
}
