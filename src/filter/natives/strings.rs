//! Builtins on strings: `split`, `trim`, `explode` and the like.

use super::native::{NativeEntry, NativeFn, fail, function, one};
use dq_json::value::{ValR, Value};

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
        Value::Str(text) => Ok(text.chars().map(|c| Value::from(c as usize)).collect()),
        _ => fail("explode input must be a string"),
    }
}

fn implode(value: &Value) -> ValR {
    let Value::Arr(items) = value else {
        return fail("implode input must be an array");
    };
    let characters = items.iter().map(|item| match item {
        Value::Num(n) if !n.as_f64().is_nan() => {
            // As in jq, U+FFFD replaces a number that is not a code point.
            let code = n.as_f64().trunc();
            let c = if code < 0.0 {
                None
            } else {
                char::from_u32(code as u32)
            };
            Ok(c.unwrap_or(char::REPLACEMENT_CHARACTER))
        }
        Value::Num(_) => {
            fail("number (null) can't be imploded, unicode codepoint needs to be numeric")
        }
        other => fail(format_args!(
            "{} can't be imploded, unicode codepoint needs to be numeric",
            other.describe()
        )),
    });
    Ok(Value::from(characters.collect::<Result<String, _>>()?))
}

pub(super) fn change_case(value: &Value, change: fn(&str) -> String) -> ValR {
    match value {
        Value::Str(text) => Ok(Value::from(change(text))),
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
        Value::Str(text) => Ok(Value::str(trim(text))),
        _ => fail("trim input must be a string"),
    }
}

/// `join`: the items with the separator between them; null is an empty string.
fn join(value: &Value, separator: &Value) -> ValR {
    let items: Vec<Value> = match value {
        Value::Arr(items) => items.to_vec(),
        Value::Obj(map) => map.values().cloned().collect(),
        other => return Err(other.iteration_error()),
    };
    let mut joined = String::new();
    for (i, item) in items.into_iter().enumerate() {
        if i > 0 {
            match separator {
                Value::Str(separator) => joined.push_str(separator),
                Value::Null => {}
                other => joined = joined_text(Value::from(joined) + other.clone())?,
            }
        }
        match item {
            Value::Null => {}
            Value::Str(text) => joined.push_str(&text),
            Value::Bool(_) | Value::Num(_) => joined.push_str(&item.to_json()),
            other => joined = joined_text(Value::from(joined) + other)?,
        }
    }
    Ok(Value::from(joined))
}

fn joined_text(sum: ValR) -> Result<String, dq_json::value::ValueError> {
    Ok(sum?.as_str().unwrap_or_default().to_owned())
}
