//! Fields such as `a[b]=1` → one JSON object, by the rules of `gh api -F` (cli/cli pkg/cmd/api/fields.go).
//!
//! `true`, `false`, `null` and integers are themselves, `@FILE` is the text of a file, anything else is a
//! string. `a[b]=c` is an object in an object, `a[]=c` an element of an array, `a[]` an empty array,
//! `a[][b]=c` a key of the last object in an array, or of a new one where that has the key already.

use serde_json::{Map, Value};

use super::Error;
use dq_text::one_line;

/// Gives the content behind `@NAME`; `-` is standard input.
pub type ReadFile<'a> = dyn FnMut(&str) -> Result<String, Error> + 'a;

/// A field as typed.
pub struct Field {
    pub text: String,
    /// The value is a string whatever it looks like.
    pub is_raw: bool,
}

/// The object that the fields make, in the order given.
///
/// # Errors
/// `Usage` for what is no field, for keys given twice or as two types; what `read` fails with.
pub fn object(fields: &[Field], read: &mut ReadFile) -> Result<Map<String, Value>, Error> {
    let mut object = Map::new();
    for field in fields {
        let (keys, value) = split(&field.text)?;
        let value = value.map(|value| field.value(value, read)).transpose()?;
        insert(&mut object, &keys, value)?;
    }
    Ok(object)
}

/// The fields as parameters of a query: the keys as typed, `null` as nothing, the rest as text.
///
/// # Errors
/// As [`object`].
pub fn pairs(fields: &[Field], read: &mut ReadFile) -> Result<Vec<(String, String)>, Error> {
    let mut pairs = Vec::new();
    for field in fields {
        let (_, value) = split(&field.text)?;
        let Some(value) = value else { continue };
        let key = field.text.split('=').next().unwrap_or_default().to_owned();
        let text = match field.value(value, read)? {
            Value::Null => String::new(),
            Value::String(text) => text,
            other => other.to_string(),
        };
        pairs.push((key, text));
    }
    Ok(pairs)
}

impl Field {
    fn value(&self, text: &str, read: &mut ReadFile) -> Result<Value, Error> {
        if self.is_raw {
            Ok(Value::String(text.to_owned()))
        } else {
            typed(text, read)
        }
    }
}

/// The keys of a field, `""` for each `[]`, and its value, which only an empty array goes without.
fn split(field: &str) -> Result<(Vec<&str>, Option<&str>), Error> {
    let (key, value) = match field.split_once('=') {
        Some((key, value)) => (key, Some(value)),
        None => (field, None),
    };
    let keys = keys(key).ok_or_else(|| wrong(format!("invalid key: \"{key}\"")))?;
    if value.is_none() && keys.last() != Some(&"") {
        return Err(wrong(format!(
            "the field \"{key}\" lacks a value behind a \"=\""
        )));
    }
    Ok((keys, value))
}

/// `a[b][]` → a, b, nothing. `None` where brackets do not close or the first key is missing.
fn keys(key: &str) -> Option<Vec<&str>> {
    let (first, mut rest) = key.split_at(key.find('[').unwrap_or(key.len()));
    let mut keys = vec![first];
    while !rest.is_empty() {
        let (inner, behind) = rest.strip_prefix('[')?.split_once(']')?;
        keys.push(inner);
        rest = behind;
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
        [key, "", rest @ ..] => insert(element(object, key, rest[0])?, rest, value),
        [key, rest @ ..] => insert(inner(object, key)?, rest, value),
        [] => Ok(()),
    }
}

fn set(object: &mut Map<String, Value>, key: &str, value: Value) -> Result<(), Error> {
    if object.contains_key(key) {
        return Err(wrong(format!("the field \"{key}\" is given twice")));
    }
    object.insert(key.to_owned(), value);
    Ok(())
}

fn array<'a>(object: &'a mut Map<String, Value>, key: &str) -> Result<&'a mut Vec<Value>, Error> {
    match object.entry(key).or_insert_with(|| Value::Array(vec![])) {
        Value::Array(array) => Ok(array),
        other => Err(mismatch(key, "an array", other)),
    }
}

fn push(object: &mut Map<String, Value>, key: &str, value: Option<Value>) -> Result<(), Error> {
    array(object, key)?.extend(value);
    Ok(())
}

fn inner<'a>(
    object: &'a mut Map<String, Value>,
    key: &str,
) -> Result<&'a mut Map<String, Value>, Error> {
    let inner = object
        .entry(key)
        .or_insert_with(|| Value::Object(Map::new()));
    match inner {
        Value::Object(inner) => Ok(inner),
        other => Err(mismatch(key, "an object", other)),
    }
}

/// The object of an array that the key `next` goes to: the last one, unless that has the key already and
/// what it has there is no array either.
fn element<'a>(
    object: &'a mut Map<String, Value>,
    key: &str,
    next: &str,
) -> Result<&'a mut Map<String, Value>, Error> {
    let array = array(object, key)?;
    let fits = match array.last() {
        Some(Value::Object(last)) => last.get(next).is_none_or(Value::is_array),
        _ => false,
    };
    if !fits {
        array.push(Value::Object(Map::new()));
    }
    match array.last_mut() {
        Some(Value::Object(last)) => Ok(last),
        _ => Err(wrong(format!("the field \"{key}\" is no array of objects"))),
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
    wrong(format!(
        "the field \"{key}\" is given as {wanted} and as {found}"
    ))
}

fn wrong(problem: String) -> Error {
    Error::Usage {
        problem: format!("--field: {}", one_line(&problem)),
        hint: None,
    }
}

#[cfg(test)]
mod tests;
