//! What a scan reports while it validates a value.

use crate::value::StringLiteral;

/// Receives the parts of a value while it is scanned, in the order of the text.
///
/// Offsets are in bytes from the first byte of the value. A scan may fail after it has reported parts.
pub trait Visitor {
    /// An array or object begins at this offset, with this bracket: `[` or `{`.
    fn begin_container(&mut self, at: usize, bracket: u8);
    /// The innermost open array or object ends.
    fn end_container(&mut self);
    /// Whether the key that comes next is to be reported.
    fn wants_key(&self) -> bool;
    /// A key for which [`Visitor::wants_key`] was true begins at this offset.
    fn visit_key(&mut self, at: usize, key: StringLiteral);
    /// A string, number, `true`, `false` or `null` begins at this offset.
    fn visit_scalar(&mut self, at: usize);
    /// All that the visitor keeps of an object, if that depends on nothing but the tokens and the keys of the object
    /// itself and of those whose offsets are found. All visitors of one reader that have it must look for the same.
    fn found(&mut self) -> Option<&mut Found> {
        None
    }
}

/// What a visitor keeps of a value.
#[derive(Debug, Default)]
pub struct Found {
    /// Offsets of values, in bytes from the first byte of the scanned one. What is not found has an offset at which no
    /// value begins.
    pub offsets: Vec<u32>,
    /// The offsets of all keys of the scanned value, an object, in the order of the text; empty for a visitor that does
    /// not keep them.
    pub keys: Vec<u32>,
    /// Whether none of `keys` is repeated, as far as the visitor knows.
    pub has_unique_keys: bool,
    /// The largest number of containers that were open at once.
    pub max_depth: usize,
}

/// A visitor that ignores everything: the scan only validates.
pub struct ValidateOnly;

impl Visitor for ValidateOnly {
    fn begin_container(&mut self, _: usize, _: u8) {}
    fn end_container(&mut self) {}
    fn wants_key(&self) -> bool {
        false
    }
    fn visit_key(&mut self, _: usize, _: StringLiteral) {}
    fn visit_scalar(&mut self, _: usize) {}
}
