//! Numbers as jq has them: doubles, except that a literal keeps its digits until it is used in a calculation.

use super::shared_str::SharedStr;
use std::cmp::Ordering;
use std::fmt;

use super::decimal::{DOUBLE_DIGITS, Decimal};

/// The largest integer n for which n and n + 1 are exact in a double, so that no other integer rounds to it.
const MAX_EXACT: i64 = (1 << 53) - 1;

/// The largest exponent of decNumber, which jq keeps literals in: a larger one is infinite.
const MAX_EXPONENT: i64 = 999_999_999;

/// A JSON number.
#[derive(Clone, Debug)]
pub enum Num {
    /// An integer below 2^53 in magnitude. Its zero is a literal's: negating it gives 0, not -0.
    Int(i64),
    /// A calculated number that is not such an integer.
    Float(f64),
    /// A literal that a double would print differently, in jq's canonical spelling (decNumber's).
    Literal(SharedStr),
}

impl Num {
    /// The number that a valid JSON number spells, or a jq literal such as `.5` or `1.`; NaN of other text.
    pub fn parse(text: &str) -> Self {
        match text.parse::<i64>() {
            Ok(i) if i.unsigned_abs() <= MAX_EXACT as u64 && text != "-0" => Self::Int(i),
            _ => Self::parse_decimal(text),
        }
    }

    fn parse_decimal(text: &str) -> Self {
        let Some(decimal) = Decimal::parse(text) else {
            return Self::from(text.parse().unwrap_or(f64::NAN));
        };
        if decimal.adjusted_exponent() > MAX_EXPONENT {
            if decimal.is_zero() {
                let sign = if decimal.is_negative { "-" } else { "" };
                return Self::Literal(format!("{sign}0E+{MAX_EXPONENT}").into());
            }
            return Self::Float(if decimal.is_negative {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            });
        }
        let canonical = decimal.to_string();
        let double = Self::from(canonical.parse().unwrap_or(f64::NAN));
        let same = double.as_f64().abs() < MAX_EXACT as f64 && double.to_string() == canonical;
        if same {
            double
        } else {
            Self::Literal(canonical.into())
        }
    }

    /// The nearest double; infinite if the literal is too large for one.
    pub fn as_f64(&self) -> f64 {
        match self {
            Self::Int(i) => *i as f64,
            Self::Float(x) => *x,
            Self::Literal(text) => nearest_double(text),
        }
    }

    /// The value as an integer, if it is one below 9e18 in magnitude.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Int(i) => Some(*i),
            _ => Some(self.as_f64())
                .filter(|x| x.fract() == 0.0 && x.abs() < 9e18)
                .map(|x| x as i64),
        }
    }

    /// The number with the opposite sign. A literal keeps its digits, and a literal zero stays without a sign, as in jq
    /// 1.8.
    pub fn negate(&self) -> Self {
        match self {
            Self::Int(i) => Self::Int(-i),
            Self::Float(x) => Self::from(-x),
            Self::Literal(text) => match text.strip_prefix('-') {
                Some(positive) => Self::parse(positive),
                None if self.as_f64() == 0.0 && is_zero(text) => self.clone(),
                None => Self::parse(&format!("-{text}")),
            },
        }
    }

    /// The absolute value. A literal keeps its digits.
    pub fn abs(&self) -> Self {
        if self.is_negative() {
            self.negate()
        } else {
            self.clone()
        }
    }

    fn is_negative(&self) -> bool {
        match self {
            Self::Int(i) => *i < 0,
            Self::Float(x) => x.is_sign_negative() && !x.is_nan(),
            Self::Literal(text) => text.starts_with('-'),
        }
    }
}

/// The double that jq converts a literal to: the literal is rounded to 17 decimal digits first.
fn nearest_double(text: &str) -> f64 {
    if text.len() <= DOUBLE_DIGITS {
        return text.parse().unwrap_or(f64::NAN);
    }
    let rounded = Decimal::parse(text).map(|decimal| decimal.rounded().to_string());
    let rounded = rounded.as_deref().unwrap_or(text);
    rounded.parse().unwrap_or(f64::NAN)
}

fn is_zero(text: &str) -> bool {
    Decimal::parse(text).is_some_and(|decimal| decimal.is_zero())
}

impl From<f64> for Num {
    fn from(x: f64) -> Self {
        // A calculated zero is not a literal: negating it gives -0.
        if x != 0.0 && x.fract() == 0.0 && x.abs() <= MAX_EXACT as f64 {
            Self::Int(x as i64)
        } else {
            Self::Float(x)
        }
    }
}

impl From<i64> for Num {
    fn from(i: i64) -> Self {
        match i {
            0 => Self::Float(0.0),
            _ if i.unsigned_abs() <= MAX_EXACT as u64 => Self::Int(i),
            _ => Self::parse_decimal(&i.to_string()),
        }
    }
}

impl PartialEq for Num {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Int(l), Self::Int(r)) => l == r,
            (Self::Literal(l), Self::Literal(r)) if l == r => true,
            _ => self.compare(other) == Ordering::Equal,
        }
    }
}

impl Num {
    /// jq's order: NaN is less than every number, itself included; two literals are compared by all of their digits.
    pub fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Int(l), Self::Int(r)) => l.cmp(r),
            (Self::Literal(l), Self::Literal(r)) => match (Decimal::parse(l), Decimal::parse(r)) {
                (Some(l), Some(r)) => l.compare(&r),
                _ => compare_doubles(self.as_f64(), other.as_f64()),
            },
            _ => compare_doubles(self.as_f64(), other.as_f64()),
        }
    }
}

impl Num {
    /// The order by value, which is total: NaN is the least number, and equals itself.
    pub(super) fn compare_total(&self, other: &Self) -> Ordering {
        if let (Self::Int(l), Self::Int(r)) = (self, other) {
            return l.cmp(r);
        }
        let (l, r) = (self.as_f64(), other.as_f64());
        match l.partial_cmp(&r) {
            None => r.is_nan().cmp(&l.is_nan()),
            Some(Ordering::Equal) => match (self, other) {
                (Self::Literal(_), _) | (_, Self::Literal(_)) => compare_digits(self, other),
                _ => Ordering::Equal,
            },
            Some(order) => order,
        }
    }
}

/// The order of two numbers by all of their printed digits.
fn compare_digits(l: &Num, r: &Num) -> Ordering {
    match (
        Decimal::parse(&l.to_string()),
        Decimal::parse(&r.to_string()),
    ) {
        (Some(l), Some(r)) => l.compare(&r),
        _ => Ordering::Equal,
    }
}

fn compare_doubles(l: f64, r: f64) -> Ordering {
    if l.is_nan() {
        Ordering::Less
    } else {
        l.partial_cmp(&r).unwrap_or(Ordering::Greater)
    }
}

impl fmt::Display for Num {
    /// Writes the number as jq 1.8 prints it: always valid JSON (NaN is `null`, an infinity the largest double).
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Int(i) => i.fmt(f),
            Self::Float(x) if x.is_nan() => f.write_str("null"),
            Self::Float(x) => write_double(x.clamp(f64::MIN, f64::MAX), f),
            Self::Literal(text) => f.write_str(text),
        }
    }
}

/// Writes the shortest digits that read back as the same double, laid out as David Gay's `g_fmt` does in jq
/// (`jv_dtoa.c`): an exponent has at least two digits, and is used only where plain notation would need many zeros.
fn write_double(x: f64, f: &mut fmt::Formatter) -> fmt::Result {
    let scientific = format!("{x:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let sign = if mantissa.starts_with('-') { "-" } else { "" };
    let digits = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = round_half_even(x, digits);
    let point = exponent.parse::<i32>().unwrap_or(0) + 1;
    let count = digits.len() as i32;
    f.write_str(sign)?;
    if point <= -4 || point > count + 15 {
        let (first, rest) = digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        let exponent = point - 1;
        write!(
            f,
            "{first}{dot}{rest}e{}{:02}",
            if exponent < 0 { '-' } else { '+' },
            exponent.abs()
        )
    } else if point <= 0 {
        write!(f, "0.{}{digits}", "0".repeat(point.unsigned_abs() as usize))
    } else if point >= count {
        write!(f, "{digits}{}", "0".repeat((point - count) as usize))
    } else {
        let (whole, fraction) = digits.split_at(point as usize);
        write!(f, "{whole}.{fraction}")
    }
}

/// Corrects the shortest digits of a double where two candidates are equally near: `jv_dtoa.c` takes the even one, and
/// Rust's formatter the greater one.
fn round_half_even(x: f64, digits: String) -> String {
    let bits = x.to_bits();
    let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
    let zeros = mantissa.trailing_zeros();
    let places = 1075 - (bits >> 52 & 0x7ff) as i32 - zeros as i32;
    // The double is m / 2^n = m × 5^n / 10^n: exact decimal digits, if they fit.
    let exact = u32::try_from(places)
        .ok()
        .and_then(|places| 5u64.checked_pow(places)?.checked_mul(mantissa >> zeros));
    match exact.map(|exact| (exact / 10, exact % 10)) {
        Some((less, 5)) if less % 2 == 0 && digits.parse() == Ok(less + 1) => less.to_string(),
        _ => digits,
    }
}
