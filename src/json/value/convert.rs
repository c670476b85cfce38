//! Values from and to Rust's own types.

use std::rc::Rc;

use super::{Map, Num, Value};

/// An error a filter can raise and catch.
pub type ValueError = jaq_core::Error<Value>;
/// A value or such an error.
pub type ValR = Result<Value, ValueError>;

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<isize> for Value {
    /// Integer literals of a program come this way.
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
    fn from(text: String) -> Self {
        Self::Str(text.into())
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Obj(Rc::new(map.into()))
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::Arr(Rc::new(items.into()))
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Self::from(items.into_iter().collect::<Vec<_>>())
    }
}

impl From<jaq_core::val::Range<Value>> for Value {
    /// The path of a slice, `{"start":…,"end":…}`, as `path(.[2:])` gives it.
    fn from(range: jaq_core::val::Range<Value>) -> Self {
        let bound = |bound: Option<Self>| bound.unwrap_or(Self::Null);
        Self::object([("start", bound(range.start)), ("end", bound(range.end))])
    }
}
