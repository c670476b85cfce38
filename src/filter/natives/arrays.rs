//! Builtins on types, arrays and objects: `length`, `keys`, `has`, `contains`, `flatten` and the like.

use std::cmp::Ordering;

use jaq_core::box_iter::box_once;

use super::native::{NativeCall, NativeEntry, NativeFn, Outputs, fail, function, one};
use dq_json::value::{Array, MAX_DEPTH, Map, Num, SharedStr, ValR, Value, ValueError};

pub(super) const TABLE: &[NativeEntry] = &[
    ("true", "", function!(|_value| Ok(Value::Bool(true)))),
    ("false", "", function!(|_value| Ok(Value::Bool(false)))),
    ("null", "", function!(|_value| Ok(Value::Null))),
    (
        "type",
        "",
        function!(|value| Ok(Value::str(value.type_name()))),
    ),
    ("length", "", function!(|value| length(value))),
    ("keys", "", function!(|value| keys(&value, true))),
    ("keys_unsorted", "", function!(|value| keys(&value, false))),
    ("has", "v", function!(|value, key| has(&value, &key))),
    (
        "contains",
        "v",
        function!(|value, part| contains(&value, &part)),
    ),
    (
        "_indices",
        "v",
        function!(|value, part| indices(&value, &part)),
    ),
    (
        "_strindices",
        "v",
        function!(|value, part| string_indices(&value, &part)),
    ),
    (
        "_flatten",
        "v",
        function!(|value, argument| flatten(value, argument)),
    ),
    (
        "_bsearch",
        "v",
        function!(|value, target| bsearch(&value, &target)),
    ),
    ("_foreach", "fff", NativeFn::Filter(foreach)),
    ("_last_or_null", "f", NativeFn::Filter(last_or_null)),
];

/// jq's `length`: of a string its code points, of a number its absolute value, of null 0.
///
/// # Errors
/// If the value is a boolean.
pub(crate) fn length(value: Value) -> ValR {
    Ok(match value {
        Value::Null => Value::from(0usize),
        Value::Bool(_) => return fail(format_args!("{} has no length", value.describe())),
        Value::Num(n) => Value::Num(n.abs()),
        Value::Str(text) => Value::from(text.char_count()),
        Value::Arr(items) => Value::from(items.len()),
        Value::Obj(map) => Value::from(map.len()),
    })
}

pub(super) fn keys(value: &Value, sorted: bool) -> ValR {
    match value {
        Value::Arr(items) => Ok((0..items.len()).map(Value::from).collect()),
        Value::Obj(map) => {
            let mut keys: Vec<SharedStr> = map.keys().cloned().collect();
            if sorted {
                keys.sort_unstable();
            }
            Ok(keys.into_iter().map(Value::Str).collect())
        }
        _ => fail(format_args!("{} has no keys", value.describe())),
    }
}

fn has(value: &Value, key: &Value) -> ValR {
    match (value, key) {
        (Value::Null, _) => Ok(Value::Bool(false)),
        (Value::Obj(map), Value::Str(key)) => Ok(Value::Bool(map.contains_key(key))),
        (Value::Arr(items), Value::Num(n)) => {
            let index = n.as_f64().trunc();
            Ok(Value::Bool(index >= 0.0 && (index as usize) < items.len()))
        }
        _ => fail(format_args!(
            "Cannot check whether {} has a {} key",
            value.type_name(),
            key.type_name()
        )),
    }
}

pub(super) fn contains(value: &Value, part: &Value) -> ValR {
    if value.type_order() != part.type_order() {
        return fail(format_args!(
            "{} and {} cannot have their containment checked",
            value.describe(),
            part.describe()
        ));
    }
    includes(value, part, 0).map(Value::Bool)
}

/// Whether one of the items includes the part.
fn any_includes(items: &[Value], part: &Value, depth: usize) -> Result<bool, ValueError> {
    if matches!(part, Value::Num(_) | Value::Null | Value::Bool(_)) {
        return Ok(items.contains(part));
    }
    for item in items {
        if includes(item, part, depth)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn includes(value: &Value, part: &Value, depth: usize) -> Result<bool, ValueError> {
    if depth > MAX_DEPTH {
        return fail("Containment check too deep");
    }
    Ok(match (value, part) {
        (Value::Obj(map), Value::Obj(parts)) => {
            for (key, part) in parts.iter() {
                match map.get(key) {
                    Some(value) if includes(value, part, depth + 1)? => {}
                    _ => return Ok(false),
                }
            }
            true
        }
        (Value::Arr(items), Value::Arr(parts)) => {
            for part in parts.iter() {
                if !any_includes(items, part, depth + 1)? {
                    return Ok(false);
                }
            }
            true
        }
        (Value::Str(text), Value::Str(part)) => text.contains(&**part),
        _ => value == part,
    })
}

/// jq's internal function behind `indices` of strings.
fn string_indices(value: &Value, part: &Value) -> ValR {
    match (value, part) {
        (Value::Str(text), Value::Str(part)) => Ok(text_indices(text, part)),
        (Value::Str(_), part) => fail(format_args!("{} is not a string", part.describe())),
        (value, _) => fail(format_args!(
            "{} cannot be searched, as it is not a string",
            value.describe()
        )),
    }
}

fn indices(value: &Value, part: &Value) -> ValR {
    match (value, part) {
        (Value::Str(text), Value::Str(part)) => Ok(text_indices(text, part)),
        (Value::Arr(_), Value::Arr(_)) => value.get(part),
        (Value::Arr(items), part) => Ok(items
            .iter()
            .enumerate()
            .filter(|(_, item)| *item == part)
            .map(|(i, _)| Value::from(i))
            .collect()),
        (value, part) => value.get(part),
    }
}

/// The offsets of all occurrences of `part`, in code points; occurrences may overlap.
fn text_indices(text: &str, part: &str) -> Value {
    let mut found = Vec::new();
    let (mut bytes, mut characters) = (0, 0);
    while let Some(next) = Some(part)
        .filter(|part| !part.is_empty())
        .and_then(|part| text[bytes..].find(part))
    {
        characters += text[bytes..bytes + next].chars().count();
        found.push(Value::from(characters));
        bytes += next
            + text[bytes + next..]
                .chars()
                .next()
                .map_or(1, char::len_utf8);
        characters += 1;
    }
    Value::from(found)
}

fn flatten(value: Value, depth: Value) -> ValR {
    let depth = match &depth {
        Value::Num(n) => n.as_f64(),
        _ => return flatten_by_non_number(&value, depth),
    };
    let mut flat = Vec::new();
    match value {
        Value::Arr(items) => flatten_into(Array::unshared(items), depth, &mut flat),
        Value::Obj(map) => flatten_into(map.values().cloned().collect(), depth, &mut flat),
        other => return Err(other.iteration_error()),
    }
    Ok(Value::from(flat))
}

/// `flatten` with a depth that is not a number: an error, but only if there is an array to flatten.
fn flatten_by_non_number(value: &Value, depth: Value) -> ValR {
    let is_array = |item: &Value| matches!(item, Value::Arr(_));
    let has_nested = match value {
        Value::Arr(items) => items.iter().any(is_array),
        Value::Obj(map) => map.values().any(is_array),
        other => return Err(other.iteration_error()),
    };
    if has_nested {
        depth - Value::from(1usize)
    } else {
        flatten(value.clone(), Value::from(0usize))
    }
}

fn flatten_into(items: Vec<Value>, depth: f64, flat: &mut Vec<Value>) {
    for item in items {
        match item {
            Value::Arr(inner) if depth != 0.0 => {
                flatten_into(Array::unshared(inner), depth - 1.0, flat);
            }
            other => flat.push(other),
        }
    }
}

/// The index of the target in a sorted array; if it is missing, `-1 - index` of the place to insert it.
fn bsearch(value: &Value, target: &Value) -> ValR {
    let Value::Arr(items) = value else {
        return fail(format_args!("{} cannot be searched from", value.describe()));
    };
    let (mut start, mut end) = (0, items.len());
    while start < end {
        let middle = start + (end - start) / 2;
        match target.cmp(&items[middle]) {
            Ordering::Equal => return Ok(Value::from(middle)),
            Ordering::Less => end = middle,
            Ordering::Greater => start = middle + 1,
        }
    }
    Ok(Value::Num(Num::from(-1 - start as i64)))
}

/// The last output of a filter, null if it has none.
fn last_or_null(mut cv: NativeCall) -> Outputs {
    let (filter, context) = cv.0.pop_fun();
    let last = filter
        .run((context, cv.1))
        .try_fold(Value::Null, |_, output| output);
    box_once(last)
}

/// `foreach` for a body that may have no output or several. The source gives items; the body takes `[state, item]`, and
/// each of its outputs is emitted as `[output, item]`. The last one is the next state, null if there is none.
fn foreach(mut cv: NativeCall) -> Outputs {
    let (body, in_body) = cv.0.pop_fun();
    let (start, in_start) = cv.0.pop_fun();
    let (source, in_source) = cv.0.pop_fun();
    let starts = start.run((in_start, cv.1.clone()));
    Box::new(starts.flat_map(move |start| match start {
        Ok(start) => {
            let items = source.run((in_source.clone(), cv.1.clone()));
            let in_body = in_body.clone();
            foreach_from(start, items, move |input| {
                body.run((in_body.clone(), input))
            })
        }
        Err(error) => box_once(Err(error)),
    }))
}

fn foreach_from<'a>(
    mut state: Value,
    mut items: Outputs<'a>,
    body: impl Fn(Value) -> Outputs<'a> + 'a,
) -> Outputs<'a> {
    let pair = |value, item: &Value| Value::from(vec![value, item.clone()]);
    let mut running: Option<(Value, Outputs)> = None;
    Box::new(std::iter::from_fn(move || {
        loop {
            if let Some((item, outputs)) = &mut running {
                match outputs.next() {
                    Some(Ok(output)) => {
                        state = output.clone();
                        return Some(Ok(pair(output, item)));
                    }
                    Some(error) => return Some(error),
                    None => running = None,
                }
            }
            let item = match items.next()? {
                Ok(item) => item,
                Err(error) => return Some(Err(error)),
            };
            let outputs = body(pair(std::mem::replace(&mut state, Value::Null), &item));
            running = Some((item, outputs));
        }
    }))
}

/// An object with these entries, in this order.
pub(super) fn object(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::from(
        entries
            .into_iter()
            .map(|(key, value)| (SharedStr::from(key), value))
            .collect::<Map>(),
    )
}
