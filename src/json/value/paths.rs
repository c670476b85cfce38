//! Reading, setting and deleting what a path component names, as jq's `jv_aux.c` does.

use std::ops::Range;
use std::rc::Rc;

use super::{MAX_DEPTH, Map, Num, ValR, Value, ValueError};

/// Longest array an index may create (jq's limit).
const MAX_INDEX: i64 = (i32::MAX >> 2) as i64;

impl Value {
    fn cannot_index<T>(&self, key: &Self) -> Result<T, ValueError> {
        Err(ValueError::str(format_args!(
            "Cannot index {} with {}",
            self.type_name(),
            key.describe()
        )))
    }

    /// The error of iterating over something without elements.
    pub fn iteration_error(&self) -> ValueError {
        ValueError::str(format_args!("Cannot iterate over {}", self.describe()))
    }

    /// `.[key]`, null where there is nothing.
    pub fn get(&self, key: &Self) -> ValR {
        Ok(match (self, key) {
            (Self::Obj(map), Self::Str(key)) => map.field(key).unwrap_or(Self::Null),
            (Self::Arr(items), Self::Num(n)) => element(n, items.len())
                .and_then(|i| items.get(i))
                .cloned()
                .unwrap_or(Self::Null),
            (Self::Null, Self::Str(_) | Self::Num(_) | Self::Obj(_)) => Self::Null,
            (Self::Arr(_) | Self::Str(_), Self::Obj(key)) => {
                let (start, end) = slice_bounds(key)?;
                return self.slice(Some(start), Some(end));
            }
            (Self::Arr(items), Self::Arr(part)) => positions(items, part),
            _ => return self.cannot_index(key),
        })
    }

    /// `.[start:end]` of an array or string; null of null.
    pub fn slice(&self, start: Option<&Self>, end: Option<&Self>) -> ValR {
        Ok(match self {
            Self::Null => Self::Null,
            Self::Arr(items) => Self::from(items[bounds(start, end, items.len())?].to_vec()),
            Self::Str(text) => {
                let range = bounds(start, end, text.chars().count())?;
                Self::str(characters(text, range))
            }
            _ => return self.cannot_index(&slice_key(start, end)),
        })
    }

    /// The value with `.[key]` set; null grows into an object or an array as the key asks.
    pub fn set(self, key: &Self, new: Self) -> ValR {
        match (self, key) {
            (Self::Null, Self::Str(_)) => Self::object::<&str>([]).set(key, new),
            (Self::Null, Self::Num(_) | Self::Obj(_)) => Self::from(Vec::new()).set(key, new),
            (Self::Obj(mut map), Self::Str(key)) => {
                Rc::make_mut(&mut map).insert(key.clone(), new);
                Ok(Self::Obj(map))
            }
            (Self::Arr(mut items), Self::Num(n)) => {
                set_element(&mut *Rc::make_mut(&mut items), n, new)?;
                Ok(Self::Arr(items))
            }
            (Self::Arr(mut items), Self::Obj(key)) => {
                let (start, end) = slice_bounds(key)?;
                let range = bounds(Some(start), Some(end), items.len())?;
                let Self::Arr(new) = new else {
                    return Err(ValueError::str(
                        "A slice of an array can only be assigned another array",
                    ));
                };
                Rc::make_mut(&mut items).splice(range, new.iter().cloned());
                Ok(Self::Arr(items))
            }
            (Self::Str(_), Self::Obj(_)) => Err(ValueError::str("Cannot update string slices")),
            (Self::Arr(_), Self::Arr(_)) => Err(ValueError::str(
                "Cannot update field at array index of array",
            )),
            (value, key) => value.cannot_index(key),
        }
    }

    /// Takes `.[key]` out, leaving null in its place, so that it can be changed without a copy.
    pub fn take(&mut self, key: &Self) -> ValR {
        let found = match (&mut *self, key) {
            (Self::Obj(map), Self::Str(key)) => Rc::make_mut(map).get_mut(key),
            (Self::Arr(items), Self::Num(n)) => {
                let index = element(n, items.len());
                index.and_then(|i| Rc::make_mut(items).get_mut(i))
            }
            _ => return self.get(key),
        };
        Ok(found.map_or(Self::Null, |found| std::mem::replace(found, Self::Null)))
    }

    /// The value with the one at `path` replaced (`setpath`).
    pub fn set_path(mut self, path: &[Self], new: Self) -> ValR {
        check_depth(path)?;
        match path {
            [] => Ok(new),
            [key] => self.set(key, new),
            [key, rest @ ..] => {
                let child = self.take(key)?.set_path(rest, new)?;
                self.set(key, child)
            }
        }
    }

    /// The value at `path`, null where it ends early (`getpath`).
    pub fn get_path(&self, path: &[Self]) -> ValR {
        check_depth(path)?;
        path.iter()
            .try_fold(self.clone(), |value, key| value.get(key))
    }
}

pub(super) fn check_depth(path: &[Value]) -> Result<(), ValueError> {
    if path.len() > MAX_DEPTH {
        Err(ValueError::str("Path too deep"))
    } else {
        Ok(())
    }
}

/// The bounds in the path component `{"start": …, "end": …}`; both must be there, null for an open end.
pub(super) fn slice_bounds(key: &Map) -> Result<(&Value, &Value), ValueError> {
    match (key.get("start"), key.get("end")) {
        (Some(start), Some(end)) => Ok((start, end)),
        _ => Err(not_integers()),
    }
}

fn not_integers() -> ValueError {
    ValueError::str("Array/string slice indices must be integers")
}

fn slice_key(start: Option<&Value>, end: Option<&Value>) -> Value {
    let bound = |bound: Option<&Value>| bound.cloned().unwrap_or(Value::Null);
    Value::object([("start", bound(start)), ("end", bound(end))])
}

/// The place in an array of `len` elements that an index names: cut to an integer, counted from the end if negative.
pub(super) fn element(index: &Num, len: usize) -> Option<usize> {
    let index = match index {
        Num::Int(i) => *i,
        other => Some(other.as_f64())
            .filter(|x| !x.is_nan())
            .map(|x| x as i64)?,
    };
    let from_end = if index < 0 {
        index.checked_add(len as i64)?
    } else {
        index
    };
    usize::try_from(from_end).ok()
}

fn set_element(items: &mut Vec<Value>, index: &Num, new: Value) -> Result<(), ValueError> {
    let double = index.as_f64();
    if double.is_nan() {
        return Err(ValueError::str("Cannot set array element at NaN index"));
    }
    if double > MAX_INDEX as f64 {
        return Err(ValueError::str("Array index too large"));
    }
    let Some(i) = element(index, items.len()) else {
        return Err(ValueError::str("Out of bounds negative array index"));
    };
    if i >= items.len() {
        items.resize(i + 1, Value::Null);
    }
    items[i] = new;
    Ok(())
}

/// The range a slice covers: the start rounded down, the end up, both clipped.
pub(super) fn bounds(
    start: Option<&Value>,
    end: Option<&Value>,
    len: usize,
) -> Result<Range<usize>, ValueError> {
    let bound = |bound: Option<&Value>, default: f64, round: fn(f64) -> f64| match bound {
        None | Some(Value::Null) => Ok(default),
        Some(Value::Num(n)) => {
            let x = if n.as_f64().is_nan() {
                default
            } else {
                n.as_f64()
            };
            Ok(round(if x < 0.0 { x + len as f64 } else { x }).clamp(0.0, len as f64))
        }
        Some(_) => Err(not_integers()),
    };
    let (start, end) = (
        bound(start, 0.0, f64::floor)? as usize,
        bound(end, len as f64, f64::ceil)? as usize,
    );
    Ok(start..end.max(start))
}

fn characters(text: &str, range: Range<usize>) -> &str {
    if text.is_ascii() {
        return &text[range];
    }
    let mut offsets = text
        .char_indices()
        .map(|(offset, _)| offset)
        .chain([text.len()]);
    let start = offsets.nth(range.start).unwrap_or(text.len());
    let end = if range.is_empty() {
        start
    } else {
        offsets.nth(range.len() - 1).unwrap_or(text.len())
    };
    &text[start..end]
}

/// Where `part` begins inside `items`.
pub(super) fn positions(items: &[Value], part: &[Value]) -> Value {
    if part.is_empty() {
        return Value::from(Vec::new());
    }
    let windows = items.windows(part.len()).enumerate();
    windows
        .filter(|(_, window)| *window == part)
        .map(|(i, _)| Value::from(i))
        .collect()
}
