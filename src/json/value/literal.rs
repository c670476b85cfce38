//! String literals of JSON: where they end, and what they say.

use std::borrow::Cow;

use super::lanes;

/// Bytes before the next quote, backslash or control character, and whether all of them are printable ASCII.
#[inline(always)]
pub fn unescaped_prefix(text: &[u8]) -> (usize, bool) {
    let mut at = 0;
    let mut is_ascii = true;
    while let Some(chunk) = text[at..].first_chunk::<{ lanes::WIDTH }>() {
        let (special, high) = lanes::masks(chunk);
        if special != 0 {
            let plain = lanes::first(special);
            return (at + plain, is_ascii & !lanes::any_before(high, plain));
        }
        is_ascii &= high == 0;
        at += lanes::WIDTH;
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
    /// What stands between the quotes.
    pub content: &'t [u8],
    /// There is a backslash in it.
    pub is_escaped: bool,
    /// There is nothing but printable ASCII in it, as far as is known.
    pub is_ascii: bool,
}

impl<'t> StringLiteral<'t> {
    /// The literal whose opening quote begins the text.
    #[inline(always)]
    pub fn new(text: &'t [u8]) -> Self {
        let inside = text.get(1..).unwrap_or_default();
        let (mut length, mut is_ascii) = unescaped_prefix(inside);
        let mut is_escaped = false;
        while let Some(b'\\') = inside.get(length) {
            is_escaped = true;
            let next = (length + 2).min(inside.len());
            let (plain, ascii) = unescaped_prefix(&inside[next..]);
            length = next + plain;
            is_ascii &= ascii;
        }
        Self {
            content: &inside[..length],
            is_escaped,
            is_ascii,
        }
    }

    /// Bytes of the literal, quotes included.
    #[inline(always)]
    pub fn length(self) -> usize {
        self.content.len() + 2
    }

    /// Are its bytes those of the string? Two of this kind are the same string only if they are the same bytes.
    #[inline(always)]
    pub fn is_verbatim(self) -> bool {
        !self.is_escaped && (self.is_ascii || self.is_utf8())
    }

    #[inline(never)]
    fn is_utf8(self) -> bool {
        std::str::from_utf8(self.content).is_ok()
    }

    /// The string, as far as it stands there as it is.
    #[inline(always)]
    pub fn as_str(self) -> Option<&'t str> {
        if self.is_escaped {
            None
        } else {
            std::str::from_utf8(self.content).ok()
        }
    }

    /// The string: escapes resolved, lone surrogates and what is no UTF-8 replaced by U+FFFD.
    pub fn decode(self) -> Cow<'t, str> {
        match self.as_str() {
            Some(plain) => Cow::Borrowed(plain),
            None => Cow::Owned(String::from_utf8_lossy(&unescaped(self.content)).into_owned()),
        }
    }

    /// Is it this string?
    #[inline(always)]
    pub fn equals(self, text: &str) -> bool {
        if self.is_escaped {
            return *self.decode() == *text;
        }
        // What is no UTF-8 can only be what has the replacement character in it.
        self.content == text.as_bytes() || (!self.is_ascii && self.is_replaced(text))
    }

    #[inline(never)]
    fn is_replaced(self, text: &str) -> bool {
        text.contains(char::REPLACEMENT_CHARACTER) && *self.decode() == *text
    }
}

/// The bytes of the inside of a valid literal, escapes resolved; a lone surrogate becomes U+FFFD.
fn unescaped(inside: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(inside.len());
    let mut rest = inside;
    loop {
        // Of what ends a plain run there are only backslashes.
        let (plain, _) = unescaped_prefix(rest);
        bytes.extend_from_slice(&rest[..plain]);
        rest = &rest[plain..];
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

/// The character of `XXXX` (or `XXXX\uXXXX`), and how many bytes spell it.
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
