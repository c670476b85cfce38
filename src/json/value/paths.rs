//! Gets, sets and slices by path components and paths, as `jv_aux.c` of jq does.

use std::ops::Range;
use std::rc::Rc;

use super::error::{ValR, ValueError};
use super::num::Num;
use super::shared_str::SharedStr;
use super::types::{Array, Map, Value};
use crate::limits::MAX_DEPTH;

/// The highest index that may be set (jq's limit): setting it extends the array.
const MAX_INDEX: i64 = (i32::MAX >> 2) as i64;

impl Value {
    fn index_error<T>(&self, key: &Self) -> Result<T, ValueError> {
        Err(ValueError::str(format_args!(
            "Cannot index {} with {}",
            self.type_name(),
            key.describe()
        )))
    }

    /// The error of iterating over a value that is neither array nor object.
    pub fn iteration_error(&self) -> ValueError {
        ValueError::str(format_args!("Cannot iterate over {}", self.describe()))
    }

    /// `.[key]`: null where there is no such element.
    ///
    /// # Errors
    /// The key does not fit the type of the value.
    pub fn get(&self, key: &Self) -> ValR {
        Ok(match (self, key) {
            (Self::Obj(object), Self::Str(key)) => object.field(key).unwrap_or(Self::Null),
            (Self::Arr(array), Self::Num(n)) => resolve_index(n, array.len())
                .and_then(|i| array.get(i))
                .cloned()
                .unwrap_or(Self::Null),
            (Self::Null, Self::Str(_) | Self::Num(_) | Self::Obj(_)) => Self::Null,
            (Self::Arr(_) | Self::Str(_), Self::Obj(key)) => {
                let (start, end) = slice_bounds(key)?;
                return self.clone().slice(Some(start), Some(end));
            }
            (Self::Arr(array), Self::Arr(part)) => positions(array, part),
            _ => return self.index_error(key),
        })
    }

    /// `.[start:end]` of an array or string, in elements or characters; null of null. An array that nothing else refers
    /// to is cut in place, in time proportional to the elements that are removed.
    ///
    /// # Errors
    /// The value has another type, or a bound is not a number.
    pub fn slice(self, start: Option<&Self>, end: Option<&Self>) -> ValR {
        Ok(match self {
            Self::Null => Self::Null,
            Self::Arr(mut array) => {
                let range = slice_range(start, end, array.len())?;
                if range.len() == array.len() {
                    return Ok(Self::Arr(array));
                }
                match Rc::get_mut(&mut array) {
                    Some(array) => array.keep(range),
                    None => return Ok(Self::from(array[range].to_vec())),
                }
                Self::Arr(array)
            }
            Self::Str(text) => {
                let range = slice_range(start, end, text.char_count())?;
                Self::Str(characters(text, range))
            }
            _ => return self.index_error(&slice_key(start, end)),
        })
    }

    /// The value with `.[key]` set; null becomes an object or an array as the key requires.
    ///
    /// # Errors
    /// The key does not fit the type of the value, or is out of range.
    pub fn set(self, key: &Self, new: Self) -> ValR {
        match (self, key) {
            (Self::Null, Self::Str(_)) => Self::object::<&str>([]).set(key, new),
            (Self::Null, Self::Num(_) | Self::Obj(_)) => Self::from(Vec::new()).set(key, new),
            (Self::Obj(mut object), Self::Str(key)) => {
                Rc::make_mut(&mut object).insert(key.clone(), new);
                Ok(Self::Obj(object))
            }
            (Self::Arr(mut array), Self::Num(n)) => {
                set_element(Rc::make_mut(&mut array), n, new)?;
                Ok(Self::Arr(array))
            }
            (Self::Arr(mut array), Self::Obj(key)) => {
                let (start, end) = slice_bounds(key)?;
                let range = slice_range(Some(start), Some(end), array.len())?;
                let Self::Arr(new) = new else {
                    return Err(ValueError::str(
                        "A slice of an array can only be assigned another array",
                    ));
                };
                Rc::make_mut(&mut array)
                    .vec_mut()
                    .splice(range, new.iter().cloned());
                Ok(Self::Arr(array))
            }
            (Self::Str(_), Self::Obj(_)) => Err(ValueError::str("Cannot update string slices")),
            (Self::Arr(_), Self::Arr(_)) => Err(ValueError::str(
                "Cannot update field at array index of array",
            )),
            (value, key) => value.index_error(key),
        }
    }

    /// Takes `.[key]` out and leaves null in its place, so that it can be changed without a copy.
    ///
    /// # Errors
    /// The key does not fit the type of the value.
    pub fn take(&mut self, key: &Self) -> ValR {
        let found = match (&mut *self, key) {
            (Self::Obj(object), Self::Str(key)) => Rc::make_mut(object).get_mut(key),
            (Self::Arr(array), Self::Num(n)) => {
                let index = resolve_index(n, array.len());
                index.and_then(|i| Rc::make_mut(array).get_mut(i))
            }
            _ => return self.get(key),
        };
        Ok(found.map_or(Self::Null, |found| std::mem::replace(found, Self::Null)))
    }

    /// The value with the one at `path` replaced (`setpath`).
    ///
    /// # Errors
    /// A component does not fit the value it is applied to, or the path is longer than [`MAX_DEPTH`].
    pub fn set_path(mut self, path: &[Self], new: Self) -> ValR {
        check_depth(path)?;
        match path {
            [] => Ok(new),
            [key] => self.set(key, new),
            [key, rest @ ..] => {
                if let Some(old) = self.find_mut(path) {
                    *old = new;
                    return Ok(self);
                }
                let child = self.take(key)?;
                let may_fail = matches!(child, Self::Null) || matches!(key, Self::Arr(_));
                if may_fail && !matches!(key, Self::Obj(_)) {
                    // As jq does, so that an index that cannot be set is the error, and not one behind it.
                    self = self.set(key, Self::Null)?;
                }
                self.set(key, child.set_path(rest, new)?)
            }
        }
    }

    /// The value with the one at `path` changed by `update`, which may change it without a copy: it is taken out of this
    /// value meanwhile.
    ///
    /// # Errors
    /// Those of `update` and [`Value::set_path`].
    pub fn update_path<E: From<ValueError>>(
        mut self,
        path: &[Self],
        update: impl FnOnce(Self) -> Result<Self, E>,
    ) -> Result<Self, E> {
        check_depth(path)?;
        if let Some(place) = self.find_mut(path) {
            let old = std::mem::take(place);
            *place = update(old)?;
            return Ok(self);
        }
        let old = self.take_path(path)?;
        Ok(self.set_path(path, update(old)?)?)
    }

    /// The value at a path of keys and indices, if all of them are there. What is shared on the way is copied.
    fn find_mut(&mut self, path: &[Self]) -> Option<&mut Self> {
        path.iter().try_fold(self, |value, key| match (value, key) {
            (Self::Obj(object), Self::Str(key)) => Rc::make_mut(object).get_mut(key),
            (Self::Arr(array), Self::Num(n)) => {
                let index = resolve_index(n, array.len())?;
                Rc::make_mut(array).get_mut(index)
            }
            _ => None,
        })
    }

    /// Takes the value at `path` out and leaves null in its place, if it is there.
    fn take_path(&mut self, path: &[Self]) -> ValR {
        let [key, rest @ ..] = path else {
            return Ok(std::mem::replace(self, Self::Null));
        };
        let mut child = self.take(key)?;
        // A slice is a copy, which need not be put back.
        if rest.is_empty() || matches!(child, Self::Null) || matches!(key, Self::Obj(_)) {
            return child.get_path(rest);
        }
        let found = child.take_path(rest)?;
        *self = std::mem::replace(self, Self::Null).set(key, child)?;
        Ok(found)
    }

    /// The value at `path`: null if the path leads nowhere (`getpath`).
    ///
    /// # Errors
    /// A component does not fit the value it is applied to, or the path is longer than [`MAX_DEPTH`].
    pub fn get_path(&self, path: &[Self]) -> ValR {
        check_depth(path)?;
        path.iter()
            .try_fold(self.clone(), |value, key| value.get(key))
    }
}

/// Refuses paths that would create values nested deeper than [`MAX_DEPTH`].
pub(super) fn check_depth(path: &[Value]) -> Result<(), ValueError> {
    if path.len() > MAX_DEPTH {
        Err(ValueError::str("Path too deep"))
    } else {
        Ok(())
    }
}

/// The bounds in the path component `{"start": …, "end": …}`. Both keys are required; null is an open end.
pub(super) fn slice_bounds(key: &Map) -> Result<(&Value, &Value), ValueError> {
    match (key.get("start"), key.get("end")) {
        (Some(start), Some(end)) => Ok((start, end)),
        _ => Err(not_integers()),
    }
}

fn not_integers() -> ValueError {
    ValueError::str("Array/string slice indices must be integers")
}

/// The path component of a slice.
fn slice_key(start: Option<&Value>, end: Option<&Value>) -> Value {
    let bound = |bound: Option<&Value>| bound.cloned().unwrap_or(Value::Null);
    Value::object([("start", bound(start)), ("end", bound(end))])
}

/// The position that an index names in an array of `len` elements: truncated to an integer, and counted from the end if
/// it is negative. `None` in front of the array and for NaN.
pub(super) fn resolve_index(index: &Num, len: usize) -> Option<usize> {
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

fn set_element(elements: &mut Array, index: &Num, new: Value) -> Result<(), ValueError> {
    let double = index.as_f64();
    if double.is_nan() {
        return Err(ValueError::str("Cannot set array element at NaN index"));
    }
    if double > MAX_INDEX as f64 {
        return Err(ValueError::str("Array index too large"));
    }
    let Some(i) = resolve_index(index, elements.len()) else {
        return Err(ValueError::str("Out of bounds negative array index"));
    };
    if let Some(element) = elements.get_mut(i) {
        *element = new;
    } else {
        elements.extend_to(i);
        elements.push(new);
    }
    Ok(())
}

/// The range that a slice covers: the start rounded down, the end rounded up, both clipped to `len`.
pub(super) fn slice_range(
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

/// The characters of a string in this range.
fn characters(text: SharedStr, range: Range<usize>) -> SharedStr {
    let bytes = text.byte_range(&range);
    if bytes.len() == text.len() {
        return text;
    }
    SharedStr::from(&text[bytes])
}

/// The indices at which `part` starts inside `elements`.
fn positions(elements: &[Value], part: &[Value]) -> Value {
    if part.is_empty() {
        return Value::from(Vec::new());
    }
    let windows = elements.windows(part.len()).enumerate();
    windows
        .filter(|(_, window)| *window == part)
        .map(|(i, _)| Value::from(i))
        .collect()
}
