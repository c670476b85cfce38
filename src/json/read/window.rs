//! The bytes of an input, a window at a time.

use std::io;

use super::ReadError;
use super::marks::{Marks, NEAR};
use super::supply::{ByteSource, InputBuffer};

pub struct Window<R> {
    source: R,
    buffer: InputBuffer,
    /// Where in the buffer the bytes are that have not been taken.
    position: usize,
    ended: bool,
    /// Bytes of the input before this window.
    passed: usize,
    /// Newlines in the windows before this one.
    lines: usize,
    /// Bytes since the last of those newlines.
    column: usize,
}

impl<R: ByteSource> Window<R> {
    pub fn new(source: R) -> Self {
        Self {
            source,
            buffer: InputBuffer::default(),
            position: 0,
            ended: false,
            passed: 0,
            lines: 0,
            column: 0,
        }
    }

    /// What is here and not yet taken; empty only at the end of the input, unless `fill` was not called.
    #[inline]
    pub fn rest(&self) -> &[u8] {
        &self.buffer.bytes[self.position..self.buffer.filled.end]
    }

    /// Bytes of the input that have been taken.
    pub fn place(&self) -> usize {
        self.passed + self.position - self.buffer.filled.start
    }

    pub fn advance(&mut self, bytes: usize) {
        self.position += bytes;
    }

    /// The next byte, `None` at the end.
    #[inline]
    pub fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        if self.position == self.buffer.filled.end {
            self.fill()?;
        }
        Ok(self.rest().first().copied())
    }

    /// Takes more bytes in when the window is used up.
    pub fn fill(&mut self) -> Result<(), ReadError> {
        if self.position == self.buffer.filled.end {
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
        self.passed = self.place();
        self.buffer.filled.start = self.position;
        let kept = self.buffer.filled.len();
        let supplied = self.source.fill_buffer(&mut self.buffer);
        self.position = self.buffer.filled.start;
        self.ended = self.buffer.filled.len() <= kept;
        supplied.map_err(ReadError::io)?;
        Ok(!self.ended)
    }

    /// The place of the next byte, counted from the first of the input, and what is known of it and those behind it.
    pub fn known(&self) -> (usize, &Marks) {
        (self.place(), &self.buffer.marks)
    }

    /// No more bytes will come than are here.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Everything has been taken.
    pub fn has_run_out(&self) -> bool {
        self.ended && self.position == self.buffer.filled.end
    }

    /// Newlines before a position in the buffer, and bytes since the last of them.
    fn place_after(&self, position: usize) -> (usize, usize) {
        let seen = &self.buffer.bytes[self.buffer.filled.start..position];
        let newlines = self.newlines(seen);
        if newlines == 0 {
            return (self.lines, self.column + seen.len());
        }
        let last = seen.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
        (self.lines + newlines, seen.len() - last - 1)
    }

    /// Newlines in these bytes, the first of the buffer.
    fn newlines(&self, seen: &[u8]) -> usize {
        let known = self.buffer.marks.without_control();
        let within = |place: usize| place.saturating_sub(self.passed).min(seen.len());
        let (from, upto) = (within(known.start), within(known.end));
        newlines(&seen[..from]) + newlines(&seen[upto..])
    }

    /// Lines read so far, the current one included if its end is in sight: jq reads line by line.
    pub fn line_number(&self) -> usize {
        let rest = self.rest();
        // At the end of a short answer nobody has asked the processor anything: see NEAR.
        let ends = !rest.is_empty() && memchr::memchr(b'\n', rest).is_some();
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
        let place = self
            .position
            .saturating_add(offset)
            .min(self.buffer.filled.end);
        let at_end = self.ended && place == self.buffer.filled.end;
        // The byte itself counts, so that a newline is on the line it begins, as in jq.
        let (lines, column) = self.place_after((place + 1).min(self.buffer.filled.end));
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

fn newlines(bytes: &[u8]) -> usize {
    if bytes.len() <= NEAR {
        // So many that their number fits in a byte: the compiler then counts sixteen at a time.
        let counts = bytes
            .chunks(255)
            .map(|few| few.iter().map(|byte| u8::from(*byte == b'\n')).sum::<u8>());
        counts.map(usize::from).sum()
    } else {
        memchr::memchr_iter(b'\n', bytes).count()
    }
}
