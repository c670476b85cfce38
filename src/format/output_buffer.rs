//! The buffer between a formatter and its writer. It lets the hot loops append to a `Vec` instead of calling a trait
//! object.

use std::io;

/// Bytes buffered before they are passed on.
const CHUNK: usize = 64 * 1024;

/// A buffer in front of a writer. It may start with bytes that were buffered before.
pub struct OutputBuffer<'a> {
    pub buf: Vec<u8>,
    /// The length of the bytes that were buffered before.
    start: usize,
    out: &'a mut dyn io::Write,
}

impl<'a> OutputBuffer<'a> {
    /// A buffer in front of a writer. The bytes already in `buf` are written first.
    pub fn new(buf: Vec<u8>, out: &'a mut dyn io::Write) -> Self {
        let start = buf.len();
        Self { buf, start, out }
    }

    /// Passes the bytes on if there are at least 64 KiB. Called between elements, so that memory stays bounded.
    #[inline]
    pub fn flush_if_large(&mut self) -> io::Result<()> {
        if self.buf.len() >= CHUNK {
            self.flush_all()
        } else {
            Ok(())
        }
    }

    /// Passes all bytes on.
    pub fn flush_all(&mut self) -> io::Result<()> {
        self.start = 0;
        let result = self.out.write_all(&self.buf);
        self.buf.clear();
        result
    }

    /// Discards the bytes that were appended and not passed on yet.
    pub fn discard(&mut self) {
        self.buf.truncate(self.start);
    }
}

impl io::Write for OutputBuffer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buf.extend_from_slice(bytes);
        self.flush_if_large()?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flush_all()
    }
}
