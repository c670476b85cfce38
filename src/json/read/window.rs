//! A window that moves over the bytes of an input and counts lines.

use std::io;

use super::byte_source::{ByteSource, CHUNK_SIZE, InputBuffer, SIMD_THRESHOLD};
use super::error::ReadError;
use super::structural_index::StructuralIndex;

/// The bytes of a value that may be scanned anew, without notice, each time that more are read.
const LONG_REST: usize = 64 * 1024;

/// The part of an input that is in memory.
pub(super) struct Window<R> {
    source: R,
    buffer: InputBuffer,
    /// The position in the buffer of the first byte that is not consumed.
    position: usize,
    /// The position in the buffer up to which newlines are counted, and their number.
    counted: (usize, usize),
    has_ended: bool,
    /// An error of the source that is told by the next read.
    deferred: Option<ReadError>,
    /// The number of bytes of the input before the buffer.
    bytes_before: usize,
    /// The number of newlines before the buffer.
    lines_before: usize,
    /// The number of bytes between the last of those newlines and the buffer.
    column_before: usize,
}

impl<R: ByteSource> Window<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            bytes_before: source.start_offset(),
            source,
            buffer: InputBuffer::default(),
            position: 0,
            counted: (0, 0),
            has_ended: false,
            deferred: None,
            lines_before: 0,
            column_before: 0,
        }
    }

    /// The bytes that are in memory and not consumed.
    #[inline]
    pub(super) fn rest(&self) -> &[u8] {
        &self.buffer.bytes[self.position..self.buffer.filled.end]
    }

    /// The offset in the input of the first byte that is not consumed.
    pub(super) fn offset(&self) -> usize {
        self.bytes_before + self.position - self.buffer.filled.start
    }

    /// The offset of [`Window::rest`] in the input, and the structural index that came with its bytes.
    pub(super) fn offset_and_index(&self) -> (usize, &StructuralIndex) {
        (self.offset(), &self.buffer.index)
    }

    /// Consumes bytes.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.position += bytes;
    }

    /// Consumes bytes with this number of newlines. If the newlines before them are counted, so are these.
    #[inline(always)]
    pub(super) fn advance_lines(&mut self, bytes: usize, newlines: usize) {
        if self.counted.0 == self.position {
            self.counted = (self.position + bytes, self.counted.1 + newlines);
        }
        self.position += bytes;
    }

    /// The next byte; `None` at the end of the input.
    #[inline]
    pub(super) fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        if self.position == self.buffer.filled.end {
            self.read_more()?;
        }
        Ok(self.rest().first().copied())
    }

    /// Appends more bytes to the rest; `false` at the end of the input.
    pub(super) fn read_more(&mut self) -> Result<bool, ReadError> {
        if let Some(error) = self.deferred.take() {
            return Err(error);
        }
        if self.has_ended {
            return Ok(false);
        }
        (self.lines_before, self.column_before) = self.place_of(self.position);
        self.bytes_before = self.offset();
        self.buffer.filled.start = self.position;
        let kept = self.buffer.filled.len();
        let result = self.source.fill_buffer(&mut self.buffer);
        self.position = self.buffer.filled.start;
        self.counted = (self.position, 0);
        self.has_ended = self.buffer.filled.len() <= kept;
        result.map_err(ReadError::io)?;
        Ok(!self.has_ended)
    }

    /// Takes the bytes that are in memory and not consumed, with their index.
    pub(super) fn take_buffer(&mut self) -> InputBuffer {
        (self.lines_before, self.column_before) = self.place_of(self.position);
        self.bytes_before = self.offset();
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.filled.start = self.position;
        self.position = 0;
        self.counted = (0, 0);
        buffer
    }

    /// Skips bytes of the input that somebody else has read, with this many newlines, the last byte being one. None are
    /// in memory.
    pub(super) fn skip_lines(&mut self, bytes: usize, lines: usize) {
        self.bytes_before += bytes;
        self.lines_before += lines;
        if lines > 0 {
            self.column_before = 0;
        }
    }

    /// Appends more bytes to the rest, which ends inside of a value. Only digits cannot end it: after a long rest they are
    /// read on, up to `limit` bytes in all, because a number is scanned from its beginning each time.
    pub(super) fn read_past_digits(&mut self, limit: usize) -> Result<(), ReadError> {
        loop {
            let known = self.rest().len();
            let has_more = self.read_more()?;
            let rest = self.rest();
            let are_digits = known >= LONG_REST && rest[known..].iter().all(u8::is_ascii_digit);
            if !(has_more && are_digits && rest.len() <= limit) {
                return Ok(());
            }
        }
    }

    /// Whether the input is known to end with the bytes in memory. Only a further read can reveal it.
    pub(super) fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// The number of newlines in the input before a position in the buffer, and the number of bytes since the last one.
    fn place_of(&self, position: usize) -> (usize, usize) {
        let before = &self.buffer.bytes[self.buffer.filled.start..position];
        let newlines = self.newlines_before(position);
        if newlines == 0 {
            return (self.lines_before, self.column_before + before.len());
        }
        let last = before.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
        (self.lines_before + newlines, before.len() - last - 1)
    }

    /// The number of newlines in the buffer before a position. Bytes without control characters according to the index
    /// are not searched, nor those that are counted.
    fn newlines_before(&self, position: usize) -> usize {
        let (start, newlines) = self.counted;
        let uncounted = &self.buffer.bytes[start..position];
        let offset = self.bytes_before + start - self.buffer.filled.start;
        let known = self.buffer.index.control_free();
        let clamp = |at: usize| at.saturating_sub(offset).min(uncounted.len());
        let (from, to) = (clamp(known.start), clamp(known.end));
        newlines + count_newlines(&uncounted[..from]) + count_newlines(&uncounted[to..])
    }

    /// Reads on until the end of the current line is in memory, unless it is far. The newlines before it are counted, so
    /// that they are not when the next line is asked for.
    pub(super) fn read_to_line_end(&mut self) {
        self.counted = (self.position, self.newlines_before(self.position));
        let is_open = |rest: &[u8]| rest.len() < LONG_REST && memchr::memchr(b'\n', rest).is_none();
        while !self.has_ended && is_open(self.rest()) {
            if let Err(error) = self.read_more() {
                self.deferred = Some(error);
            }
        }
    }

    /// The number of lines read, as jq counts them: jq reads line by line, so the current line counts if its end is in
    /// memory.
    pub(super) fn line_number(&self) -> usize {
        let rest = self.rest();
        // The first call of `memchr` detects the processor's instructions, so a short input avoids it.
        let has_line_end = !rest.is_empty() && memchr::memchr(b'\n', rest).is_some();
        self.lines_consumed() + usize::from(has_line_end)
    }

    /// The number of consumed newlines.
    pub(super) fn lines_consumed(&self) -> usize {
        self.place_of(self.position).0
    }

    /// A syntax error at the current position.
    pub(super) fn error(&self, message: &'static str) -> ReadError {
        self.error_at(0, message)
    }

    /// A syntax error `offset` bytes after the current position, or at the end of the bytes in memory.
    pub(super) fn error_at(&self, offset: usize, message: &'static str) -> ReadError {
        let end = self.buffer.filled.end;
        let position = self.position.saturating_add(offset).min(end);
        let is_at_end = self.has_ended && position == end;
        // As in jq, the column includes the byte itself, and a newline belongs to the line that it begins.
        let (lines, column) = self.place_of((position + 1).min(end));
        ReadError::syntax(message, (lines + 1, column), is_at_end)
    }

    /// Skips a byte order mark at the start of the input.
    pub(super) fn skip_byte_order_mark(&mut self) -> Result<(), ReadError> {
        if self.peek()? != Some(0xEF) {
            return Ok(());
        }
        for byte in [0xEF, 0xBB, 0xBF] {
            if self.peek()? != Some(byte) {
                return Err(self.error("Malformed BOM"));
            }
            self.advance(1);
        }
        Ok(())
    }

    /// Consumes everything up to and including the delimiter, and appends it; `false` at the end of the input.
    pub(super) fn read_until(
        &mut self,
        delimiter: u8,
        into: &mut Vec<u8>,
    ) -> Result<bool, ReadError> {
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

    /// Consumes everything up to and including the delimiter; `false` if the input ends without one.
    pub(super) fn skip_until(&mut self, delimiter: u8) -> Result<bool, ReadError> {
        while self.peek()?.is_some() {
            let found = memchr::memchr(delimiter, self.rest());
            self.advance(found.map_or(self.rest().len(), |at| at + 1));
            if found.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Consumes all remaining bytes and passes them to `take`, piece by piece.
    pub(super) fn take_rest(&mut self, take: &mut dyn FnMut(&[u8])) -> io::Result<()> {
        take(self.rest());
        self.advance(self.rest().len());
        let mut piece = vec![0; CHUNK_SIZE];
        while !self.has_ended {
            match self.source.read(&mut piece) {
                Ok(0) => self.has_ended = true,
                Ok(length) => take(&piece[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Counts newlines; in short texts without `memchr`, whose first call detects the processor's instructions.
///
/// Compiled with this crate's optimization for speed, whichever crate calls it.
#[inline(never)]
fn count_newlines(bytes: &[u8]) -> usize {
    if bytes.len() <= SIMD_THRESHOLD {
        // Counting at most 255 bytes in a `u8` lets the compiler count sixteen bytes at a time.
        let counts = bytes
            .chunks(255)
            .map(|few| few.iter().map(|byte| u8::from(*byte == b'\n')).sum::<u8>());
        counts.map(usize::from).sum()
    } else {
        memchr::memchr_iter(b'\n', bytes).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newlines_are_counted_in_short_and_long_texts() {
        for length in [
            0,
            1,
            254,
            255,
            256,
            SIMD_THRESHOLD,
            SIMD_THRESHOLD + 1,
            200_000,
        ] {
            assert_eq!(count_newlines(&vec![b'\n'; length]), length);
            assert_eq!(count_newlines(&vec![b'x'; length]), 0);
        }
    }
}
