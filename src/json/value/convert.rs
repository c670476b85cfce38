//! Conversions from Rust's own types.

use super::num::Num;
use super::types::Value;

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<isize> for Value {
    /// jaq-core converts the integer literals of a program this way, so zero is a literal's zero: see [`Num::Int`].
    fn from(i: isize) -> Self {
        Self::Num(match i {
            0 => Num::Int(0),
            i => Num::from(i as i64),
        })
    }
}

impl From<usize> for Value {
    fn from(i: usize) -> Self {
        Self::Num(i64::try_from(i).map_or_else(|_| Num::from(i as f64), Num::from))
    }
}

impl From<f64> for Value {
    fn from(x: f64) -> Self {
        Self::Num(Num::from(x))
    }
}

impl From<String> for Value {
    fn from(string: String) -> Self {
        Self::Str(string.into())
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(elements: I) -> Self {
        Self::from(elements.into_iter().collect::<Vec<_>>())
    }
}

impl From<jaq_core::val::Range<Value>> for Value {
    /// The path component of a slice, `{"start":…,"end":…}`, as `path(.[2:])` gives it.
    fn from(range: jaq_core::val::Range<Value>) -> Self {
        let bound = |bound: Option<Self>| bound.unwrap_or(Self::Null);
        Self::object([("start", bound(range.start)), ("end", bound(range.end))])
    }
}
