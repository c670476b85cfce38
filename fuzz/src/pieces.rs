//! A reader that delivers its bytes in pieces of chosen sizes.

use std::io::{self, Read};

use dq_json::read::ByteSource;

/// Delivers `bytes` in pieces whose sizes the bytes themselves choose.
pub struct Pieces {
    bytes: Vec<u8>,
    at: usize,
    most: usize,
    indexes: bool,
}

impl Pieces {
    /// Pieces of at most `most` bytes. `indexes` makes the reader use vector instructions from the start.
    pub fn new(bytes: &[u8], most: usize, indexes: bool) -> Self {
        Self {
            bytes: bytes.to_vec(),
            at: 0,
            most,
            indexes,
        }
    }
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = &self.bytes[self.at..];
        let size = rest
            .first()
            .map_or(0, |byte| 1 + usize::from(*byte) % self.most);
        let size = size.min(rest.len()).min(buffer.len());
        buffer[..size].copy_from_slice(&rest[..size]);
        self.at += size;
        Ok(size)
    }
}

impl ByteSource for Pieces {
    fn simd_threshold(&self) -> usize {
        if self.indexes { 0 } else { usize::MAX }
    }
}
