//! JSON without colours: the hot path, appended byte by byte to memory.

use std::io::Write as _;

use super::escape::{self, Escapes};
use super::sink::Sink;
use super::{Error, Indent, Layout};
use crate::filter::value::{MAX_DEPTH, Map, Num, Object, Piece, Unread, Value};

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
            Value::Arr(items) => match items.unread() {
                Some(unread) => return self.unread_array(unread, depth),
                None => return self.array(items, depth),
            },
            Value::Obj(map) => match self.as_it_stands(map) {
                Some(unread) => return self.unread_object(unread, depth),
                None if self.notation.sort_keys => {
                    return self.object(sorted(map).into_iter(), depth);
                }
                None => return self.object(map.iter().map(|(key, it)| (&**key, it)), depth),
            },
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
        self.end(open, b"[]", depth);
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
            self.key(key);
            self.value(value, depth + 1)?;
            open = b',';
        }
        self.end(open, b"{}", depth);
        Ok(())
    }

    /// An object that can be written from its text: keys stay in their order, and each is there once.
    fn as_it_stands<'v>(&self, map: &'v Object) -> Option<Unread<'v>> {
        map.unread().filter(|_| !self.notation.sort_keys)
    }

    fn piece(&mut self, piece: Piece, depth: usize) -> Result<(), Error> {
        if depth > MAX_DEPTH {
            return Err(Error::TooDeep);
        }
        match piece {
            Piece::Array(unread) => return self.unread_array(unread, depth),
            Piece::Object(unread) => return self.unread_object(unread, depth),
            Piece::Str(text) => self.string(&text),
            Piece::Number(text) if is_canonical(text) => self.text(text.as_bytes()),
            Piece::Number(text) => number(&Num::parse(text), &mut self.sink.buf)?,
            Piece::Word(word) => return self.value(&word, depth),
        }
        Ok(())
    }

    fn unread_array(&mut self, unread: Unread, depth: usize) -> Result<(), Error> {
        let mut open = b'[';
        for piece in unread.elements() {
            self.element(open, depth)?;
            self.piece(piece, depth + 1)?;
            open = b',';
        }
        self.end(open, b"[]", depth);
        Ok(())
    }

    fn unread_object(&mut self, unread: Unread, depth: usize) -> Result<(), Error> {
        let Some(entries) = unread.entries().filter(|_| !self.notation.sort_keys) else {
            return self.value(&unread.build(), depth);
        };
        let mut open = b'{';
        for (key, piece) in entries {
            self.element(open, depth)?;
            self.key(&key);
            self.piece(piece, depth + 1)?;
            open = b',';
        }
        self.end(open, b"{}", depth);
        Ok(())
    }

    /// Closes a container, or writes both brackets of one that turned out to be empty.
    fn end(&mut self, open: u8, brackets: &[u8; 2], depth: usize) {
        if open == b',' {
            self.close(brackets[1], depth);
        } else {
            self.text(brackets);
        }
    }

    fn key(&mut self, key: &str) {
        self.string(key);
        self.text(if self.notation.layout == Layout::Compact {
            b":"
        } else {
            b": "
        });
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

/// Is the text how the number would be written? Short integers are; -0 is left to those who know.
fn is_canonical(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.len() <= 15 && text != "-0" && digits.bytes().all(|byte| byte.is_ascii_digit())
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
