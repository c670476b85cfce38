//! Keys of objects that came before: the same ones mostly follow one another again, and need not be looked through.

use crate::filter::value::{Literal, Seen};

/// Bytes of a key with its quotes and colon that are remembered at most.
const LONGEST: usize = 32;

/// Keys remembered at most, beside the place before any key.
const MOST: usize = 128;

/// Memory for what is known of keys; what it holds speeds the writing up and changes nothing.
#[derive(Default)]
pub struct Keys {
    /// Signatures of the keys of the objects that are open: see [`Seen`].
    pub seen: Vec<u64>,
    /// The first one stands for the place before any key.
    known: Vec<Known>,
    /// The key that came last.
    last: usize,
}

/// A key that stands as jq writes it, with its colon right behind it.
#[derive(Clone, Default)]
pub struct Known {
    /// The key, its quotes and the colon; zero behind it.
    text: [u64; LONGEST / 8],
    /// All bits of these bytes are set.
    mask: [u64; LONGEST / 8],
    /// Their number, and perhaps a space more that is written behind them.
    pub length: usize,
    pub written: [u8; LONGEST],
    pub signature: u64,
    /// The key that followed last time, and the first one inside its value.
    next: [usize; 2],
}

/// Where a key stands.
#[derive(Clone, Copy)]
pub enum Place {
    /// Behind the key that came last and its value.
    Behind = 0,
    /// First in an object that is the value of the key that came last.
    Inside = 1,
}

impl Keys {
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
    pub fn expected(&mut self, place: Place, text: &[u8]) -> Option<&Known> {
        let next = self.known.get(self.last)?.next[place as usize];
        let known = self.known.get(next)?;
        let here = words(text.first_chunk()?);
        let differs = |i: usize| (here[i] ^ known.text[i]) & known.mask[i];
        if next == 0 || (differs(0) | differs(1) | differs(2) | differs(3)) != 0 {
            return None;
        }
        self.last = next;
        Some(known)
    }

    /// Notes a key that begins this text.
    pub fn note(&mut self, place: Place, text: &[u8], key: Literal) {
        let length = key.length() + 1;
        let is_usual = key.is_ascii && !key.is_escaped && length < LONGEST;
        let (true, Some(b':'), Some(chunk)) = (
            is_usual,
            text.get(length - 1),
            text.first_chunk::<LONGEST>(),
        ) else {
            return;
        };
        let signature = Seen::signature(key);
        if self.known.is_empty() {
            self.known.resize_with(1 + MOST, Known::default);
        }
        let mut bytes = [0xff; LONGEST];
        bytes[length..].fill(0);
        let mask = words(&bytes);
        let mut written = *chunk;
        written[length] = b' ';
        let text: [u64; LONGEST / 8] = std::array::from_fn(|i| words(chunk)[i] & mask[i]);
        // The lower bits of a product mix less.
        let number = 1 + (signature >> 32) as usize % MOST;
        let known = &mut self.known[number];
        if known.text != text {
            *known = Known {
                text,
                mask,
                length,
                written,
                signature,
                next: [0; 2],
            };
        }
        self.known[self.last].next[place as usize] = number;
        self.last = number;
    }
}

#[inline(always)]
fn words(bytes: &[u8; LONGEST]) -> [u64; LONGEST / 8] {
    let (words, _) = bytes.as_chunks::<8>();
    std::array::from_fn(|i| u64::from_le_bytes(words[i]))
}
