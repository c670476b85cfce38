//! A cache of object keys. Most objects of a stream have the same keys in the same order, so the next key can be
//! predicted, compared in a few instructions and copied, instead of scanned and escaped.

use dq_json::value::{SeenKeys, StringLiteral};

/// The longest cached key in bytes, with its quotes and colon.
const MAX_LENGTH: usize = 48;
const WORDS: usize = MAX_LENGTH / 8;

/// The number of cached keys; later ones are not cached.
const MAX_KEYS: usize = 256;

/// Keys seen before, and the order they came in. The cache affects the speed only, never the output.
#[derive(Default)]
pub struct KeyCache {
    /// Fingerprints of the keys of the objects that are open: see [`SeenKeys`].
    pub seen: Vec<u64>,
    /// The cached keys. The first entry stands for the start of the text.
    entries: Vec<CachedKey>,
    /// The index of the key seen last.
    last: usize,
}

/// A key that is spelled as jq writes it and directly followed by its colon.
#[derive(Clone, Copy)]
pub struct CachedKey {
    /// The key with its quotes, the colon, and a space that the compact layout omits.
    pub text_bytes: [u8; MAX_LENGTH],
    /// The length up to and including the colon.
    pub length: usize,
    /// The bits of the first `length` bytes are set.
    mask: [u64; WORDS],
    pub fingerprint: u64,
    /// Indexes of the key that followed last time, and of the first key inside its value; indexed by [`KeyPosition`].
    next: [usize; 2],
}

/// The entry for the start of the text.
const START: CachedKey = CachedKey {
    text_bytes: [0; MAX_LENGTH],
    length: 0,
    mask: [0; WORDS],
    fingerprint: 0,
    next: [0; 2],
};

/// The position of a key relative to the key seen last.
#[derive(Clone, Copy)]
pub enum KeyPosition {
    /// After that key and its value.
    After = 0,
    /// The first key of an object that is the value of that key.
    Inside = 1,
}

impl KeyCache {
    /// Prepares for another text.
    pub fn begin(&mut self) {
        self.seen.clear();
        self.last = 0;
    }

    /// The index of the key seen last. Pass it to [`KeyCache::set_last`] after the object that is its value.
    pub fn last(&self) -> usize {
        self.last
    }

    pub fn set_last(&mut self, last: usize) {
        self.last = last;
    }

    /// The key at the start of this text, if it is the one that came at this position last time.
    #[inline(always)]
    pub fn expected(&mut self, place: KeyPosition, text: &[u8]) -> Option<&CachedKey> {
        let next = self.entries.get(self.last)?.next[place as usize];
        let known = self.entries.get(next)?;
        let (here, there) = (words(text.first_chunk()?), words(&known.text_bytes));
        let differs = |i: usize| (here[i] ^ there[i]) & known.mask[i];
        if next == 0 || (differs(0) | differs(1) | differs(2)) != 0 {
            return None;
        }
        if known.length > 24 && (differs(3) | differs(4) | differs(5)) != 0 {
            return None;
        }
        self.last = next;
        Some(known)
    }

    /// Adds the key at the start of this text.
    pub fn add(&mut self, place: KeyPosition, text: &[u8], key: StringLiteral) {
        let length = key.length() + 1;
        let is_cacheable = key.is_ascii && !key.is_escaped && length < MAX_LENGTH;
        let (true, Some(b':'), Some(chunk)) = (
            is_cacheable,
            text.get(length - 1),
            text.first_chunk::<MAX_LENGTH>(),
        ) else {
            return;
        };
        let mut mask = [0xff; MAX_LENGTH];
        mask[length..].fill(0);
        let mut text_bytes = *chunk;
        text_bytes[length] = b' ';
        text_bytes[length + 1..].fill(0);
        let index = self.index_of(CachedKey {
            text_bytes,
            length,
            mask: words(&mask),
            fingerprint: SeenKeys::fingerprint(key),
            next: [0; 2],
        });
        if let Some(index) = index {
            self.entries[self.last].next[place as usize] = index;
            self.last = index;
        }
    }

    /// The index of a key, which is added if the cache is not full.
    fn index_of(&mut self, key: CachedKey) -> Option<usize> {
        if self.entries.is_empty() {
            self.entries.push(START);
        }
        let mut entries = self.entries.iter();
        let found = entries.position(|it| it.fingerprint == key.fingerprint);
        if let Some(index) = found {
            return (self.entries[index].text_bytes == key.text_bytes).then_some(index);
        }
        if self.entries.len() > MAX_KEYS {
            return None;
        }
        self.entries.push(key);
        Some(self.entries.len() - 1)
    }
}

#[inline(always)]
fn words(bytes: &[u8; MAX_LENGTH]) -> [u64; WORDS] {
    let (words, _) = bytes.as_chunks::<8>();
    std::array::from_fn(|i| u64::from_le_bytes(words[i]))
}
