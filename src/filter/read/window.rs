//! The bytes of an input, a window at a time.

use std::io::{self, ErrorKind, Read};

use super::ReadError;

/// Bytes asked for at once when much is coming: what a socket delivers at most in one go.
const WINDOW: usize = 256 * 1024;

/// Small answers are read in one call without touching more memory than they need.
const FIRST_WINDOW: usize = 16 * 1024;

pub struct Window<R> {
    source: R,
    buffer: Vec<u8>,
    position: usize,
    filled: usize,
    ended: bool,
    /// Newlines in the windows before this one.
    lines: usize,
    /// Bytes since the last of those newlines.
    column: usize,
}

impl<R: Read> Window<R> {
    pub fn new(source: R) -> Self {
        Self {
            source,
            buffer: Vec::new(),
            position: 0,
            filled: 0,
            ended: false,
            lines: 0,
            column: 0,
        }
    }

    /// What is here and not yet taken; empty only at the end of the input, unless `fill` was not called.
    pub fn rest(&self) -> &[u8] {
        &self.buffer[self.position..self.filled]
    }

    pub fn advance(&mut self, bytes: usize) {
        self.position += bytes;
    }

    /// Takes back bytes of this window.
    pub fn retreat(&mut self, bytes: usize) {
        self.position -= bytes;
    }

    /// The next byte, `None` at the end.
    #[inline]
    pub fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        if self.position == self.filled {
            self.fill()?;
        }
        Ok(self.rest().first().copied())
    }

    /// Takes more bytes in when the window is used up.
    pub fn fill(&mut self) -> Result<(), ReadError> {
        if self.position < self.filled || self.ended {
            return Ok(());
        }
        let (lines, column) = self.place_after(self.filled);
        (self.lines, self.column) = (lines, column);
        let filled = std::mem::take(&mut self.filled);
        self.position = 0;
        if filled == self.buffer.len() {
            let size = if filled == 0 { FIRST_WINDOW } else { WINDOW };
            self.buffer.resize(size, 0);
        }
        loop {
            match self.source.read(&mut self.buffer) {
                Ok(0) => self.ended = true,
                Ok(bytes) => self.filled = bytes,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.ended = true;
                    return Err(ReadError::io(error));
                }
            }
            return Ok(());
        }
    }

    fn place_after(&self, bytes: usize) -> (usize, usize) {
        let seen = &self.buffer[..bytes];
        let newlines = memchr::memchr_iter(b'\n', seen).count();
        match memchr::memrchr(b'\n', seen) {
            Some(last) => (self.lines + newlines, bytes - last - 1),
            None => (self.lines, self.column + bytes),
        }
    }

    /// Lines read so far, the current one included if its end is in sight: jq reads line by line.
    pub fn line_number(&self) -> usize {
        let ends = memchr::memchr(b'\n', self.rest()).is_some();
        self.place_after(self.position).0 + usize::from(ends)
    }

    /// A syntax error at the current place.
    pub fn error(&self, message: &'static str) -> ReadError {
        let (lines, column) = self.place_after(self.position);
        let at_end = self.ended && self.position == self.filled;
        ReadError::syntax(message, (lines + 1, column + usize::from(!at_end)), at_end)
    }

    /// Takes everything up to and including the delimiter; `false` at the end of the input.
    pub fn take_until(&mut self, delimiter: u8, into: &mut Vec<u8>) -> Result<bool, ReadError> {
        let before = into.len();
        while self.peek()?.is_some() {
            let rest = self.rest();
            let found = memchr::memchr(delimiter, rest);
            let length = found.map_or(rest.len(), |at| at + 1);
            into.extend_from_slice(&rest[..length]);
            self.advance(length);
            if found.is_some() {
                return Ok(true);
            }
        }
        Ok(into.len() > before)
    }

    /// Takes all that is left.
    pub fn take_all(&mut self, into: &mut Vec<u8>) -> io::Result<()> {
        into.extend_from_slice(self.rest());
        self.advance(self.rest().len());
        if !self.ended {
            self.source.read_to_end(into)?;
            self.ended = true;
        }
        Ok(())
    }
}
