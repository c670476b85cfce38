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
    /// Bytes of the input before this window.
    passed: usize,
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
            passed: 0,
            lines: 0,
            column: 0,
        }
    }

    /// What is here and not yet taken; empty only at the end of the input, unless `fill` was not called.
    #[inline]
    pub fn rest(&self) -> &[u8] {
        &self.buffer[self.position..self.filled]
    }

    /// Bytes of the input that have been taken.
    pub fn place(&self) -> usize {
        self.passed + self.position
    }

    pub fn advance(&mut self, bytes: usize) {
        self.position += bytes;
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
        if self.position == self.filled {
            self.more()?;
        }
        Ok(())
    }

    /// Takes more bytes in behind the rest; `false` at the end of the input.
    pub fn more(&mut self) -> Result<bool, ReadError> {
        if self.ended {
            return Ok(false);
        }
        (self.lines, self.column) = self.place_after(self.position);
        self.passed += self.position;
        self.buffer.copy_within(self.position..self.filled, 0);
        let was_full = self.filled == self.buffer.len();
        self.filled -= self.position;
        self.position = 0;
        if was_full {
            let needed = if self.buffer.is_empty() {
                FIRST_WINDOW
            } else {
                WINDOW
            };
            let grown = if self.filled == self.buffer.len() {
                2 * self.filled
            } else {
                self.buffer.len()
            };
            self.buffer.resize(needed.max(grown), 0);
        }
        loop {
            match self.source.read(&mut self.buffer[self.filled..]) {
                Ok(0) => self.ended = true,
                Ok(bytes) => self.filled += bytes,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.ended = true;
                    return Err(ReadError::io(error));
                }
            }
            return Ok(!self.ended);
        }
    }

    /// No more bytes will come than are here.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Everything has been taken.
    pub fn has_run_out(&self) -> bool {
        self.ended && self.position == self.filled
    }

    fn place_after(&self, bytes: usize) -> (usize, usize) {
        let seen = &self.buffer[..bytes];
        let newlines = memchr::memchr_iter(b'\n', seen).count();
        if newlines == 0 {
            return (self.lines, self.column + bytes);
        }
        let last = memchr::memrchr(b'\n', seen).unwrap_or(0);
        (self.lines + newlines, bytes - last - 1)
    }

    /// Lines read so far, the current one included if its end is in sight: jq reads line by line.
    pub fn line_number(&self) -> usize {
        let ends = memchr::memchr(b'\n', self.rest()).is_some();
        self.lines_taken() + usize::from(ends)
    }

    /// Lines whose end has been passed over.
    pub fn lines_taken(&self) -> usize {
        self.place_after(self.position).0
    }

    /// A syntax error at the current place.
    pub fn error(&self, message: &'static str) -> ReadError {
        self.error_at(0, message)
    }

    /// A syntax error so many bytes further on, or at the end.
    pub fn error_at(&self, offset: usize, message: &'static str) -> ReadError {
        let place = self.position.saturating_add(offset).min(self.filled);
        let at_end = self.ended && place == self.filled;
        // The byte itself counts, so that a newline is on the line it begins, as in jq.
        let (lines, column) = self.place_after((place + 1).min(self.filled));
        ReadError::syntax(message, (lines + 1, column), at_end)
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

    /// Passes over everything up to and including the delimiter; `false` where none comes.
    pub fn skip_behind(&mut self, delimiter: u8) -> Result<bool, ReadError> {
        while self.peek()?.is_some() {
            let found = memchr::memchr(delimiter, self.rest());
            self.advance(found.map_or(self.rest().len(), |at| at + 1));
            if found.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
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
