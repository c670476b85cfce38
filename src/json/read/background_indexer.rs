//! Builds the structural index of an input chunk by chunk, on the thread that reads the input.

use super::block_indexer::IndexerState;
use super::byte_source::InputBuffer;
use super::tokens::MAX_ESCAPE_LENGTH;
use crate::simd::block::BLOCK_SIZE;

/// Indexes chunks of an input before they are scanned.
pub(super) struct BackgroundIndexer {
    /// The offset in the input of the next chunk.
    offset: usize,
    state: IndexerState,
    /// The bytes after the last indexed block: fewer than a block plus an escape.
    left: Vec<u8>,
    /// A block was invalid. It is unknown whether the bytes after it are inside a string, so indexing has stopped.
    has_failed: bool,
}

impl BackgroundIndexer {
    /// An indexer for the chunks that follow `bytes`, which start at `offset` in the input and outside any string.
    pub(super) fn new(offset: usize, bytes: Vec<u8>) -> Self {
        let mut indexer = Self {
            offset,
            state: IndexerState::default(),
            left: Vec::new(),
            has_failed: false,
        };
        indexer.index(&mut InputBuffer {
            filled: 0..bytes.len(),
            bytes,
            ..InputBuffer::default()
        });
        indexer
    }

    /// Indexes a chunk together with the bytes left over from the previous one, which are copied into the free space
    /// before the chunk's bytes.
    pub(super) fn index(&mut self, chunk: &mut InputBuffer) {
        chunk.index.clear();
        let begin = chunk.filled.start.checked_sub(self.left.len());
        let Some(begin) = begin.filter(|_| !self.has_failed) else {
            return;
        };
        chunk.bytes[begin..chunk.filled.start].copy_from_slice(&self.left);
        let text = &chunk.bytes[begin..chunk.filled.end];
        // An escape that starts in the last indexed block must end within the text.
        let blocks = text.len().saturating_sub(MAX_ESCAPE_LENGTH - 1) / BLOCK_SIZE;
        let start = self.offset - self.left.len();
        self.offset += chunk.filled.len();
        if blocks > 0 {
            self.has_failed = !chunk.index.build(text, start, blocks, &mut self.state);
        }
        self.left.clear();
        self.left.extend_from_slice(&text[blocks * BLOCK_SIZE..]);
    }
}
