//! String literals of JSON text: where they end, and the strings they spell.

use std::borrow::Cow;

use super::lossy::lossy;
use crate::simd::chunk;

/// The length of the unescaped run at the start of `text`, and whether all of it is printable ASCII.
///
/// The run ends before the next quote, backslash or control character (`unescaped` in RFC 8259 §7), or with the text.
#[inline(always)]
pub fn unescaped_prefix(text: &[u8]) -> (usize, bool) {
    let mut at = 0;
    let mut is_ascii = true;
    while let Some(bytes) = text[at..].first_chunk::<{ chunk::CHUNK_SIZE }>() {
        let (special, high) = chunk::classify(bytes);
        if special != 0 {
            let length = chunk::first_byte(special);
            return (at + length, is_ascii & !chunk::any_before(high, length));
        }
        is_ascii &= high == 0;
        at += chunk::CHUNK_SIZE;
    }
    for byte in &text[at..] {
        if matches!(byte, 0..=0x1f | b'"' | b'\\') {
            break;
        }
        is_ascii &= *byte < 0x7f;
        at += 1;
    }
    (at, is_ascii)
}

/// A string literal inside valid JSON text.
#[derive(Clone, Copy, Debug)]
pub struct StringLiteral<'t> {
    /// The bytes between the quotes, escapes as they are written.
    pub content: &'t [u8],
    /// Whether the content has a backslash.
    pub is_escaped: bool,
    /// Whether the content is known to be printable ASCII. `false` says nothing.
    pub is_ascii: bool,
}

impl<'t> StringLiteral<'t> {
    /// The literal at the start of `text`, whose first byte is the opening quote.
    #[inline(always)]
    pub fn new(text: &'t [u8]) -> Self {
        let inside = text.get(1..).unwrap_or_default();
        let (mut length, mut is_ascii) = unescaped_prefix(inside);
        let mut is_escaped = false;
        while let Some(b'\\') = inside.get(length) {
            is_escaped = true;
            let next = (length + 2).min(inside.len());
            let (run, ascii) = unescaped_prefix(&inside[next..]);
            length = next + run;
            is_ascii &= ascii;
        }
        Self {
            content: &inside[..length],
            is_escaped,
            is_ascii,
        }
    }

    /// The length of the literal in bytes, quotes included.
    #[inline(always)]
    pub fn length(self) -> usize {
        self.content.len() + 2
    }

    /// Whether the content is the string, byte for byte: no escapes, and valid UTF-8.
    ///
    /// Two verbatim literals spell the same string only if their bytes are the same.
    #[inline(always)]
    pub(crate) fn is_verbatim(self) -> bool {
        !self.is_escaped && (self.is_ascii || self.is_utf8())
    }

    #[inline(never)]
    fn is_utf8(self) -> bool {
        std::str::from_utf8(self.content).is_ok()
    }

    /// The string, where it can be borrowed: `None` if it has to be decoded.
    #[inline(always)]
    pub fn as_str(self) -> Option<&'t str> {
        if self.is_escaped {
            None
        } else {
            std::str::from_utf8(self.content).ok()
        }
    }

    /// The string: escapes resolved, lone surrogates and invalid UTF-8 replaced by U+FFFD.
    pub fn decode(self) -> Cow<'t, str> {
        match self.as_str() {
            Some(string) => Cow::Borrowed(string),
            None => Cow::Owned(lossy(&resolve_escapes(self.content)).into_owned()),
        }
    }

    /// Whether the literal spells this string.
    #[inline(always)]
    pub fn equals(self, string: &str) -> bool {
        if self.is_escaped {
            return *self.decode() == *string;
        }
        // Invalid UTF-8 decodes to a string with the replacement character, and to no other.
        self.content == string.as_bytes() || (!self.is_ascii && self.equals_replaced(string))
    }

    #[inline(never)]
    fn equals_replaced(self, string: &str) -> bool {
        string.contains(char::REPLACEMENT_CHARACTER) && *self.decode() == *string
    }
}

/// The content of a valid literal with its escapes resolved; a lone surrogate becomes U+FFFD.
fn resolve_escapes(content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(content.len());
    let mut rest = content;
    loop {
        // The content has no quotes or control characters: only a backslash or its end stops a run.
        let (run, _) = unescaped_prefix(rest);
        bytes.extend_from_slice(&rest[..run]);
        rest = &rest[run..];
        match rest {
            [b'\\', b'u', tail @ ..] => {
                let (c, used) = unicode_escape(tail);
                bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                rest = &tail[used..];
            }
            [b'\\', c, tail @ ..] => {
                bytes.push(match c {
                    b'b' => 0x08,
                    b'f' => 0x0c,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    c => *c,
                });
                rest = tail;
            }
            _ => return bytes,
        }
    }
}

/// The character that `XXXX` or the surrogate pair `XXXX\uXXXX` stands for, and the number of bytes that spell it.
fn unicode_escape(digits: &[u8]) -> (char, usize) {
    let unit = |digits: &[u8]| {
        let digits = digits.get(..4)?.iter().map(|c| char::from(*c).to_digit(16));
        digits.reduce(|l, r| Some(l? << 4 | r?)).flatten()
    };
    let Some(high) = unit(digits) else {
        return (char::REPLACEMENT_CHARACTER, digits.len().min(4));
    };
    let low = digits[4..].strip_prefix(b"\\u").and_then(unit);
    match low.filter(|low| (0xD800..0xDC00).contains(&high) && (0xDC00..0xE000).contains(low)) {
        Some(low) => {
            let c = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
            (char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER), 10)
        }
        None => (
            char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER),
            4,
        ),
    }
}
