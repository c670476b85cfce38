//! Builtins on strings: `split`, `trim`, `explode` and the like.

use super::native::{NativeEntry, NativeFn, fail, function, one};
use dq_json::value::{Num, SharedStr, ValR, Value, ValueError};

pub(super) const TABLE: &[NativeEntry] = &[
    ("utf8bytelength", "", function!(|value| byte_length(&value))),
    ("explode", "", function!(|value| explode(&value))),
    ("implode", "", function!(|value| implode(&value))),
    (
        "ascii_downcase",
        "",
        function!(|value| change_case(&value, str::to_ascii_lowercase)),
    ),
    (
        "ascii_upcase",
        "",
        function!(|value| change_case(&value, str::to_ascii_uppercase)),
    ),
    (
        "startswith",
        "v",
        function!(|value, part| {
            affix(&value, &part, "startswith", |text, part| {
                text.starts_with(part)
            })
        }),
    ),
    (
        "endswith",
        "v",
        function!(|value, part| {
            affix(&value, &part, "endswith", |text, part| text.ends_with(part))
        }),
    ),
    (
        "split",
        "v",
        function!(|value, separator| split(value, separator)),
    ),
    (
        "_join",
        "v",
        function!(|value, separator| join(&value, &separator)),
    ),
    (
        "trim",
        "",
        function!(|value| trim(&value, |text| text.trim_matches(is_space))),
    ),
    (
        "ltrim",
        "",
        function!(|value| trim(&value, |text| text.trim_start_matches(is_space))),
    ),
    (
        "rtrim",
        "",
        function!(|value| trim(&value, |text| text.trim_end_matches(is_space))),
    ),
];

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r')
        || (!c.is_ascii() && c.is_whitespace())
}

fn byte_length(value: &Value) -> ValR {
    match value {
        Value::Str(text) => Ok(Value::from(text.len())),
        _ => fail(format_args!(
            "{} only strings have UTF-8 byte length",
            value.describe()
        )),
    }
}

fn explode(value: &Value) -> ValR {
    match value {
        Value::Str(text) => {
            let mut codes = Vec::with_capacity(text.char_count());
            codes.extend(text.chars().map(|c| Value::from(c as usize)));
            Ok(Value::from(codes))
        }
        _ => fail("explode input must be a string"),
    }
}

fn implode(value: &Value) -> ValR {
    let Value::Arr(items) = value else {
        return fail("implode input must be an array");
    };
    let mut text = SharedStr::with_capacity(items.len());
    for item in items.iter() {
        text.push(character(item)?);
    }
    Ok(Value::Str(text))
}

/// The character of a code point. As in jq, U+FFFD replaces a number that is not one.
fn character(code: &Value) -> Result<char, ValueError> {
    let code = match code {
        Value::Num(Num::Int(code)) => u32::try_from(*code).ok(),
        Value::Num(n) if n.as_f64().is_nan() => {
            return fail("number (null) can't be imploded, unicode codepoint needs to be numeric");
        }
        Value::Num(n) => Some(n.as_f64().trunc())
            .filter(|code| *code >= 0.0)
            .map(|code| code as u32),
        other => {
            return fail(format_args!(
                "{} can't be imploded, unicode codepoint needs to be numeric",
                other.describe()
            ));
        }
    };
    let c = code.and_then(char::from_u32);
    Ok(c.unwrap_or(char::REPLACEMENT_CHARACTER))
}

/// The bytes of a text that are changed at once, so that a long one is not held a third time.
const PIECE: usize = 16 * 1024;

pub(super) fn change_case(value: &Value, change: fn(&str) -> String) -> ValR {
    match value {
        Value::Str(text) => {
            let mut changed = SharedStr::with_capacity(text.len());
            let mut rest = &**text;
            while !rest.is_empty() {
                let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE));
                changed.push_str(&change(piece));
                rest = after;
            }
            Ok(Value::Str(changed))
        }
        _ => fail("explode input must be a string"),
    }
}

fn affix(value: &Value, part: &Value, name: &str, test: fn(&str, &str) -> bool) -> ValR {
    match (value, part) {
        (Value::Str(text), Value::Str(part)) => Ok(Value::Bool(test(text, part))),
        _ => fail(format_args!("{name}() requires string inputs")),
    }
}

pub(super) fn split(value: Value, separator: Value) -> ValR {
    match (&value, &separator) {
        (Value::Str(_), Value::Str(_)) => value / separator,
        _ => fail("split input and separator must be strings"),
    }
}

fn trim(value: &Value, trim: fn(&str) -> &str) -> ValR {
    match value {
        Value::Str(text) => {
            let trimmed = trim(text);
            Ok(if trimmed.len() == text.len() {
                value.clone()
            } else {
                Value::str(trimmed)
            })
        }
        _ => fail("trim input must be a string"),
    }
}

/// `join`: the items with the separator between them; null is an empty string.
fn join(value: &Value, separator: &Value) -> ValR {
    let mut joined = SharedStr::default();
    let mut add = |(i, item): (usize, &Value)| {
        if i > 0 {
            add_text(&mut joined, separator)?;
        }
        match item {
            Value::Bool(_) | Value::Num(_) => {
                joined.push_str(&item.to_json());
                Ok(())
            }
            other => add_text(&mut joined, other),
        }
    };
    match value {
        Value::Arr(items) => items.iter().enumerate().try_for_each(&mut add),
        Value::Obj(map) => map.values().enumerate().try_for_each(&mut add),
        other => return Err(other.iteration_error()),
    }?;
    Ok(Value::Str(joined))
}

/// Appends a string; null is an empty one, and other values cannot be added.
fn add_text(joined: &mut SharedStr, part: &Value) -> Result<(), ValueError> {
    match part {
        Value::Null => {}
        Value::Str(part) => joined.push_str(part),
        other => {
            (Value::Str(joined.clone()) + other.clone())?;
        }
    }
    Ok(())
}
