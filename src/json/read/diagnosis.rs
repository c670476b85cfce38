//! What is wrong with a text, in jq's words and at jq's places.
//!
//! The scanner only finds that a text is not JSON. This goes through it again as jq's parser does (`jv_parse.c`),
//! which notices later: a literal is judged at the byte behind it, a string at its closing quote.

use super::RECORD_SEPARATOR;
use super::literal::is_number;

/// A container or key that waits for what follows, as on jq's stack.
#[derive(Clone, Copy, PartialEq)]
pub enum Waiting {
    Array { is_empty: bool },
    Object { is_empty: bool },
    Key,
}

/// The value that was read last and belongs nowhere yet.
#[derive(Clone, Copy, PartialEq)]
pub enum Last {
    Text,
    Other,
}

#[derive(PartialEq)]
enum State {
    Normal,
    String,
    Escape,
}

/// So much of a literal, or of a string that has not been judged, is kept; a text may have no end.
const KEPT: usize = 64 * 1024;

pub struct Diagnosis {
    stack: Vec<Waiting>,
    last: Option<Last>,
    token: Vec<u8>,
    state: State,
}

type Judged = Result<(), &'static str>;

impl Diagnosis {
    pub fn new(around: Option<Waiting>, last: Option<Last>) -> Self {
        Self {
            stack: around.into_iter().collect(),
            last,
            token: Vec::new(),
            state: State::Normal,
        }
    }

    /// The first fault in these bytes, which go on where the last ones ended.
    pub fn find(&mut self, text: &[u8]) -> Option<(usize, &'static str)> {
        let mut bytes = text.iter().enumerate();
        bytes.find_map(|(at, byte)| self.byte(*byte).err().map(|message| (at, message)))
    }

    /// What is wrong, as far as can be told without going on: the container that is a key, or the value without a
    /// separator before it, may never end.
    pub fn so_far(&self) -> &'static str {
        match (&self.state, self.last) {
            (State::String | State::Escape, Some(_)) => "Expected separator between values",
            _ => "Object keys must be strings",
        }
    }

    /// What is wrong when no more bytes come.
    pub fn at_end(mut self) -> &'static str {
        if self.state != State::Normal {
            return "Unfinished string";
        }
        self.literal().err().unwrap_or("Unfinished JSON term")
    }

    fn byte(&mut self, byte: u8) -> Judged {
        match (&self.state, byte) {
            (State::Normal, b' ' | b'\t' | b'\r' | b'\n') => self.literal(),
            (State::Normal, RECORD_SEPARATOR) => self.record(),
            (State::Normal, b'"') => {
                self.state = State::String;
                self.literal()
            }
            (State::Normal, b'[' | b'{' | b':' | b',' | b']' | b'}') => {
                self.literal()?;
                self.delimiter(byte)
            }
            (State::Normal, _) => self.letter(byte),
            (State::String, b'"') => {
                self.state = State::Normal;
                judge_string(&self.token, true)?;
                self.value(Last::Text)
            }
            _ => self.character(byte),
        }
    }

    /// The next record begins, and this one is not whole.
    fn record(&mut self) -> Judged {
        self.literal()?;
        if self.stack.is_empty() {
            return Ok(());
        }
        Err("Truncated value")
    }

    /// A byte of a literal. One that no text has is wrong at once: what it stands in may never end.
    fn letter(&mut self, byte: u8) -> Judged {
        self.token.push(byte);
        if byte.is_ascii_control() || self.token.len() > KEPT {
            self.literal()?;
            return Err("Invalid numeric literal");
        }
        Ok(())
    }

    /// A byte of a string.
    fn character(&mut self, byte: u8) -> Judged {
        let escapes = self.state == State::String && byte == b'\\';
        self.state = if escapes {
            State::Escape
        } else {
            State::String
        };
        self.token.push(byte);
        if self.token.len() > KEPT || byte == RECORD_SEPARATOR {
            let judged = judge_string(&self.token, false)?;
            self.token.drain(..judged);
        }
        Ok(())
    }

    fn value(&mut self, value: Last) -> Judged {
        self.token.clear();
        match self.last.replace(value) {
            None => Ok(()),
            Some(_) => Err("Expected separator between values"),
        }
    }

    fn literal(&mut self) -> Judged {
        if self.token.is_empty() {
            return Ok(());
        }
        match &self.token[..] {
            b"null" | b"true" | b"false" => {}
            [b't' | b'f', ..] | [b'n', b'u', ..] => return Err("Invalid literal"),
            [b'\'', ..] => return Err("Invalid string literal; expected \", but got '"),
            text if is_number(text) => {}
            _ => return Err("Invalid numeric literal"),
        }
        self.value(Last::Other)
    }

    fn delimiter(&mut self, byte: u8) -> Judged {
        match byte {
            b'[' => self.open(Waiting::Array { is_empty: true }),
            b'{' => self.open(Waiting::Object { is_empty: true }),
            b':' => self.colon(),
            b',' => self.comma(),
            b']' => self.end_of_array(),
            _ => self.end_of_object(),
        }
    }

    fn open(&mut self, container: Waiting) -> Judged {
        if self.stack.len() >= crate::value::MAX_DEPTH {
            return Err("Exceeds depth limit for parsing");
        }
        if self.last.is_some() {
            return Err("Expected separator between values");
        }
        self.stack.push(container);
        Ok(())
    }

    fn colon(&mut self) -> Judged {
        match (self.last, self.stack.last()) {
            (None, _) => Err("Expected string key before ':'"),
            (Some(Last::Text), Some(Waiting::Object { .. })) => {
                self.stack.push(Waiting::Key);
                self.last = None;
                Ok(())
            }
            (Some(Last::Other), Some(Waiting::Object { .. })) => Err("Object keys must be strings"),
            _ => Err("':' not as part of an object"),
        }
    }

    fn comma(&mut self) -> Judged {
        if self.last.is_none() {
            return Err("Expected value before ','");
        }
        match self.stack.last() {
            None => return Err("',' not as part of an object or array"),
            Some(Waiting::Object { .. }) => return Err("Objects must consist of key:value pairs"),
            Some(_) => self.store(),
        }
        Ok(())
    }

    /// The last value goes to where it belongs.
    fn store(&mut self) {
        self.last = None;
        if self.stack.last() == Some(&Waiting::Key) {
            self.stack.pop();
        }
        if let Some(Waiting::Array { is_empty } | Waiting::Object { is_empty }) =
            self.stack.last_mut()
        {
            *is_empty = false;
        }
    }

    fn end_of_array(&mut self) -> Judged {
        match (self.stack.last(), self.last) {
            (Some(Waiting::Array { is_empty: false }), None) => {
                return Err("Expected another array element");
            }
            (Some(Waiting::Array { .. }), _) => {}
            _ => return Err("Unmatched ']'"),
        }
        self.close();
        Ok(())
    }

    fn end_of_object(&mut self) -> Judged {
        match (self.stack.last(), self.last) {
            (None, _) => return Err("Unmatched '}'"),
            (Some(Waiting::Key), Some(_)) => self.store(),
            (Some(_), Some(_)) => return Err("Objects must consist of key:value pairs"),
            (Some(Waiting::Object { is_empty: true }), None) => {}
            (Some(Waiting::Object { .. }), None) => return Err("Expected another key-value pair"),
            (Some(_), None) => return Err("Unmatched '}'"),
        }
        self.close();
        Ok(())
    }

    fn close(&mut self) {
        self.stack.pop();
        self.last = Some(Last::Other);
    }
}

/// Gives how much was judged: all of a string that is `whole`, else all but an escape that is cut off.
fn judge_string(text: &[u8], whole: bool) -> Result<usize, &'static str> {
    let mut rest = text;
    while let [byte, after @ ..] = rest {
        rest = match (byte, after) {
            (b'\\', [] | [b'u', ..]) if !whole && after.len() < 5 => break,
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
