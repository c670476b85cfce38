//! Equality and order of values, as jq defines them (jq manual, `sort`).

use std::cmp::Ordering;
use std::rc::Rc;

use super::num::Num;
use super::shared_str::SharedStr;
use super::types::{Map, Value};

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(l), Self::Bool(r)) => l == r,
            (Self::Num(l), Self::Num(r)) => l == r,
            (Self::Str(l), Self::Str(r)) => l == r,
            // As in jq, a container equals itself even if it contains NaN.
            (Self::Arr(l), Self::Arr(r)) => Rc::ptr_eq(l, r) || ***l == ***r,
            (Self::Obj(l), Self::Obj(r)) => Rc::ptr_eq(l, r) || ***l == ***r,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    /// jq's order: null, false, true, numbers, strings, arrays, objects.
    fn cmp(&self, other: &Self) -> Ordering {
        compare(self, other, Num::compare)
    }
}

/// jq's order, except that it is total: NaN equals itself, and a calculated number is compared with the digits of a
/// literal. Sorting needs that.
pub(super) fn total(l: &Value, r: &Value) -> Ordering {
    compare(l, r, Num::compare_total)
}

type CompareNums = fn(&Num, &Num) -> Ordering;

fn compare(l: &Value, r: &Value, nums: CompareNums) -> Ordering {
    match (l, r) {
        (Value::Num(l), Value::Num(r)) => nums(l, r),
        (Value::Str(l), Value::Str(r)) => l.cmp(r),
        (Value::Arr(l), Value::Arr(r)) => compare_each(l.iter(), r.iter(), nums),
        (Value::Obj(l), Value::Obj(r)) => compare_objects(l, r, nums),
        _ => l.type_order().cmp(&r.type_order()),
    }
}

fn compare_each<'v>(
    l: impl ExactSizeIterator<Item = &'v Value>,
    r: impl ExactSizeIterator<Item = &'v Value>,
    nums: CompareNums,
) -> Ordering {
    let lengths = l.len().cmp(&r.len());
    let orders = l.zip(r).map(|(l, r)| compare(l, r, nums));
    orders
        .into_iter()
        .find(|order| order.is_ne())
        .unwrap_or(lengths)
}

impl Value {
    /// The position of the value's type in jq's order, from 0 (null) to 6 (object); false and true count as two types.
    pub fn type_order(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(false) => 1,
            Self::Bool(true) => 2,
            Self::Num(_) => 3,
            Self::Str(_) => 4,
            Self::Arr(_) => 5,
            Self::Obj(_) => 6,
        }
    }
}

/// Compares the sorted keys as arrays, then the values key by key.
fn compare_objects(l: &Map, r: &Map, nums: CompareNums) -> Ordering {
    let (l, r) = (sorted_members(l), sorted_members(r));
    let keys = l.iter().map(|(key, _)| key);
    let order = keys.cmp(r.iter().map(|(key, _)| key));
    let values = l.iter().map(|(_, value)| *value);
    order.then_with(|| compare_each(values, r.iter().map(|(_, value)| *value), nums))
}

fn sorted_members(map: &Map) -> Vec<(&SharedStr, &Value)> {
    let mut members: Vec<_> = map.iter().collect();
    members.sort_unstable_by_key(|(key, _)| *key);
    members
}
