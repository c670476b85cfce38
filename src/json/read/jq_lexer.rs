//! jq's reading of JSON text byte by byte (`jv_parse.c`), for the options that show where jq finds an error.

use super::diagnosis::{check_literal, check_string};
use super::tokens::RECORD_SEPARATOR;
use crate::value::{RawValue, StringLiteral, Value};

/// jq's message for a text that is not JSON.
pub(super) type Step<T> = Result<T, &'static str>;

/// What the tokens become: values, or events of `--stream`.
pub trait Builder: Default {
    /// Takes a scalar.
    fn value(&mut self, value: Value) -> Step<()>;
    /// Takes one of `[]{},:`.
    fn delimiter(&mut self, byte: u8) -> Step<()>;
    /// The output that is complete, if one is.
    fn output(&mut self) -> Option<Value>;
    /// Whether a record separator here cuts off a value. It follows a literal or a part of a string if there is a token.
    fn is_cut(&self, has_token: bool, is_after_space: bool) -> bool;
    /// Whether a number at the top level is not yet an output.
    fn has_top_number(&self) -> bool;
    /// Whether an array or object is open.
    fn is_open(&self) -> bool;
    /// The path of the current value, for `--stream-errors`.
    fn path(&self) -> Value;
    /// Forgets what is incomplete.
    fn reset(&mut self);
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Normal,
    String,
    Escape,
    /// Before the first record separator of `--seq`: everything is skipped.
    Waiting,
}

/// The lexical state of jq's parser.
pub(super) struct Lexer<B> {
    pub builder: B,
    state: State,
    is_sequence: bool,
    /// The bytes of the literal, or of the string, that is being read.
    token: Vec<u8>,
    is_after_space: bool,
    /// The line and the column of the last byte; the column counts bytes.
    pub place: (usize, usize),
}

impl<B: Builder> Lexer<B> {
    pub(super) fn new(builder: B, is_sequence: bool) -> Self {
        Self {
            builder,
            state: if is_sequence {
                State::Waiting
            } else {
                State::Normal
            },
            is_sequence,
            token: Vec::new(),
            is_after_space: false,
            place: (1, 0),
        }
    }

    /// Takes a byte; gives the output that it completes.
    pub(super) fn step(&mut self, byte: u8) -> Step<Option<Value>> {
        self.place = match byte {
            b'\n' => (self.place.0 + 1, 0),
            _ => (self.place.0, self.place.1 + 1),
        };
        if self.state == State::Waiting {
            if byte == RECORD_SEPARATOR {
                self.state = State::Normal;
            }
            return Ok(None);
        }
        if self.is_sequence && byte == RECORD_SEPARATOR {
            return self.end_record();
        }
        self.is_after_space = false;
        match (self.state, byte) {
            (State::Normal, _) => self.step_outside_strings(byte),
            (State::String, b'"') => {
                self.state = State::Normal;
                self.end_string()?;
                Ok(self.builder.output())
            }
            (state, _) => {
                self.token.push(byte);
                self.state = if byte == b'\\' && state == State::String {
                    State::Escape
                } else {
                    State::String
                };
                Ok(None)
            }
        }
    }

    fn step_outside_strings(&mut self, byte: u8) -> Step<Option<Value>> {
        if !matches!(
            byte,
            b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'[' | b']' | b'{' | b'}' | b',' | b':'
        ) {
            self.token.push(byte);
            return Ok(None);
        }
        self.end_literal()?;
        let output = self.builder.output();
        match byte {
            b'"' => self.state = State::String,
            b' ' | b'\t' | b'\r' | b'\n' => self.is_after_space = true,
            _ => self.builder.delimiter(byte)?,
        }
        // The delimiter may complete an output of its own. jq drops the value before it then, as after `1,`.
        Ok(self.builder.output().or(output))
    }

    fn end_record(&mut self) -> Step<Option<Value>> {
        if self
            .builder
            .is_cut(!self.token.is_empty(), self.is_after_space)
        {
            let is_number = self.end_literal().is_ok() && self.builder.has_top_number();
            return Err(if is_number {
                "Potentially truncated top-level numeric value"
            } else {
                "Truncated value"
            });
        }
        self.end_literal()?;
        let output = match self.state {
            State::Normal => self.builder.output(),
            _ => None,
        };
        if output.is_none() {
            self.reset();
        }
        Ok(output)
    }

    fn end_literal(&mut self) -> Step<()> {
        if self.token.is_empty() {
            return Ok(());
        }
        check_literal(&self.token)?;
        self.builder
            .value(RawValue::from_valid(&self.token).to_value())?;
        self.token.clear();
        Ok(())
    }

    fn end_string(&mut self) -> Step<()> {
        check_string(&self.token, true)?;
        let literal = StringLiteral {
            content: &self.token,
            is_escaped: true,
            is_ascii: false,
        };
        self.builder.value(Value::str(&*literal.decode()))?;
        self.token.clear();
        Ok(())
    }

    /// Forgets what is incomplete, after an error. As in jq 1.8, the bytes behind the error are read with `--seq` too,
    /// although the message says that a record separator is needed.
    pub(super) fn reset(&mut self) {
        self.builder.reset();
        self.token.clear();
        self.state = State::Normal;
    }

    /// The last output, which the end of the input completes.
    pub(super) fn finish(&mut self) -> Step<Option<Value>> {
        match self.state {
            State::Waiting => return Err("Unfinished abandoned text"),
            State::String | State::Escape => return Err("Unfinished string"),
            State::Normal => self.end_literal()?,
        }
        if self.builder.is_open() {
            return Err("Unfinished JSON term");
        }
        let output = self.builder.output();
        if self.is_sequence && !self.is_after_space && matches!(output, Some(Value::Num(_))) {
            return Err("Potentially truncated top-level numeric value");
        }
        Ok(output)
    }
}
