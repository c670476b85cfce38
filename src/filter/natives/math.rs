//! Mathematics, with jq's names and type checks. Functions of C's library that Rust lacks come from libm.

use super::native::{NativeEntry, NativeFn, fail, function, one};
use dq_json::value::{Num, ValR, Value, ValueError};

/// Functions of two and three arguments begin with `_`: definitions in `builtins.jq` call them, to evaluate the last
/// argument first as jq does.
pub(super) const TABLE: &[NativeEntry] = &[
    (
        "infinite",
        "",
        function!(|_value| Ok(Value::from(f64::INFINITY))),
    ),
    ("nan", "", function!(|_value| Ok(Value::from(f64::NAN)))),
    ("isnan", "", function!(|value| test(&value, f64::is_nan))),
    (
        "isinfinite",
        "",
        function!(|value| test(&value, f64::is_infinite)),
    ),
    (
        "isnormal",
        "",
        function!(|value| test(&value, f64::is_normal)),
    ),
    ("_abs", "", function!(|value| absolute(value))),
    (
        "_number",
        "",
        function!(|value| number(&value).map(Value::from)),
    ),
    ("acos", "", function!(|value| unary(&value, f64::acos))),
    ("asin", "", function!(|value| unary(&value, f64::asin))),
    ("atan", "", function!(|value| unary(&value, f64::atan))),
    ("cbrt", "", function!(|value| unary(&value, f64::cbrt))),
    ("ceil", "", function!(|value| unary(&value, f64::ceil))),
    ("cos", "", function!(|value| unary(&value, f64::cos))),
    ("cosh", "", function!(|value| unary(&value, f64::cosh))),
    ("exp", "", function!(|value| unary(&value, f64::exp))),
    (
        "exp10",
        "",
        function!(|value| unary(&value, |x| 10f64.powf(x))),
    ),
    ("exp2", "", function!(|value| unary(&value, f64::exp2))),
    ("expm1", "", function!(|value| unary(&value, f64::exp_m1))),
    ("fabs", "", function!(|value| unary(&value, f64::abs))),
    ("floor", "", function!(|value| unary(&value, f64::floor))),
    ("log", "", function!(|value| unary(&value, f64::ln))),
    ("log10", "", function!(|value| unary(&value, f64::log10))),
    ("log1p", "", function!(|value| unary(&value, f64::ln_1p))),
    ("log2", "", function!(|value| unary(&value, f64::log2))),
    ("logb", "", function!(|value| unary(&value, logb))),
    (
        "nearbyint",
        "",
        function!(|value| unary(&value, f64::round_ties_even)),
    ),
    (
        "rint",
        "",
        function!(|value| unary(&value, f64::round_ties_even)),
    ),
    ("round", "", function!(|value| unary(&value, f64::round))),
    (
        "significand",
        "",
        function!(|value| unary(&value, significand)),
    ),
    ("sin", "", function!(|value| unary(&value, f64::sin))),
    ("sinh", "", function!(|value| unary(&value, f64::sinh))),
    ("sqrt", "", function!(|value| unary(&value, f64::sqrt))),
    ("tan", "", function!(|value| unary(&value, f64::tan))),
    ("tanh", "", function!(|value| unary(&value, f64::tanh))),
    ("trunc", "", function!(|value| unary(&value, f64::trunc))),
    ("frexp", "", function!(|value| pair(&value, frexp))),
    ("modf", "", function!(|value| pair(&value, modf))),
    (
        "_atan2",
        "vv",
        function!(|_value, x, y| binary(&x, &y, f64::atan2)),
    ),
    (
        "_copysign",
        "vv",
        function!(|_value, x, y| binary(&x, &y, f64::copysign)),
    ),
    (
        "_fdim",
        "vv",
        function!(|_value, x, y| binary(&x, &y, fdim)),
    ),
    (
        "_fmax",
        "vv",
        function!(|_value, x, y| binary(&x, &y, f64::max)),
    ),
    (
        "_fmin",
        "vv",
        function!(|_value, x, y| binary(&x, &y, f64::min)),
    ),
    (
        "_fmod",
        "vv",
        function!(|_value, x, y| binary(&x, &y, |x, y| x % y)),
    ),
    (
        "_hypot",
        "vv",
        function!(|_value, x, y| binary(&x, &y, f64::hypot)),
    ),
    (
        "_ldexp",
        "vv",
        function!(|_value, x, y| binary(&x, &y, scale)),
    ),
    (
        "_nextafter",
        "vv",
        function!(|_value, x, y| binary(&x, &y, next_after)),
    ),
    (
        "_pow",
        "vv",
        function!(|_value, x, y| binary(&x, &y, f64::powf)),
    ),
    (
        "_remainder",
        "vv",
        function!(|_value, x, y| binary(&x, &y, remainder)),
    ),
    (
        "_scalb",
        "vv",
        function!(|_value, x, y| binary(&x, &y, scalb)),
    ),
    (
        "_fma",
        "vvv",
        function!(|_value, x, y, z| multiply_add(&x, &y, &z)),
    ),
    ("acosh", "", function!(|value| unary(&value, libm::acosh))),
    ("asinh", "", function!(|value| unary(&value, libm::asinh))),
    ("atanh", "", function!(|value| unary(&value, libm::atanh))),
    ("erf", "", function!(|value| unary(&value, libm::erf))),
    ("erfc", "", function!(|value| unary(&value, libm::erfc))),
    ("j0", "", function!(|value| unary(&value, libm::j0))),
    ("j1", "", function!(|value| unary(&value, libm::j1))),
    ("lgamma", "", function!(|value| unary(&value, libm::lgamma))),
    ("tgamma", "", function!(|value| unary(&value, libm::tgamma))),
    ("y0", "", function!(|value| unary(&value, libm::y0))),
    ("y1", "", function!(|value| unary(&value, libm::y1))),
    (
        "_jn",
        "vv",
        function!(|_value, order, x| of_order(&order, &x, libm::jn)),
    ),
    (
        "_yn",
        "vv",
        function!(|_value, order, x| of_order(&order, &x, libm::yn)),
    ),
];

fn number(value: &Value) -> Result<f64, ValueError> {
    match value {
        Value::Num(n) => Ok(n.as_f64()),
        _ => fail(format_args!("{} number required", value.describe())),
    }
}

/// `isnan` and the like: false for anything but a number.
fn test(value: &Value, test: fn(f64) -> bool) -> ValR {
    Ok(Value::Bool(
        matches!(value, Value::Num(n) if test(n.as_f64())),
    ))
}

pub(super) fn unary(value: &Value, f: fn(f64) -> f64) -> ValR {
    number(value).map(|x| Value::from(f(x)))
}

fn pair(value: &Value, f: fn(f64) -> (f64, f64)) -> ValR {
    let (first, second) = f(number(value)?);
    Ok([first, second].into_iter().map(Value::from).collect())
}

/// `abs`: numbers of 0 and above keep their digits, and -0 stays as it is, as in jq.
fn absolute(value: Value) -> ValR {
    Ok(match value {
        Value::Num(n) if n.as_f64() < 0.0 => Value::Num(n.negate()),
        other => other,
    })
}

fn binary(x: &Value, y: &Value, f: fn(f64, f64) -> f64) -> ValR {
    Ok(Value::from(f(number(x)?, number(y)?)))
}

/// A function of an integer order and a number (`jn`, `yn`); as in C, the fraction of the order is cut off.
fn of_order(order: &Value, x: &Value, f: fn(i32, f64) -> f64) -> ValR {
    let order = number(order)?;
    Ok(Value::from(f(order as i32, number(x)?)))
}

fn multiply_add(x: &Value, y: &Value, z: &Value) -> ValR {
    let (x, y, z) = (number(x)?, number(y)?, number(z)?);
    Ok(Value::Num(Num::from(x.mul_add(y, z))))
}

fn fdim(x: f64, y: f64) -> f64 {
    if x <= y { 0.0 } else { x - y }
}

fn next_after(x: f64, y: f64) -> f64 {
    if x == y || y.is_nan() {
        y
    } else if x < y {
        x.next_up()
    } else {
        x.next_down()
    }
}

/// C's `remainder`: `x` minus the nearest multiple of `y`, of two the even one.
fn remainder(x: f64, y: f64) -> f64 {
    if y.is_infinite() && x.is_finite() {
        return x;
    }
    let rest = x.abs() % (2.0 * y.abs());
    let rest = match (rest, y.abs()) {
        (rest, y) if 2.0 * rest > y && 2.0 * (rest - y) >= y => rest - 2.0 * y,
        (rest, y) if 2.0 * rest > y => rest - y,
        (rest, _) => rest,
    };
    if x.is_sign_negative() { -rest } else { rest }
}

/// `x` × 2^`e`, rounded once.
fn scale(x: f64, e: f64) -> f64 {
    let steps = e.clamp(-5000.0, 5000.0) as i32;
    let power = |n: i32| f64::from_bits(((1023 + n) as u64) << 52);
    let (mut x, mut left) = (x, steps);
    for _ in 0..2 {
        if left > 1023 {
            (x, left) = (x * power(1023), left - 1023);
        } else if left < -1022 {
            // Stay above the subnormal numbers, so that only the last multiplication rounds.
            (x, left) = (x * power(-969), left + 969);
        }
    }
    x * power(left.clamp(-1022, 1023))
}

/// C's `scalb`: NaN if the exponent is not an integer.
fn scalb(x: f64, e: f64) -> f64 {
    match e {
        e if e.is_infinite() && e > 0.0 => x * e,
        e if e.is_infinite() => x / -e,
        e if e.fract() != 0.0 => f64::NAN,
        e => scale(x, e),
    }
}

/// The exponent of a number that is neither 0, infinite nor NaN.
fn exponent(x: f64) -> f64 {
    let biased = |x: f64| ((x.to_bits() >> 52) & 0x7ff) as f64;
    if x.is_subnormal() {
        biased(x * 2f64.powi(54)) - 1023.0 - 54.0
    } else {
        biased(x) - 1023.0
    }
}

fn logb(x: f64) -> f64 {
    match x {
        0.0 => f64::NEG_INFINITY,
        x if x.is_infinite() => f64::INFINITY,
        x if x.is_nan() => x,
        x => exponent(x),
    }
}

fn significand(x: f64) -> f64 {
    match x {
        x if x == 0.0 || !x.is_finite() => x,
        x => scale(x, -exponent(x)),
    }
}

fn frexp(x: f64) -> (f64, f64) {
    match x {
        x if x == 0.0 || !x.is_finite() => (x, 0.0),
        x => {
            let exponent = exponent(x) + 1.0;
            (scale(x, -exponent), exponent)
        }
    }
}

fn modf(x: f64) -> (f64, f64) {
    match x {
        x if x.is_infinite() => (0f64.copysign(x), x),
        x => (x.fract().copysign(x), x.trunc()),
    }
}
