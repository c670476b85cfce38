//! What a native filter looks like to jaq-core.

use jaq_core::box_iter::box_once;
use jaq_core::{Cv, RunPtr, ValXs};

use crate::jaq_run::JaqData;
use dq_json::value::{ValR, Value, ValueError};

/// A native filter: its name, its parameters (`v` takes a value, `f` a filter), and what runs it.
pub(super) type NativeEntry = (&'static str, &'static str, NativeFn);

/// What runs a native filter. Functions of values come with the filter of jaq-core that calls them.
#[derive(Clone, Copy)]
pub(crate) enum NativeFn {
    /// A function of the input.
    Of0(fn(Value) -> ValR, RunPtr<JaqData>),
    /// A function of the input and an argument.
    Of1(fn(Value, Value) -> ValR, RunPtr<JaqData>),
    /// A function of the input and two arguments.
    Of2(fn(Value, Value, Value) -> ValR, RunPtr<JaqData>),
    /// A function of the input and three arguments.
    Of3(fn(Value, Value, Value, Value) -> ValR, RunPtr<JaqData>),
    /// A filter of jaq-core, whose arguments may be filters, and which may have any number of outputs.
    Filter(RunPtr<JaqData>),
}

impl NativeFn {
    /// The filter as jaq-core runs it.
    pub(crate) fn filter(self) -> RunPtr<JaqData> {
        match self {
            Self::Of0(_, run)
            | Self::Of1(_, run)
            | Self::Of2(_, run)
            | Self::Of3(_, run)
            | Self::Filter(run) => run,
        }
    }
}

/// The [`NativeFn`] of a function of values: `function!(|input, argument| result)`.
macro_rules! function {
    (|$input:ident| $result:expr) => {{
        fn apply($input: Value) -> dq_json::value::ValR {
            $result
        }
        NativeFn::Of0(apply, |cv| one(apply(cv.1)))
    }};
    (|$input:ident, $a:ident| $result:expr) => {{
        fn apply($input: Value, $a: Value) -> dq_json::value::ValR {
            $result
        }
        NativeFn::Of1(apply, |mut cv| {
            let a = cv.0.pop_var();
            one(apply(cv.1, a))
        })
    }};
    (|$input:ident, $a:ident, $b:ident| $result:expr) => {{
        fn apply($input: Value, $a: Value, $b: Value) -> dq_json::value::ValR {
            $result
        }
        NativeFn::Of2(apply, |mut cv| {
            let (b, a) = (cv.0.pop_var(), cv.0.pop_var());
            one(apply(cv.1, a, b))
        })
    }};
    (|$input:ident, $a:ident, $b:ident, $c:ident| $result:expr) => {{
        fn apply($input: Value, $a: Value, $b: Value, $c: Value) -> dq_json::value::ValR {
            $result
        }
        NativeFn::Of3(apply, |mut cv| {
            let (c, b, a) = (cv.0.pop_var(), cv.0.pop_var(), cv.0.pop_var());
            one(apply(cv.1, a, b, c))
        })
    }};
}
pub(super) use function;

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
