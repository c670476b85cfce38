//! Where the bytes of an input come from, and the buffer they are read into.

use std::fs::File;
use std::io::{self, Cursor, ErrorKind, Read};
use std::ops::Range;

use super::structural_index::StructuralIndex;

/// Bytes of a read once an input has proved to be long: the most that a socket delivers at once.
pub(super) const CHUNK_SIZE: usize = 256 * 1024;

/// Bytes of the first read: a short answer is read in one call, and touches no more memory than it needs.
const FIRST_CHUNK_SIZE: usize = 16 * 1024;

/// The offset in the input, in bytes, from which on it is scanned with vector instructions. A shorter input is scanned
/// token by token in less time than it takes to detect the instructions: in a virtual machine `cpuid` traps.
pub(super) const SIMD_THRESHOLD: usize = 64 * 1024;

/// Bytes of an input that have been read and not consumed, and the structural index of them as far as it is known.
#[derive(Default)]
pub struct InputBuffer {
    /// The bytes are a part of this vector: before them are consumed ones or headroom, behind them is free space.
    pub(super) bytes: Vec<u8>,
    /// Where in `bytes` they are.
    pub(super) filled: Range<usize>,
    pub(super) index: StructuralIndex,
}

impl InputBuffer {
    /// The bytes.
    pub fn filled(&self) -> &[u8] {
        &self.bytes[self.filled.clone()]
    }

    /// Removes the first `count` bytes.
    pub fn consume(&mut self, count: usize) {
        self.filled.start += count;
    }

    /// Appends the bytes of one `read`, none at the end of the input. The bytes are moved to the front of the buffer
    /// first, and a full buffer grows.
    ///
    /// # Errors
    /// The reader's, except [`ErrorKind::Interrupted`]: the read is then repeated.
    pub fn read_from(&mut self, reader: &mut (impl Read + ?Sized)) -> io::Result<()> {
        let kept = self.filled.len();
        let was_full = self.filled.end == self.bytes.len();
        self.bytes.copy_within(self.filled.clone(), 0);
        self.filled = 0..kept;
        if was_full {
            let needed = if self.bytes.is_empty() {
                FIRST_CHUNK_SIZE
            } else {
                CHUNK_SIZE
            };
            let grown = if kept == self.bytes.len() {
                2 * kept
            } else {
                self.bytes.len()
            };
            self.bytes.resize(needed.max(grown), 0);
        }
        loop {
            match reader.read(&mut self.bytes[kept..]) {
                Ok(bytes) => {
                    self.filled.end += bytes;
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// A reader that can fill an [`InputBuffer`].
///
/// The default method copies with [`Read::read`]. A source that has its bytes in buffers already can swap one in.
pub trait ByteSource: Read {
    /// Appends bytes to those in the buffer, none at the end of the input. The bytes in the buffer may be moved.
    ///
    /// # Errors
    /// The reader's, except [`ErrorKind::Interrupted`].
    fn fill_buffer(&mut self, buffer: &mut InputBuffer) -> io::Result<()> {
        buffer.read_from(self)
    }

    /// The offset in the input, in bytes, from which on it is scanned with vector instructions, if there are any.
    ///
    /// The default suits all sources. Tests set it to 0, so that short texts go the same way as long ones.
    fn simd_threshold(&self) -> usize {
        SIMD_THRESHOLD
    }
}

impl ByteSource for &[u8] {}
impl ByteSource for Cursor<Vec<u8>> {}
impl ByteSource for File {}

impl<S: ByteSource + ?Sized> ByteSource for Box<S> {
    fn fill_buffer(&mut self, buffer: &mut InputBuffer) -> io::Result<()> {
        (**self).fill_buffer(buffer)
    }

    fn simd_threshold(&self) -> usize {
        (**self).simd_threshold()
    }
}
