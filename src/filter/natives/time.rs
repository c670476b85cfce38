//! Dates: jaq-std does the calendar; the checks and messages are jq's.

use super::{Count, Entry, fail, one};
use crate::filter::value::{Num, ValR, Value};

pub const TABLE: &[Entry] = &[
    ("_epoch", "v", Count::One, |mut cv| {
        let name = cv.0.pop_var();
        one(epoch(cv.1, &name))
    }),
    ("_datetime", "v", Count::One, |mut cv| {
        let name = cv.0.pop_var();
        one(datetime(cv.1, &name))
    }),
    ("_date_text", "vv", Count::One, |mut cv| {
        let (format, name) = (cv.0.pop_var(), cv.0.pop_var());
        let name = name.as_str().unwrap_or_default();
        one(match (&cv.1, &format) {
            (Value::Str(_), Value::Str(_)) => Ok(cv.1),
            _ => fail(format_args!("{name} requires string inputs and arguments")),
        })
    }),
];

fn epoch(value: Value, name: &Value) -> ValR {
    match value {
        Value::Num(_) => Ok(value),
        _ => fail(format_args!(
            "{}() requires numeric inputs",
            name.as_str().unwrap_or_default()
        )),
    }
}

/// A broken down time: year, month and day at least, all numbers; the time of day may be left out.
fn datetime(value: Value, name: &Value) -> ValR {
    let name = name.as_str().unwrap_or_default();
    let Value::Arr(items) = &value else {
        return fail(format_args!("{name} requires array of 6 numbers"));
    };
    if items.len() < 3 || items.iter().any(|item| !matches!(item, Value::Num(_))) {
        return fail(format_args!("{name} requires parsed datetime inputs"));
    }
    let whole = items.iter().map(|item| match item {
        Value::Num(n) => Value::Num(Num::from(n.as_f64().floor())),
        other => other.clone(),
    });
    let midnight = (items.len()..6).map(|_| Value::from(0usize));
    Ok(whole.chain(midnight).collect())
}
