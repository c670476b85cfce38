//! Bytes → values: strict JSON (RFC 8259), one value after the other as they arrive.

mod diagnosis;
mod error;
mod events;
mod leap;
mod literal;
mod marks;
mod pages;
mod parser;
mod scanner;
mod skip;
mod supply;
mod window;

#[cfg(test)]
mod tests;

pub use error::{ReadError, ReadErrorKind};
pub use events::EventReader;
pub use pages::ReadAhead;
pub use parser::{ScannedValue, ValueReader};
pub use scanner::Visitor;
pub use skip::ValidateOnly;
pub use supply::{ByteSource, InputBuffer};

use crate::value::Value;

/// RFC 7464's record separator.
const RECORD_SEPARATOR: u8 = 0x1e;

/// The one value in a text.
pub fn from_slice(text: &[u8]) -> Result<Value, ReadError> {
    let mut parser = ValueReader::new(text);
    let Some(first) = parser.next_value() else {
        return Err(ReadError::without_place("Expected JSON value"));
    };
    let value = first?;
    match parser.next_value() {
        None => Ok(value),
        Some(Err(error)) => Err(error),
        Some(Ok(_)) => Err(ReadError::without_place("Unexpected extra JSON values")),
    }
}
