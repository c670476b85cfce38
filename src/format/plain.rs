//! JSON without colours: the hot path, appended byte by byte to memory.

use std::io::Write as _;

use super::escape::{self, Escapes};
use super::keys::Keys;
use super::sink::Sink;
use super::{Error, Indent, Layout};
use dq_json::value::{ArrayPart, FilterOutput, MAX_DEPTH, Map, Num, RawValue, Value};

/// How JSON text looks, its colours aside.
#[derive(Clone, Copy, Debug)]
pub struct Notation {
    pub layout: Layout,
    pub sort_keys: bool,
    pub escapes: Escapes,
}

/// Writes the JSON text of an output. What the notation is must be the same each time with the same keys.
pub fn write(
    item: &FilterOutput,
    notation: Notation,
    keys: &mut Keys,
    sink: &mut Sink,
) -> Result<(), Error> {
    keys.begin();
    Writer::new(notation, keys, sink).item(item, 0)
}

/// Writes one output.
pub struct Writer<'a, 'b> {
    pub notation: Notation,
    pub sink: &'a mut Sink<'b>,
    /// Containers are built before they are written.
    builds: bool,
    pub keys: &'a mut Keys,
}

impl<'a, 'b> Writer<'a, 'b> {
    fn new(notation: Notation, keys: &'a mut Keys, sink: &'a mut Sink<'b>) -> Self {
        Self {
            builds: notation.sort_keys,
            keys,
            notation,
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
                if !self.notation.sort_keys {
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
                None if self.notation.sort_keys => {
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
        let transcribed = if self.builds {
            None
        } else {
            self.transcribe(text.bytes(), 0, depth)?
        };
        if transcribed.is_none() {
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
        break_line(self.notation.layout, depth + 1, &mut self.sink.buf);
        Ok(self.sink.spill()?)
    }

    fn close(&mut self, bracket: u8, depth: usize) {
        break_line(self.notation.layout, depth, &mut self.sink.buf);
        self.sink.buf.push(bracket);
    }

    fn push(&mut self, text: &[u8]) {
        self.sink.buf.extend_from_slice(text);
    }

    fn string(&mut self, text: &str) {
        escape::quote(text, self.notation.escapes, &mut self.sink.buf);
    }
}

/// The entries of an object by the code points of their keys, which is the order of their bytes in UTF-8.
pub fn sorted(map: &Map) -> Vec<(&str, &Value)> {
    let mut entries: Vec<_> = map.iter().map(|(key, value)| (&**key, value)).collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    entries
}

/// A line break and the indentation that nearly every line of a JSON text has less of.
static LINE: [u8; 32] = {
    let mut line = [b' '; 32];
    line[0] = b'\n';
    line
};

/// Starts a new line at a depth, if the layout has lines.
#[inline(always)]
pub fn break_line(layout: Layout, depth: usize, out: &mut Vec<u8>) {
    match layout {
        Layout::Compact => {}
        Layout::Pretty {
            indent: Indent::Spaces(n),
        } if depth * usize::from(n) < LINE.len() => {
            let end = out.len() + 1 + depth * usize::from(n);
            // A copy of fixed size is faster than one of the right size.
            out.extend_from_slice(&LINE);
            out.truncate(end);
        }
        Layout::Pretty { indent } => break_long_line(indent, depth, out),
    }
}

fn break_long_line(indent: Indent, depth: usize, out: &mut Vec<u8>) {
    let (unit, width) = match indent {
        Indent::Spaces(n) => (b' ', depth * usize::from(n)),
        Indent::Tab => (b'\t', depth),
    };
    out.push(b'\n');
    out.resize(out.len() + width, unit);
}

pub fn number(num: &Num, out: &mut Vec<u8>) -> Result<(), Error> {
    match num {
        Num::Int(i) => integer(*i, out),
        _ => write!(out, "{num}")?,
    }
    Ok(())
}

/// The digits of an integer, without the detour through `fmt`.
fn integer(i: i64, out: &mut Vec<u8>) {
    if i < 0 {
        out.push(b'-');
    }
    let mut digits = [0; 20];
    let mut first = digits.len();
    let mut rest = i.unsigned_abs();
    loop {
        first -= 1;
        digits[first] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[first..]);
}
