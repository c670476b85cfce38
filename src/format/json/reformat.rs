//! JSON text → JSON text as jq would write it, without a value in between.

use super::escape::{self, Escapes};
use super::key_cache::KeyPosition;
use super::text::{break_line, number};
use super::writer::JsonWriter;
use crate::error::Error;
use crate::settings::{Indent, JsonLayout};
use dq_json::value::{MAX_DEPTH, Num, RawValue, SeenKeys, StringLiteral, unescaped_prefix};

/// The place behind what was written; `None` asks for the value to be built.
type Reformatted = Result<Option<usize>, Error>;

/// A copy of so many bytes is faster than one of the right number, where that is no larger.
const FEW: usize = 32;
const MORE: usize = 96;

/// What stands before the first element of an array, of an object, and before each other element; the indentation
/// is nearly always shorter.
static ARRAY: [u8; FEW] = begin(b'[');
static OBJECT: [u8; FEW] = begin(b'{');
static ANOTHER: [u8; FEW] = begin(b',');

const fn begin(first: u8) -> [u8; FEW] {
    let mut begin = [b' '; FEW];
    (begin[0], begin[1]) = (first, b'\n');
    begin
}

impl JsonWriter<'_, '_> {
    /// Writes the value that begins at `at` in a valid text; gives the place behind it, or `None` if an object in it
    /// may have a key twice.
    pub(super) fn reformat(&mut self, text: &[u8], at: usize, depth: usize) -> Reformatted {
        Ok(Some(match text.get(at) {
            Some(b'"') => self.literal(text, at),
            Some(b'{') => return self.reformat_object(text, at, depth),
            Some(b'[') => return self.reformat_array(text, at, depth),
            Some(b't') => at + self.word(b"true"),
            Some(b'f') => at + self.word(b"false"),
            Some(b'n') => at + self.word(b"null"),
            _ => self.digits(text, at)?,
        }))
    }

    /// As [`JsonWriter::reformat`]; most values are strings.
    #[inline(always)]
    fn reformat_inner(&mut self, text: &[u8], at: usize, depth: usize) -> Reformatted {
        match text.get(at) {
            Some(b'"') => Ok(Some(self.literal(text, at))),
            _ => self.reformat(text, at, depth),
        }
    }

    fn word(&mut self, word: &[u8]) -> usize {
        self.sink.buf.extend_from_slice(word);
        word.len()
    }

    /// Most numbers are short integers, which stand as jq writes them.
    #[inline]
    fn digits(&mut self, text: &[u8], at: usize) -> Result<usize, Error> {
        let length = integer_length(&text[at..]);
        if length > 0 {
            append(&mut self.sink.buf, &text[at..], length);
            return Ok(at + length);
        }
        let digits = RawValue::from_valid(&text[at..]).number_text();
        number(&Num::parse(digits), &mut self.sink.buf)?;
        Ok(at + digits.len().max(1))
    }

    /// A string; gives the place behind it.
    #[inline(always)]
    fn literal(&mut self, text: &[u8], at: usize) -> usize {
        let text = &text[at..];
        at + self.known_literal(text, StringLiteral::new(text))
    }

    #[inline(always)]
    fn known_literal(&mut self, text: &[u8], literal: StringLiteral) -> usize {
        let length = literal.length().min(text.len());
        if literal.is_ascii && !literal.is_escaped {
            append(&mut self.sink.buf, text, length);
        } else {
            self.spelled(&text[..length], literal);
        }
        length
    }

    /// A string that may be spelled in another way.
    #[inline(never)]
    fn spelled(&mut self, text: &[u8], literal: StringLiteral) {
        let escapes = self.options.escapes;
        if (literal.is_ascii || (escapes == Escapes::Json && is_utf8_without_del(literal.content)))
            && has_short_escapes(literal.content)
        {
            self.sink.buf.extend_from_slice(text);
        } else {
            escape::quote(&literal.decode(), escapes, &mut self.sink.buf);
        }
    }

    fn reformat_array(&mut self, text: &[u8], at: usize, depth: usize) -> Reformatted {
        check_depth(depth)?;
        let line = self.line(depth + 1);
        let mut at = skip_separators(text, at + 1);
        let mut begin = &ARRAY;
        while text.get(at).is_some_and(|c| *c != b']') {
            self.begin(begin, line, depth);
            let Some(end) = self.reformat_inner(text, at, depth + 1)? else {
                return Ok(None);
            };
            at = behind(text, end, b',');
            begin = &ANOTHER;
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
        let (mut begin, mut place) = (&OBJECT, KeyPosition::Inside);
        while text.get(at) == Some(&b'"') {
            self.begin(begin, line, depth);
            at = match self.member_key(place, text, at, &mut seen) {
                Some(behind) => behind,
                None => {
                    self.keys.seen.clear();
                    return Ok(None);
                }
            };
            let Some(end) = self.reformat_inner(text, at, depth + 1)? else {
                return Ok(None);
            };
            at = behind(text, end, b',');
            (begin, place) = (&ANOTHER, KeyPosition::Behind);
        }
        seen.finish(&mut self.keys.seen);
        self.keys.go_back(around);
        self.end(begin[0], b"{}", depth);
        Ok(Some(at + 1))
    }

    /// A key and its colon; gives the place of the value, `None` if the key may have been there before.
    #[inline(always)]
    fn member_key(
        &mut self,
        place: KeyPosition,
        text: &[u8],
        at: usize,
        seen: &mut SeenKeys,
    ) -> Option<usize> {
        let rest = &text[at..];
        if let Some(known) = self.keys.expected(place, rest) {
            let is_pretty = self.options.layout != JsonLayout::Compact;
            let end = self.sink.buf.len() + known.length + usize::from(is_pretty);
            self.sink.buf.extend_from_slice(&known.written);
            self.sink.buf.truncate(end);
            let (length, fingerprint) = (known.length, known.fingerprint);
            let is_new = seen.insert_fingerprint(fingerprint, &mut self.keys.seen);
            let behind = at + length;
            return match text.get(behind) {
                _ if !is_new => None,
                Some(c) if *c > b' ' => Some(behind),
                _ => Some(skip_separators(text, behind)),
            };
        }
        self.another_key(place, text, at, seen)
    }

    /// As [`JsonWriter::member_key`], for one that is not expected.
    #[inline(never)]
    fn another_key(
        &mut self,
        place: KeyPosition,
        text: &[u8],
        at: usize,
        seen: &mut SeenKeys,
    ) -> Option<usize> {
        let key = StringLiteral::new(&text[at..]);
        if !seen.insert(key, &mut self.keys.seen) {
            return None;
        }
        self.keys.note(place, &text[at..], key);
        let end = at + self.known_literal(&text[at..], key);
        self.colon();
        Some(behind(text, end, b':'))
    }

    /// Bytes of a line break and the indentation behind it; `None` if they are more than a few.
    #[inline(always)]
    fn line(&self, depth: usize) -> Option<usize> {
        match self.options.layout {
            JsonLayout::Compact => Some(0),
            JsonLayout::Pretty {
                indent: Indent::Spaces(n),
            } => Some(1 + depth * usize::from(n)).filter(|line| *line < FEW),
            JsonLayout::Pretty { .. } => None,
        }
    }

    /// What stands before an element: a bracket or comma, and the line break.
    #[inline(always)]
    fn begin(&mut self, begin: &'static [u8; FEW], line: Option<usize>, depth: usize) {
        let buf = &mut self.sink.buf;
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
            JsonLayout::Compact => self.sink.buf.push(b':'),
            JsonLayout::Pretty { .. } => self.sink.buf.extend_from_slice(b": "),
        }
    }
}

/// jq writes these characters as they are, DEL alone as an escape.
fn is_utf8_without_del(inside: &[u8]) -> bool {
    std::str::from_utf8(inside).is_ok() && !inside.contains(&0x7f)
}

/// The escapes of a string are those that jq writes, and of one character.
fn has_short_escapes(inside: &[u8]) -> bool {
    let mut rest = inside;
    loop {
        // Of what ends a plain run there are only backslashes.
        match &rest[unescaped_prefix(rest).0..] {
            [] => return true,
            [_] | [_, b'u' | b'/', ..] => return false,
            [_, _, behind @ ..] => rest = behind,
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

/// The place behind a comma or colon that most often stands right here, and most often without any space.
#[inline(always)]
fn behind(text: &[u8], at: usize, separator: u8) -> usize {
    match text.get(at..at + 2) {
        Some([c, next]) if *c == separator && *next > b' ' => at + 1,
        _ => skip_separators(text, at),
    }
}

/// Passes over the comma or colon between two values, and the space around it.
#[inline(never)]
fn skip_separators(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b':') = text.get(at) {
        at += 1;
    }
    at
}

/// Bytes of an integer that stands as jq writes it: a short one, and not -0, which is left to those who know; else 0.
fn integer_length(text: &[u8]) -> usize {
    let sign = usize::from(text.first() == Some(&b'-'));
    let mut end = sign;
    while let Some(b'0'..=b'9') = text.get(end) {
        end += 1;
    }
    let is_more = matches!(text.get(end), Some(b'.' | b'e' | b'E'));
    if is_more || end - sign > 15 || text.starts_with(b"-0") {
        return 0;
    }
    end
}

/// Appends the first bytes of a text; most are few, and many as many as the 64 digits of an identifier.
#[inline(always)]
fn append(buf: &mut Vec<u8>, text: &[u8], length: usize) {
    let end = buf.len() + length;
    if let (true, Some(chunk)) = (length <= FEW, text.first_chunk::<FEW>()) {
        buf.extend_from_slice(chunk);
    } else if let (true, Some(chunk)) = (length <= MORE, text.first_chunk::<MORE>()) {
        buf.extend_from_slice(chunk);
    } else {
        buf.extend_from_slice(&text[..length]);
    }
    buf.truncate(end);
}
