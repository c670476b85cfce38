//! JSON values, one after the other, out of windows of bytes.

use std::rc::Rc;

use super::diagnosis::{Diagnosis, Last, Waiting};
use super::scanner::{Progress, Scanner, Visitor};
use super::skip::ValidateOnly;
use super::window::Window;
use super::{ByteSource, RECORD_SEPARATOR, ReadError};
use crate::value::{MAX_TEXT, RawValue, Value};

type Parsed<T> = Result<T, ReadError>;

/// So many bytes behind a fault are gone through for what jq would call it.
const DIAGNOSED: usize = 1024 * 1024;

/// Reads JSON values one after the other.
pub struct ValueReader<R = Box<dyn ByteSource>> {
    pub(super) window: Window<R>,
    scanner: Scanner,
    started: bool,
    failed: bool,
    /// Where the array opened last stands.
    array: Option<Place>,
    /// The array that was opened, while its elements are read.
    around: Option<Waiting>,
}

/// A value that has begun.
pub enum ScannedValue {
    OpenArray,
    /// No array, but a value of so many bytes, found valid.
    Complete(usize),
}

/// Before the first element of an array, or behind one.
enum Place {
    First,
    Later,
}

impl<R: ByteSource> ValueReader<R> {
    pub fn new(source: R) -> Self {
        Self {
            window: Window::new(source),
            scanner: Scanner::default(),
            started: false,
            failed: false,
            array: None,
            around: None,
        }
    }

    /// Lines read so far; see [`Window::line_number`].
    pub fn line_number(&self) -> usize {
        self.window.line_number()
    }

    /// Lines passed over.
    pub fn lines_consumed(&self) -> usize {
        self.window.lines_taken()
    }

    /// The next value; `None` at the end of the input or after an error.
    pub fn next_value(&mut self) -> Option<Parsed<Value>> {
        self.unless_failed(|parser| match parser.start()? {
            None => Ok(None),
            Some(_) => parser.top().map(Some),
        })
    }

    /// Finds the next value valid; gives its length. [`ValueReader::scanned`] is its text, until [`ValueReader::consume`] passes
    /// over it.
    pub fn scan_value(&mut self, visitor: &mut impl Visitor) -> Option<Parsed<usize>> {
        self.unless_failed(|parser| match parser.start()? {
            None => Ok(None),
            Some(_) => parser.scan_top(visitor).map(Some),
        })
    }

    /// As [`ValueReader::scan_value`], but an array is only opened, for its elements to be read.
    pub fn open_or_scan(&mut self) -> Option<Parsed<ScannedValue>> {
        self.unless_failed(|parser| match parser.start()? {
            None => Ok(None),
            Some(b'[') => Ok(Some(parser.open_array())),
            Some(_) => Ok(Some(ScannedValue::Complete(
                parser.scan_top(&mut ValidateOnly)?,
            ))),
        })
    }

    /// As [`ValueReader::scan_value`], but an array of more than so many bytes is only opened.
    pub fn scan_or_open_array(&mut self, limit: usize) -> Option<Parsed<ScannedValue>> {
        self.unless_failed(|parser| match parser.start()? {
            None => Ok(None),
            Some(b'[') => Ok(Some(match parser.scan_upto(limit, &mut ValidateOnly)? {
                Some(length) => ScannedValue::Complete(length),
                None => parser.open_array(),
            })),
            Some(_) => Ok(Some(ScannedValue::Complete(
                parser.scan_top(&mut ValidateOnly)?,
            ))),
        })
    }

    fn open_array(&mut self) -> ScannedValue {
        self.window.advance(1);
        self.array = Some(Place::First);
        self.around = Some(Waiting::Array { is_empty: true });
        ScannedValue::OpenArray
    }

    /// The text of a value that was scanned and not yet passed over.
    #[inline(always)]
    pub fn scanned(&self, length: usize) -> RawValue<'_> {
        RawValue::from_valid(&self.window.rest()[..length])
    }

    /// Passes over a value that was scanned.
    #[inline(always)]
    pub fn consume(&mut self, length: usize) {
        self.window.advance(length);
    }

    /// Finds the next element of the array that was opened valid; `None` when the array is at its end.
    pub fn scan_element(&mut self, visitor: &mut impl Visitor) -> Option<Parsed<usize>> {
        self.read_element(|parser| parser.scan(visitor))
    }

    /// The next element of the array that was opened; `None` when it is at its end.
    pub fn next_element(&mut self) -> Option<Parsed<Value>> {
        self.read_element(Self::value)
    }

    /// Passes over the next element; `None` when the array is at its end.
    pub fn skip_element(&mut self) -> Option<Parsed<()>> {
        self.read_element(|parser| {
            let length = parser.scan(&mut ValidateOnly)?;
            parser.window.advance(length);
            Ok(())
        })
    }

    fn unless_failed<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Parsed<Option<T>>,
    ) -> Option<Parsed<T>> {
        if self.failed {
            return None;
        }
        let result = read(self);
        self.failed = result.is_err();
        result.transpose()
    }

    fn read_element<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Option<Parsed<T>> {
        let place = self.array.take()?;
        self.unless_failed(|parser| {
            if !parser.reach_element(place)? {
                return Ok(None);
            }
            let value = read(parser)?;
            parser.array = Some(Place::Later);
            Ok(Some(value))
        })
    }

    /// Goes to the first byte of an element; `false` where the array ends instead.
    fn reach_element(&mut self, place: Place) -> Parsed<bool> {
        match (self.skip_space()?, place) {
            (Some(b']'), _) => {
                self.window.advance(1);
                self.around = None;
                Ok(false)
            }
            (Some(b','), Place::Later) => {
                self.window.advance(1);
                self.around = Some(Waiting::Array { is_empty: false });
                match self.skip_space()? {
                    Some(b']') => Err(self.window.error("Expected another array element")),
                    _ => Ok(true),
                }
            }
            (Some(_), Place::Later) => Err(self.diagnosed(Some(Last::Other))),
            (Some(_), Place::First) => Ok(true),
            (None, _) => Err(self.window.error("Unfinished JSON term")),
        }
    }

    /// Takes the bytes of the next line, its newline included; `false` at the end of the input.
    pub fn read_line(&mut self, line: &mut Vec<u8>) -> Parsed<bool> {
        self.window.take_until(b'\n', line)
    }

    /// Takes all bytes that are left.
    pub fn read_to_end(&mut self, text: &mut Vec<u8>) -> Parsed<()> {
        self.window.take_all(text).map_err(ReadError::io)
    }

    /// Gives up the rest of a broken record and goes on after the next record separator (RFC 7464 §2.3).
    pub fn skip_to_next_record(&mut self) -> Parsed<bool> {
        self.failed = false;
        self.scanner.forget();
        self.window.skip_behind(RECORD_SEPARATOR)
    }

    /// The first byte of the next value, after whitespace and record separators.
    pub(super) fn start(&mut self) -> Parsed<Option<u8>> {
        if !self.started {
            self.started = true;
            self.skip_byte_order_mark()?;
        }
        loop {
            match self.skip_space()? {
                Some(RECORD_SEPARATOR) => self.window.advance(1),
                other => return Ok(other),
            }
        }
    }

    fn skip_byte_order_mark(&mut self) -> Parsed<()> {
        if self.window.peek()? != Some(0xEF) {
            return Ok(());
        }
        for byte in [0xEF, 0xBB, 0xBF] {
            if self.window.peek()? != Some(byte) {
                return Err(self.window.error("Malformed BOM"));
            }
            self.window.advance(1);
        }
        Ok(())
    }

    #[inline]
    pub(super) fn skip_space(&mut self) -> Parsed<Option<u8>> {
        loop {
            match self.window.peek()? {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.window.advance(1),
                other => return Ok(other),
            }
        }
    }

    /// A value outside of any other; like jq, a literal before a stray `,` is not given out.
    fn top(&mut self) -> Parsed<Value> {
        let length = self.scan_top(&mut ValidateOnly)?;
        let value = self.scanned(length).to_value();
        self.consume(length);
        Ok(value)
    }

    fn scan_top(&mut self, visitor: &mut impl Visitor) -> Parsed<usize> {
        let length = self.scan(visitor)?;
        let is_literal = !matches!(self.window.rest()[0], b'"' | b'[' | b'{');
        match self.window.rest().get(length) {
            Some(b',' | b':' | b']' | b'}') if is_literal => {
                self.window.advance(length);
                Err(self.diagnosed(None))
            }
            _ => Ok(length),
        }
    }

    /// The value that begins here.
    pub(super) fn value(&mut self) -> Parsed<Value> {
        let length = self.scan(&mut ValidateOnly)?;
        let value = self.scanned(length).to_value();
        self.consume(length);
        Ok(value)
    }

    /// The key that begins here.
    pub(super) fn key(&mut self) -> Parsed<Rc<str>> {
        match self.value()? {
            Value::Str(key) => Ok(key),
            _ => Err(self.window.error("Object keys must be strings")),
        }
    }

    /// Finds the value that begins here valid and shows it to the visitor; gives its length in bytes.
    fn scan(&mut self, visitor: &mut impl Visitor) -> Parsed<usize> {
        match self.scan_upto(MAX_TEXT, visitor)? {
            Some(length) => Ok(length),
            None => Err(self.window.error("a single value of 2 GiB or more")),
        }
    }

    /// As [`ValueReader::scan`]; `None` where the value does not end in that many bytes.
    fn scan_upto(&mut self, limit: usize, visitor: &mut impl Visitor) -> Parsed<Option<usize>> {
        self.scanner.reset(usize::from(self.around.is_some()));
        loop {
            let (text, ended) = (self.window.rest(), self.window.has_ended());
            match self.scanner.scan(text, self.window.known(), ended, visitor) {
                Ok(Progress::Done(length)) => return Ok(Some(length)),
                Ok(Progress::More) if text.len() > limit => return Ok(None),
                Ok(Progress::More) => drop(self.window.more()?),
                Err(_) => return Err(self.diagnosed(None)),
            }
        }
    }

    /// What is wrong with the text here, which is not JSON. What has been gone through is given up.
    fn diagnosed(&mut self, last: Option<Last>) -> ReadError {
        let mut diagnosis = Diagnosis::new(self.around, last);
        let mut left = self.scanner.position() + DIAGNOSED;
        loop {
            // However many have come: what is said does not depend on that.
            let rest = self.window.rest();
            let text = &rest[..left.min(rest.len())];
            if let Some((at, message)) = diagnosis.find(text) {
                return self.window.error_at(at, message);
            }
            left -= text.len();
            if left == 0 {
                return self.window.error_at(text.len(), diagnosis.so_far());
            }
            self.window.advance(text.len());
            match self.window.more() {
                Ok(true) => {}
                Ok(false) => return self.window.error_at(usize::MAX, diagnosis.at_end()),
                Err(error) => return error,
            }
        }
    }

    pub(super) fn colon(&mut self) -> Parsed<u8> {
        if self.skip_space()? != Some(b':') {
            return Err(self.window.error("Objects must consist of key:value pairs"));
        }
        self.window.advance(1);
        self.skip_space()?
            .ok_or_else(|| self.window.error("Unfinished JSON term"))
    }
}
