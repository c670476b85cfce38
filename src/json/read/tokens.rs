//! JSON tokens with content: strings, numbers and the literals `true`, `false` and `null`.

use super::scan_state::{InvalidJson, TokenResult};
use crate::value::unescaped_prefix;

/// The record separator of JSON text sequences (RFC 7464).
pub(super) const RECORD_SEPARATOR: u8 = 0x1e;

/// The end of the literal at `start`, which must be `word`. Like the end of a number, it is known only when another
/// byte follows or the input has ended.
#[inline(always)]
pub(super) fn scan_literal(
    text: &[u8],
    start: usize,
    word: &[u8],
    has_ended: bool,
) -> TokenResult<usize> {
    let rest = &text[start..];
    if rest.starts_with(word) {
        return match rest.get(word.len()) {
            Some(c) if continues_literal(*c) => Err(InvalidJson),
            None if !has_ended => Ok(None),
            _ => Ok(Some(start + word.len())),
        };
    }
    if word.starts_with(rest) && !has_ended {
        Ok(None)
    } else {
        Err(InvalidJson)
    }
}

/// The end of the number, `true`, `false` or `null` at a token start of the structural index. `None` for anything else, and
/// where it is followed by what may hide bytes that are not indexed.
#[inline(always)]
pub(super) fn scan_indexed_word(text: &[u8], start: usize) -> Option<usize> {
    let end = match *text.get(start)? {
        b'-' | b'0'..=b'9' => scan_number(text, start, false),
        b't' => scan_literal(text, start, b"true", false),
        b'f' => scan_literal(text, start, b"false", false),
        b'n' => scan_literal(text, start, b"null", false),
        _ => return None,
    };
    let end = end.ok()??;
    matches!(
        text.get(end)?,
        b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t'
    )
    .then_some(end)
}

/// Whether the byte continues a literal or number: as in jq, only delimiters end them.
fn continues_literal(c: u8) -> bool {
    !matches!(
        c,
        b' ' | b'\t'
            | b'\r'
            | b'\n'
            | b'"'
            | b'['
            | b','
            | b']'
            | b'{'
            | b':'
            | b'}'
            | RECORD_SEPARATOR
    )
}

/// The end of the number at `start`. It is known only when another byte follows or the input has ended.
#[inline(always)]
pub(super) fn scan_number(text: &[u8], start: usize, has_ended: bool) -> TokenResult<usize> {
    let first = start + usize::from(text[start] == b'-');
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
        _ => scan_any_number(text, start, has_ended),
    }
}

/// Like [`scan_number`], for numbers that are not plain integers: also NaN and the infinities, which may begin with a
/// letter or `+`.
#[cold]
#[inline(never)]
pub(super) fn scan_any_number(text: &[u8], start: usize, has_ended: bool) -> TokenResult<usize> {
    let rest = text[start..].iter();
    let length = rest.take_while(|c| continues_literal(**c)).count();
    let end = start + length;
    let token = &text[start..end];
    let may_go_on = || token.iter().all(is_in_number) || is_special_start(token);
    if end == text.len() && !has_ended && may_go_on() {
        return Ok(None);
    }
    if is_number(token) || is_special(token) {
        Ok(Some(end))
    } else {
        Err(InvalidJson)
    }
}

/// Whether numbers can contain the byte.
fn is_in_number(byte: &u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
}

/// Whether the text is a number as defined by RFC 8259 §6.
pub(super) fn is_number(text: &[u8]) -> bool {
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

/// Whether the text is NaN or an infinity as jq 1.8 reads them: decNumber's words in any case, with a sign or none.
/// The digits of a NaN must be zeros. jq's `01`, `+1`, `.5` and `1.` are no numbers here.
pub fn is_special(text: &[u8]) -> bool {
    let word = without_sign(text);
    let is = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
    is("infinity") || is("inf") || nan_digits(word).is_some_and(are_zeros)
}

/// Whether the text may be the start of what [`is_special`] accepts.
fn is_special_start(text: &[u8]) -> bool {
    let word = without_sign(text);
    let starts = |name: &str| {
        let start = name.as_bytes().get(..word.len());
        start.is_some_and(|start| word.eq_ignore_ascii_case(start))
    };
    starts("infinity") || starts("nan") || starts("snan") || nan_digits(word).is_some_and(are_zeros)
}

fn without_sign(text: &[u8]) -> &[u8] {
    let unsigned = text.strip_prefix(b"-").or(text.strip_prefix(b"+"));
    unsigned.unwrap_or(text)
}

/// What follows the name of a NaN, quiet or signalling.
fn nan_digits(word: &[u8]) -> Option<&[u8]> {
    let quiet = match word {
        [b's' | b'S', rest @ ..] => rest,
        _ => word,
    };
    let (name, digits) = quiet.split_at_checked(3)?;
    name.eq_ignore_ascii_case(b"nan").then_some(digits)
}

fn are_zeros(digits: &[u8]) -> bool {
    digits.iter().all(|digit| *digit == b'0')
}

/// The scan of a string, which can stop where the text ends and resume when more arrives.
#[derive(Clone, Copy, Debug)]
pub(super) struct StringScan {
    /// The offset in the text up to which the string is scanned.
    pub at: usize,
    /// Whether there was a backslash.
    pub is_escaped: bool,
    /// Whether everything so far was printable ASCII.
    pub is_ascii: bool,
}

impl StringScan {
    /// Starts at the first byte after the opening quote.
    pub(super) fn new(at: usize) -> Self {
        Self {
            at,
            is_escaped: false,
            is_ascii: true,
        }
    }

    /// Scans up to the closing quote; `false` if the text ends before it.
    pub(super) fn resume(&mut self, text: &[u8]) -> Result<bool, InvalidJson> {
        loop {
            let (length, is_ascii) = unescaped_prefix(&text[self.at..]);
            self.is_ascii &= is_ascii;
            self.at += length;
            match text.get(self.at) {
                Some(b'"') => return Ok(true),
                None => return Ok(false),
                Some(b'\\') => {
                    if !self.skip_escape(text)? {
                        return Ok(false);
                    }
                }
                Some(_) => return Err(InvalidJson),
            }
        }
    }

    /// Skips an escape; `false` if the text ends inside it.
    fn skip_escape(&mut self, text: &[u8]) -> Result<bool, InvalidJson> {
        self.is_escaped = true;
        let length = escape_length(&text[self.at..])?;
        self.at += length.unwrap_or(0);
        Ok(length.is_some())
    }
}

/// The longest escape, in bytes: `\uXXXX`.
pub(super) const MAX_ESCAPE_LENGTH: usize = 6;

/// The length in bytes of the escape at the start of `text`, its backslash included.
pub(super) fn escape_length(text: &[u8]) -> TokenResult<usize> {
    let digits = match text.get(1) {
        None => return Ok(None),
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => return Ok(Some(2)),
        Some(b'u') => &text[2..text.len().min(MAX_ESCAPE_LENGTH)],
        Some(_) => return Err(InvalidJson),
    };
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        Err(InvalidJson)
    } else if digits.len() < 4 {
        Ok(None)
    } else {
        Ok(Some(MAX_ESCAPE_LENGTH))
    }
}
