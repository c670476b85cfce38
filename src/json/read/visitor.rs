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

    /// A number for what the visitor looks for. Visitors with the same number note the same tokens of all values that
    /// have equal tokens and, where the visitors look at them, equal keys.
    ///
    /// `None` for a visitor that has to be told of every part of every value.
    fn purpose(&self) -> Option<usize> {
        None
    }

    /// All that the visitor has noted of the value: offsets at which values begin (`u32::MAX` for none), and the depth.
    fn notes(&mut self) -> Option<(&mut [u32], &mut usize)> {
        None
    }
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
    fn purpose(&self) -> Option<usize> {
        Some(0)
    }
}
