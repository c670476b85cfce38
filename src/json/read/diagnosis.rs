//! Finds jq's message for a text that is not JSON, and the position that jq reports.
//!
//! The scanner only detects that a text is not JSON. The diagnosis parses it again as jq does (`jv_parse.c`), which
//! detects some errors later: in a literal at the byte after it, in a string at its closing quote.

use super::tokens::{RECORD_SEPARATOR, is_number, is_special};
use crate::limits::MAX_DEPTH;

/// An incomplete container or key, as on jq's parser stack.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum OpenItem {
    Array { is_empty: bool },
    Object { is_empty: bool },
    Key,
}

/// The most recently parsed value, not yet stored in a container.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum LastValue {
    String,
    Other,
}

/// The lexical context of the next byte.
#[derive(PartialEq)]
enum LexState {
    /// Outside strings.
    Normal,
    /// In a string.
    String,
    /// After a backslash in a string.
    Escape,
}

/// The maximum number of bytes kept of a literal or of the unchecked part of a string: the text may be endless.
const MAX_TOKEN: usize = 64 * 1024;

/// The state of jq's parser.
pub(super) struct Diagnosis {
    stack: Vec<OpenItem>,
    last: Option<LastValue>,
    /// The literal or the content of the string that is being parsed.
    token: Vec<u8>,
    lex_state: LexState,
}

/// The error is jq's message.
type Check = Result<(), &'static str>;

impl Diagnosis {
    /// Starts inside the container `outer`, or at the top level, after the value `last`.
    pub(super) fn new(outer: Option<OpenItem>, last: Option<LastValue>) -> Self {
        Self {
            stack: outer.into_iter().collect(),
            last,
            token: Vec::new(),
            lex_state: LexState::Normal,
        }
    }

    /// The offset and message of the first error in these bytes, which continue the bytes of the previous call.
    pub(super) fn find_error(&mut self, text: &[u8]) -> Option<(usize, &'static str)> {
        let mut bytes = text.iter().enumerate();
        bytes.find_map(|(at, byte)| self.parse_byte(*byte).err().map(|message| (at, message)))
    }

    /// The message if the bytes so far show no error. The scanner did find one, so either a container is used as a key
    /// or a separator is missing before a value. jq reports both at the end of that container or value, which may be
    /// far away.
    pub(super) fn message_so_far(&self) -> &'static str {
        match (&self.lex_state, self.last) {
            (LexState::String | LexState::Escape, Some(_)) => "Expected separator between values",
            _ => "Object keys must be strings",
        }
    }

    /// The message if the input ends here.
    pub(super) fn message_at_end(mut self) -> &'static str {
        if self.lex_state != LexState::Normal {
            return "Unfinished string";
        }
        self.end_literal().err().unwrap_or("Unfinished JSON term")
    }

    fn parse_byte(&mut self, byte: u8) -> Check {
        match (&self.lex_state, byte) {
            (LexState::Normal, b' ' | b'\t' | b'\r' | b'\n') => self.end_literal(),
            (LexState::Normal, RECORD_SEPARATOR) => self.begin_record(),
            (LexState::Normal, b'"') => {
                self.lex_state = LexState::String;
                self.end_literal()
            }
            (LexState::Normal, b'[' | b'{' | b':' | b',' | b']' | b'}') => {
                self.end_literal()?;
                self.parse_delimiter(byte)
            }
            (LexState::Normal, _) => self.push_literal_byte(byte),
            (LexState::String, b'"') => {
                self.lex_state = LexState::Normal;
                check_string(&self.token, true)?;
                self.end_value(LastValue::String)
            }
            _ => self.push_string_byte(byte),
        }
    }

    /// A record separator: the values before it must be complete.
    fn begin_record(&mut self) -> Check {
        self.end_literal()?;
        if self.stack.is_empty() {
            return Ok(());
        }
        Err("Truncated value")
    }

    /// Handles a byte of a literal. A control character or an overlong literal is an immediate error, because the
    /// literal may never end.
    fn push_literal_byte(&mut self, byte: u8) -> Check {
        self.token.push(byte);
        if byte.is_ascii_control() || self.token.len() > MAX_TOKEN {
            self.end_literal()?;
            return Err("Invalid numeric literal");
        }
        Ok(())
    }

    /// Handles a byte of a string.
    fn push_string_byte(&mut self, byte: u8) -> Check {
        let escapes = self.lex_state == LexState::String && byte == b'\\';
        self.lex_state = if escapes {
            LexState::Escape
        } else {
            LexState::String
        };
        self.token.push(byte);
        if self.token.len() > MAX_TOKEN || byte == RECORD_SEPARATOR {
            let checked = check_string(&self.token, false)?;
            self.token.drain(..checked);
        }
        Ok(())
    }

    fn end_value(&mut self, value: LastValue) -> Check {
        self.token.clear();
        match self.last.replace(value) {
            None => Ok(()),
            Some(_) => Err("Expected separator between values"),
        }
    }

    /// Checks the literal that has just ended, if any.
    fn end_literal(&mut self) -> Check {
        if self.token.is_empty() {
            return Ok(());
        }
        check_literal(&self.token)?;
        self.end_value(LastValue::Other)
    }

    fn parse_delimiter(&mut self, byte: u8) -> Check {
        match byte {
            b'[' => self.open_container(OpenItem::Array { is_empty: true }),
            b'{' => self.open_container(OpenItem::Object { is_empty: true }),
            b':' => self.parse_colon(),
            b',' => self.parse_comma(),
            b']' => self.parse_end_of_array(),
            _ => self.parse_end_of_object(),
        }
    }

    fn open_container(&mut self, container: OpenItem) -> Check {
        if self.stack.len() >= MAX_DEPTH {
            return Err("Exceeds depth limit for parsing");
        }
        if self.last.is_some() {
            return Err("Expected separator between values");
        }
        self.stack.push(container);
        Ok(())
    }

    fn parse_colon(&mut self) -> Check {
        match (self.last, self.stack.last()) {
            (None, _) => Err("Expected string key before ':'"),
            (Some(LastValue::String), Some(OpenItem::Object { .. })) => {
                self.stack.push(OpenItem::Key);
                self.last = None;
                Ok(())
            }
            (Some(LastValue::Other), Some(OpenItem::Object { .. })) => {
                Err("Object keys must be strings")
            }
            _ => Err("':' not as part of an object"),
        }
    }

    fn parse_comma(&mut self) -> Check {
        if self.last.is_none() {
            return Err("Expected value before ','");
        }
        match self.stack.last() {
            None => return Err("',' not as part of an object or array"),
            Some(OpenItem::Object { .. }) => return Err("Objects must consist of key:value pairs"),
            Some(_) => self.store_last(),
        }
        Ok(())
    }

    /// Stores the last value in the innermost container.
    fn store_last(&mut self) {
        self.last = None;
        if self.stack.last() == Some(&OpenItem::Key) {
            self.stack.pop();
        }
        if let Some(OpenItem::Array { is_empty } | OpenItem::Object { is_empty }) =
            self.stack.last_mut()
        {
            *is_empty = false;
        }
    }

    fn parse_end_of_array(&mut self) -> Check {
        match (self.stack.last(), self.last) {
            (Some(OpenItem::Array { is_empty: false }), None) => {
                return Err("Expected another array element");
            }
            (Some(OpenItem::Array { .. }), _) => {}
            _ => return Err("Unmatched ']'"),
        }
        self.close_container();
        Ok(())
    }

    fn parse_end_of_object(&mut self) -> Check {
        match (self.stack.last(), self.last) {
            (None, _) => return Err("Unmatched '}'"),
            (Some(OpenItem::Key), Some(_)) => self.store_last(),
            (Some(_), Some(_)) => return Err("Objects must consist of key:value pairs"),
            (Some(OpenItem::Object { is_empty: true }), None) => {}
            (Some(OpenItem::Object { .. }), None) => return Err("Expected another key-value pair"),
            (Some(_), None) => return Err("Unmatched '}'"),
        }
        self.close_container();
        Ok(())
    }

    fn close_container(&mut self) {
        self.stack.pop();
        self.last = Some(LastValue::Other);
    }
}

/// Checks a literal: a number, `null`, `true` or `false`.
pub(super) fn check_literal(token: &[u8]) -> Check {
    match token {
        b"null" | b"true" | b"false" => Ok(()),
        [b't' | b'f', ..] | [b'n', b'u', ..] => Err("Invalid literal"),
        [b'\'', ..] => Err("Invalid string literal; expected \", but got '"),
        text if is_number(text) || is_special(text) => Ok(()),
        _ => Err("Invalid numeric literal"),
    }
}

/// Checks the content of a string. Returns the number of bytes checked: all of them if the string `is_complete`,
/// otherwise all but a truncated escape at the end.
pub(super) fn check_string(text: &[u8], is_complete: bool) -> Result<usize, &'static str> {
    let mut rest = text;
    while let [byte, after @ ..] = rest {
        rest = match (byte, after) {
            (b'\\', [] | [b'u', ..]) if !is_complete && after.len() < 5 => break,
            (b'\\', [b'u', digits @ ..]) => match digits.get(..4) {
                None => return Err("Invalid \\uXXXX escape"),
                Some(hex) if hex.iter().all(u8::is_ascii_hexdigit) => &digits[4..],
                Some(_) => return Err("Invalid characters in \\uXXXX escape"),
            },
            (
                b'\\',
                [
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't',
                    others @ ..,
                ],
            ) => others,
            (b'\\', _) => return Err("Invalid escape"),
            (0..=0x1f, _) => {
                return Err(
                    "Invalid string: control characters from U+0000 through U+001F must be escaped",
                );
            }
            _ => after,
        };
    }
    Ok(text.len() - rest.len())
}
