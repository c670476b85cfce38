//! Numbers as jq has them: doubles, with the digits of a literal kept as long as nobody calculates with it.

use std::cmp::Ordering;
use std::fmt;
use std::rc::Rc;

/// Integers up to this magnitude are exact in a double, and no other integer rounds to them.
const MAX_EXACT: i64 = (1 << 53) - 1;

/// Exponents beyond this become infinite in jq's decimal numbers (decNumber's limit).
const MAX_EXPONENT: i64 = 999_999_999;

/// A JSON number.
#[derive(Clone, Debug)]
pub enum Num {
    /// An integer below 2^53 in magnitude; its zero is the one a literal has.
    Int(i64),
    /// Anything calculated that is not such an integer.
    Float(f64),
    /// A number as it was written, in jq's canonical spelling, where a double would print differently.
    Literal(Rc<str>),
}

impl Num {
    /// A number from the text of a valid JSON number, or of a jq literal such as `.5` or `1.`.
    pub fn parse(text: &str) -> Self {
        match text.parse::<i64>() {
            Ok(i) if i.abs() <= MAX_EXACT && text != "-0" => Self::Int(i),
            _ => Self::parse_decimal(text),
        }
    }

    fn parse_decimal(text: &str) -> Self {
        let Some(decimal) = Decimal::parse(text) else {
            return Self::from(text.parse().unwrap_or(f64::NAN));
        };
        if decimal.adjusted() > MAX_EXPONENT {
            return Self::Float(if decimal.negative {
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

    /// The nearest double; infinite where the literal is too large for one.
    pub fn as_f64(&self) -> f64 {
        match self {
            Self::Int(i) => *i as f64,
            Self::Float(x) => *x,
            Self::Literal(text) => nearest_double(text),
        }
    }

    /// The integer of that value, if it is one that fits.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Int(i) => Some(*i),
            _ => Some(self.as_f64())
                .filter(|x| x.fract() == 0.0 && x.abs() < 9e18)
                .map(|x| x as i64),
        }
    }

    /// The number with its sign turned; digits of a literal are kept, and its zero has no sign, as in jq 1.8.
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

    /// The number without its sign.
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

/// Digits jq keeps of a literal before it makes a double of it (`DEC_NUMBER_DOUBLE_PRECISION`).
const DOUBLE_DIGITS: usize = 17;

/// The double of a literal as jq has it: rounded to 17 digits first.
fn nearest_double(text: &str) -> f64 {
    if text.len() <= DOUBLE_DIGITS {
        return text.parse().unwrap_or(f64::NAN);
    }
    let shorter = Decimal::parse(text).map(|decimal| decimal.rounded().to_string());
    let shorter = shorter.as_deref().unwrap_or(text);
    shorter.parse().unwrap_or(f64::NAN)
}

fn is_zero(text: &str) -> bool {
    Decimal::parse(text).is_some_and(|decimal| decimal.is_zero())
}

impl From<f64> for Num {
    fn from(x: f64) -> Self {
        // A calculated zero is no literal: turned around it is -0.
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
    /// jq's order: NaN is below every number, itself included; two literals are compared by their digits.
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

fn compare_doubles(l: f64, r: f64) -> Ordering {
    if l.is_nan() {
        Ordering::Less
    } else {
        l.partial_cmp(&r).unwrap_or(Ordering::Greater)
    }
}

impl fmt::Display for Num {
    /// Writes the number as jq 1.8 prints it: always valid JSON (NaN is `null`, infinities the largest doubles).
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Int(i) => i.fmt(f),
            Self::Float(x) if x.is_nan() => f.write_str("null"),
            Self::Float(x) => write_double(x.clamp(f64::MIN, f64::MAX), f),
            Self::Literal(text) => f.write_str(text),
        }
    }
}

/// Shortest digits that read back the same, laid out as David Gay's `g_fmt` does in jq (`jv_dtoa.c`):
/// an exponent of two digits at least, and only where plain notation would need many zeros.
fn write_double(x: f64, f: &mut fmt::Formatter) -> fmt::Result {
    let scientific = format!("{x:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let sign = if mantissa.starts_with('-') { "-" } else { "" };
    let digits = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = even_where_near(x, digits);
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

/// The shortest digits of a double: where two are equally near, jq has the even ones (half-even, as `jv_dtoa.c` rounds),
/// and Rust the greater.
fn even_where_near(x: f64, digits: String) -> String {
    let bits = x.to_bits();
    let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
    let zeros = mantissa.trailing_zeros();
    let places = 1075 - (bits >> 52 & 0x7ff) as i32 - zeros as i32;
    // m / 2^n is m × 5^n / 10^n.
    let exact = u32::try_from(places)
        .ok()
        .and_then(|places| 5u64.checked_pow(places)?.checked_mul(mantissa >> zeros));
    match exact.map(|exact| (exact / 10, exact % 10)) {
        Some((less, 5)) if less % 2 == 0 && digits.parse() == Ok(less + 1) => less.to_string(),
        _ => digits,
    }
}

/// A decimal number: `digits` × 10^`exponent`.
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    fn parse(text: &str) -> Option<Self> {
        let (negative, text) = text
            .strip_prefix('-')
            .map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, saturating_exponent(exponent)?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits = String::with_capacity(whole.len() + fraction.len());
        digits.push_str(whole);
        digits.push_str(fraction);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let leading = digits
            .bytes()
            .take_while(|b| *b == b'0')
            .count()
            .min(digits.len() - 1);
        digits.drain(..leading);
        Some(Self {
            negative,
            digits,
            exponent: exponent.saturating_sub(fraction.len() as i64),
        })
    }

    /// The exponent of the first digit.
    fn adjusted(&self) -> i64 {
        self.exponent.saturating_add(self.digits.len() as i64 - 1)
    }

    fn is_zero(&self) -> bool {
        self.digits == "0"
    }

    /// The nearest decimal of 17 digits, ties to even.
    fn rounded(mut self) -> Self {
        if self.digits.len() <= DOUBLE_DIGITS {
            return self;
        }
        let rest = self.digits.split_off(DOUBLE_DIGITS);
        self.exponent = self.exponent.saturating_add(rest.len() as i64);
        let head: u64 = self.digits.parse().unwrap_or(0);
        let half = format!("5{}", "0".repeat(rest.len() - 1));
        let up = rest > half || (rest == half && head % 2 == 1);
        self.digits = (head + u64::from(up)).to_string();
        self
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self.is_zero(), other.is_zero()) {
            (true, true) => return Ordering::Equal,
            (true, false) => {
                return if other.negative {
                    Ordering::Greater
                } else {
                    Ordering::Less
                };
            }
            (false, true) => {
                return if self.negative {
                    Ordering::Less
                } else {
                    Ordering::Greater
                };
            }
            (false, false) => {}
        }
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.compare_magnitude(other),
            (true, true) => other.compare_magnitude(self),
        }
    }

    fn compare_magnitude(&self, other: &Self) -> Ordering {
        let significant = |digits: &str| digits.trim_end_matches('0').to_owned();
        let by_size = self.adjusted().cmp(&other.adjusted());
        by_size.then_with(|| significant(&self.digits).cmp(&significant(&other.digits)))
    }
}

fn saturating_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let size = digits.parse().unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
    Some(if text.starts_with('-') { -size } else { size })
}

impl fmt::Display for Decimal {
    /// decNumber's to-scientific-string, the spelling jq prints literals in.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let adjusted = self.adjusted();
        let count = self.digits.len() as i64;
        f.write_str(if self.negative { "-" } else { "" })?;
        if self.exponent > 0 || adjusted < -6 {
            let (first, rest) = self.digits.split_at(1);
            let dot = if rest.is_empty() { "" } else { "." };
            return write!(
                f,
                "{first}{dot}{rest}E{}{}",
                if adjusted < 0 { '-' } else { '+' },
                adjusted.abs()
            );
        }
        let point = count + self.exponent;
        if self.exponent == 0 {
            f.write_str(&self.digits)
        } else if point > 0 {
            let (whole, fraction) = self.digits.split_at(point as usize);
            write!(f, "{whole}.{fraction}")
        } else {
            write!(
                f,
                "0.{}{}",
                "0".repeat(point.unsigned_abs() as usize),
                self.digits
            )
        }
    }
}
