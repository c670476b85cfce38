//! Bytes to values: reads a stream of JSON values (RFC 8259) as their bytes arrive.

mod background_indexer;
mod block_indexer;
mod byte_source;
mod diagnosis;
mod error;
mod event_builder;
mod jq_lexer;
mod jq_reader;
mod read_ahead;
mod scan_state;
mod scanner;
mod shape;
#[cfg(test)]
mod shape_tests;
mod structural_index;
mod structural_scan;
mod tokens;
mod tree_builder;
mod value_reader;
mod visitor;
mod window;

#[cfg(test)]
mod tests;

pub use byte_source::{ByteSource, InputBuffer};
pub use error::{ReadError, ReadErrorKind};
pub use jq_reader::{EventReader, JqReader, JqReaderSettings, SequenceReader};
pub use read_ahead::{BufferPool, ReadAhead, Reader};
pub use tokens::is_special;
pub use value_reader::{ScannedValue, ValueReader, from_slice};
pub use visitor::{Found, ValidateOnly, Visitor};
