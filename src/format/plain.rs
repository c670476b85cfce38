//! JSON without colours: the hot path, appended byte by byte to memory.

use std::io::Write as _;

use super::escape::{self, Escapes};
use super::sink::Sink;
use super::{Error, Indent, Layout};
use crate::filter::value::{MAX_DEPTH, Map, Num, Value};

/// How JSON text looks, its colours aside.
#[derive(Clone, Copy, Debug)]
pub struct Notation {
    pub layout: Layout,
    pub sort_keys: bool,
    pub escapes: Escapes,
}

/// Writes the JSON text of a value.
pub fn write(value: &Value, notation: Notation, sink: &mut Sink) -> Result<(), Error> {
    Writer { notation, sink }.value(value, 0)
}

struct Writer<'a, 'b> {
    notation: Notation,
    sink: &'a mut Sink<'b>,
}

impl Writer<'_, '_> {
    fn value(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        if depth > MAX_DEPTH {
            return Err(Error::TooDeep);
        }
        match value {
            Value::Null => self.text(b"null"),
            Value::Bool(true) => self.text(b"true"),
            Value::Bool(false) => self.text(b"false"),
            Value::Num(num) => number(num, &mut self.sink.buf)?,
            Value::Str(text) => self.string(text),
            Value::Arr(items) if items.is_empty() => self.text(b"[]"),
            Value::Arr(items) => return self.array(items, depth),
            Value::Obj(map) if map.is_empty() => self.text(b"{}"),
            Value::Obj(map) if self.notation.sort_keys => {
                return self.object(sorted(map).into_iter(), depth);
            }
            Value::Obj(map) => {
                return self.object(map.iter().map(|(key, value)| (&**key, value)), depth);
            }
        }
        Ok(())
    }

    fn array(&mut self, items: &[Value], depth: usize) -> Result<(), Error> {
        let mut open = b'[';
        for item in items {
            self.element(open, depth)?;
            self.value(item, depth + 1)?;
            open = b',';
        }
        self.close(b']', depth);
        Ok(())
    }

    fn object<'v>(
        &mut self,
        entries: impl Iterator<Item = (&'v str, &'v Value)>,
        depth: usize,
    ) -> Result<(), Error> {
        let mut open = b'{';
        for (key, value) in entries {
            self.element(open, depth)?;
            self.string(key);
            self.text(if self.notation.layout == Layout::Compact {
                b":"
            } else {
                b": "
            });
            self.value(value, depth + 1)?;
            open = b',';
        }
        self.close(b'}', depth);
        Ok(())
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

    fn text(&mut self, text: &[u8]) {
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

/// Starts a new line at a depth, if the layout has lines.
pub fn break_line(layout: Layout, depth: usize, out: &mut Vec<u8>) {
    let (unit, width) = match layout {
        Layout::Compact => return,
        Layout::Pretty {
            indent: Indent::Spaces(n),
        } => (b' ', depth * usize::from(n)),
        Layout::Pretty {
            indent: Indent::Tab,
        } => (b'\t', depth),
    };
    out.push(b'\n');
    out.resize(out.len() + width, unit);
}

fn number(num: &Num, out: &mut Vec<u8>) -> Result<(), Error> {
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
