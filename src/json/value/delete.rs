//! Deleting what paths name, as `delpaths_sorted` and `jv_dels` of jq's `jv_aux.c` do: everything that goes from one
//! array or object goes at once, so that no index moves while others are still to be looked up.

use std::rc::Rc;

use super::paths::{bounds, check_depth, element, slice_bounds};
use super::{Array, Object, ValR, Value, ValueError};

impl Value {
    /// The value without what the paths name (`delpaths`).
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

    /// The value without what `key` names.
    pub fn without(self, key: &Self) -> ValR {
        delete_keys(self, &[key])
    }
}

/// Deletes along sorted paths, none of them empty.
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

/// Deletes parts of what `key` names.
fn delete_inside(mut value: Value, key: &Value, paths: &[&[Value]]) -> ValR {
    if matches!(value.get(key)?, Value::Null) {
        return Ok(value);
    }
    let rests: Vec<&[Value]> = paths.iter().map(|path| &path[1..]).collect();
    let child = delete_below(value.take(key)?, &rests)?;
    value.set(key, child)
}

fn delete_keys(value: Value, keys: &[&Value]) -> ValR {
    match value {
        _ if keys.is_empty() => Ok(value),
        Value::Null => Ok(Value::Null),
        Value::Arr(items) => delete_elements(items, keys),
        Value::Obj(map) => delete_fields(map, keys),
        other => Err(ValueError::str(format_args!(
            "Cannot delete fields from {}",
            other.type_name()
        ))),
    }
}

fn delete_elements(mut items: Rc<Array>, keys: &[&Value]) -> ValR {
    let mut gone = vec![false; items.len()];
    for key in keys {
        let range = match key {
            Value::Num(n) => element(n, items.len()).map_or(0..0, |i| i..i + 1),
            Value::Obj(key) => {
                let (start, end) = slice_bounds(key)?;
                bounds(Some(start), Some(end), items.len())?
            }
            other => {
                return Err(ValueError::str(format_args!(
                    "Cannot delete {} element of array",
                    other.type_name()
                )));
            }
        };
        if let Some(places) = gone.get_mut(range) {
            places.fill(true);
        }
    }
    let mut gone = gone.into_iter();
    Rc::make_mut(&mut items).retain(|_| gone.next() != Some(true));
    Ok(Value::Arr(items))
}

fn delete_fields(mut map: Rc<Object>, keys: &[&Value]) -> ValR {
    let fields = Rc::make_mut(&mut map);
    match keys {
        [Value::Str(key)] => drop(fields.shift_remove(key)),
        _ => {
            let names = keys.iter().map(|key| match key {
                Value::Str(key) => Ok(&**key),
                other => Err(ValueError::str(format_args!(
                    "Cannot delete {} field of object",
                    other.type_name()
                ))),
            });
            let names = names.collect::<Result<Vec<&str>, _>>()?;
            fields.retain(|name, _| names.binary_search(&&**name).is_err());
        }
    }
    Ok(Value::Obj(map))
}
