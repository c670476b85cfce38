//! JSON text to values: a reader for streams of JSON (RFC 8259), and the value that jq filters work on.

pub mod read;
pub mod value;
