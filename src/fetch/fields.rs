//! Builds a JSON object from fields (`-F a[b]=1`), by the rules of `gh api -F` (cli/cli pkg/cmd/api/fields.go).
//!
//! The values `true`, `false`, `null` and integers are JSON values, `@FILE` is the text of a file, and anything else is
//! a string. The key in `a[b]=c` nests an object, `a[]=c` appends to an array, `a[]` alone is an empty array, and
//! `a[][b]=c` sets a key of the last object in an array, or of a new object if the last one has the key already.
//!
//! `KEY:=JSON` is HTTPie's: the value is JSON text, or `@FILE` with some. A key that ends in a colon is left to
//! `--raw-field`.

use serde_json::{Map, Value};

use super::error::Error;
use dq_text::one_line;

/// Reads the text of a value `@NAME`; the name `-` means standard input.
pub type ReadFile<'a> = dyn FnMut(&str) -> Result<String, Error> + 'a;

/// A field as typed.
#[derive(Debug, Clone)]
pub struct RequestField {
    /// `KEY=VALUE`, or `KEY[]` alone.
    pub text: String,
    /// Whether the value is a string whatever it looks like (`--raw-field`).
    pub is_raw: bool,
}

/// The JSON object of the fields, with its keys in the order given.
///
/// # Errors
/// `Usage` for a malformed field, and for a key that is given twice or with two types; errors of `read`.
pub fn to_object(
    fields: &[RequestField],
    read: &mut ReadFile,
) -> Result<Map<String, Value>, Error> {
    let mut object = Map::new();
    for field in fields {
        let Parts { key, value, .. } = field.parts();
        let keys = keys(key).ok_or_else(|| invalid(format!("invalid key: \"{key}\"")))?;
        if value.is_none() && keys.last() != Some(&"") {
            return Err(lacks_value(key));
        }
        let value = value.map(|_| field.value(read)).transpose()?.flatten();
        insert(&mut object, &keys, value)?;
    }
    Ok(object)
}

/// The fields as query parameters, for GET and HEAD: keys as typed, `null` as an empty value, JSON of `:=` as JSON text,
/// other values as text.
///
/// # Errors
/// `Usage` for a malformed field; errors of `read`.
pub fn to_parameters(
    fields: &[RequestField],
    read: &mut ReadFile,
) -> Result<Vec<(String, String)>, Error> {
    let mut pairs = Vec::new();
    for field in fields {
        let Parts { key, is_json, .. } = field.parts();
        let Some(value) = field.value(read)? else {
            match keys(key) {
                Some(keys) if keys.last() == Some(&"") => continue,
                _ => return Err(lacks_value(key)),
            }
        };
        let text = match value {
            Value::Null if !is_json => String::new(),
            Value::String(text) if !is_json => text,
            other => other.to_string(),
        };
        pairs.push((key.to_owned(), text));
    }
    Ok(pairs)
}

/// A field in its parts.
struct Parts<'f> {
    key: &'f str,
    /// What follows the `=`; only an empty array may lack it.
    value: Option<&'f str>,
    /// The value is JSON: `KEY:=JSON`.
    is_json: bool,
}

impl RequestField {
    /// The key, with its brackets but without a `:` or `=`.
    pub fn key(&self) -> &str {
        self.parts().key
    }

    /// Whether the value is JSON text: `KEY:=JSON`.
    pub(crate) fn is_json(&self) -> bool {
        self.parts().is_json
    }

    fn parts(&self) -> Parts<'_> {
        let Some((key, value)) = self.text.split_once('=') else {
            return Parts {
                key: &self.text,
                value: None,
                is_json: false,
            };
        };
        let json_key = key.strip_suffix(':').filter(|_| !self.is_raw);
        Parts {
            key: json_key.unwrap_or(key),
            value: Some(value),
            is_json: json_key.is_some(),
        }
    }

    fn value(&self, read: &mut ReadFile) -> Result<Option<Value>, Error> {
        let Parts {
            key,
            value,
            is_json,
        } = self.parts();
        let Some(text) = value else { return Ok(None) };
        let value = if is_json {
            json(key, text, read)?
        } else if self.is_raw {
            Value::String(text.to_owned())
        } else {
            typed(text, read)?
        };
        Ok(Some(value))
    }
}

/// JSON text, or `@FILE` with some.
fn json(key: &str, text: &str, read: &mut ReadFile) -> Result<Value, Error> {
    let content = text.strip_prefix('@').map(read).transpose()?;
    let text = content.as_deref().unwrap_or(text);
    serde_json::from_str(text)
        .map_err(|error| invalid(format!("the value of \"{key}\" is not JSON: {error}")))
}

fn lacks_value(key: &str) -> Error {
    invalid(format!("the field \"{key}\" lacks a value behind a \"=\""))
}

/// The keys of `a[b][]`: `a`, `b` and `""`. `None` for unclosed brackets or an empty first key.
fn keys(key: &str) -> Option<Vec<&str>> {
    let (first, mut rest) = key.split_at(key.find('[').unwrap_or(key.len()));
    let mut keys = vec![first];
    while !rest.is_empty() {
        let (inner, after) = rest.strip_prefix('[')?.split_once(']')?;
        keys.push(inner);
        rest = after;
    }
    (!first.is_empty()).then_some(keys)
}

fn typed(value: &str, read: &mut ReadFile) -> Result<Value, Error> {
    if let Some(name) = value.strip_prefix('@') {
        return Ok(Value::String(read(name)?));
    }
    Ok(match value {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Null,
        text => match text.parse::<i64>() {
            Ok(number) => Value::from(number),
            Err(_) => Value::String(text.to_owned()),
        },
    })
}

fn insert(
    object: &mut Map<String, Value>,
    keys: &[&str],
    value: Option<Value>,
) -> Result<(), Error> {
    match keys {
        [key] => set(object, key, value.unwrap_or_default()),
        [key, ""] => push(object, key, value),
        [key, "", rest @ ..] => insert(element_for(object, key, rest[0])?, rest, value),
        [key, rest @ ..] => insert(nested_object(object, key)?, rest, value),
        [] => Ok(()),
    }
}

fn set(object: &mut Map<String, Value>, key: &str, value: Value) -> Result<(), Error> {
    if object.contains_key(key) {
        return Err(invalid(format!("the field \"{key}\" is given twice")));
    }
    object.insert(key.to_owned(), value);
    Ok(())
}

fn nested_array<'a>(
    object: &'a mut Map<String, Value>,
    key: &str,
) -> Result<&'a mut Vec<Value>, Error> {
    match object.entry(key).or_insert_with(|| Value::Array(vec![])) {
        Value::Array(array) => Ok(array),
        other => Err(mismatch(key, "an array", other)),
    }
}

fn push(object: &mut Map<String, Value>, key: &str, value: Option<Value>) -> Result<(), Error> {
    nested_array(object, key)?.extend(value);
    Ok(())
}

fn nested_object<'a>(
    object: &'a mut Map<String, Value>,
    key: &str,
) -> Result<&'a mut Map<String, Value>, Error> {
    let nested = object
        .entry(key)
        .or_insert_with(|| Value::Object(Map::new()));
    match nested {
        Value::Object(nested) => Ok(nested),
        other => Err(mismatch(key, "an object", other)),
    }
}

/// The object to put the key `next` into: the last one of the array, or a new one if the last has that key already with
/// a value other than an array.
fn element_for<'a>(
    object: &'a mut Map<String, Value>,
    key: &str,
    next: &str,
) -> Result<&'a mut Map<String, Value>, Error> {
    let array = nested_array(object, key)?;
    let is_free = match array.last() {
        Some(Value::Object(last)) => last.get(next).is_none_or(Value::is_array),
        _ => false,
    };
    if !is_free {
        array.push(Value::Object(Map::new()));
    }
    match array.last_mut() {
        Some(Value::Object(last)) => Ok(last),
        _ => Err(invalid(format!(
            "the field \"{key}\" is no array of objects"
        ))),
    }
}

fn mismatch(key: &str, wanted: &str, found: &Value) -> Error {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    invalid(format!(
        "the field \"{key}\" is given as {wanted} and as {found}"
    ))
}

fn invalid(problem: String) -> Error {
    Error::Usage {
        problem: format!("--field: {}", one_line(&problem)),
        hint: None,
    }
}

#[cfg(test)]
mod tests;
