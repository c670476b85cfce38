//! The value that flows through dq: one JSON value, as jq sees it.

mod container;
mod convert;
mod delete;
mod document;
mod dump;
mod item;
mod lanes;
mod literal;
mod num;
mod ops;
mod paths;
mod text;
mod traits;
mod wide;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use indexmap::IndexMap;

pub use container::{Array, Object};
pub use convert::{ValR, ValueError};
pub use document::MAX_TEXT;
pub use dump::excerpt;
pub use item::{ArrayPart, FilterOutput};
pub use literal::{StringLiteral, unescaped_prefix};
pub use num::Num;
pub use text::{RawValue, SeenKeys, ValueKind};
pub use wide::{BLOCK, Masks, Wide, Widely};

/// Keys and values in the order they came, as jq keeps them.
pub type Map = IndexMap<Rc<str>, Value, foldhash::fast::RandomState>;

/// Values nested deeper than this are refused by the readers (jq 1.8's limit) and by everything that would recurse.
pub const MAX_DEPTH: usize = 10_000;

/// One JSON value; cheap to clone.
#[derive(Clone, Debug)]
pub enum Value {
    Null,
    Bool(bool),
    Num(Num),
    Str(Rc<str>),
    Arr(Rc<Array>),
    Obj(Rc<Object>),
}

impl Value {
    /// The name jq's `type` gives.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Num(_) => "number",
            Self::Str(_) => "string",
            Self::Arr(_) => "array",
            Self::Obj(_) => "object",
        }
    }

    /// The value as error messages name it: `object ({"a":1})`, cut short as jq 1.8 cuts it.
    pub fn describe(&self) -> String {
        format!("{} ({})", self.type_name(), excerpt(self))
    }

    /// A string value.
    pub fn str(text: impl Into<Rc<str>>) -> Self {
        Self::Str(text.into())
    }

    /// An object of the given keys and values; a later key replaces an earlier one.
    pub fn object<K: Into<Rc<str>>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::from(
            entries
                .into_iter()
                .map(|(k, v)| (k.into(), v))
                .collect::<Map>(),
        )
    }

    /// The text of a string value.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(s) => Some(s),
            _ => None,
        }
    }

    /// Compact JSON text, as `tojson` gives it.
    pub fn to_json(&self) -> String {
        let mut text = Vec::new();
        dump::write_json(self, &mut text);
        String::from_utf8(text).unwrap_or_default()
    }
}
