//! Limits shared by reading and writing.

/// The maximum nesting depth of arrays and objects: jq 1.8's limit (`MAX_PARSING_DEPTH` in `jv_parse.c`).
///
/// Readers reject deeper text, and every recursion over a [`Value`](crate::value::Value) stops at this depth.
pub const MAX_DEPTH: usize = 10_000;

/// The maximum length of the text of one value, in bytes: the index of a document uses 32-bit offsets.
pub(crate) const MAX_TEXT_LENGTH: usize = i32::MAX as usize;
