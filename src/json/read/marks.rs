//! Where tokens begin, found for whole blocks of text at once (Langdale and Lemire, "Parsing Gigabytes of JSON per
//! Second", §3.1).

use std::ops::Range;

use super::literal::escape_length;
use super::supply::InputBuffer;
use crate::value::{BLOCK, Masks, Wide, Widely};

/// Blocks looked at in one go where nobody looks ahead: what is found stays in the nearest cache.
const MOST: usize = 64;

/// So many bytes at the beginning of the input are gone through token by token: asking the processor for more takes
/// longer.
pub const NEAR: usize = if cfg!(test) { 1 } else { 64 * 1024 };

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
    escapes: Vec<u64>,
    /// There is a control character in one of them.
    has_control: bool,
}

impl Marks {
    /// Places where there is no control character.
    pub fn without_control(&self) -> Range<usize> {
        let blocks = if self.has_control { 0 } else { self.count };
        self.origin..self.origin + blocks * BLOCK
    }

    /// The marks of what is ahead, outside of any string; `at` bytes of a text that begins at this place are behind.
    /// `None` if that is not known.
    pub fn known(&self, begin: usize, at: usize) -> Option<Ahead<'_>> {
        let behind = (begin + at).checked_sub(self.origin)?;
        let (number, bits) = (behind / BLOCK, behind % BLOCK);
        (number < self.count).then(|| Ahead {
            bits: self.bits[number] & (u64::MAX << bits),
            base: at.wrapping_sub(bits),
            number,
            blocks: &self.bits[..self.count],
            escapes: &self.escapes,
        })
    }

    /// As [`Marks::known`], and finds them if they are not known. There are none if there are too few bytes for a block,
    /// if what is in them is no JSON, or if the processor has nothing to find them with.
    pub fn find(&mut self, ahead: &[u8], begin: usize, at: usize) -> Option<Ahead<'_>> {
        if self.known(begin, at).is_none() {
            self.origin = begin + at;
            let most = MOST.min(ahead.len() / BLOCK);
            self.search(ahead, most, &mut State::default());
        }
        self.known(begin, at)
    }

    /// Looks at so many blocks of a text.
    fn search(&mut self, text: &[u8], most: usize, state: &mut State) {
        self.bits.resize(most.max(self.bits.len()), 0);
        self.escapes.clear();
        self.escapes.resize(most.div_ceil(64), 0);
        let search = Search {
            text,
            bits: &mut self.bits[..most],
            escapes: &mut self.escapes,
            state,
        };
        let found = Wide::detect().map(|wide| wide.run(search));
        (self.count, self.has_control) = found.unwrap_or_default();
    }

    /// Forgets everything: what comes next may be inside a string.
    pub fn clear(&mut self) {
        self.count = 0;
    }
}

/// Finds the marks of what comes in before anybody asks for them.
pub struct Forerunner {
    /// Bytes that came so far.
    place: usize,
    state: State,
    /// Bytes that came behind the last block, fewer than NEAR or a block and an escape.
    left: Vec<u8>,
    /// What came has something wrong in it, and what comes behind that may be anything.
    is_lost: bool,
}

/// An escape has so many bytes at most.
const ESCAPE: usize = 6;

impl Forerunner {
    /// It looks at what comes behind these bytes, of which the first has this place and is outside of any string.
    pub fn behind(place: usize, bytes: Vec<u8>) -> Self {
        let mut forerunner = Self {
            place,
            state: State::default(),
            left: Vec::new(),
            is_lost: false,
        };
        forerunner.look(&mut InputBuffer {
            filled: 0..bytes.len(),
            bytes,
            ..InputBuffer::default()
        });
        forerunner
    }

    /// Finds what can be found of the bytes that came in, which have free ones in front of them.
    pub fn look(&mut self, page: &mut InputBuffer) {
        page.marks.clear();
        let begin = page.filled.start.checked_sub(self.left.len());
        let Some(begin) = begin.filter(|_| !self.is_lost) else {
            return;
        };
        page.bytes[begin..page.filled.start].copy_from_slice(&self.left);
        let text = &page.bytes[begin..page.filled.end];
        // The escapes in a block can be seen whole.
        let blocks = if self.place + page.filled.len() < NEAR {
            0
        } else {
            text.len().saturating_sub(ESCAPE - 1) / BLOCK
        };
        page.marks.origin = self.place - self.left.len();
        self.place += page.filled.len();
        if blocks > 0 {
            page.marks.search(text, blocks, &mut self.state);
            self.is_lost = page.marks.count < blocks;
        }
        self.left.clear();
        self.left.extend_from_slice(&text[blocks * BLOCK..]);
    }
}

/// The marks that have not been passed.
pub struct Ahead<'m> {
    /// Those of the current block.
    bits: u64,
    /// Where in the text the current block begins; the first may begin before the text does.
    base: usize,
    /// The current block's.
    number: usize,
    /// Of the blocks that are known.
    blocks: &'m [u64],
    escapes: &'m [u64],
}

impl Ahead<'_> {
    /// Does the block of the last mark have backslashes in it?
    #[inline(always)]
    pub fn has_escapes(&self) -> bool {
        let escapes = self.escapes.get(self.number / 64);
        escapes.is_some_and(|bits| bits >> (self.number % 64) & 1 != 0)
    }
}

impl Iterator for Ahead<'_> {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            self.bits = *self.blocks.get(self.number + 1)?;
            self.number += 1;
            self.base = self.base.wrapping_add(BLOCK);
        }
        let at = self.base.wrapping_add(self.bits.trailing_zeros() as usize);
        self.bits &= self.bits - 1;
        Some(at)
    }
}

/// Finds the marks of the blocks of a text, up to one that has something wrong in it; gives their number, and whether
/// there is a control character in them.
struct Search<'a> {
    text: &'a [u8],
    bits: &'a mut [u64],
    /// Bits are set for blocks that have backslashes in them.
    escapes: &'a mut [u64],
    state: &'a mut State,
}

impl Widely for Search<'_> {
    type Output = (usize, bool);

    #[inline(always)]
    fn widely(self, wide: Wide) -> (usize, bool) {
        let (mut state, mut control) = (std::mem::take(self.state), 0);
        let (blocks, _) = self.text.as_chunks::<BLOCK>();
        let mut count = 0;
        for (number, (block, found)) in blocks.iter().zip(&mut *self.bits).enumerate() {
            let mut masks = wide.masks(block);
            if masks.backslashes | state.escaped != 0 {
                self.escapes[number / 64] |= 1 << (number % 64);
                match state.escapes(masks.backslashes, &self.text[number * BLOCK..]) {
                    Some(escaped) => masks.quotes &= !escaped,
                    None => break,
                }
            }
            control |= masks.control;
            match state.marks(wide, masks) {
                Some(marks) => *found = marks,
                None => break,
            }
            count = number + 1;
        }
        *self.state = state;
        (count, control != 0)
    }
}

/// What a block has to know of those before it.
#[derive(Debug, Default)]
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
