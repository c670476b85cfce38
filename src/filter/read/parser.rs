//! A strict JSON parser over windows of bytes.

use std::io::Read;
use std::rc::Rc;

use super::ReadError;
use super::window::Window;
use crate::filter::value::{MAX_DEPTH, Map, Num, Value};

type Parsed<T> = Result<T, ReadError>;

/// RFC 7464's record separator.
const RECORD_SEPARATOR: u8 = 0x1e;

/// Recently seen object keys, so that the keys of a thousand containers share their text.
const KEY_CACHE: usize = 256;

/// Reads JSON values one after the other.
pub struct Parser<R> {
    pub(super) window: Window<R>,
    scratch: Vec<u8>,
    keys: Vec<Rc<str>>,
    started: bool,
    /// The last value was a word or number: another must not follow it directly.
    after_word: bool,
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

const SEPARATOR: &str = "Expected separator between values";

impl<R: Read> Parser<R> {
    pub fn new(source: R) -> Self {
        let window = Window::new(source);
        Self {
            window,
            scratch: Vec::new(),
            keys: Vec::new(),
            started: false,
            after_word: false,
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
        let result = self
            .start()
            .and_then(|first| first.map(|first| self.value(first, 0)).transpose());
        self.failed = result.is_err();
        result.transpose()
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
            Some(first) => Ok(Some(Opened::Whole(self.value(first, 0)?))),
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
                self.after_word = false;
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
        self.after_word = false;
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
                    self.after_word = false;
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

    fn value(&mut self, first: u8, depth: usize) -> Parsed<Value> {
        match first {
            b'{' => self.object(depth + 1),
            b'[' => self.array(depth + 1),
            _ => self.scalar(first),
        }
    }

    pub(super) fn scalar(&mut self, first: u8) -> Parsed<Value> {
        match first {
            b'"' => Ok(Value::Str(self.string()?)),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word(b"true", Value::Bool(true)),
            b'f' => self.word(b"false", Value::Bool(false)),
            b'n' => self.word(b"null", Value::Null),
            b']' => Err(self.window.error("Unmatched ']'")),
            b'}' => Err(self.window.error("Unmatched '}'")),
            _ => Err(self.window.error("Invalid literal")),
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
        while next != Some(b']') || !items.is_empty() {
            let first = next.ok_or_else(|| self.window.error("Unfinished JSON term"))?;
            items.push(self.value(first, depth)?);
            match self.skip_space()? {
                Some(b',') => {}
                Some(b']') => break,
                _ => return Err(self.window.error(SEPARATOR)),
            }
            self.window.advance(1);
            next = self.skip_space()?;
        }
        self.window.advance(1);
        self.after_word = false;
        Ok(Value::from(items))
    }

    fn object(&mut self, depth: usize) -> Parsed<Value> {
        let mut map = Map::default();
        let mut next = self.enter(depth)?;
        while next != Some(b'}') || !map.is_empty() {
            if next != Some(b'"') {
                return Err(self.window.error("Object keys must be strings"));
            }
            let key = self.key()?;
            let first = self.colon()?;
            let value = self.value(first, depth)?;
            map.insert(key, value);
            match self.skip_space()? {
                Some(b',') => {}
                Some(b'}') => break,
                _ => return Err(self.window.error(SEPARATOR)),
            }
            self.window.advance(1);
            next = self.skip_space()?;
        }
        self.window.advance(1);
        self.after_word = false;
        Ok(Value::from(map))
    }

    pub(super) fn colon(&mut self) -> Parsed<u8> {
        if self.skip_space()? != Some(b':') {
            return Err(self.window.error("Objects must consist of key:value pairs"));
        }
        self.window.advance(1);
        self.skip_space()?
            .ok_or_else(|| self.window.error("Unfinished JSON term"))
    }

    fn word(&mut self, word: &'static [u8], value: Value) -> Parsed<Value> {
        for byte in word {
            if self.window.peek()? != Some(*byte) {
                return Err(self.window.error("Invalid literal"));
            }
            self.window.advance(1);
        }
        self.after_word = true;
        Ok(value)
    }

    fn number(&mut self) -> Parsed<Value> {
        self.scratch.clear();
        while let Some(c) = self.window.peek()?.filter(|c| is_word(*c)) {
            self.scratch.push(c);
            self.window.advance(1);
        }
        self.after_word = true;
        match std::str::from_utf8(&self.scratch) {
            Ok(text) if is_number(text.as_bytes()) => Ok(Value::Num(Num::parse(text))),
            _ => Err(self.window.error("Invalid numeric literal")),
        }
    }

    /// An object's key; texts seen lately are shared.
    pub(super) fn key(&mut self) -> Parsed<Rc<str>> {
        self.string_bytes()?;
        let text = String::from_utf8_lossy(&self.scratch);
        if self.keys.is_empty() {
            self.keys.resize(KEY_CACHE, Rc::from(""));
        }
        let hash = text.bytes().fold(text.len(), |hash, byte| {
            hash.wrapping_mul(31).wrapping_add(byte.into())
        });
        let slot = &mut self.keys[hash % KEY_CACHE];
        if **slot != *text {
            *slot = Rc::from(&*text);
        }
        Ok(slot.clone())
    }

    fn string(&mut self) -> Parsed<Rc<str>> {
        self.string_bytes()?;
        self.after_word = false;
        Ok(match std::str::from_utf8(&self.scratch) {
            Ok(text) => Rc::from(text),
            // Bytes that are no UTF-8 become U+FFFD.
            Err(_) => Rc::from(&*String::from_utf8_lossy(&self.scratch)),
        })
    }

    /// Reads a string literal into `scratch`, its escapes resolved.
    fn string_bytes(&mut self) -> Parsed<()> {
        self.window.advance(1);
        self.scratch.clear();
        loop {
            if self.window.peek()?.is_none() {
                return Err(self.window.error("Unfinished string"));
            }
            let rest = self.window.rest();
            let plain = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
            if let Some(control) = rest[..plain].iter().position(|byte| *byte < 0x20) {
                self.window.advance(control);
                return Err(self.window.error(
                    "Invalid string: control characters from U+0000 through U+001F must be escaped",
                ));
            }
            self.scratch.extend_from_slice(&rest[..plain]);
            let end = rest.get(plain).copied();
            self.window.advance(plain + usize::from(end.is_some()));
            match end {
                Some(b'"') => return Ok(()),
                Some(_) => self.escape()?,
                None => {}
            }
        }
    }

    fn escape(&mut self) -> Parsed<()> {
        let c = self
            .window
            .peek()?
            .ok_or_else(|| self.window.error("Unfinished string"))?;
        let plain = match c {
            b'"' | b'\\' | b'/' => c,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                self.window.advance(1);
                return self.unicode_escape();
            }
            _ => return Err(self.window.error("Invalid escape")),
        };
        self.window.advance(1);
        self.scratch.push(plain);
        Ok(())
    }

    /// `XXXX` behind `\u`, and the second half of a surrogate pair; a half alone becomes U+FFFD, as in jq.
    fn unicode_escape(&mut self) -> Parsed<()> {
        let mut unit = self.hex()?;
        while (0xD800..0xDC00).contains(&unit) {
            if self.window.peek()? != Some(b'\\') {
                break;
            }
            self.window.advance(1);
            if self.window.peek()? != Some(b'u') {
                self.push(char::REPLACEMENT_CHARACTER);
                return self.escape();
            }
            self.window.advance(1);
            let low = self.hex()?;
            if (0xDC00..0xE000).contains(&low) {
                let c = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                self.push(char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER));
                return Ok(());
            }
            self.push(char::REPLACEMENT_CHARACTER);
            unit = low;
        }
        self.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
        Ok(())
    }

    fn push(&mut self, c: char) {
        self.scratch
            .extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn hex(&mut self) -> Parsed<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.window.peek()?.and_then(|c| char::from(c).to_digit(16));
            unit = unit << 4 | digit.ok_or_else(|| self.window.error("Invalid escape"))?;
            self.window.advance(1);
        }
        Ok(unit)
    }
}

fn is_word(c: u8) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, b'.' | b'+' | b'-' | b'_')
}

/// RFC 8259 §6.
fn is_number(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|c| c.is_ascii_digit()).count();
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let whole = digits(text);
    if whole == 0 || (whole > 1 && text[0] == b'0') {
        return false;
    }
    let mut rest = &text[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let length = digits(fraction);
        if length == 0 {
            return false;
        }
        rest = &fraction[length..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = exponent
            .strip_prefix(b"+")
            .or(exponent.strip_prefix(b"-"))
            .unwrap_or(exponent);
        return !exponent.is_empty() && digits(exponent) == exponent.len();
    }
    rest.is_empty()
}
