//! Reads a stream of JSON values: builds them, or scans them so that their text can be used in place.

use super::byte_source::{ByteSource, InputBuffer};
use super::diagnosis::{Diagnosis, LastValue, OpenItem};
use super::error::ReadError;
use super::scan_state::ScanProgress;
use super::scanner::Scanner;
use super::tokens::RECORD_SEPARATOR;
use super::visitor::{ValidateOnly, Visitor};
use super::window::Window;
use crate::limits::MAX_TEXT_LENGTH;
use crate::value::{RawValue, Value};

type ReadResult<T> = Result<T, ReadError>;

/// The number of bytes after an error that are parsed to find jq's message.
const MAX_DIAGNOSED: usize = 1024 * 1024;

/// Parses a text that is exactly one value, with optional whitespace around it.
///
/// # Errors
/// The text is not JSON, or does not contain exactly one value.
pub fn from_slice(text: &[u8]) -> Result<Value, ReadError> {
    let mut reader = ValueReader::new(text);
    let Some(first) = reader.next_value() else {
        return Err(ReadError::without_place("Expected JSON value"));
    };
    let value = first?;
    match reader.next_value() {
        None => Ok(value),
        Some(Err(error)) => Err(error),
        Some(Ok(_)) => Err(ReadError::without_place("Unexpected extra JSON values")),
    }
}

/// Reads a stream of JSON values, with whitespace, record separators (RFC 7464) or nothing between them.
///
/// Values are either built ([`ValueReader::next_value`]), or *scanned*: validated, and then used as text
/// ([`ValueReader::scanned`]) until [`ValueReader::consume`] skips them. After an error nothing more is read unless
/// [`ValueReader::skip_line`] is called.
pub struct ValueReader<R = Box<dyn ByteSource>> {
    window: Window<R>,
    scanner: Scanner,
    has_started: bool,
    has_failed: bool,
    /// Whether the byte at which the last syntax error was found ends a line.
    is_at_line_start: bool,
    /// The position in the open array, until its end is reached or an error occurs.
    array_position: Option<ArrayPosition>,
    /// The open array, for the diagnosis of an error in one of its elements.
    open_array: Option<OpenItem>,
}

/// A value that has been found and not yet consumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScannedValue {
    /// An array whose opening bracket has been consumed. Its elements are read next, one at a time.
    OpenArray,
    /// A valid value; its length in bytes.
    Complete(usize),
}

/// A position between the elements of an array.
enum ArrayPosition {
    BeforeFirst,
    AfterElement,
}

impl<R: ByteSource> ValueReader<R> {
    /// Reads the values of a source, from its first byte. A byte order mark at the start is skipped.
    pub fn new(source: R) -> Self {
        let scanner = Scanner::new(source.simd_threshold());
        Self {
            window: Window::new(source),
            scanner,
            has_started: false,
            has_failed: false,
            is_at_line_start: false,
            array_position: None,
            open_array: None,
        }
    }

    /// The number of lines read. The current line counts if its end has been read, because jq reads line by line.
    pub fn line_number(&self) -> usize {
        self.window.line_number()
    }

    /// Reads on until the end of the current line is in memory, unless it is far: jq has read that of a value.
    pub fn read_to_line_end(&mut self) {
        self.window.read_to_line_end();
    }

    /// The number of newlines consumed.
    pub fn lines_consumed(&self) -> usize {
        self.window.lines_consumed()
    }

    /// The next value; `None` at the end of the input, and after an error.
    pub fn next_value(&mut self) -> Option<Result<Value, ReadError>> {
        self.unless_failed(|reader| match reader.reach_value()? {
            None => Ok(None),
            Some(_) => reader.read_top_level().map(Some),
        })
    }

    /// Scans the next value and returns its length in bytes; `None` at the end of the input, and after an error.
    pub fn scan_value(&mut self, visitor: &mut impl Visitor) -> Option<Result<usize, ReadError>> {
        self.unless_failed(|reader| match reader.reach_value()? {
            None => Ok(None),
            Some(_) => reader.scan_top_level(visitor).map(Some),
        })
    }

    /// Opens the next value if it is an array, otherwise scans it; `None` at the end of the input, and after an error.
    pub fn open_or_scan(
        &mut self,
        visitor: &mut impl Visitor,
    ) -> Option<Result<ScannedValue, ReadError>> {
        self.unless_failed(|reader| match reader.reach_value()? {
            None => Ok(None),
            Some(b'[') => Ok(Some(reader.open_array())),
            Some(_) => {
                let length = reader.scan_top_level(visitor)?;
                Ok(Some(ScannedValue::Complete(length)))
            }
        })
    }

    /// Scans the next value. An array that does not end within `limit` bytes, or within the bytes in memory if there
    /// are more of those, is only opened.
    pub fn scan_or_open_array(&mut self, limit: usize) -> Option<Result<ScannedValue, ReadError>> {
        self.unless_failed(|reader| match reader.reach_value()? {
            None => Ok(None),
            Some(b'[') => Ok(Some(
                match reader.scan_within(limit, &mut ValidateOnly)? {
                    Some(length) => ScannedValue::Complete(length),
                    None => reader.open_array(),
                },
            )),
            Some(_) => {
                let length = reader.scan_top_level(&mut ValidateOnly)?;
                Ok(Some(ScannedValue::Complete(length)))
            }
        })
    }

    fn open_array(&mut self) -> ScannedValue {
        self.window.advance(1);
        self.array_position = Some(ArrayPosition::BeforeFirst);
        self.open_array = Some(OpenItem::Array { is_empty: true });
        ScannedValue::OpenArray
    }

    /// The text of the value scanned last, which is `length` bytes long and not consumed yet.
    #[inline(always)]
    pub fn scanned(&self, length: usize) -> RawValue<'_> {
        RawValue::from_valid(&self.window.rest()[..length])
    }

    /// Consumes the value scanned last, which is `length` bytes long.
    #[inline(always)]
    pub fn consume(&mut self, length: usize) {
        match self.scanner.newlines() {
            Some(newlines) => self.window.advance_lines(length, newlines),
            None => self.window.advance(length),
        }
    }

    /// Scans the next element of the open array and returns its length in bytes; `None` at the end of the array.
    pub fn scan_element(&mut self, visitor: &mut impl Visitor) -> Option<Result<usize, ReadError>> {
        self.read_element(|reader| reader.scan(visitor))
    }

    /// The next element of the open array; `None` at the end of the array.
    pub fn next_element(&mut self) -> Option<Result<Value, ReadError>> {
        self.read_element(Self::read_value)
    }

    /// Skips the next element of the open array; `None` at the end of the array.
    pub fn skip_element(&mut self) -> Option<Result<(), ReadError>> {
        self.read_element(|reader| {
            let length = reader.scan(&mut ValidateOnly)?;
            reader.window.advance(length);
            Ok(())
        })
    }

    fn unless_failed<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> ReadResult<Option<T>>,
    ) -> Option<ReadResult<T>> {
        if self.has_failed {
            return None;
        }
        let result = read(self);
        self.has_failed = result.is_err();
        result.transpose()
    }

    fn read_element<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> ReadResult<T>,
    ) -> Option<ReadResult<T>> {
        let position = self.array_position.take()?;
        self.unless_failed(|reader| {
            if !reader.reach_element(position)? {
                return Ok(None);
            }
            let element = read(reader)?;
            reader.array_position = Some(ArrayPosition::AfterElement);
            Ok(Some(element))
        })
    }

    /// Moves to the first byte of the next element; `false` if the array ends instead.
    fn reach_element(&mut self, position: ArrayPosition) -> ReadResult<bool> {
        match (self.skip_space()?, position) {
            (Some(b']'), _) => {
                self.window.advance(1);
                self.open_array = None;
                Ok(false)
            }
            (Some(b','), ArrayPosition::AfterElement) => {
                self.window.advance(1);
                self.open_array = Some(OpenItem::Array { is_empty: false });
                match self.skip_space()? {
                    Some(b']') => Err(self.window.error("Expected another array element")),
                    _ => Ok(true),
                }
            }
            (Some(_), ArrayPosition::AfterElement) => Err(self.diagnose(Some(LastValue::Other))),
            (Some(_), ArrayPosition::BeforeFirst) => Ok(true),
            (None, _) => Err(self.window.error("Unfinished JSON term")),
        }
    }

    /// Takes the bytes in memory that are not consumed, and their offset in the input, for somebody else to read on
    /// from here. `None` inside an array, after an error and at the end of the input.
    pub fn take_buffer(&mut self) -> Option<(usize, InputBuffer)> {
        let is_between_values = self.has_started && self.array_position.is_none();
        (is_between_values && !self.has_failed && !self.window.has_ended())
            .then(|| (self.window.offset(), self.window.take_buffer()))
    }

    /// The buffer with the bytes in memory that are not consumed.
    pub fn into_buffer(mut self) -> InputBuffer {
        self.window.take_buffer()
    }

    /// Goes on behind `bytes` bytes that somebody else has read after [`ValueReader::take_buffer`]: whole values in
    /// whole lines, `lines` in number.
    pub fn skip_lines(&mut self, bytes: usize, lines: usize) {
        self.window.skip_lines(bytes, lines);
    }

    /// Appends the bytes of the next line, its newline included; `false` at the end of the input.
    ///
    /// # Errors
    /// The byte source's.
    pub fn read_line(&mut self, line: &mut Vec<u8>) -> Result<bool, ReadError> {
        self.window.read_until(b'\n', line)
    }

    /// Passes all remaining bytes to `take`, piece by piece.
    ///
    /// # Errors
    /// The byte source's.
    pub fn take_rest(&mut self, take: &mut dyn FnMut(&[u8])) -> Result<(), ReadError> {
        self.window.take_rest(take).map_err(ReadError::io)
    }

    /// After a syntax error, continues on the next line, as jq does, which reads line by line.
    ///
    /// # Errors
    /// The byte source's.
    pub fn skip_line(&mut self) -> Result<(), ReadError> {
        self.has_failed = false;
        self.scanner.discard_index();
        if !self.is_at_line_start {
            self.window.skip_until(b'\n')?;
        }
        Ok(())
    }

    /// Skips whitespace and record separators up to the first byte of the next value.
    fn reach_value(&mut self) -> ReadResult<Option<u8>> {
        if !self.has_started {
            self.has_started = true;
            self.window.skip_byte_order_mark()?;
        }
        loop {
            match self.skip_space()? {
                Some(RECORD_SEPARATOR) => self.window.advance(1),
                other => return Ok(other),
            }
        }
    }

    /// Moves to the next byte that is not whitespace, and returns it.
    #[inline]
    fn skip_space(&mut self) -> ReadResult<Option<u8>> {
        loop {
            match self.window.peek()? {
                Some(b'\n') => self.window.advance_lines(1, 1),
                Some(b' ' | b'\t' | b'\r') => self.window.advance_lines(1, 0),
                other => return Ok(other),
            }
        }
    }

    /// Reads the top-level value that starts here.
    fn read_top_level(&mut self) -> ReadResult<Value> {
        let length = self.scan_top_level(&mut ValidateOnly)?;
        let value = self.scanned(length).to_value();
        self.consume(length);
        Ok(value)
    }

    /// Scans the top-level value that starts here. As in jq, a number or literal followed by a stray delimiter is an
    /// error, not a value.
    ///
    /// Not inlined, so that there is one copy for each visitor.
    #[inline(never)]
    fn scan_top_level(&mut self, visitor: &mut impl Visitor) -> ReadResult<usize> {
        let length = self.scan(visitor)?;
        let is_word = !matches!(self.window.rest()[0], b'"' | b'[' | b'{');
        match self.window.rest().get(length) {
            Some(b',' | b':' | b']' | b'}') if is_word => {
                self.window.advance(length);
                Err(self.diagnose(None))
            }
            _ => Ok(length),
        }
    }

    /// Reads the value that starts here.
    fn read_value(&mut self) -> ReadResult<Value> {
        let length = self.scan(&mut ValidateOnly)?;
        let value = self.scanned(length).to_value();
        self.consume(length);
        Ok(value)
    }

    /// Scans the value that starts here; returns its length in bytes.
    fn scan(&mut self, visitor: &mut impl Visitor) -> ReadResult<usize> {
        match self.scan_within(MAX_TEXT_LENGTH, visitor)? {
            Some(length) => Ok(length),
            None => Err(self.window.error("a single value of 2 GiB or more")),
        }
    }

    /// Like [`ValueReader::scan`]; `None` if the value does not end in the bytes in memory and there are more than
    /// `limit`.
    fn scan_within(
        &mut self,
        limit: usize,
        visitor: &mut impl Visitor,
    ) -> ReadResult<Option<usize>> {
        self.scanner.reset(usize::from(self.open_array.is_some()));
        loop {
            let (text, has_ended) = (self.window.rest(), self.window.has_ended());
            let index = self.window.offset_and_index();
            match self.scanner.scan(text, index, has_ended, visitor) {
                Ok(ScanProgress::Complete(length)) => return Ok(Some(length)),
                Ok(ScanProgress::NeedsMore) if text.len() > limit => return Ok(None),
                Ok(ScanProgress::NeedsMore) => self.window.read_past_digits(limit)?,
                Err(_) => return Err(self.diagnose(None)),
            }
        }
    }

    /// The error, with jq's message, for the invalid text at this position. Consumes the text in the process.
    fn diagnose(&mut self, last: Option<LastValue>) -> ReadError {
        let mut diagnosis = Diagnosis::new(self.open_array, last);
        let mut left = self.scanner.position() + MAX_DIAGNOSED;
        loop {
            // Limited even if more bytes are in memory: the message must not depend on how the bytes arrive.
            let rest = self.window.rest();
            let text = &rest[..left.min(rest.len())];
            if let Some((at, message)) = diagnosis.find_error(text) {
                self.is_at_line_start = text[at] == b'\n';
                let error = self.window.error_at(at, message);
                self.window.advance(at + 1);
                return error;
            }
            left -= text.len();
            if left == 0 {
                return self.window.error_at(text.len(), diagnosis.message_so_far());
            }
            self.window.advance(text.len());
            match self.window.read_more() {
                Ok(true) => {}
                Ok(false) => return self.window.error_at(usize::MAX, diagnosis.message_at_end()),
                Err(error) => return error,
            }
        }
    }
}
