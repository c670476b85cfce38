//! What a filter puts out: a value, or what can be written without building one.

use std::rc::Rc;

use super::{Text, Value};

/// One output of a filter.
#[derive(Clone, Debug)]
pub enum Item<'t> {
    /// Part of the input, as it stands there.
    Text(Text<'t>),
    /// Keys that differ, and their values.
    Object(Vec<(Rc<str>, Item<'t>)>),
    Value(Value),
    /// Part of an array that is too long to wait for its end; only for those who asked for parts.
    Part(Part<'t>),
}

/// An array as it comes.
#[derive(Clone, Copy, Debug)]
pub enum Part<'t> {
    First(Text<'t>),
    Later(Text<'t>),
    End { is_empty: bool },
}

impl Item<'_> {
    /// jq's idea of truth: everything but null and false.
    pub fn is_true(&self) -> bool {
        match self {
            Self::Text(text) => text.is_true(),
            Self::Object(_) | Self::Part(_) => true,
            Self::Value(value) => !matches!(value, Value::Null | Value::Bool(false)),
        }
    }

    /// The value, built.
    pub fn into_value(self) -> Value {
        match self {
            Self::Text(text) => text.to_value(),
            Self::Object(entries) => Value::object(
                entries
                    .into_iter()
                    .map(|(key, item)| (key, item.into_value())),
            ),
            Self::Value(value) => value,
            Self::Part(Part::First(text) | Part::Later(text)) => text.to_value(),
            Self::Part(Part::End { .. }) => Value::Null,
        }
    }
}

impl From<Value> for Item<'_> {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}
