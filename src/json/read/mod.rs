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

pub use error::{ReadError, Trouble};
pub use events::Events;
pub use pages::Pages;
pub use parser::{Opened, Parser};
pub use scanner::Visitor;
pub use skip::Skip;
pub use supply::{Buffer, Supply};

use crate::value::Value;

/// RFC 7464's record separator.
const RECORD_SEPARATOR: u8 = 0x1e;

/// The one value in a text.
pub fn single(text: &[u8]) -> Result<Value, ReadError> {
    let mut parser = Parser::new(text);
    let Some(first) = parser.next() else {
        return Err(ReadError::without_place("Expected JSON value"));
    };
    let value = first?;
    match parser.next() {
        None => Ok(value),
        Some(Err(error)) => Err(error),
        Some(Ok(_)) => Err(ReadError::without_place("Unexpected extra JSON values")),
    }
}

/// All values of a stream, one at a time.
pub type Values = Parser<Box<dyn Supply>>;
