//! The members of an object, in the order in which their keys were inserted.

use std::alloc::{Layout, handle_alloc_error};
use std::hash::BuildHasher;
use std::mem::{replace, take};
use std::slice;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::shared_str::SharedStr;

/// The most members that are searched one after the other; larger objects have a hash table.
const MAX_SEARCHED: usize = 16;

/// The members of an object in insertion order, as jq keeps them. A value of an existing key replaces the old one in its
/// place.
#[derive(Clone, Debug)]
pub struct Map<V> {
    slots: Vec<Slot<V>>,
    index: Option<Box<Index>>,
}

/// A member, or the place of one that was removed: the places behind it keep their positions, which the index has.
#[derive(Clone, Debug)]
struct Slot<V> {
    /// `None` if the member was removed. Only maps with an index have such places.
    key: Option<SharedStr>,
    value: V,
}

/// Where the keys of a large map are.
#[derive(Clone, Debug, Default)]
struct Index {
    /// The positions of the slots of all members, by the hashes of their keys.
    positions: HashTable<u32>,
    hasher: RandomState,
    /// The number of slots whose members were removed.
    removed: usize,
    /// The first slot that has a member.
    first: usize,
}

impl<V> Slot<V> {
    fn member(&self) -> Option<(&SharedStr, &V)> {
        Some((self.key.as_ref()?, &self.value))
    }

    /// Equal keys often share one allocation.
    #[inline]
    fn has_key(&self, key: &str) -> bool {
        self.key.as_ref().is_some_and(|own| {
            own.len() == key.len() && (own.as_ptr() == key.as_ptr() || **own == *key)
        })
    }
}

impl<V> Default for Map<V> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            index: None,
        }
    }
}

impl<V: Default> Map<V> {
    /// A map with room for this many members.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            slots: Vec::with_capacity(capacity),
            index: None,
        }
    }

    /// The number of members.
    pub fn len(&self) -> usize {
        self.slots.len() - self.index.as_ref().map_or(0, |index| index.removed)
    }

    /// Whether there are no members.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The members.
    pub fn iter(&self) -> Members<'_, V> {
        let first = self.index.as_ref().map_or(0, |index| index.first);
        Members {
            slots: self.slots[first..].iter(),
            left: self.len(),
        }
    }

    /// The keys.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &SharedStr> {
        self.iter().map(|(key, _)| key)
    }

    /// The values.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// The values, which may be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        let members = self.slots.iter_mut().filter(|slot| slot.key.is_some());
        members.map(|slot| &mut slot.value)
    }

    /// The first member at a position or behind it, and its position: for iterators that own the map. The positions
    /// begin at 0 and stay the same until the map is changed.
    pub fn member_from(&self, position: usize) -> Option<(usize, &SharedStr, &V)> {
        let first = self.index.as_ref().map_or(0, |index| index.first);
        let start = position.max(first);
        let mut slots = self.slots.get(start..)?.iter().enumerate();
        let (i, (key, value)) = slots.find_map(|(i, slot)| Some((i, slot.member()?)))?;
        Some((start + i, key, value))
    }

    #[inline]
    fn position(&self, key: &str) -> Option<usize> {
        match &self.index {
            None => self.slots.iter().position(|slot| slot.has_key(key)),
            Some(index) => index.position(&self.slots, key),
        }
    }

    /// The value of a key.
    #[inline]
    pub fn get(&self, key: &str) -> Option<&V> {
        Some(&self.slots[self.position(key)?].value)
    }

    /// The value of a key, which may be changed.
    #[inline]
    pub fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        let position = self.position(key)?;
        Some(&mut self.slots[position].value)
    }

    /// Whether the map has the key.
    pub fn contains_key(&self, key: &str) -> bool {
        self.position(key).is_some()
    }

    /// Sets the value of a key, and returns the old one.
    pub fn insert(&mut self, key: SharedStr, value: V) -> Option<V> {
        if let Some(old) = self.get_mut(&key) {
            return Some(replace(old, value));
        }
        if self.index.is_none() && self.slots.len() >= MAX_SEARCHED {
            self.build_index();
        }
        if let Some(index) = &mut self.index {
            index.add(&self.slots, &key);
        }
        let key = Some(key);
        self.slots.push(Slot { key, value });
        None
    }

    /// Removes a member, and returns its value.
    pub fn remove(&mut self, key: &str) -> Option<V> {
        let position = self.position(key)?;
        let Some(index) = &mut self.index else {
            return Some(self.slots.remove(position).value);
        };
        index.remove(&self.slots, position);
        let slot = &mut self.slots[position];
        slot.key = None;
        let value = take(&mut slot.value);
        let rest = self.slots[index.first..].iter();
        index.first += rest.take_while(|slot| slot.key.is_none()).count();
        if index.removed > self.slots.len() / 2 {
            self.compact();
        }
        Some(value)
    }

    /// Keeps the members for which the function is true.
    pub fn retain(&mut self, mut keeps: impl FnMut(&SharedStr, &mut V) -> bool) {
        let keeps = |slot: &mut Slot<V>| match &slot.key {
            Some(key) => keeps(key, &mut slot.value),
            None => false,
        };
        self.slots.retain_mut(keeps);
        self.compact();
    }

    /// Removes the slots without a member, and makes the index anew.
    fn compact(&mut self) {
        self.slots.retain(|slot| slot.key.is_some());
        self.index = None;
        if self.slots.len() > MAX_SEARCHED {
            self.build_index();
        }
    }

    fn build_index(&mut self) {
        let mut index = Box::<Index>::default();
        for (i, slot) in self.slots.iter().enumerate() {
            if let Some(key) = &slot.key {
                index.add(&self.slots[..i], key);
            }
        }
        self.index = Some(index);
    }
}

impl Index {
    fn position<V>(&self, slots: &[Slot<V>], key: &str) -> Option<usize> {
        let is_same = |position: &u32| slots[*position as usize].has_key(key);
        let found = self.positions.find(self.hash(key), is_same);
        found.map(|position| *position as usize)
    }

    fn hash(&self, key: &str) -> u64 {
        self.hasher.hash_one(key)
    }

    /// Adds a new key, whose slot is the one behind these.
    fn add<V>(&mut self, slots: &[Slot<V>], key: &str) {
        let Ok(position) = u32::try_from(slots.len()) else {
            // More members than memory has room for.
            handle_alloc_error(Layout::new::<Slot<V>>());
        };
        let hasher = &self.hasher;
        let hash_at = |position: &u32| hasher.hash_one(key_of(&slots[*position as usize]));
        self.positions
            .insert_unique(hasher.hash_one(key), position, hash_at);
    }

    /// Removes the key of the slot at this position, which has one.
    fn remove<V>(&mut self, slots: &[Slot<V>], position: usize) {
        let hash = self.hash(key_of(&slots[position]));
        let is_same = |other: &u32| *other as usize == position;
        if let Ok(found) = self.positions.find_entry(hash, is_same) {
            found.remove();
            self.removed += 1;
        }
    }
}

fn key_of<V>(slot: &Slot<V>) -> &str {
    slot.key.as_deref().unwrap_or_default()
}

/// The members of a map.
pub struct Members<'m, V> {
    slots: slice::Iter<'m, Slot<V>>,
    left: usize,
}

impl<'m, V> Iterator for Members<'m, V> {
    type Item = (&'m SharedStr, &'m V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let member = self.slots.find_map(Slot::member)?;
        self.left -= 1;
        Some(member)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<V> ExactSizeIterator for Members<'_, V> {}

impl<'m, V: Default> IntoIterator for &'m Map<V> {
    type Item = (&'m SharedStr, &'m V);
    type IntoIter = Members<'m, V>;

    fn into_iter(self) -> Members<'m, V> {
        self.iter()
    }
}

/// The members of a map, taken out of it.
pub struct IntoMembers<V>(std::vec::IntoIter<Slot<V>>);

impl<V> Iterator for IntoMembers<V> {
    type Item = (SharedStr, V);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.find_map(|slot| Some((slot.key?, slot.value)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.0.len()))
    }
}

impl<V> IntoIterator for Map<V> {
    type Item = (SharedStr, V);
    type IntoIter = IntoMembers<V>;

    fn into_iter(self) -> IntoMembers<V> {
        IntoMembers(self.slots.into_iter())
    }
}

impl<V: Default> Extend<(SharedStr, V)> for Map<V> {
    fn extend<I: IntoIterator<Item = (SharedStr, V)>>(&mut self, members: I) {
        for (key, value) in members {
            self.insert(key, value);
        }
    }
}

impl<V: Default> FromIterator<(SharedStr, V)> for Map<V> {
    fn from_iter<I: IntoIterator<Item = (SharedStr, V)>>(members: I) -> Self {
        let members = members.into_iter();
        let mut map = Self::with_capacity(members.size_hint().0);
        map.extend(members);
        map
    }
}

impl<V: Default + PartialEq> PartialEq for Map<V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self
                .iter()
                .all(|(key, value)| other.get(key).is_some_and(|own| *value == *own))
    }
}

#[cfg(test)]
mod tests {
    use crate::value::{Map, SharedStr, Value};

    fn key(i: usize) -> SharedStr {
        format!("key {i}").into()
    }

    fn numbers(map: &Map) -> Vec<usize> {
        let digits = |key: &SharedStr| key.trim_start_matches("key ").parse().unwrap_or(0);
        map.keys().map(digits).collect()
    }

    #[test]
    fn members_keep_their_order_in_maps_of_all_sizes() {
        for size in [0, 1, 2, 8, 9, 10, 100, 3000] {
            let mut map: Map = (0..size).map(|i| (key(i), Value::from(i))).collect();
            map.insert(key(size / 2), Value::Null);
            let expected = size.max(1);
            assert_eq!(map.len(), expected);
            assert_eq!(numbers(&map), (0..expected).collect::<Vec<_>>());
            assert_eq!(map.iter().len(), expected);
            assert_eq!(map.get("key 1").is_some(), size > 1);
            assert_eq!(map.get("missing"), None);
            assert_eq!(map.get(&key(size / 2)), Some(&Value::Null));
            assert_eq!(map.clone(), map);
            assert_eq!(map.into_iter().count(), expected);
        }
    }

    #[test]
    fn removed_members_leave_no_trace() {
        for size in [1, 5, 9, 20, 1000] {
            let mut map: Map = (0..size).map(|i| (key(i), Value::from(i))).collect();
            for i in 0..size {
                assert_eq!(map.remove(&key(i)), Some(Value::from(i)));
                assert_eq!(map.remove(&key(i)), None);
                assert_eq!(numbers(&map), (i + 1..size).collect::<Vec<_>>());
                assert_eq!(map.iter().len(), size - i - 1);
                assert_eq!(map.member_from(0).is_some(), i + 1 < size);
            }
            map.insert(key(7), Value::Null);
            assert_eq!(numbers(&map), [7]);
        }
    }

    #[test]
    fn members_are_removed_from_the_middle_and_inserted_again() {
        let mut map: Map = (0..50).map(|i| (key(i), Value::from(i))).collect();
        for i in (0..50).step_by(3) {
            map.remove(&key(i));
            map.insert(key(i), Value::Null);
        }
        let mut expected: Vec<_> = (0..50).filter(|i| i % 3 != 0).collect();
        expected.extend((0..50).step_by(3));
        assert_eq!(numbers(&map), expected);
        map.retain(|_, value| *value != Value::Null);
        assert_eq!(map.len(), 33);
        assert_eq!(map.get("key 3"), None);
        assert_eq!(map.get("key 4"), Some(&Value::from(4usize)));
        map.retain(|key, _| &**key == "key 4");
        assert_eq!(numbers(&map), [4]);
        assert_eq!(map.get("key 4"), Some(&Value::from(4usize)));
    }
}
