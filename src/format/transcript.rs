//! JSON text → JSON text as jq would write it, without a value in between.

use super::escape;
use super::plain::{Writer, break_line, number};
use super::{Error, Layout};
use crate::filter::value::{Literal, MAX_DEPTH, Num, Seen, Text};

impl Writer<'_, '_> {
    /// Writes the value that begins at `at` in a valid text; gives the place behind it, or `None` if an object in it
    /// may have a key twice.
    pub(super) fn transcribe(&mut self, text: &[u8], at: usize, depth: usize) -> Transcribed {
        Ok(Some(match text.get(at) {
            Some(b'"') => at + self.literal(&text[at..]),
            Some(b'{') => return self.transcribe_object(text, at, depth),
            Some(b'[') => return self.transcribe_array(text, at, depth),
            Some(b't') => at + self.word(b"true"),
            Some(b'f') => at + self.word(b"false"),
            Some(b'n') => at + self.word(b"null"),
            _ => self.digits(text, at)?,
        }))
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
        let digits = Text::of_valid(&text[at..]).number();
        number(&Num::parse(digits), &mut self.sink.buf)?;
        Ok(at + digits.len().max(1))
    }

    #[inline(always)]
    fn literal(&mut self, text: &[u8]) -> usize {
        self.known_literal(text, Literal::new(text))
    }

    #[inline(always)]
    fn known_literal(&mut self, text: &[u8], literal: Literal) -> usize {
        let length = literal.length().min(text.len());
        if literal.is_ascii && !literal.is_escaped {
            append(&mut self.sink.buf, text, length);
        } else {
            let escapes = self.notation.escapes;
            escape::quote(&literal.decoded(), escapes, &mut self.sink.buf);
        }
        length
    }

    fn transcribe_array(&mut self, text: &[u8], at: usize, depth: usize) -> Transcribed {
        check_depth(depth)?;
        let mut at = skip_separators(text, at + 1);
        let mut open = b'[';
        while text.get(at).is_some_and(|c| *c != b']') {
            self.begin(open, depth);
            let Some(end) = self.transcribe(text, at, depth + 1)? else {
                return Ok(None);
            };
            at = skip_separators(text, end);
            open = b',';
        }
        self.end(open, b"[]", depth);
        Ok(Some(at + 1))
    }

    fn transcribe_object(&mut self, text: &[u8], at: usize, depth: usize) -> Transcribed {
        check_depth(depth)?;
        let mut seen = Seen::begin(&self.seen);
        let mut at = skip_separators(text, at + 1);
        let mut open = b'{';
        while text.get(at) == Some(&b'"') {
            let key = Literal::new(&text[at..]);
            if !seen.is_new(key, &mut self.seen) {
                self.seen.clear();
                return Ok(None);
            }
            self.begin(open, depth);
            at += self.known_literal(&text[at..], key);
            self.colon();
            at = skip_separators(text, at);
            let Some(end) = self.transcribe(text, at, depth + 1)? else {
                return Ok(None);
            };
            at = skip_separators(text, end);
            open = b',';
        }
        seen.end(&mut self.seen);
        self.end(open, b"{}", depth);
        Ok(Some(at + 1))
    }

    /// What stands before an element: a bracket or comma, and the line break.
    #[inline(always)]
    fn begin(&mut self, open: u8, depth: usize) {
        self.sink.buf.push(open);
        break_line(self.notation.layout, depth + 1, &mut self.sink.buf);
    }

    #[inline(always)]
    pub(super) fn colon(&mut self) {
        let colon: &[u8] = match self.notation.layout {
            Layout::Compact => b":",
            Layout::Pretty { .. } => b": ",
        };
        self.sink.buf.extend_from_slice(colon);
    }
}

/// The place behind what was written; `None` asks for the value to be built.
type Transcribed = Result<Option<usize>, Error>;

fn check_depth(depth: usize) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        Err(Error::TooDeep)
    } else {
        Ok(())
    }
}

/// Passes over the comma or colon between two values, and the space around it.
#[inline(always)]
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

/// Appends the first bytes of a text; most are so few that copying a fixed number is faster.
#[inline(always)]
fn append(buf: &mut Vec<u8>, text: &[u8], length: usize) {
    const FEW: usize = 32;
    match text.first_chunk::<FEW>() {
        Some(chunk) if length <= FEW => {
            let end = buf.len() + length;
            buf.extend_from_slice(chunk);
            buf.truncate(end);
        }
        _ => buf.extend_from_slice(&text[..length]),
    }
}
