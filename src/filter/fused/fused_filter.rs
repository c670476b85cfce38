//! A filter that the fused evaluator runs.

use super::element_stream::ElementStream;
use super::expression::Generator;
use super::projection::Projection;

/// A compiled filter for the fused evaluator.
pub(crate) struct FusedFilter {
    pub(super) evaluation: Evaluation,
    /// The fields that are found while an input or element is scanned.
    pub(super) projection: Projection,
}

/// How inputs are evaluated.
pub(super) enum Evaluation {
    /// As a whole.
    Whole(Generator),
    /// `.`: inputs are copied to the output, a long array in parts.
    Copy,
    /// Element by element.
    Elements(ElementStream),
}

impl FusedFilter {
    /// Whether it is run on the elements of its inputs, one by one.
    pub(crate) fn streams_elements(&self) -> bool {
        matches!(self.evaluation, Evaluation::Elements(_))
    }
}
