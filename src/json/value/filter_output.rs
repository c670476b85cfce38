//! One output of a filter: a value, or something that can be written without building a value.

use super::shared_str::SharedStr;

use super::raw::RawValue;
use super::types::Value;

/// One output of a filter.
#[derive(Clone, Debug)]
pub enum FilterOutput<'t> {
    /// Part of the input's text.
    Raw(RawValue<'t>),
    /// The members of an object; no key is repeated.
    Object(Vec<(SharedStr, FilterOutput<'t>)>),
    /// A built value.
    Value(Value),
    /// Part of an array that is too long to hold until its end. Only consumers that asked for parts get them.
    ArrayPart(ArrayPart<'t>),
}

/// Part of an array that is emitted while it is read.
#[derive(Clone, Copy, Debug)]
pub enum ArrayPart<'t> {
    /// The first element.
    First(RawValue<'t>),
    /// An element after the first.
    Next(RawValue<'t>),
    /// The end of the array.
    End {
        /// Whether the array has no elements, so that nothing was emitted before.
        is_empty: bool,
    },
}

impl FilterOutput<'_> {
    /// Whether jq takes the output as true: everything but null and false.
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Raw(raw) => raw.is_truthy(),
            Self::Object(_) | Self::ArrayPart(_) => true,
            Self::Value(value) => !matches!(value, Value::Null | Value::Bool(false)),
        }
    }

    /// The output as a value. Of an array part it is the element, and null for the end.
    pub fn into_value(self) -> Value {
        match self {
            Self::Raw(raw) => raw.to_value(),
            Self::Object(members) => Value::object(
                members
                    .into_iter()
                    .map(|(key, output)| (key, output.into_value())),
            ),
            Self::Value(value) => value,
            Self::ArrayPart(ArrayPart::First(raw) | ArrayPart::Next(raw)) => raw.to_value(),
            Self::ArrayPart(ArrayPart::End { .. }) => Value::Null,
        }
    }
}

impl From<Value> for FilterOutput<'_> {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}
