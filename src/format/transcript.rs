//! JSON text → JSON text as jq would write it, without a value in between.

use super::escape;
use super::plain::{Writer, number};
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
    fn digits(&mut self, text: &[u8], at: usize) -> Result<usize, Error> {
        let digits = Text::of_valid(&text[at..]).number();
        if is_canonical(digits) {
            self.sink.buf.extend_from_slice(digits.as_bytes());
        } else {
            number(&Num::parse(digits), &mut self.sink.buf)?;
        }
        Ok(at + digits.len().max(1))
    }

    #[inline]
    fn literal(&mut self, text: &[u8]) -> usize {
        let literal = Literal::new(text);
        let length = literal.length().min(text.len());
        if literal.is_ascii && !literal.is_escaped {
            self.sink.buf.extend_from_slice(&text[..length]);
        } else {
            let escapes = self.notation.escapes;
            escape::quote(&literal.decoded(), escapes, &mut self.sink.buf);
        }
        length
    }

    fn transcribe_array(&mut self, text: &[u8], at: usize, depth: usize) -> Transcribed {
        check_depth(depth)?;
        let mut at = skip_space(text, at + 1);
        let mut open = b'[';
        while text.get(at).is_some_and(|c| *c != b']') {
            self.begin(open, depth);
            let Some(end) = self.transcribe(text, at, depth + 1)? else {
                return Ok(None);
            };
            at = skip_separator(text, end);
            open = b',';
        }
        self.end(open, b"[]", depth);
        Ok(Some(at + 1))
    }

    fn transcribe_object(&mut self, text: &[u8], at: usize, depth: usize) -> Transcribed {
        check_depth(depth)?;
        let mut seen = Seen::default();
        let mut at = skip_space(text, at + 1);
        let mut open = b'{';
        while text.get(at) == Some(&b'"') {
            if !seen.is_new(Literal::new(&text[at..])) {
                return Ok(None);
            }
            self.begin(open, depth);
            at += self.literal(&text[at..]);
            self.colon();
            at = skip_separator(text, at);
            let Some(end) = self.transcribe(text, at, depth + 1)? else {
                return Ok(None);
            };
            at = skip_separator(text, end);
            open = b',';
        }
        self.end(open, b"{}", depth);
        Ok(Some(at + 1))
    }

    fn begin(&mut self, open: u8, depth: usize) {
        self.sink.buf.push(open);
        super::plain::break_line(self.notation.layout, depth + 1, &mut self.sink.buf);
    }

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

fn skip_space(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = text.get(at) {
        at += 1;
    }
    at
}

/// Passes over the comma or colon between two values, and the space around it.
fn skip_separator(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b':') = text.get(at) {
        at += 1;
    }
    at
}

/// Is the text how the number would be written? Short integers are; -0 is left to those who know.
fn is_canonical(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.len() <= 15 && text != "-0" && digits.bytes().all(|byte| byte.is_ascii_digit())
}
