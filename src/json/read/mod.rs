//! Bytes to values: reads a stream of JSON values (RFC 8259) as their bytes arrive.

mod background_indexer;
mod block_indexer;
mod byte_source;
mod diagnosis;
mod error;
mod event_reader;
mod read_ahead;
mod scan_state;
mod scanner;
mod structural_index;
mod structural_scan;
mod tokens;
mod value_reader;
mod visitor;
mod window;

#[cfg(test)]
mod tests;

pub use byte_source::{ByteSource, InputBuffer};
pub use error::{ReadError, ReadErrorKind};
pub use event_reader::EventReader;
pub use read_ahead::ReadAhead;
pub use tokens::is_special;
pub use value_reader::{ScannedValue, ValueReader, from_slice};
pub use visitor::{ValidateOnly, Visitor};
