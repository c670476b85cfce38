//! Where the bytes of an input come from, and the buffer they are read into.

use std::fs::File;
use std::io::{self, Cursor, ErrorKind, Read};
use std::ops::Range;

use super::structural_index::StructuralIndex;

/// The size in bytes of reads once an input is known to be long: the most that a socket delivers at once.
pub(super) const CHUNK_SIZE: usize = 256 * 1024;

/// The size in bytes of the first read: a short response is read in one call and touches no more memory than it needs.
const FIRST_CHUNK_SIZE: usize = 16 * 1024;

/// The offset in the input, in bytes, from which vector instructions are used. Scanning a shorter input token by token
/// takes less time than detecting the instructions, because `cpuid` traps in a virtual machine.
pub(super) const SIMD_THRESHOLD: usize = 64 * 1024;

/// Bytes that have been read and not consumed, with the structural index of those that have been indexed.
#[derive(Default)]
pub struct InputBuffer {
    /// Holds the unconsumed bytes in the range `filled`. Consumed bytes or headroom precede them, free space follows.
    pub(super) bytes: Vec<u8>,
    /// The range of the unconsumed bytes in `bytes`.
    pub(super) filled: Range<usize>,
    pub(super) index: StructuralIndex,
}

impl InputBuffer {
    /// The unconsumed bytes.
    pub fn filled(&self) -> &[u8] {
        &self.bytes[self.filled.clone()]
    }

    /// Removes the first `count` bytes.
    pub fn consume(&mut self, count: usize) {
        self.filled.start += count;
    }

    /// Puts bytes back that were removed, so that `count` are unconsumed again.
    pub fn restore(&mut self, count: usize) {
        self.filled.start = self.filled.end.saturating_sub(count);
    }

    /// Appends a chunk that follows these bytes in the input, with its index. An empty buffer is replaced.
    pub fn append(&mut self, mut chunk: Self) {
        if self.filled.is_empty() {
            std::mem::swap(self, &mut chunk);
            return;
        }
        self.bytes.truncate(self.filled.end);
        self.bytes.drain(..self.filled.start);
        self.bytes.extend_from_slice(chunk.filled());
        self.filled = 0..self.bytes.len();
        std::mem::swap(&mut self.index, &mut chunk.index);
    }

    /// Takes the whole lines at the start, with their index, and leaves the bytes behind them; `None` if there is no
    /// place to cut.
    ///
    /// A cut is behind a newline. It is not in front of white space or something that goes on with a value: most texts
    /// over several lines are only cut between values.
    pub fn take_lines(&mut self) -> Option<Self> {
        let filled = self.filled();
        let mut end = filled.len();
        loop {
            end = memchr::memrchr(b'\n', &filled[..end])?;
            let goes_on =
                |c: &u8| matches!(c, b' ' | b'\t' | b'\r' | b'\n' | b'}' | b']' | b',' | b':');
            if !filled.get(end + 1).is_some_and(goes_on) {
                break;
            }
        }
        let cut = self.filled.start + end + 1;
        let rest = self.bytes[cut..self.filled.end].to_vec();
        let rest = Self {
            filled: 0..rest.len(),
            bytes: rest,
            ..Self::default()
        };
        let mut lines = std::mem::replace(self, rest);
        lines.filled.end = cut;
        Some(lines)
    }

    /// Appends the bytes of one `read`; none at the end of the input. First moves the unconsumed bytes to the front of
    /// the buffer, and grows the buffer if it is full.
    ///
    /// # Errors
    /// The reader's, except [`ErrorKind::Interrupted`], after which the read is repeated.
    pub fn read_from(&mut self, reader: &mut (impl Read + ?Sized)) -> io::Result<()> {
        let kept = self.make_room();
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

    /// Moves the unconsumed bytes to the front, and grows the buffer if it is full; returns how many they are.
    ///
    /// It is not generic, so that it is compiled with this crate's optimization for speed.
    #[inline(never)]
    fn make_room(&mut self) -> usize {
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
        kept
    }
}

/// A reader that can fill an [`InputBuffer`].
///
/// The default method copies with [`Read::read`]. A source whose bytes are already in buffers can swap one in.
pub trait ByteSource: Read {
    /// Appends bytes to those in the buffer; none at the end of the input. May move the bytes already in the buffer.
    ///
    /// # Errors
    /// The reader's, except [`ErrorKind::Interrupted`].
    fn fill_buffer(&mut self, buffer: &mut InputBuffer) -> io::Result<()> {
        buffer.read_from(self)
    }

    /// The offset in the input, in bytes, from which vector instructions are used if the processor has them.
    ///
    /// The default suits all sources. Tests set it to 0, so that short texts take the same code path as long ones.
    fn simd_threshold(&self) -> usize {
        SIMD_THRESHOLD
    }

    /// The offset of the first byte in the input that the index of the bytes counts from, in bytes: not 0 for a source
    /// that gives part of an input.
    fn start_offset(&self) -> usize {
        0
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

    fn start_offset(&self) -> usize {
        (**self).start_offset()
    }
}
