//! The errors of operations on values.

use super::types::Value;

/// An error that a filter can raise and catch: its payload is itself a value.
pub type ValueError = jaq_core::Error<Value>;

/// A value, or the error of the operation that was to compute it.
pub type ValR = Result<Value, ValueError>;
