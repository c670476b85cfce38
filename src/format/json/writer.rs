//! JSON without colours, the hot path: appends bytes to a buffer. Text that comes from the input is copied by
//! `reformat`, without building its value.

use super::escape;
use super::key_cache::KeyCache;
use super::options::JsonOptions;
use super::text::{break_line, push_number, sorted_entries};
use crate::error::Error;
use crate::output_buffer::OutputBuffer;
use dq_json::value::{ArrayPart, FilterOutput, MAX_DEPTH, RawValue, Value};

/// Writes the JSON text of an output. The options must be the same for every call with the same `keys`.
pub fn write(
    output: &FilterOutput,
    options: JsonOptions,
    keys: &mut KeyCache,
    buffer: &mut OutputBuffer,
) -> Result<(), Error> {
    keys.begin();
    JsonWriter::new(options, keys, buffer).output(output, 0)
}

/// Writes one output, or the text of one.
pub struct JsonWriter<'a, 'b> {
    pub options: JsonOptions,
    pub buffer: &'a mut OutputBuffer<'b>,
    /// Values of texts are built before they are written: to sort keys, or because a text has a duplicate key.
    builds_values: bool,
    pub keys: &'a mut KeyCache,
}

impl<'a, 'b> JsonWriter<'a, 'b> {
    fn new(options: JsonOptions, keys: &'a mut KeyCache, buffer: &'a mut OutputBuffer<'b>) -> Self {
        Self {
            builds_values: options.sort_keys,
            keys,
            options,
            buffer,
        }
    }

    fn output(&mut self, output: &FilterOutput, depth: usize) -> Result<(), Error> {
        match output {
            FilterOutput::Value(value) => self.value(value, depth),
            FilterOutput::Raw(text) => self.text(*text, depth),
            FilterOutput::ArrayPart(part) => self.part(*part),
            FilterOutput::Object(entries) => {
                let entries = entries.iter().map(|(key, it)| (&**key, it));
                if !self.options.sort_keys {
                    return self.object(entries, depth, Self::output);
                }
                let mut entries: Vec<_> = entries.collect();
                entries.sort_unstable_by_key(|(key, _)| *key);
                self.object(entries.into_iter(), depth, Self::output)
            }
        }
    }

    /// Writes part of a top-level array.
    fn part(&mut self, part: ArrayPart) -> Result<(), Error> {
        let (open, text) = match part {
            ArrayPart::First(text) => (b'[', text),
            ArrayPart::Next(text) => (b',', text),
            ArrayPart::End { is_empty } => {
                self.end(if is_empty { b'[' } else { b',' }, b"[]", 0);
                return Ok(());
            }
        };
        self.begin_element(open, 0)?;
        self.text(text, 1)
    }

    pub fn value(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        if depth > MAX_DEPTH {
            return Err(Error::TooDeep);
        }
        match value {
            Value::Null => self.push(b"null"),
            Value::Bool(true) => self.push(b"true"),
            Value::Bool(false) => self.push(b"false"),
            Value::Num(num) => push_number(num, &mut self.buffer.buf)?,
            Value::Str(text) => self.string(text),
            Value::Arr(items) => match items.raw().filter(|_| !self.builds_values) {
                Some(text) => return self.text(text, depth),
                None => return self.array(items, depth),
            },
            Value::Obj(map) => match map.raw().filter(|_| !self.builds_values) {
                Some(text) => return self.text(text, depth),
                None if self.options.sort_keys => {
                    return self.object(sorted_entries(map).into_iter(), depth, Self::value);
                }
                None => {
                    let entries = map.iter().map(|(key, it)| (&**key, it));
                    return self.object(entries, depth, Self::value);
                }
            },
        }
        Ok(())
    }

    /// Copies text in jq's layout. If an object in it has a duplicate key, of which jq keeps the last value, the value
    /// is built and written instead.
    fn text(&mut self, text: RawValue, depth: usize) -> Result<(), Error> {
        let written = self.buffer.buf.len();
        let reformatd = if self.builds_values {
            None
        } else {
            self.reformat(text.bytes(), 0, depth)?
        };
        if reformatd.is_none() {
            self.buffer.buf.truncate(written);
            let builds_values = std::mem::replace(&mut self.builds_values, true);
            let built = self.value(&text.to_value(), depth);
            self.builds_values = builds_values;
            built?;
        }
        Ok(self.buffer.flush_if_large()?)
    }

    fn array(&mut self, items: &[Value], depth: usize) -> Result<(), Error> {
        let mut open = b'[';
        for item in items {
            self.begin_element(open, depth)?;
            self.value(item, depth + 1)?;
            open = b',';
        }
        self.end(open, b"[]", depth);
        Ok(())
    }

    fn object<'v, T: 'v>(
        &mut self,
        entries: impl Iterator<Item = (&'v str, &'v T)>,
        depth: usize,
        write: fn(&mut Self, &T, usize) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut open = b'{';
        for (key, value) in entries {
            self.begin_element(open, depth)?;
            self.key(key);
            write(self, value, depth + 1)?;
            open = b',';
        }
        self.end(open, b"{}", depth);
        Ok(())
    }

    /// Closes a container, or writes both brackets if it was empty. `open` is the last bracket or comma.
    pub fn end(&mut self, open: u8, brackets: &[u8; 2], depth: usize) {
        if open == b',' {
            self.close(brackets[1], depth);
        } else {
            self.push(brackets);
        }
    }

    fn key(&mut self, key: &str) {
        self.string(key);
        self.colon();
    }

    /// Writes the bracket or comma before an element, and the line break.
    fn begin_element(&mut self, open: u8, depth: usize) -> Result<(), Error> {
        self.buffer.buf.push(open);
        break_line(self.options.layout, depth + 1, &mut self.buffer.buf);
        Ok(self.buffer.flush_if_large()?)
    }

    fn close(&mut self, bracket: u8, depth: usize) {
        break_line(self.options.layout, depth, &mut self.buffer.buf);
        self.buffer.buf.push(bracket);
    }

    fn push(&mut self, text: &[u8]) {
        self.buffer.buf.extend_from_slice(text);
    }

    fn string(&mut self, text: &str) {
        escape::quote(text, self.options.escapes, &mut self.buffer.buf);
    }
}
