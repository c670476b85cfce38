//! Values: one JSON value as jq sees it, its operations, and JSON text that is used as a value without being parsed.

mod arithmetic;
mod char_positions;
mod children;
mod compact;
mod convert;
mod decimal;
mod delete;
mod document;
mod error;
mod filter_output;
mod jaq;
mod json_text;
mod key_cache;
mod lossy;
mod map;
mod nesting;
mod num;
mod order;
mod paths;
mod raw;
mod seen_keys;
mod shared_str;
mod sort;
mod string_literal;
mod types;

#[cfg(test)]
mod tests;

pub use crate::limits::MAX_DEPTH;
pub use error::{ValR, ValueError};
pub use filter_output::{ArrayPart, FilterOutput};
pub use key_cache::shared_key;
pub use lossy::{LossyText, lossy};
pub use num::Num;
pub use raw::{Elements, Members, MembersAt, RawValue, ValueKind};
pub use seen_keys::SeenKeys;
pub use shared_str::SharedStr;
pub use sort::{group_by_keys, sort, sort_by_keys, unique, unique_by_keys};
pub use string_literal::{StringLiteral, unescaped_prefix};
pub use types::{Array, Map, Object, Value};
