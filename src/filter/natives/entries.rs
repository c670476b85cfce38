//! Builtins that turn objects into arrays of entries and back, and arrays around: `to_entries`, `transpose` and the like.

use std::cmp::Ordering;

use super::arrays::length;
use super::native::{NativeEntry, NativeFn, fail, function, one};
use dq_json::value::{Array, Map, SharedStr, ValR, Value, ValueError};

pub(super) const TABLE: &[NativeEntry] = &[
    ("to_entries", "", function!(|value| to_entries(value))),
    ("from_entries", "", function!(|value| from_entries(value))),
    ("transpose", "", function!(|value| transpose(&value))),
    ("_reverse", "", function!(|value| reverse(value))),
];

/// `[keys_unsorted[] as $k | {key: $k, value: .[$k]}]`
fn to_entries(value: Value) -> ValR {
    let (name, content) = (SharedStr::from("key"), SharedStr::from("value"));
    let entry = |key, value| {
        let mut entry = Map::with_capacity(2);
        entry.insert(name.clone(), key);
        entry.insert(content.clone(), value);
        Value::from(entry)
    };
    Ok(match value {
        Value::Obj(object) => {
            let members = std::rc::Rc::unwrap_or_clone(object).into_map().into_iter();
            members.map(|(k, v)| entry(Value::Str(k), v)).collect()
        }
        Value::Arr(items) => {
            let items = Array::unshared(items).into_iter().enumerate();
            items.map(|(i, item)| entry(Value::from(i), item)).collect()
        }
        other => return fail(format_args!("{} has no keys", other.describe())),
    })
}

/// `map({(.key // .Key // .name // .Name): (if has("value") then .value else .Value end)}) | add // {}`
fn from_entries(value: Value) -> ValR {
    let mut members = Map::default();
    let mut add = |entry: &Value| -> Result<(), ValueError> {
        let (key, value) = key_and_value(entry)?;
        match key {
            Value::Str(key) => members.insert(key, value),
            other => {
                return fail(format_args!(
                    "Cannot use {} as object key",
                    other.describe()
                ));
            }
        };
        Ok(())
    };
    match &value {
        Value::Arr(entries) => entries.iter().try_for_each(&mut add),
        Value::Obj(entries) => entries.values().try_for_each(&mut add),
        other => Err(other.iteration_error()),
    }?;
    Ok(Value::from(members))
}

fn key_and_value(entry: &Value) -> Result<(Value, Value), ValueError> {
    let Value::Obj(object) = entry else {
        // An error unless the entry is null.
        return Ok((entry.get(&Value::str("key"))?, Value::Null));
    };
    let is_true = |key: &Value| !matches!(key, Value::Null | Value::Bool(false));
    let names = ["key", "Key", "name"].into_iter();
    let mut keys = names.filter_map(|name| object.field(name)).filter(is_true);
    let key = keys.next().or_else(|| object.field("Name"));
    let value = object.field("value").or_else(|| object.field("Value"));
    Ok((key.unwrap_or_default(), value.unwrap_or_default()))
}

/// `[range(0; map(length) | max // 0) as $i | [.[][$i]]]`
fn transpose(value: &Value) -> ValR {
    let rows: Vec<&Value> = match value {
        Value::Arr(rows) => rows.iter().collect(),
        Value::Obj(rows) => rows.values().collect(),
        other => return Err(other.iteration_error()),
    };
    let zero = Value::from(0usize);
    let mut longest = zero.clone();
    for row in &rows {
        let length = length((*row).clone())?;
        if length.cmp(&longest) == Ordering::Greater {
            longest = length;
        }
    }
    let mut columns = Vec::new();
    for i in (0..).map(Value::from as fn(usize) -> Value) {
        if i.cmp(&longest) != Ordering::Less {
            break;
        }
        let column: Result<Vec<Value>, _> = rows.iter().map(|row| row.get(&i)).collect();
        columns.push(Value::from(column?));
    }
    Ok(Value::from(columns))
}

/// The elements of an array from the last to the first.
fn reverse(value: Value) -> ValR {
    match value {
        Value::Arr(items) => {
            let mut items = Array::unshared(items);
            items.reverse();
            Ok(Value::from(items))
        }
        other => fail(format_args!("Cannot reverse {}", other.describe())),
    }
}
