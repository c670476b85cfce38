//! What is wrong where something else was expected, in jq's words and at jq's places (`jv_parse.c`).

use std::io::Read;

use super::ReadError;
use super::parser::{Parsed, Parser};

const SEPARATOR: &str = "Expected separator between values";

impl<R: Read> Parser<R> {
    pub(super) fn unfinished(&self) -> ReadError {
        self.window.error("Unfinished JSON term")
    }

    /// A delimiter in the place of a value.
    pub(super) fn no_value(&self, found: u8) -> ReadError {
        self.window.error(match found {
            b',' => "Expected value before ','",
            b':' => "Expected string key before ':'",
            b']' => "Unmatched ']'",
            _ => "Unmatched '}'",
        })
    }

    /// A literal that nothing is around must not have any of these behind it.
    pub(super) fn after_literal(&mut self) -> Parsed<()> {
        match self.window.peek()? {
            Some(found @ (b',' | b':' | b']' | b'}')) => Err(self.no_value(found)),
            _ => Ok(()),
        }
    }

    /// Neither `,` nor the closing bracket behind a value.
    pub(super) fn no_separator(&mut self, found: Option<u8>, closing: u8) -> ReadError {
        match found {
            Some(b':') => self.window.error("':' not as part of an object"),
            Some(b'}') if closing == b']' => self
                .window
                .error("Objects must consist of key:value pairs"),
            other => self.no_delimiter(other),
        }
    }

    /// Something else than `:` behind a key.
    pub(super) fn no_colon(&mut self, found: Option<u8>) -> ReadError {
        match found {
            Some(b',' | b'}') => self
                .window
                .error("Objects must consist of key:value pairs"),
            other => self.no_delimiter(other),
        }
    }

    /// Something else than a string in the place of a key.
    pub(super) fn no_key(&mut self, found: Option<u8>, depth: usize) -> ReadError {
        let Some(first) = found else {
            return self.unfinished();
        };
        let next = self
            .value(first, depth)
            .and_then(|_value| self.skip_space());
        match next {
            Err(error) => error,
            Ok(Some(b':')) => self.window.error("Object keys must be strings"),
            Ok(next) => self.no_colon(next),
        }
    }

    /// The beginning of another value, which jq reads before it complains unless it is an array or object.
    fn no_delimiter(&mut self, found: Option<u8>) -> ReadError {
        let read = match found {
            None => return self.unfinished(),
            Some(b']') => return self.window.error("Unmatched ']'"),
            Some(b'[' | b'{') => Ok(()),
            Some(b'"') => self.string_text(),
            Some(_) => self.literal().map(drop),
        };
        match read {
            Ok(()) => self.window.error(SEPARATOR),
            Err(error) => error,
        }
    }
}
