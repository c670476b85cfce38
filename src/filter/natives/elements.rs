//! The elements of an input that is still being read.

use jaq_core::ValT as _;

use super::{Call, Count, Entry, Outputs};
use crate::elements::ELEMENTS;
use dq_json::value::Value;

pub const TABLE: &[Entry] = &[
    (ELEMENTS, "", Count::Any, elements),
    ("_element_count", "", Count::One, count),
];

fn elements(cv: Call) -> Outputs {
    let run = *cv.0.data();
    match run.whole() {
        Some(value) => Box::new(value.values().map(|value| value.map_err(Into::into))),
        None => Box::new(std::iter::from_fn(move || run.element())),
    }
}

/// `length`, without keeping what is counted.
fn count(cv: Call) -> Outputs {
    let run = *cv.0.data();
    if let Some(value) = run.whole() {
        return super::one(super::arrays::length(value));
    }
    let mut elements = std::iter::from_fn(move || run.skip_element());
    let counted = elements.try_fold(0usize, |count, element| element.map(|()| count + 1));
    Box::new(std::iter::once(counted.map(Value::from)))
}
