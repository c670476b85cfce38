//! Where tokens begin, found for whole blocks of text at once (Langdale and Lemire, "Parsing Gigabytes of JSON per
//! Second", §3.1).

use super::literal::escape_length;
use crate::filter::value::{BLOCK, Masks, Wide, Widely};

/// Blocks looked at in one go: what is found stays in the nearest cache, and their escapes fit in one number.
const MOST: usize = 64;

/// Where tokens begin in a stretch of the input: each bracket, comma, colon and opening quote, and the first byte of
/// each run of anything else but whitespace. Strings in it are found valid.
#[derive(Debug, Default)]
pub struct Marks {
    /// The place of the first block, counted from the first byte of the input.
    origin: usize,
    /// One bit a byte, one number a block.
    bits: Vec<u64>,
    /// So many of the blocks are known.
    count: usize,
    /// One bit a block: those that have backslashes in them.
    escapes: u64,
}

impl Marks {
    /// The marks of what is ahead, outside of any string; `at` bytes of a text that begins at this place are behind.
    /// There are none if there are too few bytes for a block, if what is in them is no JSON, or if the processor has
    /// nothing to find them with.
    pub fn from(&mut self, ahead: &[u8], begin: usize, at: usize) -> Ahead<'_> {
        let place = begin + at;
        let known = self.count * BLOCK;
        if !(self.origin..self.origin + known).contains(&place) {
            self.origin = place;
            self.bits.resize(MOST, 0);
            let text = ahead;
            let found = &mut self.bits;
            (self.count, self.escapes) = match Wide::detect() {
                Some(wide) => wide.run(Search { text, found }),
                None => (0, 0),
            };
        }
        let (skipped, bits) = ((place - self.origin) / BLOCK, (place - self.origin) % BLOCK);
        let known = self.bits.get(skipped..self.count);
        let mut blocks = known.unwrap_or_default().iter();
        Ahead {
            bits: blocks.next().map_or(0, |block| block & (u64::MAX << bits)),
            escapes: self.escapes >> skipped,
            base: at.wrapping_sub(bits),
            blocks,
        }
    }

    /// Forgets everything: what comes next may be inside a string.
    pub fn clear(&mut self) {
        self.count = 0;
    }
}

/// The marks that have not been passed.
pub struct Ahead<'m> {
    /// Those of the current block.
    bits: u64,
    /// Where in the text the current block begins; the first may begin before the text does.
    base: usize,
    blocks: std::slice::Iter<'m, u64>,
    /// Which blocks have backslashes in them; the lowest bit is the current block's.
    escapes: u64,
}

impl Ahead<'_> {
    /// Does the block of the last mark have backslashes in it?
    #[inline(always)]
    pub fn has_escapes(&self) -> bool {
        self.escapes & 1 != 0
    }
}

impl Iterator for Ahead<'_> {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            self.bits = *self.blocks.next()?;
            self.base = self.base.wrapping_add(BLOCK);
            self.escapes >>= 1;
        }
        let at = self.base.wrapping_add(self.bits.trailing_zeros() as usize);
        self.bits &= self.bits - 1;
        Some(at)
    }
}

/// Finds the marks of the first blocks of a text, up to one that has something wrong in it; gives their number, and
/// the bits of those that have backslashes in them.
struct Search<'a> {
    text: &'a [u8],
    found: &'a mut [u64],
}

impl Widely for Search<'_> {
    type Output = (usize, u64);

    #[inline(always)]
    fn widely(self, wide: Wide) -> (usize, u64) {
        let (mut state, mut escapes) = (State::default(), 0);
        let (blocks, _) = self.text.as_chunks::<BLOCK>();
        for (number, (block, found)) in blocks.iter().zip(&mut *self.found).enumerate() {
            let mut masks = wide.masks(block);
            if masks.backslashes | state.escaped != 0 {
                escapes |= 1 << number;
                match state.escapes(masks.backslashes, &self.text[number * BLOCK..]) {
                    Some(escaped) => masks.quotes &= !escaped,
                    None => return (number, escapes),
                }
            }
            match state.marks(wide, masks) {
                Some(marks) => *found = marks,
                None => return (number, escapes),
            }
        }
        (blocks.len().min(self.found.len()), escapes)
    }
}

/// What a block has to know of those before it.
#[derive(Default)]
struct State {
    /// All bits are set: the last block ended inside a string.
    inside: u64,
    /// The first byte is escaped.
    escaped: u64,
    /// The last byte was inside a number or a word.
    run: u64,
}

impl State {
    /// The marks of a block whose escaped quotes were left out; `None` if something is wrong in it.
    #[inline(always)]
    fn marks(&mut self, wide: Wide, masks: Masks) -> Option<u64> {
        let quotes = masks.quotes;
        // Set from an opening quote up to the byte before the closing one.
        let strings = wide.parity(quotes) ^ self.inside;
        self.inside = ((strings as i64) >> 63) as u64;
        if masks.control & strings != 0 {
            return None;
        }
        let runs = !(masks.signs | masks.space | quotes);
        let begins = runs & !(runs << 1 | self.run);
        self.run = runs >> 63;
        // Not what is inside strings, nor closing quotes.
        Some((masks.signs | quotes | begins) & !(strings ^ quotes))
    }

    /// The bytes that are escaped; `None` if one of the escapes is none.
    #[inline(never)]
    fn escapes(&mut self, backslashes: u64, text: &[u8]) -> Option<u64> {
        let mut escaped = self.escaped;
        let mut left = backslashes & !escaped;
        self.escaped = 0;
        while left != 0 {
            let at = left.trailing_zeros();
            escape_length(&text[at as usize..]).ok()??;
            // The byte after the backslash may be one, too.
            let next = 1u64.checked_shl(at + 1).unwrap_or(0);
            self.escaped |= u64::from(next == 0);
            escaped |= next;
            left &= !(1 << at | next);
        }
        Some(escaped)
    }
}
