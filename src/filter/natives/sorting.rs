//! Sorting, grouping, minimum and maximum, by keys that were computed before (in jq: `_sort_by_impl` and the like).

use std::cmp::Ordering;

use super::native::{NativeEntry, NativeFn, fail, function, one};
use crate::builtins::Intrinsic;
use dq_json::value::{self, Array, ValR, Value};

pub(super) const TABLE: &[NativeEntry] = &[
    ("sort", "", function!(|input| plain(input, value::sort))),
    ("unique", "", function!(|input| plain(input, value::unique))),
    (
        "_sort_by",
        "v",
        function!(|input, keys| sort_by(input, keys)),
    ),
    (
        "_group_by",
        "v",
        function!(|input, keys| group_by(input, keys)),
    ),
    (
        "_unique_by",
        "v",
        function!(|input, keys| unique_by(input, keys)),
    ),
    (
        "min",
        "",
        function!(|input| extreme(&input, &input, Ordering::is_lt)),
    ),
    (
        "max",
        "",
        function!(|input| extreme(&input, &input, Ordering::is_ge)),
    ),
    (
        "_min_by",
        "v",
        function!(|input, keys| min_by(&input, &keys)),
    ),
    (
        "_max_by",
        "v",
        function!(|input, keys| max_by(&input, &keys)),
    ),
];

fn plain(value: Value, arrange: fn(Vec<Value>) -> Vec<Value>) -> ValR {
    match value {
        Value::Arr(items) => Ok(Value::from(arrange(Array::unshared(items)))),
        other => fail(format_args!(
            "{} cannot be sorted, as it is not an array",
            other.describe()
        )),
    }
}

/// Arranges an array by the array of its elements' keys.
///
/// # Errors
/// If one of them is not an array.
pub(crate) type ByKeyFn = fn(Value, Value) -> ValR;

/// What `sort_by`, `group_by` and `unique_by` do with elements and their keys, and the number of arrays around each
/// element of the output.
pub(crate) fn by_key(builtin: Intrinsic) -> Option<(ByKeyFn, usize)> {
    Some(match builtin {
        Intrinsic::SortBy => (sort_by, 1),
        Intrinsic::GroupBy => (group_by, 2),
        Intrinsic::UniqueBy => (unique_by, 1),
        _ => return None,
    })
}

fn sort_by(items: Value, keys: Value) -> ValR {
    keyed(items, keys, value::sort_by_keys)
}

fn group_by(items: Value, keys: Value) -> ValR {
    keyed(items, keys, value::group_by_keys)
}

fn unique_by(items: Value, keys: Value) -> ValR {
    keyed(items, keys, value::unique_by_keys)
}

fn keyed(items: Value, keys: Value, arrange: fn(Vec<Value>, &[Value]) -> Vec<Value>) -> ValR {
    match (items, keys) {
        (Value::Arr(items), Value::Arr(keys)) if items.len() == keys.len() => {
            Ok(Value::from(arrange(Array::unshared(items), &keys)))
        }
        (value, keys) => fail(format_args!(
            "{} and {} cannot be sorted, as they are not both arrays",
            value.describe(),
            keys.describe()
        )),
    }
}

/// The first of the elements with the smallest key.
pub(crate) fn min_by(value: &Value, keys: &Value) -> ValR {
    extreme(value, keys, Ordering::is_lt)
}

/// The last of the elements with the largest key.
pub(crate) fn max_by(value: &Value, keys: &Value) -> ValR {
    extreme(value, keys, Ordering::is_ge)
}

/// `min` and `max`: the element whose key replaces all before it; null if there are no elements.
fn extreme(value: &Value, keys: &Value, replaces: fn(Ordering) -> bool) -> ValR {
    let what = match (value, keys) {
        (Value::Arr(items), Value::Arr(keys)) if items.len() == keys.len() => {
            let pairs = keys.iter().zip(items.iter());
            let best = pairs.reduce(|best, pair| {
                if replaces(pair.0.cmp(best.0)) {
                    pair
                } else {
                    best
                }
            });
            return Ok(best.map_or(Value::Null, |(_, item)| item.clone()));
        }
        (Value::Arr(_), Value::Arr(_)) => "have wrong length",
        _ => "cannot be iterated over",
    };
    fail(format_args!(
        "{} and {} {what}",
        value.describe(),
        keys.describe()
    ))
}
