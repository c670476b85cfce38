//! The buffer between a formatter and its writer, so that the hot loops append to plain memory.

use std::io;

/// Bytes gathered before they are handed on.
const SPILL: usize = 64 * 1024;

/// A buffer in front of a writer. What is not drained is forgotten.
pub struct Sink<'a> {
    pub buf: Vec<u8>,
    out: &'a mut dyn io::Write,
}

impl<'a> Sink<'a> {
    /// A sink in front of a writer; `buf` gives its memory, so that one buffer serves many values.
    pub fn new(mut buf: Vec<u8>, out: &'a mut dyn io::Write) -> Self {
        buf.clear();
        Self { buf, out }
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
        self.out.write_all(&self.buf)?;
        self.buf.clear();
        Ok(())
    }
}

impl io::Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buf.extend_from_slice(bytes);
        self.spill()?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.drain()
    }
}
