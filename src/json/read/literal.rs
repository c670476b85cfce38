//! The tokens of JSON that have an inside: strings, numbers and words.

use super::scanner::{Fault, Scanned};
use crate::value::unescaped_prefix;

/// The end of a word, which must be this one; like a number's it is known only when something else follows.
#[inline(always)]
pub fn word(text: &[u8], from: usize, word: &[u8], ended: bool) -> Scanned<usize> {
    let rest = &text[from..];
    if rest.starts_with(word) {
        return match rest.get(word.len()) {
            Some(c) if is_word(*c) => Err(Fault),
            None if !ended => Ok(None),
            _ => Ok(Some(from + word.len())),
        };
    }
    if word.starts_with(rest) && !ended {
        Ok(None)
    } else {
        Err(Fault)
    }
}

/// A literal goes on to the next delimiter, as in jq.
fn is_word(c: u8) -> bool {
    !matches!(
        c,
        b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'[' | b',' | b']' | b'{' | b':' | b'}' | 0x1e
    )
}

/// The end of a number; it is known only when something else follows.
#[inline(always)]
pub fn number(text: &[u8], from: usize, ended: bool) -> Scanned<usize> {
    let first = from + usize::from(text[from] == b'-');
    let mut end = first;
    while let Some(b'0'..=b'9') = text.get(end) {
        end += 1;
    }
    match text.get(end) {
        Some(b',' | b'}' | b']' | b' ' | b'\n' | b'\r')
            if end > first && (text[first] != b'0' || end == first + 1) =>
        {
            Ok(Some(end))
        }
        _ => any_number(text, from, ended),
    }
}

#[cold]
fn any_number(text: &[u8], from: usize, ended: bool) -> Scanned<usize> {
    let length = text[from..].iter().take_while(|c| is_word(**c)).count();
    let end = from + length;
    if end == text.len() && !ended && text[from..end].iter().all(is_of_number) {
        return Ok(None);
    }
    if is_number(&text[from..end]) {
        Ok(Some(end))
    } else {
        Err(Fault)
    }
}

fn is_of_number(byte: &u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
}

/// RFC 8259 §6.
pub fn is_number(text: &[u8]) -> bool {
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
        let sign = exponent.strip_prefix(b"+").or(exponent.strip_prefix(b"-"));
        let exponent = sign.unwrap_or(exponent);
        return !exponent.is_empty() && digits(exponent) == exponent.len();
    }
    rest.is_empty()
}

/// How far the scan of a string has come.
#[derive(Clone, Copy, Debug)]
pub struct StringScan {
    pub at: usize,
    pub is_escaped: bool,
    /// Nothing but printable ASCII so far.
    pub is_ascii: bool,
}

impl StringScan {
    /// A string whose first byte behind the quote is at `at`.
    pub fn new(at: usize) -> Self {
        Self {
            at,
            is_escaped: false,
            is_ascii: true,
        }
    }

    /// Scans up to the closing quote; `false` where the bytes end before it.
    pub fn go_on(&mut self, text: &[u8]) -> Result<bool, Fault> {
        loop {
            let (plain, is_ascii) = unescaped_prefix(&text[self.at..]);
            self.is_ascii &= is_ascii;
            self.at += plain;
            match text.get(self.at) {
                Some(b'"') => return Ok(true),
                None => return Ok(false),
                Some(b'\\') => {
                    if !self.escape(text)? {
                        return Ok(false);
                    }
                }
                Some(_) => return Err(Fault),
            }
        }
    }

    /// Passes over an escape; `false` where it is not all there.
    fn escape(&mut self, text: &[u8]) -> Result<bool, Fault> {
        self.is_escaped = true;
        let length = escape_length(&text[self.at..])?;
        self.at += length.unwrap_or(0);
        Ok(length.is_some())
    }
}

/// Bytes of the escape that begins here with its backslash.
pub fn escape_length(text: &[u8]) -> Scanned<usize> {
    let digits = match text.get(1) {
        None => return Ok(None),
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => return Ok(Some(2)),
        Some(b'u') => &text[2..text.len().min(6)],
        Some(_) => return Err(Fault),
    };
    match digits.iter().all(u8::is_ascii_hexdigit) {
        false => Err(Fault),
        true if digits.len() < 4 => Ok(None),
        true => Ok(Some(6)),
    }
}
