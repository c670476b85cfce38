//! Words of docker's lists, and their order.

use crate::natives::json::to_number;
use crate::natives::strings::change_case;
use dq_json::value::{ValR, Value};

/// `_capital`: a word with a capital letter.
pub(super) fn capital(value: &Value) -> ValR {
    if matches!(value, Value::Null) {
        return Ok(Value::Null);
    }
    let one = Value::from(1usize);
    let rest = value.clone().slice(Some(&one), None)?;
    change_case(
        &value.clone().slice(None, Some(&one))?,
        str::to_ascii_uppercase,
    )? + rest
}

/// `_natural`: a sort key by which `web2` stands before `web10`; empty for anything but a string.
pub(super) fn natural(value: &Value) -> ValR {
    let mut rest = value.as_str().unwrap_or_default();
    let mut key = Vec::new();
    while let Some(first) = rest.chars().next() {
        let is_other = |c: char| !c.is_ascii_digit();
        let digits = rest.find(is_other).unwrap_or(rest.len());
        if digits == 0 {
            key.push(Value::from(first as usize));
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let number = to_number(Value::str(&rest[..digits]))?;
        // jq's literals have no sign, so that this zero is one.
        key.extend([Value::from(0isize), number, Value::from(digits)]);
        rest = &rest[digits..];
    }
    Ok(Value::from(key))
}
