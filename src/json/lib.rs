//! JSON text to values: a fast, streaming reader, and the value that jq filters work on.
//!
//! - [`read`] turns bytes into values. [`ValueReader`](read::ValueReader) reads a stream of JSON values
//!   from any [`ByteSource`](read::ByteSource). It either builds them or scans them. A scan validates a value, reports
//!   its parts to a [`Visitor`](read::Visitor), and leaves its text in place for the caller to use.
//! - [`value`] defines [`Value`](value::Value) with jq's arithmetic, order and paths, and implements the traits through
//!   which jaq-core and jaq-std use it. A [`RawValue`](value::RawValue) is valid JSON text that is walked in place,
//!   without building a value.
//!
//! # Example
//!
//! ```
//! use dq_json::read::ValueReader;
//! use dq_json::value::Value;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let text = br#"{"id": 10000000000000000001, "name": "web"} {"name": "db"}"#;
//! let mut reader = ValueReader::new(&text[..]);
//! let mut ids = Vec::new();
//! while let Some(value) = reader.next_value() {
//!     // `.id` in jq: null if the object has no such key, and an error if the value is not an object.
//!     let id = value?.get(&Value::str("id")).map_err(|error| error.to_string())?;
//!     println!("{}", id.to_json());
//!     ids.push(id.to_json());
//! }
//! assert_eq!(ids, ["10000000000000000001", "null"]);
//! # Ok(())
//! # }
//! ```
//!
//! # Guarantees
//!
//! - **Strict JSON.** Anything that RFC 8259 does not allow is an error: `NaN`, `01`, trailing commas, comments,
//!   control characters in strings. The error has jq's message, and the line and column that jq reports. Values need no
//!   separator between them; record separators (RFC 7464) and a byte order mark at the start are skipped.
//! - **Bounded depth and memory.** Nesting beyond [`MAX_DEPTH`](value::MAX_DEPTH), 10,000, is an error. A reader holds
//!   the text of one value, or of one element if an array is read element by element, plus buffers of fixed size. A value of
//!   2 GiB or more is an error.
//! - **Numbers keep their digits.** Large integers and decimals are printed with all digits as long as they are not
//!   used in a calculation; see [`Num`](value::Num).
//! - **Objects keep their order.** If a key is repeated, the last value wins, at the position of the first.
//! - **Strings are Unicode.** Lone surrogates and invalid UTF-8 become U+FFFD.
//! - **Results do not depend on how the bytes arrive**: in one read or byte by byte, values and errors are the same.
//!
//! # Speed
//!
//! Arrays and objects keep their text and are parsed one level at a time on first access; the rest is only validated.
//! Inputs longer than 64 KiB are validated by a structural index that AVX2 builds for 64 bytes at a
//! time (Langdale and Lemire, "Parsing Gigabytes of JSON per Second"), on x86_64 processors that have it.
//! [`ReadAhead`](read::ReadAhead) reads and indexes an input on another thread.

#![warn(missing_docs, unreachable_pub)]

mod limits;
pub mod read;
mod simd;
pub mod value;
