//! JSON text to JSON text in jq's layout, without building a value.

use super::escape::{self, Escapes};
use super::key_cache::KeyPosition;
use super::text::{break_line, push_number};
use super::writer::JsonWriter;
use crate::error::Error;
use crate::settings::{Indent, JsonLayout};
use dq_json::value::{MAX_DEPTH, Num, RawValue, SeenKeys, StringLiteral, unescaped_prefix};

/// The offset after the value that was written; `None` if the value must be built instead.
type Reformatted = Result<Option<usize>, Error>;

/// Copies of these fixed sizes are faster than copies of the exact number of bytes, if that is not larger.
const SHORT_COPY: usize = 32;
const LONG_COPY: usize = 96;

/// The bytes before the first element of an array, of an object, and before every other element: a bracket or comma, a
/// line break, and more indentation than nearly every line needs.
static ARRAY_START: [u8; SHORT_COPY] = begin(b'[');
static OBJECT_START: [u8; SHORT_COPY] = begin(b'{');
static NEXT: [u8; SHORT_COPY] = begin(b',');

const fn begin(first: u8) -> [u8; SHORT_COPY] {
    let mut begin = [b' '; SHORT_COPY];
    (begin[0], begin[1]) = (first, b'\n');
    begin
}

impl JsonWriter<'_, '_> {
    /// Writes the value at the offset `at` of a valid text and returns the offset after it, or `None` if an object in
    /// it may have a duplicate key.
    pub(super) fn reformat(&mut self, text: &[u8], at: usize, depth: usize) -> Reformatted {
        Ok(Some(match text.get(at) {
            Some(b'"') => self.literal(text, at),
            Some(b'{') => return self.reformat_object(text, at, depth),
            Some(b'[') => return self.reformat_array(text, at, depth),
            Some(b't') => at + self.word(b"true"),
            Some(b'f') => at + self.word(b"false"),
            Some(b'n') if text.get(at + 1) == Some(&b'u') => at + self.word(b"null"),
            _ => self.digits(text, at)?,
        }))
    }

    /// As [`JsonWriter::reformat`], with strings, the most common values, inlined.
    #[inline(always)]
    fn reformat_inner(&mut self, text: &[u8], at: usize, depth: usize) -> Reformatted {
        match text.get(at) {
            Some(b'"') => Ok(Some(self.literal(text, at))),
            _ => self.reformat(text, at, depth),
        }
    }

    fn word(&mut self, word: &[u8]) -> usize {
        self.buffer.buf.extend_from_slice(word);
        word.len()
    }

    /// Copies a number. Most are integers, which are already spelled as jq writes them.
    #[inline]
    fn digits(&mut self, text: &[u8], at: usize) -> Result<usize, Error> {
        let length = integer_length(&text[at..]);
        if length > 0 {
            append(&mut self.buffer.buf, &text[at..], length);
            return Ok(at + length);
        }
        let digits = RawValue::from_valid(&text[at..]).number_text();
        push_number(&Num::parse(digits), &mut self.buffer.buf)?;
        Ok(at + digits.len().max(1))
    }

    /// Writes a string and returns the offset after it.
    #[inline(always)]
    fn literal(&mut self, text: &[u8], at: usize) -> usize {
        let text = &text[at..];
        at + self.known_literal(text, StringLiteral::new(text))
    }

    #[inline(always)]
    fn known_literal(&mut self, text: &[u8], literal: StringLiteral) -> usize {
        let length = literal.length().min(text.len());
        if literal.is_ascii && !literal.is_escaped {
            append(&mut self.buffer.buf, text, length);
        } else {
            self.respelled(&text[..length], literal);
        }
        length
    }

    /// Writes a string that jq may spell differently.
    #[inline(never)]
    fn respelled(&mut self, text: &[u8], literal: StringLiteral) {
        let escapes = self.options.escapes;
        if (literal.is_ascii || (escapes == Escapes::Json && is_utf8_without_del(literal.content)))
            && has_short_escapes(literal.content)
        {
            self.buffer.buf.extend_from_slice(text);
        } else {
            escape::quote(&literal.decode(), escapes, &mut self.buffer.buf);
        }
    }

    fn reformat_array(&mut self, text: &[u8], at: usize, depth: usize) -> Reformatted {
        check_depth(depth)?;
        let line = self.line(depth + 1);
        let mut at = skip_separators(text, at + 1);
        let mut begin = &ARRAY_START;
        while text.get(at).is_some_and(|c| *c != b']') {
            self.begin(begin, line, depth);
            let Some(end) = self.reformat_inner(text, at, depth + 1)? else {
                return Ok(None);
            };
            at = after(text, end, b',');
            begin = &NEXT;
        }
        self.end(begin[0], b"[]", depth);
        Ok(Some(at + 1))
    }

    fn reformat_object(&mut self, text: &[u8], at: usize, depth: usize) -> Reformatted {
        check_depth(depth)?;
        let line = self.line(depth + 1);
        let around = self.keys.last();
        let mut seen = SeenKeys::new(&self.keys.seen);
        let mut at = skip_separators(text, at + 1);
        let (mut begin, mut position) = (&OBJECT_START, KeyPosition::Inside);
        while text.get(at) == Some(&b'"') {
            self.begin(begin, line, depth);
            at = match self.member_key(position, text, at, &mut seen) {
                Some(after) => after,
                None => {
                    self.keys.seen.clear();
                    return Ok(None);
                }
            };
            let Some(end) = self.reformat_inner(text, at, depth + 1)? else {
                return Ok(None);
            };
            at = after(text, end, b',');
            (begin, position) = (&NEXT, KeyPosition::After);
        }
        seen.finish(&mut self.keys.seen);
        self.keys.set_last(around);
        self.end(begin[0], b"{}", depth);
        Ok(Some(at + 1))
    }

    /// Writes a key and its colon and returns the offset of the value; `None` if the key may be a duplicate.
    #[inline(always)]
    fn member_key(
        &mut self,
        position: KeyPosition,
        text: &[u8],
        at: usize,
        seen: &mut SeenKeys,
    ) -> Option<usize> {
        let rest = &text[at..];
        if let Some(known) = self.keys.expected(position, rest) {
            let is_pretty = self.options.layout != JsonLayout::Compact;
            let end = self.buffer.buf.len() + known.length + usize::from(is_pretty);
            self.buffer.buf.extend_from_slice(&known.text_bytes);
            self.buffer.buf.truncate(end);
            let (length, fingerprint) = (known.length, known.fingerprint);
            let is_new = seen.insert_fingerprint(fingerprint, &mut self.keys.seen);
            let after = at + length;
            return match text.get(after) {
                _ if !is_new => None,
                Some(c) if *c > b' ' => Some(after),
                _ => Some(skip_separators(text, after)),
            };
        }
        self.unpredicted_key(position, text, at, seen)
    }

    /// As [`JsonWriter::member_key`], for a key that the cache did not predict.
    #[inline(never)]
    fn unpredicted_key(
        &mut self,
        position: KeyPosition,
        text: &[u8],
        at: usize,
        seen: &mut SeenKeys,
    ) -> Option<usize> {
        let key = StringLiteral::new(&text[at..]);
        if !seen.insert(key, &mut self.keys.seen) {
            return None;
        }
        self.keys.add(position, &text[at..], key);
        let end = at + self.known_literal(&text[at..], key);
        self.colon();
        Some(after(text, end, b':'))
    }

    /// The length of a line break and its indentation; `None` if it is more than a short copy.
    #[inline(always)]
    fn line(&self, depth: usize) -> Option<usize> {
        match self.options.layout {
            JsonLayout::Compact => Some(0),
            JsonLayout::Pretty {
                indent: Indent::Spaces(n),
            } => Some(1 + depth * usize::from(n)).filter(|line| *line < SHORT_COPY),
            JsonLayout::Pretty { .. } => None,
        }
    }

    /// Writes the bracket or comma before an element, and the line break.
    #[inline(always)]
    fn begin(&mut self, begin: &'static [u8; SHORT_COPY], line: Option<usize>, depth: usize) {
        let buf = &mut self.buffer.buf;
        if let Some(line) = line {
            let end = buf.len() + 1 + line;
            buf.extend_from_slice(begin);
            buf.truncate(end);
        } else {
            buf.push(begin[0]);
            break_line(self.options.layout, depth + 1, buf);
        }
    }

    #[inline(always)]
    pub(super) fn colon(&mut self) {
        match self.options.layout {
            JsonLayout::Compact => self.buffer.buf.push(b':'),
            JsonLayout::Pretty { .. } => self.buffer.buf.extend_from_slice(b": "),
        }
    }
}

/// Whether the string is valid UTF-8 without DEL. jq writes all such characters unchanged; DEL it escapes.
fn is_utf8_without_del(inside: &[u8]) -> bool {
    std::str::from_utf8(inside).is_ok() && !inside.contains(&0x7f)
}

/// Whether all escapes of a string are the short ones that jq writes: no `\u` and no `\/`.
fn has_short_escapes(inside: &[u8]) -> bool {
    let mut rest = inside;
    loop {
        // The text is valid, so only a backslash can end a run without escapes.
        match &rest[unescaped_prefix(rest).0..] {
            [] => return true,
            [_] | [_, b'u' | b'/', ..] => return false,
            [_, _, after @ ..] => rest = after,
        }
    }
}

fn check_depth(depth: usize) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        Err(Error::TooDeep)
    } else {
        Ok(())
    }
}

/// The offset after a comma or colon. It is usually right here, and usually without white space.
#[inline(always)]
fn after(text: &[u8], at: usize, separator: u8) -> usize {
    match text.get(at..at + 2) {
        Some([c, next]) if *c == separator && *next > b' ' => at + 1,
        _ => skip_separators(text, at),
    }
}

/// Skips the comma or colon between two values, and the white space around it.
#[inline(never)]
fn skip_separators(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b':') = text.get(at) {
        at += 1;
    }
    at
}

/// The length of an integer, which is already spelled as jq writes it, however long it is; 0 for -0 and other numbers.
fn integer_length(text: &[u8]) -> usize {
    let sign = usize::from(text.first() == Some(&b'-'));
    let mut end = sign;
    while let Some(b'0'..=b'9') = text.get(end) {
        end += 1;
    }
    let is_more = matches!(text.get(end), Some(b'.' | b'e' | b'E'));
    if is_more || end == sign || text.starts_with(b"-0") {
        return 0;
    }
    end
}

/// Appends the first `length` bytes of a text. Most are short; many are as long as the 64 digits of an ID.
#[inline(always)]
fn append(buf: &mut Vec<u8>, text: &[u8], length: usize) {
    let end = buf.len() + length;
    if let (true, Some(chunk)) = (length <= SHORT_COPY, text.first_chunk::<SHORT_COPY>()) {
        buf.extend_from_slice(chunk);
    } else if let (true, Some(chunk)) = (length <= LONG_COPY, text.first_chunk::<LONG_COPY>()) {
        buf.extend_from_slice(chunk);
    } else {
        buf.extend_from_slice(&text[..length]);
    }
    buf.truncate(end);
}
