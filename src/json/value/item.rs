//! What a filter puts out: a value, or what can be written without building one.

use std::rc::Rc;

use super::{RawValue, Value};

/// One output of a filter.
#[derive(Clone, Debug)]
pub enum FilterOutput<'t> {
    /// ArrayPart of the input, as it stands there.
    Raw(RawValue<'t>),
    /// Keys that differ, and their values.
    Object(Vec<(Rc<str>, FilterOutput<'t>)>),
    Value(Value),
    /// ArrayPart of an array that is too long to wait for its end; only for those who asked for parts.
    ArrayPart(ArrayPart<'t>),
}

/// An array as it comes.
#[derive(Clone, Copy, Debug)]
pub enum ArrayPart<'t> {
    First(RawValue<'t>),
    Next(RawValue<'t>),
    End { is_empty: bool },
}

impl FilterOutput<'_> {
    /// jq's idea of truth: everything but null and false.
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Raw(text) => text.is_truthy(),
            Self::Object(_) | Self::ArrayPart(_) => true,
            Self::Value(value) => !matches!(value, Value::Null | Value::Bool(false)),
        }
    }

    /// The value, built.
    pub fn into_value(self) -> Value {
        match self {
            Self::Raw(text) => text.to_value(),
            Self::Object(entries) => Value::object(
                entries
                    .into_iter()
                    .map(|(key, item)| (key, item.into_value())),
            ),
            Self::Value(value) => value,
            Self::ArrayPart(ArrayPart::First(text) | ArrayPart::Next(text)) => text.to_value(),
            Self::ArrayPart(ArrayPart::End { .. }) => Value::Null,
        }
    }
}

impl From<Value> for FilterOutput<'_> {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}
