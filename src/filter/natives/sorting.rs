//! Sorting, grouping, minimum and maximum, by keys that were computed before (in jq: `_sort_by_impl` and the like).

use std::cmp::Ordering;

use super::native::{NativeEntry, NativeFn, fail, function, one};
use crate::builtins::Intrinsic;
use dq_json::value::{ValR, Value};

pub(super) const TABLE: &[NativeEntry] = &[
    ("sort", "", function!(|value| plain(value, sorted))),
    ("unique", "", function!(|value| plain(value, distinct))),
    (
        "_sort_by",
        "v",
        function!(|value, keys| sort_by(&value, &keys)),
    ),
    (
        "_group_by",
        "v",
        function!(|value, keys| group_by(&value, &keys)),
    ),
    (
        "_unique_by",
        "v",
        function!(|value, keys| unique_by(&value, &keys)),
    ),
    (
        "min",
        "",
        function!(|value| extreme(&value, &value, Ordering::is_lt)),
    ),
    (
        "max",
        "",
        function!(|value| extreme(&value, &value, Ordering::is_ge)),
    ),
    (
        "_min_by",
        "v",
        function!(|value, keys| extreme(&value, &keys, Ordering::is_lt)),
    ),
    (
        "_max_by",
        "v",
        function!(|value, keys| extreme(&value, &keys, Ordering::is_ge)),
    ),
];

/// A key and its element.
type KeyedElement = (Value, Value);

fn plain(value: Value, arrange: fn(Vec<KeyedElement>) -> Value) -> ValR {
    match value {
        Value::Arr(items) => Ok(arrange(
            items.iter().map(|v| (v.clone(), v.clone())).collect(),
        )),
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
pub(crate) type ByKeyFn = fn(&Value, &Value) -> ValR;

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

fn sort_by(items: &Value, keys: &Value) -> ValR {
    keyed(items, keys, sorted)
}

fn group_by(items: &Value, keys: &Value) -> ValR {
    keyed(items, keys, grouped)
}

fn unique_by(items: &Value, keys: &Value) -> ValR {
    keyed(items, keys, distinct)
}

fn keyed(items: &Value, keys: &Value, arrange: fn(Vec<KeyedElement>) -> Value) -> ValR {
    match (items, keys) {
        (Value::Arr(items), Value::Arr(keys)) if items.len() == keys.len() => {
            let pairs = keys.iter().cloned().zip(items.iter().cloned());
            Ok(arrange(pairs.collect()))
        }
        (value, keys) => fail(format_args!(
            "{} and {} cannot be sorted, as they are not both arrays",
            value.describe(),
            keys.describe()
        )),
    }
}

/// Sorts by the keys. In jq NaN is less than itself; here it equals itself, because a sort needs a total order.
fn sort(pairs: &mut [KeyedElement]) {
    pairs.sort_by(|(l, _), (r, _)| match l.cmp(r) {
        Ordering::Less if r < l => Ordering::Equal,
        order => order,
    });
}

fn sorted(mut pairs: Vec<KeyedElement>) -> Value {
    sort(&mut pairs);
    pairs.into_iter().map(|(_, item)| item).collect()
}

fn grouped(mut pairs: Vec<KeyedElement>) -> Value {
    sort(&mut pairs);
    let groups = pairs.chunk_by(|(l, _), (r, _)| l == r);
    groups
        .map(|group| group.iter().map(|(_, item)| item.clone()).collect())
        .collect()
}

fn distinct(mut pairs: Vec<KeyedElement>) -> Value {
    sort(&mut pairs);
    pairs.dedup_by(|(later, _), (first, _)| first == later);
    pairs.into_iter().map(|(_, item)| item).collect()
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
