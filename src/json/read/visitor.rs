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
    /// A key for which [`Visitor::wants_key`] was true.
    fn visit_key(&mut self, key: StringLiteral);
    /// A string, number, `true`, `false` or `null` begins at this offset.
    fn visit_scalar(&mut self, at: usize);
}

/// A visitor that ignores everything: the scan only validates.
pub struct ValidateOnly;

impl Visitor for ValidateOnly {
    fn begin_container(&mut self, _: usize, _: u8) {}
    fn end_container(&mut self) {}
    fn wants_key(&self) -> bool {
        false
    }
    fn visit_key(&mut self, _: StringLiteral) {}
    fn visit_scalar(&mut self, _: usize) {}
}
