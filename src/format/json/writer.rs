//! JSON without colours: the hot path, appended byte by byte to memory.

use super::escape;
use super::key_cache::KeyCache;
use super::options::JsonOptions;
use super::text::{break_line, number, sorted};
use crate::error::Error;
use crate::output_buffer::OutputBuffer;
use dq_json::value::{ArrayPart, FilterOutput, MAX_DEPTH, RawValue, Value};

/// Writes the JSON text of an output. What the options is must be the same each time with the same keys.
pub fn write(
    item: &FilterOutput,
    options: JsonOptions,
    keys: &mut KeyCache,
    sink: &mut OutputBuffer,
) -> Result<(), Error> {
    keys.begin();
    JsonWriter::new(options, keys, sink).item(item, 0)
}

/// Writes one output.
pub struct JsonWriter<'a, 'b> {
    pub options: JsonOptions,
    pub sink: &'a mut OutputBuffer<'b>,
    /// Containers are built before they are written.
    builds: bool,
    pub keys: &'a mut KeyCache,
}

impl<'a, 'b> JsonWriter<'a, 'b> {
    fn new(options: JsonOptions, keys: &'a mut KeyCache, sink: &'a mut OutputBuffer<'b>) -> Self {
        Self {
            builds: options.sort_keys,
            keys,
            options,
            sink,
        }
    }

    fn item(&mut self, item: &FilterOutput, depth: usize) -> Result<(), Error> {
        match item {
            FilterOutput::Value(value) => self.value(value, depth),
            FilterOutput::Raw(text) => self.text(*text, depth),
            FilterOutput::ArrayPart(part) => self.part(*part),
            FilterOutput::Object(entries) => {
                let entries = entries.iter().map(|(key, it)| (&**key, it));
                if !self.options.sort_keys {
                    return self.object(entries, depth, Self::item);
                }
                let mut entries: Vec<_> = entries.collect();
                entries.sort_unstable_by_key(|(key, _)| *key);
                self.object(entries.into_iter(), depth, Self::item)
            }
        }
    }

    /// Part of an array that is no part of anything else.
    fn part(&mut self, part: ArrayPart) -> Result<(), Error> {
        let (open, text) = match part {
            ArrayPart::First(text) => (b'[', text),
            ArrayPart::Next(text) => (b',', text),
            ArrayPart::End { is_empty } => {
                self.end(if is_empty { b'[' } else { b',' }, b"[]", 0);
                return Ok(());
            }
        };
        self.element(open, 0)?;
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
            Value::Num(num) => number(num, &mut self.sink.buf)?,
            Value::Str(text) => self.string(text),
            Value::Arr(items) => match items.raw().filter(|_| !self.builds) {
                Some(text) => return self.text(text, depth),
                None => return self.array(items, depth),
            },
            Value::Obj(map) => match map.raw().filter(|_| !self.builds) {
                Some(text) => return self.text(text, depth),
                None if self.options.sort_keys => {
                    return self.object(sorted(map).into_iter(), depth, Self::value);
                }
                None => {
                    let entries = map.iter().map(|(key, it)| (&**key, it));
                    return self.object(entries, depth, Self::value);
                }
            },
        }
        Ok(())
    }

    /// Text is written from its tokens. Where that is not how jq would write it, because an object has a key twice,
    /// it is built after all.
    fn text(&mut self, text: RawValue, depth: usize) -> Result<(), Error> {
        let written = self.sink.buf.len();
        let reformatd = if self.builds {
            None
        } else {
            self.reformat(text.bytes(), 0, depth)?
        };
        if reformatd.is_none() {
            self.sink.buf.truncate(written);
            let builds = std::mem::replace(&mut self.builds, true);
            let built = self.value(&text.to_value(), depth);
            self.builds = builds;
            built?;
        }
        Ok(self.sink.spill()?)
    }

    fn array(&mut self, items: &[Value], depth: usize) -> Result<(), Error> {
        let mut open = b'[';
        for item in items {
            self.element(open, depth)?;
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
            self.element(open, depth)?;
            self.key(key);
            write(self, value, depth + 1)?;
            open = b',';
        }
        self.end(open, b"{}", depth);
        Ok(())
    }

    /// Closes a container, or writes both brackets of one that turned out to be empty.
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

    /// What stands before an element: a bracket or comma, and the line break.
    fn element(&mut self, open: u8, depth: usize) -> Result<(), Error> {
        self.sink.buf.push(open);
        break_line(self.options.layout, depth + 1, &mut self.sink.buf);
        Ok(self.sink.spill()?)
    }

    fn close(&mut self, bracket: u8, depth: usize) {
        break_line(self.options.layout, depth, &mut self.sink.buf);
        self.sink.buf.push(bracket);
    }

    fn push(&mut self, text: &[u8]) {
        self.sink.buf.extend_from_slice(text);
    }

    fn string(&mut self, text: &str) {
        escape::quote(text, self.options.escapes, &mut self.sink.buf);
    }
}
