//! What a native filter looks like to jaq-core.

use jaq_core::box_iter::box_once;
use jaq_core::{Cv, RunPtr, ValXs};

use crate::jaq_run::JaqData;
use dq_json::value::{ValR, Value, ValueError};

/// A native filter: its name, its parameters (`v` takes a value, `f` a filter), and the function that runs it.
pub(super) type NativeEntry = (&'static str, &'static str, RunPtr<JaqData>);

/// The arguments and the input of a call.
pub(super) type NativeCall<'a> = Cv<'a, JaqData>;

/// The outputs of a call.
pub(super) type Outputs<'a> = ValXs<'a, Value>;

/// The outputs of a native filter that has exactly one.
pub(super) fn one<'a>(result: ValR) -> Outputs<'a> {
    box_once(result.map_err(Into::into))
}

/// The error that carries this message.
pub(super) fn fail<T>(message: impl std::fmt::Display) -> Result<T, ValueError> {
    Err(ValueError::str(message))
}
