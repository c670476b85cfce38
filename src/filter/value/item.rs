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
}

impl Item<'_> {
    /// jq's idea of truth: everything but null and false.
    pub fn is_true(&self) -> bool {
        match self {
            Self::Text(text) => text.is_true(),
            Self::Object(_) => true,
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
        }
    }
}

impl From<Value> for Item<'_> {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}
