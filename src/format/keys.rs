//! Keys of objects that came before: the same ones mostly follow one another again, and need not be looked through.

use crate::filter::value::{Literal, Seen};

/// Bytes of a key with its quotes and colon that are remembered at most.
const LONGEST: usize = 48;
const WORDS: usize = LONGEST / 8;

/// Keys remembered at most; those that come later are not.
const MOST: usize = 256;

/// Memory for what is known of keys; what it holds speeds the writing up and changes nothing.
#[derive(Default)]
pub struct Keys {
    /// Signatures of the keys of the objects that are open: see [`Seen`].
    pub seen: Vec<u64>,
    /// The first one stands for the place before any key.
    known: Vec<Known>,
    /// Of each of them, to find it by.
    signatures: Vec<u64>,
    /// The key that came last.
    last: usize,
}

/// A key that stands as jq writes it, with its colon right behind it.
#[derive(Clone)]
pub struct Known {
    /// The key, its quotes and the colon; zero behind it.
    text: [u64; WORDS],
    /// All bits of these bytes are set.
    mask: [u64; WORDS],
    /// Their number, and perhaps a space more that is written behind them.
    pub length: usize,
    pub written: [u8; LONGEST],
    pub signature: u64,
    /// The key that followed last time, and the first one inside its value.
    next: [usize; 2],
}

impl Default for Known {
    fn default() -> Self {
        Self {
            text: [0; WORDS],
            mask: [0; WORDS],
            length: 0,
            written: [0; LONGEST],
            signature: 0,
            next: [0; 2],
        }
    }
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
        let mut bytes = [0xff; LONGEST];
        bytes[length..].fill(0);
        let mask = words(&bytes);
        let text = std::array::from_fn(|i| words(chunk)[i] & mask[i]);
        let Some(number) = self.number(Seen::signature(key), text) else {
            return;
        };
        let known = &mut self.known[number];
        known.mask = mask;
        known.length = length;
        known.written = *chunk;
        known.written[length] = b' ';
        self.known[self.last].next[place as usize] = number;
        self.last = number;
    }

    /// Which of the known keys it is; a new one if there is room.
    fn number(&mut self, signature: u64, text: [u64; WORDS]) -> Option<usize> {
        if self.known.is_empty() {
            self.known.push(Known::default());
            self.signatures.push(0);
        }
        let found = self.signatures.iter().position(|it| *it == signature);
        if let Some(number) = found {
            return (number > 0 && self.known[number].text == text).then_some(number);
        }
        if self.known.len() > MOST {
            return None;
        }
        self.signatures.push(signature);
        self.known.push(Known {
            text,
            signature,
            ..Known::default()
        });
        Some(self.known.len() - 1)
    }
}

#[inline(always)]
fn words(bytes: &[u8; LONGEST]) -> [u64; WORDS] {
    let (words, _) = bytes.as_chunks::<8>();
    std::array::from_fn(|i| u64::from_le_bytes(words[i]))
}
