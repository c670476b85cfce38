//! Finds the token starts of consecutive blocks with vector instructions.

use super::tokens::escape_length;
use crate::simd::block::{BLOCK_SIZE, BlockMasks, Simd, WithSimd};

/// Indexes the blocks of a text, up to the first invalid one. Returns the number of indexed blocks, and whether they
/// contain a control character.
pub(super) struct BlockIndexer<'a> {
    pub text: &'a [u8],
    /// The token starts of each block, to be filled in.
    pub bits: &'a mut [u64],
    /// One bit per block, to be set for blocks that contain backslashes.
    pub escapes: &'a mut [u64],
    /// The state before the first block; after the run, the state after the last indexed block.
    pub state: &'a mut IndexerState,
}

impl WithSimd for BlockIndexer<'_> {
    type Output = (usize, bool);

    #[inline(always)]
    fn with_simd(self, simd: Simd) -> (usize, bool) {
        let (mut state, mut control) = (std::mem::take(self.state), 0);
        let (blocks, _) = self.text.as_chunks::<BLOCK_SIZE>();
        let mut count = 0;
        for (number, (block, found)) in blocks.iter().zip(&mut *self.bits).enumerate() {
            let mut masks = simd.classify(block);
            if masks.backslashes | state.prev_escape != 0 {
                self.escapes[number / 64] |= 1 << (number % 64);
                match state.find_escaped(masks.backslashes, &self.text[number * BLOCK_SIZE..]) {
                    Some(escaped) => masks.quotes &= !escaped,
                    None => break,
                }
            }
            control |= masks.control;
            match state.find_tokens(simd, masks) {
                Some(tokens) => *found = tokens,
                None => break,
            }
            count = number + 1;
        }
        *self.state = state;
        (count, control != 0)
    }
}

/// The state carried from one block to the next (simdjson's `prev_in_string` and so on).
#[derive(Debug, Default)]
pub(super) struct IndexerState {
    /// All ones if the previous block ended inside a string, otherwise 0.
    prev_in_string: u64,
    /// 1 if the previous block ended with a backslash that escapes this block's first byte, otherwise 0.
    prev_escape: u64,
    /// 1 if the last byte of the previous block was in a number or literal, otherwise 0.
    prev_scalar: u64,
}

impl IndexerState {
    /// The token starts of a block. Its quote mask must not contain escaped quotes. `None` if a string in it has a
    /// control character.
    #[inline(always)]
    fn find_tokens(&mut self, simd: Simd, masks: BlockMasks) -> Option<u64> {
        let quotes = masks.quotes;
        // Set from each opening quote to the byte before the closing quote.
        let strings = simd.prefix_xor(quotes) ^ self.prev_in_string;
        self.prev_in_string = ((strings as i64) >> 63) as u64;
        if masks.control & strings != 0 {
            return None;
        }
        let scalars = !(masks.structural | masks.whitespace | quotes);
        let scalar_starts = scalars & !(scalars << 1 | self.prev_scalar);
        self.prev_scalar = scalars >> 63;
        // Excludes the bytes inside strings and the closing quotes.
        Some((masks.structural | quotes | scalar_starts) & !(strings ^ quotes))
    }

    /// The bytes of a block that are escaped, where `text` starts with the block. `None` if an escape is not valid or
    /// the text ends inside it.
    #[inline(never)]
    fn find_escaped(&mut self, backslashes: u64, text: &[u8]) -> Option<u64> {
        let mut escaped = self.prev_escape;
        let mut left = backslashes & !escaped;
        self.prev_escape = 0;
        while left != 0 {
            let at = left.trailing_zeros();
            escape_length(&text[at as usize..]).ok()??;
            // The byte after the backslash may itself be a backslash, which then does not start an escape.
            let next = 1u64.checked_shl(at + 1).unwrap_or(0);
            self.prev_escape |= u64::from(next == 0);
            escaped |= next;
            left &= !(1 << at | next);
        }
        Some(escaped)
    }
}
