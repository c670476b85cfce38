//! Reads values as the events of jq's `--stream`, without building the arrays and objects (jq manual, "Streaming").

use super::byte_source::ByteSource;
use super::error::ReadError;
use super::value_reader::ValueReader;
use crate::limits::MAX_DEPTH;
use crate::value::Value;

/// Reads JSON values as events: `[path, leaf]` for each scalar and each empty array or object, and `[path]` when an
/// array or object that is not empty ends.
pub struct EventReader<R = Box<dyn ByteSource>> {
    reader: ValueReader<R>,
    /// The path of the current value; empty between top-level values.
    path: Vec<Value>,
    has_failed: bool,
}

impl<R> From<ValueReader<R>> for EventReader<R> {
    fn from(reader: ValueReader<R>) -> Self {
        Self {
            reader,
            path: Vec::new(),
            has_failed: false,
        }
    }
}

impl<R: ByteSource> EventReader<R> {
    /// The number of lines read; see [`ValueReader::line_number`].
    pub fn line_number(&self) -> usize {
        self.reader.line_number()
    }

    /// The path of the current value, for `--stream-errors`.
    pub fn path(&self) -> Value {
        Value::from(self.path.clone())
    }

    /// Skips a broken record; see [`ValueReader::skip_to_next_record`].
    ///
    /// # Errors
    /// The byte source's.
    pub fn skip_to_next_record(&mut self) -> Result<bool, ReadError> {
        self.has_failed = false;
        self.path.clear();
        self.reader.skip_to_next_record()
    }

    /// The next event; `None` at the end of the input, and after an error.
    pub fn next_event(&mut self) -> Option<Result<Value, ReadError>> {
        if self.has_failed {
            return None;
        }
        let event = if self.path.is_empty() {
            self.read_top_level()
        } else {
            self.read_inside().map(Some)
        };
        self.has_failed = event.is_err();
        event.transpose()
    }

    /// Reads the first event of the next top-level value.
    fn read_top_level(&mut self) -> Result<Option<Value>, ReadError> {
        match self.reader.reach_value()? {
            None => Ok(None),
            Some(first) => self.read_value(first).map(Some),
        }
    }

    /// Reads the event that follows a value inside an array or object.
    fn read_inside(&mut self) -> Result<Value, ReadError> {
        let in_object = matches!(self.path.last(), Some(Value::Str(_)));
        match (self.reader.skip_space()?, in_object) {
            (Some(b','), false) => {
                self.reader.window.advance(1);
                let index = self
                    .path
                    .pop()
                    .map_or(Ok(Value::Null), |index| index + Value::from(1usize));
                self.path.push(index.unwrap_or(Value::Null));
                let first = self.reach_element()?;
                self.read_value(first)
            }
            (Some(b','), true) => {
                self.reader.window.advance(1);
                self.path.pop();
                self.read_member()
            }
            (Some(b']'), false) | (Some(b'}'), true) => {
                self.reader.window.advance(1);
                let closing = Value::from(vec![self.path()]);
                self.path.pop();
                Ok(closing)
            }
            (None, _) => Err(self.reader.window.error("Unfinished JSON term")),
            _ => Err(self
                .reader
                .window
                .error("Expected separator between values")),
        }
    }

    /// Moves to the first byte of an element.
    fn reach_element(&mut self) -> Result<u8, ReadError> {
        self.reader
            .skip_space()?
            .ok_or_else(|| self.reader.window.error("Unfinished JSON term"))
    }

    /// Reads a key and the first event of its value.
    fn read_member(&mut self) -> Result<Value, ReadError> {
        if self.reader.skip_space()? != Some(b'"') {
            return Err(self.reader.window.error("Object keys must be strings"));
        }
        let key = self.reader.read_key()?;
        let first = self.reader.read_colon()?;
        self.path.push(Value::Str(key));
        self.read_value(first)
    }

    /// Reads the first event of the value that starts with this byte.
    fn read_value(&mut self, first: u8) -> Result<Value, ReadError> {
        match first {
            b'[' => match self.enter_container()? {
                Some(b']') => self.read_empty(Value::from(Vec::new())),
                Some(first) => {
                    self.path.push(Value::from(0usize));
                    self.read_value(first)
                }
                None => Err(self.reader.window.error("Unfinished JSON term")),
            },
            b'{' => match self.enter_container()? {
                Some(b'}') => self.read_empty(Value::object::<&str>([])),
                _ => self.read_member(),
            },
            b',' | b']' | b'}' => Err(self.reader.window.error("Expected a value")),
            _ => {
                let leaf = self.reader.read_value()?;
                // If the input ends inside a container, this number may be truncated.
                if !self.path.is_empty() && self.reader.window.is_exhausted() {
                    return Err(self.reader.window.error("Unfinished JSON term"));
                }
                Ok(Value::from(vec![self.path(), leaf]))
            }
        }
    }

    /// Moves into a container, to the first byte inside.
    fn enter_container(&mut self) -> Result<Option<u8>, ReadError> {
        if self.path.len() >= MAX_DEPTH {
            return Err(self.reader.window.error("Exceeds depth limit for parsing"));
        }
        self.reader.window.advance(1);
        self.reader.skip_space()
    }

    /// Reads the end of an empty container and returns the container's event.
    fn read_empty(&mut self, leaf: Value) -> Result<Value, ReadError> {
        self.reader.window.advance(1);
        Ok(Value::from(vec![self.path(), leaf]))
    }
}
