//! The elements of an input that is still being read.

use jaq_core::ValT as _;

use super::native::{NativeCall, NativeEntry, Outputs};
use crate::elements::ELEMENTS;
use dq_json::value::Value;

pub const TABLE: &[NativeEntry] = &[(ELEMENTS, "", elements), ("_element_count", "", count)];

fn elements(cv: NativeCall) -> Outputs {
    let run = *cv.0.data();
    match run.whole() {
        Some(value) => Box::new(value.values().map(|value| value.map_err(Into::into))),
        None => Box::new(std::iter::from_fn(move || run.element())),
    }
}

/// `length`, without keeping what is counted.
fn count(cv: NativeCall) -> Outputs {
    let run = *cv.0.data();
    if let Some(value) = run.whole() {
        return super::native::one(super::arrays::length(value));
    }
    let mut elements = std::iter::from_fn(move || run.skip_element());
    let counted = elements.try_fold(0usize, |count, element| element.map(|()| count + 1));
    Box::new(std::iter::once(counted.map(Value::from)))
}
