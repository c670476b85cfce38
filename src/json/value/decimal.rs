//! Decimal numbers of any length, as decNumber has them: jq keeps literals in these.

use std::cmp::Ordering;
use std::fmt;

/// The digits that jq keeps of a literal when it converts it to a double (`DEC_NUMBER_DOUBLE_PRECISION` in `jv.c`).
pub(super) const DOUBLE_DIGITS: usize = 17;

/// A decimal number: `digits` × 10^`exponent`.
pub(super) struct Decimal {
    pub is_negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// Parses a JSON number, or a jq literal such as `.5` or `1.`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (is_negative, text) = text
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
            is_negative,
            digits,
            exponent: exponent.saturating_sub(fraction.len() as i64),
        })
    }

    /// The exponent of the first digit: decNumber's adjusted exponent.
    pub(super) fn adjusted_exponent(&self) -> i64 {
        self.exponent.saturating_add(self.digits.len() as i64 - 1)
    }

    pub(super) fn is_zero(&self) -> bool {
        self.digits == "0"
    }

    /// The nearest decimal of 17 digits, ties to even.
    pub(super) fn rounded(mut self) -> Self {
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

    /// Compares by value. Trailing zeros do not count: 1 and 1.0 are equal.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        match (self.is_zero(), other.is_zero()) {
            (true, true) => return Ordering::Equal,
            (true, false) => {
                return if other.is_negative {
                    Ordering::Greater
                } else {
                    Ordering::Less
                };
            }
            (false, true) => {
                return if self.is_negative {
                    Ordering::Less
                } else {
                    Ordering::Greater
                };
            }
            (false, false) => {}
        }
        match (self.is_negative, other.is_negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.compare_magnitude(other),
            (true, true) => other.compare_magnitude(self),
        }
    }

    fn compare_magnitude(&self, other: &Self) -> Ordering {
        let significant = |digits: &str| digits.trim_end_matches('0').to_owned();
        let by_size = self.adjusted_exponent().cmp(&other.adjusted_exponent());
        by_size.then_with(|| significant(&self.digits).cmp(&significant(&other.digits)))
    }
}

/// The exponent; one that does not fit becomes a number far beyond decNumber's range.
fn saturating_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let size = digits.parse().unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
    Some(if text.starts_with('-') { -size } else { size })
}

impl fmt::Display for Decimal {
    /// Writes decNumber's to-scientific-string, the spelling in which jq prints literals.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let adjusted = self.adjusted_exponent();
        let count = self.digits.len() as i64;
        f.write_str(if self.is_negative { "-" } else { "" })?;
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
