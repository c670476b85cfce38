//! What of a stream has been seen lately, so that a new connection can begin a little earlier without repeating it.

use std::collections::{HashMap, VecDeque};

/// How much earlier than the newest item a new connection begins, in nanoseconds: the items of one stream are not quite
/// in the order of their times, because a container's two outputs are read by two threads of the engine.
const OVERLAP: u64 = 1_000_000_000;
/// How many items are remembered, apart from those of the newest time.
const CAPACITY: usize = 1 << 16;

/// The time of an item in nanoseconds since 1970 and a hash of what else identifies it.
pub type Key = (u64, u64);

/// The items that a new connection may repeat.
#[derive(Default)]
pub struct Memory {
    /// The latest items in the order of their arrival.
    seen: VecDeque<Key>,
    /// The times of the earliest and of the newest item so far.
    span: Option<(u64, u64)>,
    /// The newest time of an item that is no longer remembered because there are too many.
    forgotten: u64,
    /// How often the current connection may still repeat each of the items that were seen before it.
    repeated: HashMap<Key, u32>,
}

impl Memory {
    /// Where a new connection has to begin, in nanoseconds since 1970, the time itself included; `None` if nothing has
    /// been seen.
    pub fn since(&self) -> Option<u64> {
        let (first, newest) = self.span?;
        let overlapping = newest.saturating_sub(OVERLAP).max(first);
        Some(overlapping.max((self.forgotten + 1).min(newest)))
    }

    /// From here on the items come from a new connection.
    pub fn reconnect(&mut self) {
        self.repeated.clear();
        for key in &self.seen {
            *self.repeated.entry(*key).or_default() += 1;
        }
    }

    /// Remembers an item; whether it has not been seen before.
    pub fn is_new(&mut self, key: Key) -> bool {
        if let Some(count) = self.repeated.get_mut(&key)
            && *count > 0
        {
            *count -= 1;
            return false;
        }
        let time = key.0;
        let (first, newest) = self.span.unwrap_or((time, time));
        let newest = newest.max(time);
        self.span = Some((first.min(time), newest));
        self.seen.push_back(key);
        self.forget(newest);
        true
    }

    /// Drops what no new connection is going to repeat.
    fn forget(&mut self, newest: u64) {
        while let Some(&(time, _)) = self.seen.front() {
            let is_old = time < newest.saturating_sub(OVERLAP);
            let is_too_much = self.seen.len() > CAPACITY && time < newest;
            if !is_old && !is_too_much {
                return;
            }
            if !is_old {
                self.forgotten = self.forgotten.max(time);
            }
            self.seen.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    /// The items of a log in the order in which an engine sends them, and those that `>= since` selects.
    fn resumed(log: &[Key], since: Option<u64>) -> Vec<Key> {
        let is_wanted = |key: &&Key| since.is_none_or(|since| key.0 >= since);
        log.iter().filter(is_wanted).copied().collect()
    }

    fn take(memory: &mut Memory, items: &[Key], output: &mut Vec<Key>) {
        let new = items.iter().filter(|key| memory.is_new(**key));
        output.extend(new.copied().collect::<Vec<_>>());
    }

    #[test]
    fn a_break_anywhere_neither_loses_nor_doubles() {
        // Equal items, equal times, and times out of order.
        let times = [5, 5, 7, 6, 6, 9, 8, 8, 8, 9, 30, 29, 31];
        let log: Vec<Key> = times.iter().map(|at| (at * SECOND / 4, at % 2)).collect();
        for first in 0..=log.len() {
            for second in 0..=log.len() {
                let mut memory = Memory::default();
                let mut output = Vec::new();
                take(&mut memory, &log[..first], &mut output);
                let rest = resumed(&log, memory.since());
                memory.reconnect();
                take(&mut memory, &rest[..second.min(rest.len())], &mut output);
                let rest = resumed(&log, memory.since());
                memory.reconnect();
                take(&mut memory, &rest, &mut output);
                let sorted = |mut keys: Vec<Key>| {
                    keys.sort_unstable();
                    keys
                };
                assert_eq!(sorted(output), sorted(log.clone()), "{first} {second}");
            }
        }
    }

    #[test]
    fn what_came_before_the_first_item_is_not_asked_for() {
        let mut memory = Memory::default();
        assert_eq!(memory.since(), None);
        memory.is_new((10 * SECOND, 0));
        assert_eq!(memory.since(), Some(10 * SECOND));
        memory.is_new((20 * SECOND, 0));
        assert_eq!(memory.since(), Some(19 * SECOND));
        assert_eq!(memory.seen.len(), 1);
    }

    #[test]
    fn the_memory_is_bounded() {
        let mut memory = Memory::default();
        let count = 3 * CAPACITY as u64;
        (0..count).for_each(|at| assert!(memory.is_new((at, 0))));
        assert_eq!(memory.seen.len(), CAPACITY);
        assert_eq!(memory.since(), Some(count - CAPACITY as u64));
        // Those of the newest time are needed, however many there are.
        (0..count).for_each(|at| assert!(memory.is_new((count, at))));
        assert_eq!(memory.seen.len(), count as usize);
        assert_eq!(memory.since(), Some(count));
        memory.reconnect();
        assert!(!(0..count).any(|at| memory.is_new((count, at))));
    }
}
