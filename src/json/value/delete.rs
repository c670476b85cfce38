//! Deletes by paths, as `delpaths_sorted` and `jv_dels` in jq's `jv_aux.c` do: all deletions from one array or object
//! are made at once, because deleting one element moves those after it.

use std::rc::Rc;

use super::error::{ValR, ValueError};
use super::paths::{check_depth, resolve_index, slice_bounds, slice_range};
use super::types::{Array, Object, Value};

impl Value {
    /// The value without the elements that the paths name (`delpaths`).
    ///
    /// # Errors
    /// `paths` is not an array of paths, or a path does not fit the value.
    pub fn delete_paths(self, paths: &Self) -> ValR {
        let Self::Arr(paths) = paths else {
            return Err(ValueError::str("Paths must be specified as an array"));
        };
        let mut sorted: Vec<&Self> = paths.iter().collect();
        sorted.sort();
        let paths = sorted.into_iter().map(|path| match path {
            Self::Arr(path) => check_depth(path).map(|()| &path[..]),
            other => Err(ValueError::str(format_args!(
                "Path must be specified as array, not {}",
                other.type_name()
            ))),
        });
        let paths = paths.collect::<Result<Vec<_>, _>>()?;
        match paths.first() {
            None => Ok(self),
            Some([]) => Ok(Self::Null),
            Some(_) => delete_below(self, &paths),
        }
    }

    /// The value without `.[key]`.
    pub(super) fn delete_key(self, key: &Self) -> ValR {
        delete_keys(self, &[key])
    }
}

/// Deletes the elements that these paths name. The paths are sorted, and none is empty.
fn delete_below(mut value: Value, mut paths: &[&[Value]]) -> ValR {
    let mut keys = Vec::new();
    while let [[key, rest @ ..], ..] = paths {
        let same = |path: &&&[Value]| path.first() == Some(key);
        let count = 1 + paths[1..].iter().take_while(same).count();
        let (group, others) = paths.split_at(count);
        paths = others;
        if rest.is_empty() {
            keys.push(key);
        } else {
            value = delete_inside(value, key, group)?;
        }
    }
    delete_keys(value, &keys)
}

/// Deletes inside `.[key]`, with which all of the paths start.
fn delete_inside(mut value: Value, key: &Value, paths: &[&[Value]]) -> ValR {
    if matches!(value.get(key)?, Value::Null) {
        return Ok(value);
    }
    let rests: Vec<&[Value]> = paths.iter().map(|path| &path[1..]).collect();
    let child = delete_below(value.take(key)?, &rests)?;
    value.set(key, child)
}

/// Deletes direct elements of the value.
fn delete_keys(value: Value, keys: &[&Value]) -> ValR {
    match value {
        _ if keys.is_empty() => Ok(value),
        Value::Null => Ok(Value::Null),
        Value::Arr(array) => delete_elements(array, keys),
        Value::Obj(object) => delete_members(object, keys),
        other => Err(ValueError::str(format_args!(
            "Cannot delete fields from {}",
            other.type_name()
        ))),
    }
}

fn delete_elements(mut array: Rc<Array>, keys: &[&Value]) -> ValR {
    if let [Value::Num(n)] = keys {
        if let Some(i) = resolve_index(n, array.len()).filter(|i| *i < array.len()) {
            Rc::make_mut(&mut array).remove(i);
        }
        return Ok(Value::Arr(array));
    }
    let mut deleted = vec![false; array.len()];
    for key in keys {
        let range = match key {
            Value::Num(n) => resolve_index(n, array.len()).map_or(0..0, |i| i..i + 1),
            Value::Obj(key) => {
                let (start, end) = slice_bounds(key)?;
                slice_range(Some(start), Some(end), array.len())?
            }
            other => {
                return Err(ValueError::str(format_args!(
                    "Cannot delete {} element of array",
                    other.type_name()
                )));
            }
        };
        if let Some(elements) = deleted.get_mut(range) {
            elements.fill(true);
        }
    }
    let mut deleted = deleted.into_iter();
    Rc::make_mut(&mut array)
        .vec_mut()
        .retain(|_| deleted.next() != Some(true));
    Ok(Value::Arr(array))
}

fn delete_members(mut object: Rc<Object>, keys: &[&Value]) -> ValR {
    let members = Rc::make_mut(&mut object);
    match keys {
        [Value::Str(key)] => drop(members.remove(key)),
        _ => {
            let names = keys.iter().map(|key| match key {
                Value::Str(key) => Ok(&**key),
                other => Err(ValueError::str(format_args!(
                    "Cannot delete {} field of object",
                    other.type_name()
                ))),
            });
            let names = names.collect::<Result<Vec<&str>, _>>()?;
            members.retain(|name, _| names.binary_search(&&**name).is_err());
        }
    }
    Ok(Value::Obj(object))
}
