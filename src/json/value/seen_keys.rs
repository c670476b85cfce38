//! Detects keys that an object has more than once, without building the object.

use super::string_literal::StringLiteral;

/// The most keys of one object that are compared with each other: the check is quadratic. Larger objects count as
/// having a duplicate, and are built to find out.
const MAX_KEYS: usize = 256;

/// The keys seen so far in one object. Their fingerprints lie on a stack that nested objects share.
///
/// The check errs on one side: it may report a duplicate where there is none, and never misses one.
#[derive(Debug)]
pub struct SeenKeys {
    /// The stack's length when the object began.
    base: usize,
    /// A Bloom filter of one word: one bit for each fingerprint, chosen by its highest six bits.
    filter: u64,
}

impl SeenKeys {
    /// Starts an object, which may be inside another one that uses the same stack.
    #[inline]
    pub fn new(stack: &[u64]) -> Self {
        Self {
            base: stack.len(),
            filter: 0,
        }
    }

    /// Adds a key; `false` if it may be a duplicate.
    #[inline(always)]
    pub fn insert(&mut self, key: StringLiteral, stack: &mut Vec<u64>) -> bool {
        key.is_verbatim() && self.insert_fingerprint(Self::fingerprint(key), stack)
    }

    /// As [`SeenKeys::insert`], for the [fingerprint](SeenKeys::fingerprint) of a key that has no escapes and is valid
    /// UTF-8.
    #[inline(always)]
    pub fn insert_fingerprint(&mut self, fingerprint: u64, stack: &mut Vec<u64>) -> bool {
        // Most keys of an object already differ in the bits of the filter.
        let bit = 1 << (fingerprint >> 58);
        if self.filter & bit != 0 && !self.is_absent(fingerprint, stack) {
            return false;
        }
        self.filter |= bit;
        stack.push(fingerprint);
        true
    }

    #[inline(never)]
    fn is_absent(&self, fingerprint: u64, stack: &[u64]) -> bool {
        let known = &stack[self.base..];
        known.len() < MAX_KEYS && !known.contains(&fingerprint)
    }

    /// A hash of the first and last bytes and the length of a key: equal for equal keys, and different for most others.
    #[inline(always)]
    pub fn fingerprint(key: StringLiteral) -> u64 {
        let key = key.content;
        let (head, tail) = match (key.first_chunk::<8>(), key.last_chunk::<8>()) {
            (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
            _ => short_ends(key),
        };
        (head ^ tail.rotate_left(29) ^ key.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }

    /// Ends the object and removes its fingerprints from the stack.
    #[inline]
    pub fn finish(self, stack: &mut Vec<u64>) {
        stack.truncate(self.base);
    }
}

/// The first and last bytes of a key shorter than eight bytes.
#[inline]
fn short_ends(key: &[u8]) -> (u64, u64) {
    if let (Some(head), Some(tail)) = (key.first_chunk::<4>(), key.last_chunk::<4>()) {
        return (
            u32::from_le_bytes(*head).into(),
            u32::from_le_bytes(*tail).into(),
        );
    }
    match *key {
        [a] => (a.into(), 0),
        [a, b] => (a.into(), b.into()),
        [a, b, c] => (u64::from(a) << 8 | u64::from(b), c.into()),
        _ => (0, 0),
    }
}
