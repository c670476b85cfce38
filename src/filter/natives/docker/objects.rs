//! What identifies an object of the API: its ID, its name, its labels.

use crate::natives::native::fail;
use dq_json::value::{Object, SharedStr, ValR, Value};

/// The digits of a short ID.
const SHORT: usize = 12;

/// The value of a member that is an object.
fn object(object: &Object, key: &str) -> Option<Value> {
    object.field(key).filter(|it| matches!(it, Value::Obj(_)))
}

/// `.key` of an object; null of anything else and where there is no such member.
fn member(value: &Value, key: &str) -> Value {
    match value {
        Value::Obj(object) => object.field(key).unwrap_or(Value::Null),
        _ => Value::Null,
    }
}

fn is_true(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}

/// `short_id`: the first twelve digits of an ID, or of that of an object.
pub(super) fn short_id(value: &Value) -> ValR {
    let id = match value {
        Value::Obj(object) => id_of(object),
        other => other.clone(),
    };
    match &id {
        Value::Null => Ok(Value::Null),
        Value::Str(id) => {
            let digits = id.split_once(':').map_or(&**id, |(_, digits)| digits);
            let end = digits.char_indices().nth(SHORT);
            Ok(Value::str(
                &digits[..end.map_or(digits.len(), |(at, _)| at)],
            ))
        }
        other => fail(format_args!("{} is no ID", other.type_name())),
    }
}

fn id_of(object: &Object) -> Value {
    let ids = ["Id", "ID", "id"].into_iter();
    let id = ids.filter_map(|key| object.field(key)).find(is_true);
    id.unwrap_or_else(|| {
        match self::object(object, "Actor") {
            Some(actor) => Some(member(&actor, "ID")).filter(is_true),
            None => None,
        }
        .unwrap_or(Value::Null)
    })
}

/// `name`: a container's name without its slash, an image's first tag, or what else names an object.
pub(super) fn name(value: &Value) -> ValR {
    let name = match value {
        Value::Obj(object) => name_of(object),
        Value::Null => None,
        Value::Str(name) => Some(name.clone()),
        other => return fail(format_args!("{} has no name", other.type_name())),
    };
    Ok(
        name.map_or(Value::Null, |name| match name.strip_prefix('/') {
            Some(rest) => Value::str(rest),
            None => Value::Str(name),
        }),
    )
}

fn name_of(object: &Object) -> Option<SharedStr> {
    let is_name = |name: &SharedStr| !name.is_empty() && !name.starts_with("<none>");
    let text = |value: Value| match value {
        Value::Str(text) => Some(text).filter(is_name),
        _ => None,
    };
    let items = |key: &str| match object.field(key) {
        Some(Value::Arr(items)) => Some(items),
        _ => None,
    };
    let first = |key: &str| items(key)?.iter().cloned().find_map(text);
    let named = || object.field("Names").and_then(|names| name_in(&names));
    let attributes = || Some(member(&self::object(object, "Actor")?, "Attributes"));
    let digest = || {
        let digests = items("RepoDigests")?;
        let mut digests = digests.iter().filter_map(Value::as_str);
        digests.find_map(|digest| {
            let repository = digest.split('@').next().unwrap_or_default();
            text(Value::from(format!("{repository}:<none>")))
        })
    };
    named()
        .or_else(|| text(object.field("Name")?))
        .or_else(|| text(object.field("name")?))
        .or_else(|| text(member(&self::object(object, "Spec")?, "Name")))
        .or_else(|| text(member(&attributes()?, "name")))
        .or_else(|| first("RepoTags"))
        .or_else(digest)
}

/// The name among those of a container: one without the names of links (`/web/db`), if there is any.
fn name_in(names: &Value) -> Option<SharedStr> {
    let is_name = |name: &&SharedStr| !name.is_empty() && !name.starts_with("<none>");
    let items = match names {
        Value::Arr(items) => items,
        Value::Str(name) => return Some(name).filter(is_name).cloned(),
        _ => return None,
    };
    let names = items.iter().filter_map(|item| match item {
        Value::Str(name) => Some(name),
        _ => None,
    });
    let is_own = |name: &&SharedStr| !name.chars().skip(1).any(|c| c == '/');
    let names = names.filter(is_name);
    let own = names.clone().find(is_own);
    own.or_else(|| names.clone().next()).cloned()
}

/// `_labels`: the labels of an object, or the map of labels itself.
pub(super) fn labels_of(value: &Value) -> ValR {
    let Value::Obj(object) = value else {
        return Ok(value.clone());
    };
    Ok(if let Some(labels) = object.field("Labels") {
        labels
    } else if let Some(inner) =
        self::object(object, "Config").or_else(|| self::object(object, "Spec"))
    {
        member(&inner, "Labels")
    } else {
        value.clone()
    })
}

/// `labels`: `k=v, k=v`
pub(super) fn labels(value: &Value) -> ValR {
    match labels_of(value)? {
        Value::Obj(labels) => {
            let labels = labels.iter().map(|(key, value)| pair(key, value));
            Ok(Value::from(labels.collect::<Vec<_>>().join(", ")))
        }
        other => Ok(other),
    }
}

/// `key=value`, the value as `tostring` gives it.
pub(super) fn pair(key: &str, value: &Value) -> String {
    match value {
        Value::Str(text) => format!("{key}={text}"),
        other => format!("{key}={}", other.to_json()),
    }
}

/// `labels($name)`: the value of one label.
pub(super) fn label(value: &Value, name: &Value) -> ValR {
    match labels_of(value)? {
        labels @ Value::Obj(_) => labels.get(name),
        _ => Ok(Value::Null),
    }
}
