//! The buffer between a formatter and its writer, so that the hot loops append to plain memory.

use std::io;

/// Bytes gathered before they are handed on.
const SPILL: usize = 64 * 1024;

/// A buffer in front of a writer, which may hold what was written before.
pub struct OutputBuffer<'a> {
    pub buf: Vec<u8>,
    /// Bytes that were there before.
    begun: usize,
    out: &'a mut dyn io::Write,
}

impl<'a> OutputBuffer<'a> {
    /// A sink in front of a writer; what `buf` holds goes first.
    pub fn new(buf: Vec<u8>, out: &'a mut dyn io::Write) -> Self {
        let begun = buf.len();
        Self { buf, begun, out }
    }

    /// Hands the buffer on once it is large: called between elements, so that memory stays bounded.
    #[inline]
    pub fn spill(&mut self) -> io::Result<()> {
        if self.buf.len() >= SPILL {
            self.drain()
        } else {
            Ok(())
        }
    }

    /// Hands on everything.
    pub fn drain(&mut self) -> io::Result<()> {
        self.begun = 0;
        let result = self.out.write_all(&self.buf);
        self.buf.clear();
        result
    }

    /// Forgets what was written here and not yet handed on.
    pub fn forget(&mut self) {
        self.buf.truncate(self.begun);
    }
}

impl io::Write for OutputBuffer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buf.extend_from_slice(bytes);
        self.spill()?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.drain()
    }
}
