//! Builtins that are functions of values.

use crate::natives::NativeFn;

/// A function of values: outputs for an input and one value of each argument.
#[derive(Clone, Copy)]
pub(super) struct Function {
    pub native: NativeFn,
    /// Whether it has exactly one output.
    pub has_one_output: bool,
}
