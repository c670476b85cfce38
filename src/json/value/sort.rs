//! Sorting and grouping of values by keys.

use std::cmp::Ordering;
use std::mem::take;

use super::num::Num;
use super::order;
use super::types::Value;

/// The elements in jq's order. Equal ones keep their order.
pub fn sort(mut elements: Vec<Value>) -> Vec<Value> {
    if let Some(mut integers) = integers(&elements) {
        integers.sort_unstable();
        let numbers = integers.into_iter().map(|n| Value::Num(Num::Int(n)));
        return numbers.collect();
    }
    let entries = Order::of(&elements).entries;
    let positions = entries.into_iter().map(|(_, position)| position);
    positions.map(|i| take(&mut elements[i])).collect()
}

/// The different elements in jq's order.
pub fn unique(mut elements: Vec<Value>) -> Vec<Value> {
    let order = Order::of(&elements);
    let first: Vec<usize> = order.groups().map(|group| group[0].1).collect();
    first.into_iter().map(|i| take(&mut elements[i])).collect()
}

/// The elements in the order of their keys, of which there are as many. Elements with equal keys keep their order.
pub fn sort_by_keys(mut elements: Vec<Value>, keys: &[Value]) -> Vec<Value> {
    let entries = Order::of(keys).entries;
    let positions = entries.into_iter().map(|(_, position)| position);
    positions.map(|i| take(&mut elements[i])).collect()
}

/// An array for each different key, in the order of the keys, with the elements that have it.
pub fn group_by_keys(mut elements: Vec<Value>, keys: &[Value]) -> Vec<Value> {
    let order = Order::of(keys);
    let groups = order.groups();
    groups
        .map(|group| group.iter().map(|(_, i)| take(&mut elements[*i])).collect())
        .collect()
}

/// The first element of each group that [`group_by_keys`] makes.
pub fn unique_by_keys(mut elements: Vec<Value>, keys: &[Value]) -> Vec<Value> {
    let order = Order::of(keys);
    let groups = order.groups();
    groups
        .map(|group| take(&mut elements[group[0].1]))
        .collect()
}

/// The elements, if all are integers.
fn integers(elements: &[Value]) -> Option<Vec<i64>> {
    let integer = |element: &Value| match element {
        Value::Num(Num::Int(n)) => Some(*n),
        _ => None,
    };
    elements.iter().map(integer).collect()
}

/// The beginning of a key as a number, and the position of its element. A key with a smaller number is smaller; of equal
/// numbers the keys themselves have to be compared.
type Entry = (u64, usize);

/// Keys, and their entries in order.
struct Order<'k> {
    keys: Vec<&'k Value>,
    entries: Vec<Entry>,
}

impl<'k> Order<'k> {
    fn of(keys: &'k [Value]) -> Self {
        let keys = contents(keys).unwrap_or_else(|| keys.iter().collect());
        let numbered = keys.iter().enumerate();
        let mut entries: Vec<Entry> = numbered.map(|(i, key)| (beginning(key), i)).collect();
        entries.sort_by(|(l, i), (r, k)| {
            let by_beginning = l.cmp(r);
            by_beginning.then_with(|| order::total(keys[*i], keys[*k]))
        });
        Self { keys, entries }
    }

    /// The entries with equal keys.
    fn groups(&self) -> impl Iterator<Item = &[Entry]> {
        self.entries
            .chunk_by(|(l, i), (r, k)| l == r && self.keys[*i] == self.keys[*k])
    }
}

/// What is in the keys, if each is an array of one element, as those of `sort_by(f)` mostly are. The arrays have the same
/// order as their elements.
fn contents<'k>(keys: &'k [Value]) -> Option<Vec<&'k Value>> {
    let content = |key: &'k Value| match key {
        Value::Arr(key) if key.len() == 1 => key.first(),
        _ => None,
    };
    keys.iter().map(content).collect()
}

/// The number for the beginning of a key: its type, then the highest bits of a double, the first bytes of a string, or
/// the beginning of an array's first element.
fn beginning(key: &Value) -> u64 {
    let content = match key {
        Value::Num(n) => ordered_bits(n.as_f64()),
        Value::Str(text) => first_bytes(text.as_bytes()),
        Value::Arr(elements) => match elements.first() {
            Some(Value::Arr(_)) => u64::from(Value::type_order(&elements[0])) << 61,
            Some(first) => beginning(first),
            None => 0,
        },
        _ => 0,
    };
    u64::from(key.type_order()) << 61 | content >> 3
}

/// A number that is greater for a greater double. NaN has the smallest, and both zeros the same.
fn ordered_bits(x: f64) -> u64 {
    let bits = (x + 0.0).to_bits();
    match x.partial_cmp(&0.0) {
        None => 0,
        Some(Ordering::Less) => !bits,
        Some(_) => bits | 1 << 63,
    }
}

/// The first eight bytes, as a number that is greater for a greater string.
fn first_bytes(text: &[u8]) -> u64 {
    match text.first_chunk::<8>() {
        Some(bytes) => u64::from_be_bytes(*bytes),
        None => {
            let mut bytes = [0; 8];
            bytes[..text.len()].copy_from_slice(text);
            u64::from_be_bytes(bytes)
        }
    }
}
