//! A strict JSON parser over windows of bytes.

use std::io::Read;
use std::rc::Rc;

use super::ReadError;
use super::window::Window;
use crate::filter::value::{MAX_DEPTH, Map, Value};

pub(super) type Parsed<T> = Result<T, ReadError>;

/// RFC 7464's record separator.
const RECORD_SEPARATOR: u8 = 0x1e;

/// Reads JSON values one after the other.
pub struct Parser<R> {
    pub(super) window: Window<R>,
    pub(super) scratch: Vec<u8>,
    pub(super) keys: Vec<Rc<str>>,
    started: bool,
    failed: bool,
    /// Where the array opened last stands.
    array: Option<Place>,
}

/// A value that has begun.
pub enum Opened {
    Array,
    Whole(Value),
}

/// Before the first element of an array, or behind one.
enum Place {
    First,
    Later,
}

impl<R: Read> Parser<R> {
    pub fn new(source: R) -> Self {
        let window = Window::new(source);
        Self {
            window,
            scratch: Vec::new(),
            keys: Vec::new(),
            started: false,
            failed: false,
            array: None,
        }
    }

    /// Newlines read so far.
    pub fn line_number(&self) -> usize {
        self.window.line_number()
    }

    /// The next value; `None` at the end of the input or after an error.
    pub fn next(&mut self) -> Option<Parsed<Value>> {
        if self.failed {
            return None;
        }
        let result = self.start().and_then(|first| match first {
            Some(first) => self.top(first).map(Some),
            None => Ok(None),
        });
        self.failed = result.is_err();
        result.transpose()
    }

    /// A value outside of any other; like jq, one before a stray `,` is not given out.
    fn top(&mut self, first: u8) -> Parsed<Value> {
        let value = self.value(first, 0)?;
        match value {
            Value::Null | Value::Bool(_) | Value::Num(_) => self.after_literal()?,
            _ => {}
        }
        Ok(value)
    }

    /// The next value; an array is only opened, for [`Parser::element`] to read.
    pub fn open(&mut self) -> Option<Parsed<Opened>> {
        if self.failed {
            return None;
        }
        let result = self.open_first();
        self.failed = result.is_err();
        result.transpose()
    }

    fn open_first(&mut self) -> Parsed<Option<Opened>> {
        match self.start()? {
            None => Ok(None),
            Some(b'[') => {
                self.window.advance(1);
                self.array = Some(Place::First);
                Ok(Some(Opened::Array))
            }
            Some(first) => Ok(Some(Opened::Whole(self.top(first)?))),
        }
    }

    /// The next element of the array that was opened; `None` when it is at its end.
    pub fn element(&mut self) -> Option<Parsed<Value>> {
        let place = self.array.take()?;
        let result = self.element_at(place);
        self.failed |= result.is_err();
        result.transpose()
    }

    fn element_at(&mut self, place: Place) -> Parsed<Option<Value>> {
        let mut next = self.skip_space()?;
        match (next, place) {
            (Some(b']'), _) => {
                self.window.advance(1);
                        return Ok(None);
            }
            (Some(b','), Place::Later) => {
                self.window.advance(1);
                next = self.skip_space()?;
            }
            (Some(_), Place::Later) => return Err(self.window.error(SEPARATOR)),
            _ => {}
        }
        let first = next.ok_or_else(|| self.window.error("Unfinished JSON term"))?;
        let value = self.value(first, 1)?;
        self.array = Some(Place::Later);
        Ok(Some(value))
    }

    /// Takes the bytes of the next line, its newline included; `false` at the end of the input.
    pub fn take_line(&mut self, line: &mut Vec<u8>) -> Parsed<bool> {
        self.window.take_until(b'\n', line)
    }

    /// Takes all bytes that are left.
    pub fn take_all(&mut self, text: &mut Vec<u8>) -> Parsed<()> {
        self.window.take_all(text).map_err(ReadError::io)
    }

    /// Gives up the rest of a broken record and goes on after the next record separator (RFC 7464 §2.3).
    pub fn resume(&mut self) -> Parsed<bool> {
        self.failed = false;
        self.scratch.clear();
        let mut skipped = std::mem::take(&mut self.scratch);
        self.window.take_until(RECORD_SEPARATOR, &mut skipped)?;
        Ok(skipped.last() == Some(&RECORD_SEPARATOR))
    }

    /// The first byte of the next value, after whitespace and record separators.
    pub(super) fn start(&mut self) -> Parsed<Option<u8>> {
        if !self.started {
            self.started = true;
            self.skip_byte_order_mark()?;
        }
        loop {
            match self.window.peek()? {
                Some(b' ' | b'\t' | b'\r' | b'\n' | RECORD_SEPARATOR) => {
                                self.window.advance(1);
                }
                Some(c) if self.after_word && is_word(c) => {
                    return Err(self.window.error("Invalid literal"));
                }
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

    pub(super) fn skip_space(&mut self) -> Parsed<Option<u8>> {
        loop {
            match self.window.peek()? {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.window.advance(1),
                other => return Ok(other),
            }
        }
    }

    pub(super) fn value(&mut self, first: u8, depth: usize) -> Parsed<Value> {
        match first {
            b'{' => self.object(depth + 1),
            b'[' => self.array(depth + 1),
            _ => self.scalar(first),
        }
    }

    pub(super) fn scalar(&mut self, first: u8) -> Parsed<Value> {
        match first {
            b'"' => Ok(Value::Str(self.string()?)),
            b',' | b':' | b']' | b'}' => Err(self.no_value(first)),
            _ => self.literal(),
        }
    }

    pub(super) fn enter(&mut self, depth: usize) -> Parsed<Option<u8>> {
        if depth > MAX_DEPTH {
            return Err(self.window.error("Exceeds depth limit for parsing"));
        }
        self.window.advance(1);
        self.skip_space()
    }

    fn array(&mut self, depth: usize) -> Parsed<Value> {
        let mut items = Vec::new();
        let mut next = self.enter(depth)?;
        while next != Some(b']') {
            let first = next.ok_or_else(|| self.unfinished())?;
            items.push(self.value(first, depth)?);
            next = match self.skip_space()? {
                Some(b',') => Some(self.next_element()?),
                Some(b']') => break,
                other => return Err(self.no_separator(other, b']')),
            };
        }
        self.window.advance(1);
        Ok(Value::from(items))
    }

    /// Takes the `,` and gives the first byte of the element behind it.
    pub(super) fn next_element(&mut self) -> Parsed<u8> {
        self.window.advance(1);
        match self.skip_space()? {
            Some(b']') => Err(self.window.error("Expected another array element")),
            Some(first) => Ok(first),
            None => Err(self.unfinished()),
        }
    }

    fn object(&mut self, depth: usize) -> Parsed<Value> {
        let mut map = Map::default();
        let mut next = self.enter(depth)?;
        while next != Some(b'}') {
            if next != Some(b'"') {
                return Err(self.no_key(next, depth));
            }
            let key = self.key()?;
            let first = self.colon()?;
            let value = self.value(first, depth)?;
            map.insert(key, value);
            next = match self.skip_space()? {
                Some(b',') => Some(self.next_member()?),
                Some(b'}') => break,
                other => return Err(self.no_separator(other, b'}')),
            };
        }
        self.window.advance(1);
        Ok(Value::from(map))
    }

    /// Takes the `,` and gives the first byte of the key behind it.
    pub(super) fn next_member(&mut self) -> Parsed<u8> {
        self.window.advance(1);
        match self.skip_space()? {
            Some(b'}') => Err(self.window.error("Expected another key-value pair")),
            Some(first) => Ok(first),
            None => Err(self.unfinished()),
        }
    }

    /// Takes the `:` and gives the first byte of the value behind it.
    pub(super) fn colon(&mut self) -> Parsed<u8> {
        match self.skip_space()? {
            Some(b':') => self.window.advance(1),
            other => return Err(self.no_colon(other)),
        }
        self.skip_space()?.ok_or_else(|| self.unfinished())
    }
}
