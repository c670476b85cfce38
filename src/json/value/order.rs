//! Equality and order of values, as jq defines them (jq manual, `sort`).

use std::cmp::Ordering;
use std::rc::Rc;

use super::types::{Map, Value};

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(l), Self::Bool(r)) => l == r,
            (Self::Num(l), Self::Num(r)) => l == r,
            (Self::Str(l), Self::Str(r)) => l == r,
            // As in jq, a container equals itself even if it contains NaN.
            (Self::Arr(l), Self::Arr(r)) => Rc::ptr_eq(l, r) || l.as_slice() == r.as_slice(),
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
        match (self, other) {
            (Self::Num(l), Self::Num(r)) => l.compare(r),
            (Self::Str(l), Self::Str(r)) => l.cmp(r),
            (Self::Arr(l), Self::Arr(r)) => l.as_slice().cmp(r.as_slice()),
            (Self::Obj(l), Self::Obj(r)) => compare_objects(l, r),
            _ => self.type_order().cmp(&other.type_order()),
        }
    }
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
fn compare_objects(l: &Map, r: &Map) -> Ordering {
    let sorted = |map: &Map| {
        let mut keys: Vec<_> = map.keys().cloned().collect();
        keys.sort_unstable();
        keys
    };
    let (keys, others) = (sorted(l), sorted(r));
    keys.cmp(&others).then_with(|| {
        let differences = keys.iter().map(|key| l.get(key).cmp(&r.get(key)));
        differences
            .into_iter()
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    })
}
