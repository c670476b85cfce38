//! Literals and strings.

use std::io::Read;
use std::rc::Rc;

use super::ReadError;
use super::parser::{Parsed, Parser};
use crate::filter::value::{Num, Value};

/// Recently seen object keys, so that the keys of a thousand containers share their text.
const KEY_CACHE: usize = 256;

impl<R: Read> Parser<R> {
    /// `null`, `true`, `false` or a number: everything up to the next delimiter.
    pub(super) fn literal(&mut self) -> Parsed<Value> {
        self.scratch.clear();
        while self.window.peek()?.is_some() {
            let rest = self.window.rest();
            let length = rest.iter().position(|byte| is_delimiter(*byte));
            self.scratch
                .extend_from_slice(&rest[..length.unwrap_or(rest.len())]);
            self.window.advance(length.unwrap_or(rest.len()));
            if length.is_some() {
                break;
            }
        }
        match &self.scratch[..] {
            b"null" => Ok(Value::Null),
            b"true" => Ok(Value::Bool(true)),
            b"false" => Ok(Value::Bool(false)),
            text => number(text).ok_or_else(|| self.not_a_literal()),
        }
    }

    fn not_a_literal(&self) -> ReadError {
        self.window.error(match &self.scratch[..] {
            [b't' | b'f', ..] | [b'n', b'u', ..] => "Invalid literal",
            [b'\'', ..] => "Invalid string literal; expected \", but got '",
            _ => "Invalid numeric literal",
        })
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
        Ok(match std::str::from_utf8(&self.scratch) {
            Ok(text) => Rc::from(text),
            // Bytes that are no UTF-8 become U+FFFD.
            Err(_) => Rc::from(&*String::from_utf8_lossy(&self.scratch)),
        })
    }

    /// Reads a string literal into `scratch`, its escapes resolved.
    fn string_bytes(&mut self) -> Parsed<()> {
        self.string_text()?;
        self.window.advance(1);
        Ok(())
    }

    /// Reads the text of a string up to its closing quote.
    pub(super) fn string_text(&mut self) -> Parsed<()> {
        self.window.advance(1);
        self.scratch.clear();
        while self.window.peek()?.is_some() {
            let rest = self.window.rest();
            let plain = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
            if rest[..plain].iter().any(|byte| *byte < 0x20) {
                return Err(self.unusable(CONTROL));
            }
            self.scratch.extend_from_slice(&rest[..plain]);
            let end = rest.get(plain).copied();
            self.window.advance(plain);
            match end {
                Some(b'"') => return Ok(()),
                Some(_) => self.escape()?,
                None => {}
            }
        }
        Err(self.window.error(UNFINISHED))
    }

    fn escape(&mut self) -> Parsed<()> {
        self.window.advance(1);
        let c = self.window.peek()?;
        let plain = match c.ok_or_else(|| self.window.error(UNFINISHED))? {
            c @ (b'"' | b'\\' | b'/') => c,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                self.window.advance(1);
                return self.unicode_escape();
            }
            _ => {
                self.window.advance(1);
                return Err(self.unusable("Invalid escape"));
            }
        };
        self.window.advance(1);
        self.scratch.push(plain);
        Ok(())
    }

    /// `XXXX` behind `\u`, and the second half of a surrogate pair; a half alone becomes U+FFFD.
    fn unicode_escape(&mut self) -> Parsed<()> {
        let mut unit = self.hex()?;
        while (0xD800..0xDC00).contains(&unit) && self.window.peek()? == Some(b'\\') {
            self.window.advance(1);
            if self.window.peek()? != Some(b'u') {
                self.push(char::REPLACEMENT_CHARACTER);
                self.window.retreat(1);
                return self.escape();
            }
            self.window.advance(1);
            let low = self.hex()?;
            if (0xDC00..0xE000).contains(&low) {
                unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                break;
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
        for read in 0..4 {
            let digit = self.window.peek()?.and_then(|c| char::from(c).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.unusable_hex(read));
            };
            unit = unit << 4 | digit;
            self.window.advance(1);
        }
        Ok(unit)
    }

    /// An error in a string, which jq tells at its closing quote.
    fn unusable(&mut self, message: &'static str) -> ReadError {
        match self.skip_string() {
            Ok(_) => self.window.error(message),
            Err(error) => error,
        }
    }

    fn unusable_hex(&mut self, digits_read: usize) -> ReadError {
        match self.skip_string() {
            Ok(left) if digits_read + left < 4 => self.window.error("Invalid \\uXXXX escape"),
            Ok(_) => self
                .window
                .error("Invalid characters in \\uXXXX escape"),
            Err(error) => error,
        }
    }

    /// Goes to the closing quote of a string; how many bytes it is away.
    fn skip_string(&mut self) -> Parsed<usize> {
        let (mut skipped, mut escaped) = (0, false);
        while let Some(byte) = self.window.peek()? {
            if byte == b'"' && !escaped {
                return Ok(skipped);
            }
            escaped = byte == b'\\' && !escaped;
            self.window.advance(1);
            skipped += 1;
        }
        Err(self.window.error(UNFINISHED))
    }
}

const UNFINISHED: &str = "Unfinished string";
const CONTROL: &str =
    "Invalid string: control characters from U+0000 through U+001F must be escaped";

fn is_delimiter(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'[' | b',' | b']' | b'{' | b':' | b'}' | 0x1e
    )
}

fn number(text: &[u8]) -> Option<Value> {
    let text = is_number(text).then(|| std::str::from_utf8(text).ok())??;
    Some(Value::Num(Num::parse(text)))
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
