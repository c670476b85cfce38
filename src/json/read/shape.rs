//! The shape of a record: most records of a log or a list of objects have the tokens and keys of one before them, and
//! then only their strings, numbers and literals have to be looked at.
//!
//! A record has a shape if its tokens begin with the same bytes, numbers and literals aside, and if the keys are the same
//! that decide what a visitor finds. What the visitor has found in the record that the shape was learned from stands
//! at the same tokens then.

use super::structural_index::TokenStarts;
use super::tokens::scan_indexed_word;
use super::visitor::Found;

/// A record with more tokens has no shape.
const MAX_TOKENS: usize = 1000;

/// After this many records in a row of which none has the shape of one before, fewer are compared.
const MAX_MISSES: u32 = 6;

/// The number of a token that the record does not have.
const NO_TOKEN: u16 = u16::MAX;

/// The shape of a record, learned from the last one that had another shape.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// The first byte of each token, 0 for numbers and literals. None if no shape is known.
    tokens: Vec<u8>,
    /// The numbers of the tokens that are numbers or literals.
    words: Vec<u16>,
    /// The keys that decide what is found, one after the other, each from its quote to its colon.
    keys: Vec<u8>,
    /// The tokens at which they begin, and their lengths.
    key_places: Vec<(u16, u16)>,
    /// The tokens at which what is found begins.
    found: Vec<u16>,
    max_depth: usize,
    /// Where the tokens of the record begin that is compared.
    places: Vec<u32>,
    /// How many records in a row did not have the shape that was known.
    misses: u32,
    /// How many records are neither compared nor learned from.
    pause: u32,
}

impl Shape {
    /// The length of the record at the start of `text` if it has this shape; then what the visitor finds is in `found`.
    /// `None` says nothing about the text.
    pub(super) fn scan(
        &mut self,
        text: &[u8],
        tokens: TokenStarts,
        found: &mut Found,
    ) -> Option<usize> {
        if self.pause > 0 {
            return None;
        }
        let length = self.compare(text, tokens)?;
        self.misses = 0;
        found.max_depth = self.max_depth;
        for (offset, token) in found.offsets.iter_mut().zip(&self.found) {
            if let Some(place) = self.places.get(usize::from(*token)) {
                *offset = *place;
            }
        }
        Some(length)
    }

    fn compare(&mut self, text: &[u8], mut tokens: TokenStarts) -> Option<usize> {
        for (place, expected) in self.places.iter_mut().zip(&self.tokens) {
            let at = tokens.next()?;
            if *expected != 0 && text.get(at) != Some(expected) {
                return None;
            }
            *place = at as u32;
        }
        // An index that is wrong about which bytes are inside of strings has no token at the first byte.
        if self.places.first() != Some(&0) {
            return None;
        }
        let mut keys = &self.keys[..];
        for (token, length) in &self.key_places {
            let (key, rest) = keys.split_at_checked(usize::from(*length))?;
            let at = self.places[usize::from(*token)] as usize;
            if !is_same(text.get(at..at + key.len())?, key) {
                return None;
            }
            keys = rest;
        }
        for token in &self.words {
            scan_indexed_word(text, self.places[usize::from(*token)] as usize)?;
        }
        self.places.last().map(|end| *end as usize + 1)
    }

    /// Learns the shape of a record, a valid text in which the visitor has found this.
    pub(super) fn learn(&mut self, record: &[u8], tokens: TokenStarts, found: &Found) {
        if self.pause > 0 {
            self.pause -= 1;
            return;
        }
        self.misses += 1;
        if self.misses > MAX_MISSES {
            self.pause = 1 << self.misses.min(12);
        }
        let is_container = matches!(record.first(), Some(b'{' | b'['));
        if !is_container || self.read(record, tokens, found).is_none() {
            self.clear();
        }
        self.places.resize(self.tokens.len(), 0);
    }

    fn clear(&mut self) {
        self.tokens.clear();
        self.words.clear();
        self.keys.clear();
        self.key_places.clear();
        self.found.clear();
    }

    fn read(&mut self, record: &[u8], tokens: TokenStarts, found: &Found) -> Option<()> {
        self.clear();
        self.found.resize(found.offsets.len(), NO_TOKEN);
        self.max_depth = found.max_depth;
        // Whether the keys of each open container decide what is found.
        let mut open: Vec<bool> = Vec::new();
        let mut last = 0;
        for at in tokens.take_while(|at| *at < record.len()) {
            let number = u16::try_from(self.tokens.len()).ok()?;
            let c = record[at];
            let offset = u32::try_from(at).ok()?;
            let is_found = found.offsets.contains(&offset);
            for (token, _) in
                (self.found.iter_mut().zip(&found.offsets)).filter(|it| *it.1 == offset)
            {
                *token = number;
            }
            match c {
                b'{' => open.push(is_found || number == 0),
                b'[' => open.push(false),
                b'}' | b']' => drop(open.pop()?),
                b':' if open.last() == Some(&true) => {
                    let (token, start) = (number - 1, last);
                    let key = record.get(start..=at)?;
                    self.keys.extend_from_slice(key);
                    self.key_places
                        .push((token, u16::try_from(key.len()).ok()?));
                }
                b':' | b',' | b'"' => {}
                _ => self.words.push(number),
            }
            let is_word = self.words.last() == Some(&number);
            self.tokens.push(if is_word { 0 } else { c });
            last = at;
        }
        let is_whole = open.is_empty() && last + 1 == record.len();
        (is_whole && self.tokens.len() <= MAX_TOKENS).then_some(())
    }
}

/// Whether two texts of the same length are the same. Most keys are short, and then this takes less time than a call.
#[inline(always)]
fn is_same(a: &[u8], b: &[u8]) -> bool {
    let eight = |bytes: &[u8]| Some((*bytes.first_chunk::<8>()?, *bytes.last_chunk::<8>()?));
    let four = |bytes: &[u8]| Some((*bytes.first_chunk::<4>()?, *bytes.last_chunk::<4>()?));
    match b.len() {
        4..8 => four(a) == four(b),
        8..=16 => eight(a) == eight(b),
        _ => a == b,
    }
}
