//! Conversions: JSON text, numbers and booleans in strings to values, and values to JSON text.

use super::native::{NativeEntry, NativeFn, fail, function, one};
use dq_json::read;
use dq_json::value::{Num, ValR, Value};

pub(super) const TABLE: &[NativeEntry] = &[
    (
        "tojson",
        "",
        function!(|value| Ok(Value::from(value.to_json()))),
    ),
    ("tostring", "", function!(|value| Ok(to_string(value)))),
    ("fromjson", "", function!(|value| from_json(&value))),
    ("tonumber", "", function!(|value| to_number(value))),
    ("toboolean", "", function!(|value| to_boolean(value))),
];

/// `tostring`: a string is itself, and has its path.
fn to_string(value: Value) -> Value {
    match value {
        Value::Str(_) => value,
        other => Value::from(other.to_json()),
    }
}

fn from_json(value: &Value) -> ValR {
    let Value::Str(text) = value else {
        return fail(format_args!(
            "{} only strings can be parsed",
            value.describe()
        ));
    };
    match read::from_slice(text.as_bytes()) {
        Ok(value) => Ok(value),
        Err(error) => fail(format_args!(
            "{error} (while parsing '{}')",
            shortened(text)
        )),
    }
}

/// The first 100 characters of a text, for a message.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(100) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// `tonumber`
///
/// # Errors
/// The value is neither a number nor the text of one.
pub(super) fn to_number(value: Value) -> ValR {
    let number = match &value {
        Value::Num(n) => Some(n.clone()),
        Value::Str(text) => number_in(text),
        _ => None,
    };
    match number {
        Some(number) => Ok(Value::Num(number)),
        None => fail(format_args!(
            "{} cannot be parsed as a number",
            value.describe()
        )),
    }
}

/// The number that a text spells.
pub(super) fn number_in(text: &str) -> Option<Num> {
    if is_number(text) {
        return Some(Num::parse(text.strip_prefix('+').unwrap_or(text)));
    }
    read::is_special(text.as_bytes()).then(|| Num::parse(text))
}

/// Whether a text is a number literal of jq: an optional sign, digits with an optional point, an optional exponent.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = text
        .split_once(['e', 'E'])
        .map_or((text, None), |(m, e)| (m, Some(e)));
    let are_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_exponent = exponent.is_none_or(|e| {
        let e = e.strip_prefix(['+', '-']).unwrap_or(e);
        !e.is_empty() && are_digits(e)
    });
    are_digits(whole)
        && are_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && is_exponent
}

fn to_boolean(value: Value) -> ValR {
    match &value {
        Value::Bool(_) => Ok(value),
        Value::Str(text) if &**text == "true" => Ok(Value::Bool(true)),
        Value::Str(text) if &**text == "false" => Ok(Value::Bool(false)),
        _ => fail(format_args!(
            "{} cannot be parsed as a boolean",
            value.describe()
        )),
    }
}
