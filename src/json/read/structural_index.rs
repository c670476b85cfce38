//! The structural index: where tokens start in a range of the input (Langdale and Lemire, "Parsing Gigabytes of JSON
//! per Second", §3.1).

use std::ops::Range;

use super::block_indexer::{BlockIndexer, IndexerState};
use crate::simd::block::{BLOCK_SIZE, Simd};

/// The maximum number of blocks that a scan indexes at once: their 4 KiB stay in the L1 cache until they are scanned.
const MAX_BLOCKS: usize = 64;

/// The token starts in a range of the input, one bit per byte: brackets, commas, colons, opening quotes, and
/// the first byte of each run of other bytes that are not whitespace.
///
/// Strings in the range are valid; nothing else has been checked.
#[derive(Debug, Default)]
pub(super) struct StructuralIndex {
    /// The offset of the first block in the input.
    start: usize,
    /// The bits of each block; the lowest bit is the first byte.
    bits: Vec<u64>,
    /// The number of blocks that are indexed; `bits` may be longer.
    count: usize,
    /// One bit per block, set if the block contains backslashes.
    escapes: Vec<u64>,
    /// Whether any block contains a control character.
    has_control: bool,
}

impl StructuralIndex {
    /// A range of offsets in the input that is known to contain no control characters, and therefore no newlines.
    pub(super) fn control_free(&self) -> Range<usize> {
        let blocks = if self.has_control { 0 } else { self.count };
        self.start..self.start + blocks * BLOCK_SIZE
    }

    /// The token starts of a text from offset `at`, where the text starts at offset `text_start` in the input. The
    /// position must be outside any string. `None` if it is not indexed.
    pub(super) fn tokens_from(&self, text_start: usize, at: usize) -> Option<TokenStarts<'_>> {
        let offset = (text_start + at).checked_sub(self.start)?;
        let (block, bit) = (offset / BLOCK_SIZE, offset % BLOCK_SIZE);
        (block < self.count).then(|| TokenStarts {
            bits: self.bits[block] & (u64::MAX << bit),
            base: at.wrapping_sub(bit),
            block,
            blocks: &self.bits[..self.count],
            escapes: &self.escapes,
        })
    }

    /// Like [`StructuralIndex::tokens_from`], but indexes the next blocks if the position is not indexed. `rest` is the
    /// text from `at` to its end.
    ///
    /// `None` if the rest is shorter than a block, if its first block is not valid JSON, or if the processor has no
    /// suitable instructions.
    pub(super) fn build_tokens_from(
        &mut self,
        rest: &[u8],
        text_start: usize,
        at: usize,
    ) -> Option<TokenStarts<'_>> {
        if self.tokens_from(text_start, at).is_none() {
            let start = text_start + at;
            let blocks = MAX_BLOCKS.min(rest.len() / BLOCK_SIZE);
            self.build(rest, start, blocks, &mut IndexerState::default());
        }
        self.tokens_from(text_start, at)
    }

    /// Indexes the first `blocks` blocks of a text, which starts at offset `start` in the input, and replaces the
    /// previous index. Returns whether all of them could be indexed.
    pub(super) fn build(
        &mut self,
        text: &[u8],
        start: usize,
        blocks: usize,
        state: &mut IndexerState,
    ) -> bool {
        self.start = start;
        self.bits.resize(blocks.max(self.bits.len()), 0);
        self.escapes.clear();
        self.escapes.resize(blocks.div_ceil(64), 0);
        let indexer = BlockIndexer {
            text,
            bits: &mut self.bits[..blocks],
            escapes: &mut self.escapes,
            state,
        };
        let indexed = Simd::detect().map(|simd| simd.dispatch(indexer));
        (self.count, self.has_control) = indexed.unwrap_or_default();
        self.count == blocks
    }

    /// Removes all blocks.
    pub(super) fn clear(&mut self) {
        self.count = 0;
    }
}

/// The offsets in a text at which tokens start, in ascending order.
pub(super) struct TokenStarts<'i> {
    /// The bits of the current block that have not been returned yet.
    bits: u64,
    /// The offset of the current block in the text. It wraps around for a first block that starts before the text.
    base: usize,
    /// The number of the current block.
    block: usize,
    /// The bits of all indexed blocks.
    blocks: &'i [u64],
    escapes: &'i [u64],
}

impl TokenStarts<'_> {
    /// Whether the block of the last token start has backslashes.
    #[inline(always)]
    pub(super) fn has_escapes(&self) -> bool {
        let escapes = self.escapes.get(self.block / 64);
        escapes.is_some_and(|bits| bits >> (self.block % 64) & 1 != 0)
    }
}

impl Iterator for TokenStarts<'_> {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            self.bits = *self.blocks.get(self.block + 1)?;
            self.block += 1;
            self.base = self.base.wrapping_add(BLOCK_SIZE);
        }
        let at = self.base.wrapping_add(self.bits.trailing_zeros() as usize);
        self.bits &= self.bits - 1;
        Some(at)
    }
}
