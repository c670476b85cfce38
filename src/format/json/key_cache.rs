//! KeyCache of objects that came before: the same ones mostly follow one another again, and need not be looked through.

use dq_json::value::{SeenKeys, StringLiteral};

/// Bytes of a key with its quotes and colon that are remembered at most.
const LONGEST: usize = 48;
const WORDS: usize = LONGEST / 8;

/// KeyCache remembered at most; those that come later are not.
const MOST: usize = 256;

/// Memory for what is known of keys; what it holds speeds the writing up and changes nothing.
#[derive(Default)]
pub struct KeyCache {
    /// Fingerprints of the keys of the objects that are open: see [`SeenKeys`].
    pub seen: Vec<u64>,
    /// The first one stands for the place before any key.
    known: Vec<CachedKey>,
    /// The key that came last.
    last: usize,
}

/// A key that stands as jq writes it, with its colon right behind it.
#[derive(Clone, Copy)]
pub struct CachedKey {
    /// The key, its quotes, the colon, and a space that the compact layout leaves out.
    pub written: [u8; LONGEST],
    /// Bytes of it that stand in the text, up to the colon.
    pub length: usize,
    /// All bits of these bytes are set.
    mask: [u64; WORDS],
    pub fingerprint: u64,
    /// The key that followed last time, and the first one inside its value.
    next: [usize; 2],
}

/// The place before any key.
const NONE: CachedKey = CachedKey {
    written: [0; LONGEST],
    length: 0,
    mask: [0; WORDS],
    fingerprint: 0,
    next: [0; 2],
};

/// Where a key stands.
#[derive(Clone, Copy)]
pub enum KeyPosition {
    /// Behind the key that came last and its value.
    Behind = 0,
    /// First in an object that is the value of the key that came last.
    Inside = 1,
}

impl KeyCache {
    /// Begins with another value.
    pub fn begin(&mut self) {
        self.seen.clear();
        self.last = 0;
    }

    /// The key that came last; it is to be told again behind the end of the object that is its value.
    pub fn last(&self) -> usize {
        self.last
    }

    pub fn go_back(&mut self, last: usize) {
        self.last = last;
    }

    /// The key that begins this text, if it is the one that came here last time.
    #[inline(always)]
    pub fn expected(&mut self, place: KeyPosition, text: &[u8]) -> Option<&CachedKey> {
        let next = self.known.get(self.last)?.next[place as usize];
        let known = self.known.get(next)?;
        let (here, there) = (words(text.first_chunk()?), words(&known.written));
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

    /// Notes a key that begins this text.
    pub fn note(&mut self, place: KeyPosition, text: &[u8], key: StringLiteral) {
        let length = key.length() + 1;
        let is_usual = key.is_ascii && !key.is_escaped && length < LONGEST;
        let (true, Some(b':'), Some(chunk)) = (
            is_usual,
            text.get(length - 1),
            text.first_chunk::<LONGEST>(),
        ) else {
            return;
        };
        let mut mask = [0xff; LONGEST];
        mask[length..].fill(0);
        let mut written = *chunk;
        written[length] = b' ';
        written[length + 1..].fill(0);
        let number = self.number(CachedKey {
            written,
            length,
            mask: words(&mask),
            fingerprint: SeenKeys::fingerprint(key),
            next: [0; 2],
        });
        if let Some(number) = number {
            self.known[self.last].next[place as usize] = number;
            self.last = number;
        }
    }

    /// Which of the known keys it is; a new one if there is room.
    fn number(&mut self, key: CachedKey) -> Option<usize> {
        if self.known.is_empty() {
            self.known.push(NONE);
        }
        let mut known = self.known.iter();
        let found = known.position(|it| it.fingerprint == key.fingerprint);
        if let Some(number) = found {
            return (self.known[number].written == key.written).then_some(number);
        }
        if self.known.len() > MOST {
            return None;
        }
        self.known.push(key);
        Some(self.known.len() - 1)
    }
}

#[inline(always)]
fn words(bytes: &[u8; LONGEST]) -> [u64; WORDS] {
    let (words, _) = bytes.as_chunks::<8>();
    std::array::from_fn(|i| u64::from_le_bytes(words[i]))
}
