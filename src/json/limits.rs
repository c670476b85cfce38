//! The limits that reading and writing share.

/// The deepest nesting that is accepted, in arrays and objects: jq 1.8's limit (`MAX_PARSING_DEPTH` in `jv_parse.c`).
///
/// Readers refuse deeper text, and everything that recurses over a [`Value`](crate::value::Value) stops here.
pub const MAX_DEPTH: usize = 10_000;

/// The longest text of a single value, in bytes: the index of a document has offsets of 32 bits.
pub(crate) const MAX_TEXT_LENGTH: usize = i32::MAX as usize;
