//! Numbers: jaq-std's mathematics under jq's names and checks, and what is missing there.

use jaq_core::Cv;

use super::{Count, Entry, Kind, fail, one};
use crate::filter::value::{ValR, Value};

pub const TABLE: &[Entry] = &[
    ("infinite", "", Count::One, |_| {
        one(Ok(Value::from(f64::INFINITY)))
    }),
    ("nan", "", Count::One, |_| one(Ok(Value::from(f64::NAN)))),
    ("isnan", "", Count::One, |cv| one(test(&cv.1, f64::is_nan))),
    ("isinfinite", "", Count::One, |cv| {
        one(test(&cv.1, f64::is_infinite))
    }),
    ("isnormal", "", Count::One, |cv| {
        one(test(&cv.1, f64::is_normal))
    }),
    ("floor", "", Count::One, |cv| one(round(cv.1, f64::floor))),
    ("ceil", "", Count::One, |cv| one(round(cv.1, f64::ceil))),
    ("round", "", Count::One, |cv| one(round(cv.1, f64::round))),
    ("trunc", "", Count::One, |cv| one(round(cv.1, f64::trunc))),
    ("fabs", "", Count::One, |cv| one(round(cv.1, f64::abs))),
    ("sqrt", "", Count::One, |cv| one(round(cv.1, f64::sqrt))),
    ("nearbyint", "", Count::One, |cv| {
        one(round(cv.1, f64::round_ties_even))
    }),
    ("rint", "", Count::One, |cv| {
        one(round(cv.1, f64::round_ties_even))
    }),
    ("_abs", "", Count::One, |cv| one(absolute(cv.1))),
    ("_number", "", Count::One, |cv| {
        one(number(&cv.1).map(Value::from))
    }),
    ("_ilogb", "", Count::One, |cv| {
        one(number(&cv.1).map(|x| Value::from(exponent(x))))
    }),
    ("pow", "vv", Count::One, |cv| one(binary(cv, f64::powf))),
    ("atan2", "vv", Count::One, |cv| one(binary(cv, f64::atan2))),
    ("fmin", "vv", Count::One, |cv| one(binary(cv, f64::min))),
    ("fmax", "vv", Count::One, |cv| one(binary(cv, f64::max))),
    ("fmod", "vv", Count::One, |cv| one(binary(cv, |x, y| x % y))),
    ("hypot", "vv", Count::One, |cv| one(binary(cv, f64::hypot))),
    ("copysign", "vv", Count::One, |cv| {
        one(binary(cv, f64::copysign))
    }),
    ("ldexp", "vv", Count::One, |cv| {
        one(binary(cv, |x, e| x * e.trunc().exp2()))
    }),
    ("scalbln", "vv", Count::One, |cv| {
        one(binary(cv, |x, e| x * e.trunc().exp2()))
    }),
    ("_fmath", "vvv", Count::One, |mut cv| {
        let (y, x, _name) = (cv.0.pop_var(), cv.0.pop_var(), cv.0.pop_var());
        one(number(&x).and_then(|x| Ok(Value::from(remainder(x, number(&y)?)))))
    }),
];

/// Filters of jaq-std that are jq's as they are, with their number of arguments.
const SAME: &[(&str, usize)] = &[
    ("acos", 0),
    ("acosh", 0),
    ("asin", 0),
    ("asinh", 0),
    ("atan", 0),
    ("atanh", 0),
    ("cbrt", 0),
    ("cos", 0),
    ("cosh", 0),
    ("erf", 0),
    ("erfc", 0),
    ("exp", 0),
    ("exp10", 0),
    ("exp2", 0),
    ("expm1", 0),
    ("frexp", 0),
    ("j0", 0),
    ("j1", 0),
    ("lgamma", 0),
    ("log", 0),
    ("log10", 0),
    ("log1p", 0),
    ("log2", 0),
    ("modf", 0),
    ("sin", 0),
    ("sinh", 0),
    ("tan", 0),
    ("tanh", 0),
    ("tgamma", 0),
    ("y0", 0),
    ("y1", 0),
    ("fdim", 2),
    ("jn", 2),
    ("yn", 2),
    ("nextafter", 2),
    ("fma", 3),
];

/// The filter of jaq-std by that name.
pub fn find(name: &str, arity: usize) -> Option<&'static str> {
    SAME.iter()
        .find(|(known, n)| *known == name && *n == arity)
        .map(|(known, _)| *known)
}

pub use find as ours;

pub fn signatures() -> impl Iterator<Item = (&'static str, usize)> {
    SAME.iter().copied()
}

fn number(value: &Value) -> Result<f64, crate::filter::value::Error> {
    match value {
        Value::Num(n) => Ok(n.as_f64()),
        _ => fail(format_args!("{} number required", value.described())),
    }
}

/// What is no number is neither infinite, NaN nor normal.
fn test(value: &Value, test: fn(f64) -> bool) -> ValR {
    Ok(Value::Bool(
        matches!(value, Value::Num(n) if test(n.as_f64())),
    ))
}

fn round(value: Value, round: fn(f64) -> f64) -> ValR {
    number(&value).map(|x| Value::from(round(x)))
}

/// The digits of a literal stay, and -0 too: jq only turns the sign of what is below zero.
fn absolute(value: Value) -> ValR {
    Ok(match value {
        Value::Num(n) if n.as_f64() < 0.0 => Value::Num(n.negated()),
        other => other,
    })
}

fn binary(mut cv: Cv<Kind>, f: fn(f64, f64) -> f64) -> ValR {
    let (y, x) = (cv.0.pop_var(), cv.0.pop_var());
    Ok(Value::from(f(number(&x)?, number(&y)?)))
}

/// C's `drem`: the difference to the nearest multiple, ties to even.
fn remainder(x: f64, y: f64) -> f64 {
    let rest = x - y * (x / y).round_ties_even();
    if rest == 0.0 { rest.copysign(x) } else { rest }
}

/// C's `ilogb`, as a number.
fn exponent(x: f64) -> f64 {
    let exponent = ((x.to_bits() >> 52) & 0x7ff) as i64;
    if exponent == 0 {
        exponent_of_subnormal(x)
    } else {
        (exponent - 1023) as f64
    }
}

fn exponent_of_subnormal(x: f64) -> f64 {
    (((x * 2f64.powi(54)).to_bits() >> 52) & 0x7ff) as f64 - 1023.0 - 54.0
}
