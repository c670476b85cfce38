//! Builtins on strings: `split`, `trim`, `explode` and the like.

use super::native::{NativeCall, NativeEntry, fail, one};
use dq_json::value::{ValR, Value};

pub(super) const TABLE: &[NativeEntry] = &[
    ("utf8bytelength", "", |cv| one(byte_length(&cv.1))),
    ("explode", "", |cv| one(explode(&cv.1))),
    ("implode", "", |cv| one(implode(&cv.1))),
    ("ascii_downcase", "", |cv| {
        one(change_case(&cv.1, str::to_ascii_lowercase))
    }),
    ("ascii_upcase", "", |cv| {
        one(change_case(&cv.1, str::to_ascii_uppercase))
    }),
    ("startswith", "v", |cv| {
        one(affix(cv, "startswith", |text, part| text.starts_with(part)))
    }),
    ("endswith", "v", |cv| {
        one(affix(cv, "endswith", |text, part| text.ends_with(part)))
    }),
    ("split", "v", |cv| one(split(cv))),
    ("_join", "v", |cv| one(join(cv))),
    ("trim", "", |cv| {
        one(trim(&cv.1, |text| text.trim_matches(is_space)))
    }),
    ("ltrim", "", |cv| {
        one(trim(&cv.1, |text| text.trim_start_matches(is_space)))
    }),
    ("rtrim", "", |cv| {
        one(trim(&cv.1, |text| text.trim_end_matches(is_space)))
    }),
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

fn change_case(value: &Value, change: fn(&str) -> String) -> ValR {
    match value {
        Value::Str(text) => Ok(Value::from(change(text))),
        _ => fail("explode input must be a string"),
    }
}

fn affix(mut cv: NativeCall, name: &str, test: fn(&str, &str) -> bool) -> ValR {
    match (&cv.1, cv.0.pop_var()) {
        (Value::Str(text), Value::Str(part)) => Ok(Value::Bool(test(text, &part))),
        _ => fail(format_args!("{name}() requires string inputs")),
    }
}

fn split(mut cv: NativeCall) -> ValR {
    match (&cv.1, cv.0.pop_var()) {
        (Value::Str(_), separator @ Value::Str(_)) => cv.1 / separator,
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
fn join(mut cv: NativeCall) -> ValR {
    let separator = cv.0.pop_var();
    let items: Vec<Value> = match &cv.1 {
        Value::Arr(items) => items.to_vec(),
        Value::Obj(map) => map.values().cloned().collect(),
        other => return Err(other.iteration_error()),
    };
    let mut joined = String::new();
    for (i, item) in items.into_iter().enumerate() {
        if i > 0 {
            match &separator {
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
