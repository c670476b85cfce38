//! Where the bytes of an input come from.

use std::fs::File;
use std::io::{self, Cursor, ErrorKind, Read};
use std::ops::Range;

use super::marks::Marks;

/// Bytes asked for at once when much is coming: what a socket delivers at most in one go.
pub const WINDOW: usize = 256 * 1024;

/// Small answers are read in one call without touching more memory than they need.
const FIRST_WINDOW: usize = 16 * 1024;

/// Bytes of an input.
#[derive(Default)]
pub struct InputBuffer {
    pub(crate) bytes: Vec<u8>,
    /// Where they are in it.
    pub(crate) filled: Range<usize>,
    /// What is known of them already.
    pub(crate) marks: Marks,
}

/// A reader that may have a better way than to copy its bytes to where they are wanted.
pub trait ByteSource: Read {
    /// Brings more bytes in behind those in the buffer, which may be moved; none at the end of the input.
    ///
    /// # Errors
    /// The reader's; never that it was interrupted.
    fn fill_buffer(&mut self, buffer: &mut InputBuffer) -> io::Result<()> {
        buffer.read_from(self)
    }
}

impl ByteSource for &[u8] {}
impl ByteSource for Cursor<Vec<u8>> {}
impl ByteSource for File {}

impl<S: ByteSource + ?Sized> ByteSource for Box<S> {
    fn fill_buffer(&mut self, buffer: &mut InputBuffer) -> io::Result<()> {
        (**self).fill_buffer(buffer)
    }
}

impl InputBuffer {
    /// The bytes.
    pub fn filled(&self) -> &[u8] {
        &self.bytes[self.filled.clone()]
    }

    /// Drops the first bytes.
    pub fn consume(&mut self, bytes: usize) {
        self.filled.start += bytes;
    }

    /// Reads once behind the bytes. They are moved to the front, and what is full grows.
    ///
    /// # Errors
    /// The reader's; never that it was interrupted.
    pub fn read_from(&mut self, reader: &mut (impl Read + ?Sized)) -> io::Result<()> {
        let kept = self.filled.len();
        let was_full = self.filled.end == self.bytes.len();
        self.bytes.copy_within(self.filled.clone(), 0);
        self.filled = 0..kept;
        if was_full {
            let needed = if self.bytes.is_empty() {
                FIRST_WINDOW
            } else {
                WINDOW
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
