//! `--stream`: paths and leaves as they are read, without building what holds them (jq manual, "Streaming").

use super::parser::ValueReader;
use super::{ByteSource, ReadError};
use crate::value::{MAX_DEPTH, Value};

/// Reads JSON as the events of `--stream`.
pub struct EventReader<R = Box<dyn ByteSource>> {
    parser: ValueReader<R>,
    path: Vec<Value>,
    failed: bool,
}

impl From<ValueReader> for EventReader {
    fn from(parser: ValueReader) -> Self {
        Self {
            parser,
            path: Vec::new(),
            failed: false,
        }
    }
}

impl<R: ByteSource> EventReader<R> {
    /// Newlines read so far.
    pub fn line_number(&self) -> usize {
        self.parser.line_number()
    }

    /// The path that was being read, for `--stream-errors`.
    pub fn path(&self) -> Value {
        Value::from(self.path.clone())
    }

    /// Gives up a broken record; see [`ValueReader::skip_to_next_record`].
    pub fn skip_to_next_record(&mut self) -> Result<bool, ReadError> {
        self.failed = false;
        self.path.clear();
        self.parser.skip_to_next_record()
    }

    /// The next event, `[path, leaf]` or `[path]`.
    pub fn next_event(&mut self) -> Option<Result<Value, ReadError>> {
        if self.failed {
            return None;
        }
        let event = if self.path.is_empty() {
            self.top()
        } else {
            self.inside().map(Some)
        };
        self.failed = event.is_err();
        event.transpose()
    }

    fn top(&mut self) -> Result<Option<Value>, ReadError> {
        match self.parser.start()? {
            None => Ok(None),
            Some(first) => self.value(first).map(Some),
        }
    }

    /// What comes after a value inside an array or object.
    fn inside(&mut self) -> Result<Value, ReadError> {
        let in_object = matches!(self.path.last(), Some(Value::Str(_)));
        match (self.parser.skip_space()?, in_object) {
            (Some(b','), false) => {
                self.parser.window.advance(1);
                let index = self
                    .path
                    .pop()
                    .map_or(Ok(Value::Null), |index| index + Value::from(1usize));
                self.path.push(index.unwrap_or(Value::Null));
                let first = self.first()?;
                self.value(first)
            }
            (Some(b','), true) => {
                self.parser.window.advance(1);
                self.path.pop();
                self.member()
            }
            (Some(b']'), false) | (Some(b'}'), true) => {
                self.parser.window.advance(1);
                let closing = Value::from(vec![self.path()]);
                self.path.pop();
                Ok(closing)
            }
            (None, _) => Err(self.parser.window.error("Unfinished JSON term")),
            _ => Err(self
                .parser
                .window
                .error("Expected separator between values")),
        }
    }

    fn first(&mut self) -> Result<u8, ReadError> {
        self.parser
            .skip_space()?
            .ok_or_else(|| self.parser.window.error("Unfinished JSON term"))
    }

    /// A key and its value.
    fn member(&mut self) -> Result<Value, ReadError> {
        if self.parser.skip_space()? != Some(b'"') {
            return Err(self.parser.window.error("Object keys must be strings"));
        }
        let key = self.parser.key()?;
        let first = self.parser.colon()?;
        self.path.push(Value::Str(key));
        self.value(first)
    }

    fn value(&mut self, first: u8) -> Result<Value, ReadError> {
        match first {
            b'[' => match self.enter()? {
                Some(b']') => self.empty(Value::from(Vec::new())),
                Some(first) => {
                    self.path.push(Value::from(0usize));
                    self.value(first)
                }
                None => Err(self.parser.window.error("Unfinished JSON term")),
            },
            b'{' => match self.enter()? {
                Some(b'}') => self.empty(Value::object::<&str>([])),
                _ => self.member(),
            },
            b',' | b']' | b'}' => Err(self.parser.window.error("Expected a value")),
            _ => {
                let leaf = self.parser.value()?;
                // A text that was cut off here may have cut the number, too.
                if !self.path.is_empty() && self.parser.window.has_run_out() {
                    return Err(self.parser.window.error("Unfinished JSON term"));
                }
                Ok(Value::from(vec![self.path(), leaf]))
            }
        }
    }

    /// Steps into a container, to its first byte.
    fn enter(&mut self) -> Result<Option<u8>, ReadError> {
        if self.path.len() >= MAX_DEPTH {
            return Err(self.parser.window.error("Exceeds depth limit for parsing"));
        }
        self.parser.window.advance(1);
        self.parser.skip_space()
    }

    fn empty(&mut self, leaf: Value) -> Result<Value, ReadError> {
        self.parser.window.advance(1);
        Ok(Value::from(vec![self.path(), leaf]))
    }
}
