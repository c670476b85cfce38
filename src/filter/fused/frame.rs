//! The input of an expression.

use super::expression::Expr;
use super::interrupt::Interrupt;
use super::projection::FieldSlots;
use dq_json::value::{FilterOutput, MembersAt, RawValue};

/// Takes the outputs of a generator.
pub(super) type OutputFn<'o, 't> = &'o mut dyn FnMut(FilterOutput<'t>) -> Result<(), Interrupt>;

/// The input of an expression or generator.
#[derive(Clone)]
pub(super) struct Frame<'f, 't> {
    /// The input itself.
    pub input: FilterOutput<'t>,
    /// Where its fields are, if it is an input or element of the whole filter that was scanned just now.
    pub slots: Option<&'f FieldSlots<'f>>,
}

/// Inputs nested deeper than this are built as values: evaluating their text would scan the inner levels again for
/// each level around them.
const MAX_TEXT_DEPTH: usize = 100;

impl<'f, 't> Frame<'f, 't> {
    /// An input without slots.
    pub(super) fn of(input: FilterOutput<'t>) -> Self {
        Self { input, slots: None }
    }

    /// The members of the input, where the scan has found them.
    pub(super) fn members(&self) -> Option<MembersAt<'f, 't>> {
        match (&self.input, self.slots) {
            (FilterOutput::Raw(text), Some(slots)) => slots.members(*text),
            _ => None,
        }
    }

    /// The members of what an expression gives, where that is the input and the scan has found them.
    pub(super) fn members_of(&self, expr: &Expr) -> Option<MembersAt<'f, 't>> {
        match expr {
            Expr::Input => self.members(),
            _ => None,
        }
    }

    /// The text that was scanned last, with the slots that the scan has filled.
    pub(super) fn scanned(text: RawValue<'t>, slots: &'f FieldSlots<'f>) -> Self {
        if slots.max_depth() > MAX_TEXT_DEPTH {
            return Self::of(FilterOutput::Value(text.to_value()));
        }
        Self {
            input: FilterOutput::Raw(text),
            slots: Some(slots),
        }
    }
}
