//! Validated JSON text with an index: what nobody looks into is never built.

use std::borrow::Cow;
use std::rc::Rc;

use super::{Array, Map, Num, Object, Value};

/// One value of a text: where it begins, and where in the index the next value of the same level is.
///
/// Entries stand in the order of the text: a container, what it holds (for an object each key and its value), and one
/// entry more for its closing bracket.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Offset of the first byte; the highest bit marks a string that cannot be taken as it stands.
    start: u32,
    next: u32,
}

/// Set in `start` where a string has escapes, or bytes that are no UTF-8.
const NOT_PLAIN: u32 = 1 << 31;

/// The longest text an index can describe, in bytes.
pub const MAX_TEXT: usize = (NOT_PLAIN - 1) as usize;

impl Entry {
    pub fn new(start: usize, next: usize) -> Self {
        Self {
            start: start as u32,
            next: next as u32,
        }
    }

    pub fn string(start: usize, next: usize, is_plain: bool) -> Self {
        let mark = if is_plain { 0 } else { NOT_PLAIN };
        Self {
            start: start as u32 | mark,
            next: next as u32,
        }
    }

    /// The entry of a container, now that its end is known.
    pub fn close(&mut self, next: usize) {
        self.next = next as u32;
    }

    fn offset(self) -> usize {
        (self.start & !NOT_PLAIN) as usize
    }

    fn is_plain(self) -> bool {
        self.start & NOT_PLAIN == 0
    }
}

/// A JSON text that has been found valid, and its index.
#[derive(Debug)]
struct Document {
    text: Box<[u8]>,
    index: Box<[Entry]>,
}

/// A container inside a document.
#[derive(Clone, Debug)]
pub struct Node {
    document: Rc<Document>,
    entry: u32,
}

/// The value of a valid text and its index.
pub fn value(text: &[u8], index: &[Entry]) -> Value {
    let Some(root) = index.first() else {
        return Value::Null;
    };
    match text.get(root.offset()) {
        Some(b'[' | b'{') => {
            let document = Document {
                text: text.into(),
                index: index.into(),
            };
            Node::value(&Rc::new(document), 0)
        }
        _ => scalar(text, *root),
    }
}

impl Node {
    fn value(document: &Rc<Document>, entry: usize) -> Value {
        let at = document.index[entry];
        let node = || Self {
            document: document.clone(),
            entry: entry as u32,
        };
        match document.text[at.offset()] {
            b'[' => Value::Arr(Rc::new(Array::lazy(node()))),
            b'{' => Value::Obj(Rc::new(Object::lazy(node()))),
            _ => scalar(&document.text, at),
        }
    }

    /// The index of what the container holds, without its closing bracket.
    fn inside(&self) -> std::ops::Range<usize> {
        let open = self.entry as usize;
        open + 1..self.document.index[open].next as usize - 1
    }

    /// The elements of an array; those that are containers stay unread.
    pub fn items(&self) -> Vec<Value> {
        let inside = self.inside();
        let mut items = Vec::new();
        let mut at = inside.start;
        while at < inside.end {
            items.push(Self::value(&self.document, at));
            at = self.document.index[at].next as usize;
        }
        items
    }

    /// The keys and values of an object; a later value of a key replaces an earlier one.
    pub fn entries(&self) -> Map {
        let inside = self.inside();
        let mut map = Map::default();
        let mut at = inside.start;
        while at < inside.end {
            let key = string(&self.document.text, self.document.index[at]);
            map.insert(key, Self::value(&self.document, at + 1));
            at = self.document.index[at + 1].next as usize;
        }
        map
    }

    /// The value of a key: the last one, where the text has it more than once.
    pub fn field(&self, key: &str) -> Option<Value> {
        let inside = self.inside();
        let mut found = None;
        let mut at = inside.start;
        while at < inside.end {
            if self.is_key(self.document.index[at], key) {
                found = Some(at + 1);
            }
            at = self.document.index[at + 1].next as usize;
        }
        found.map(|at| Self::value(&self.document, at))
    }

    fn is_key(&self, at: Entry, key: &str) -> bool {
        let text = &self.document.text;
        if !at.is_plain() {
            return *string(text, at) == *key;
        }
        let rest = &text[at.offset() + 1..];
        rest.get(key.len()) == Some(&b'"') && rest.starts_with(key.as_bytes())
    }
}

fn scalar(text: &[u8], at: Entry) -> Value {
    let rest = &text[at.offset()..];
    match rest.first() {
        Some(b'"') => Value::Str(string(text, at)),
        Some(b't') => Value::Bool(true),
        Some(b'f') => Value::Bool(false),
        Some(b'n') | None => Value::Null,
        Some(_) => {
            let length = rest.iter().take_while(|c| is_number_byte(**c)).count();
            Value::Num(Num::parse(
                std::str::from_utf8(&rest[..length]).unwrap_or("0"),
            ))
        }
    }
}

fn is_number_byte(c: u8) -> bool {
    c.is_ascii_digit() || matches!(c, b'.' | b'+' | b'-' | b'e' | b'E')
}

/// The string whose opening quote stands at an entry.
fn string(text: &[u8], at: Entry) -> Rc<str> {
    let rest = &text[at.offset() + 1..];
    if at.is_plain() {
        let length = memchr::memchr(b'"', rest).unwrap_or(rest.len());
        if let Ok(plain) = std::str::from_utf8(&rest[..length]) {
            return Rc::from(plain);
        }
    }
    Rc::from(&*String::from_utf8_lossy(&unescaped(rest)))
}

/// The bytes of a valid string literal up to its closing quote, escapes resolved; a lone surrogate becomes U+FFFD.
fn unescaped(literal: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = literal;
    loop {
        let plain = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        bytes.extend_from_slice(&rest[..plain]);
        rest = &rest[plain..];
        match rest {
            [b'\\', b'u', tail @ ..] => {
                let (c, used) = unicode_escape(tail);
                bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                rest = &tail[used..];
            }
            [b'\\', c, tail @ ..] => {
                bytes.push(match c {
                    b'b' => 0x08,
                    b'f' => 0x0c,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    c => *c,
                });
                rest = tail;
            }
            _ => return bytes,
        }
    }
}

/// The character of `XXXX` (or `XXXX\uXXXX`), and how many bytes spell it.
fn unicode_escape(digits: &[u8]) -> (char, usize) {
    let unit = |digits: &[u8]| {
        let digits = digits.get(..4)?.iter().map(|c| char::from(*c).to_digit(16));
        digits.reduce(|l, r| Some(l? << 4 | r?)).flatten()
    };
    let Some(high) = unit(digits) else {
        return (char::REPLACEMENT_CHARACTER, digits.len().min(4));
    };
    let low = digits[4..].strip_prefix(b"\\u").and_then(unit);
    match low.filter(|low| (0xD800..0xDC00).contains(&high) && (0xDC00..0xE000).contains(low)) {
        Some(low) => {
            let c = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
            (char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER), 10)
        }
        None => (
            char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER),
            4,
        ),
    }
}

/// A container that nobody has looked into, for writers that need only its text.
#[derive(Clone, Copy)]
pub struct Unread<'d> {
    document: &'d Rc<Document>,
    entry: usize,
}

/// A value inside such a container.
pub enum Piece<'d> {
    Word(Value),
    /// The text of a number.
    Number(&'d str),
    Str(Cow<'d, str>),
    Array(Unread<'d>),
    Object(Unread<'d>),
}

impl Node {
    pub fn unread(&self) -> Unread<'_> {
        Unread {
            document: &self.document,
            entry: self.entry as usize,
        }
    }
}

impl<'d> Unread<'d> {
    /// The elements of an array.
    pub fn elements(self) -> impl Iterator<Item = Piece<'d>> {
        self.places(1).map(move |at| self.piece(at))
    }

    /// The container, built: each value that is a container of its own stays unread.
    pub fn build(self) -> Value {
        let node = Node {
            document: self.document.clone(),
            entry: self.entry as u32,
        };
        match self.document.text[self.document.index[self.entry].offset()] {
            b'[' => Value::from(node.items()),
            _ => Value::from(node.entries()),
        }
    }

    /// The keys and values of an object as they stand; `None` where a key is there more than once.
    pub fn entries(self) -> Option<impl Iterator<Item = (Cow<'d, str>, Piece<'d>)>> {
        let entries = move |at| (self.text_at(at), self.piece(at + 1));
        (!self.has_duplicates()).then(|| self.places(2).map(entries))
    }

    /// Where the elements begin in the index, or the entries of an object, which have a key before their value.
    fn places(self, width: usize) -> impl Iterator<Item = usize> {
        let index = &self.document.index;
        let end = index[self.entry].next as usize - 1;
        let mut at = self.entry + 1;
        std::iter::from_fn(move || {
            let place = (at < end).then_some(at)?;
            at = index[at + width - 1].next as usize;
            Some(place)
        })
    }

    fn piece(self, at: usize) -> Piece<'d> {
        let Document { text, index } = &**self.document;
        let start = index[at].offset();
        let inner = Unread {
            document: self.document,
            entry: at,
        };
        match text[start] {
            b'[' => Piece::Array(inner),
            b'{' => Piece::Object(inner),
            b'"' => Piece::Str(self.text_at(at)),
            b'-' | b'0'..=b'9' => {
                let digits = text[start..].iter().take_while(|c| is_number_byte(**c));
                let end = start + digits.count();
                Piece::Number(std::str::from_utf8(&text[start..end]).unwrap_or("0"))
            }
            _ => Piece::Word(scalar(text, index[at])),
        }
    }

    fn text_at(self, at: usize) -> Cow<'d, str> {
        let entry = self.document.index[at];
        let rest = &self.document.text[entry.offset() + 1..];
        let length = memchr::memchr(b'"', rest).filter(|_| entry.is_plain());
        match length.map(|length| std::str::from_utf8(&rest[..length])) {
            Some(Ok(plain)) => Cow::Borrowed(plain),
            _ => Cow::Owned(String::from_utf8_lossy(&unescaped(rest)).into_owned()),
        }
    }

    /// Keys are told apart by their length and last bytes first: those of one object often begin alike.
    fn has_duplicates(self) -> bool {
        let mut seen: Vec<(u64, usize)> = Vec::new();
        for at in self.places(2) {
            let entry = self.document.index[at];
            if !entry.is_plain() {
                return true;
            }
            let colon = self.document.index[at + 1].offset();
            let signature = signature(&self.document.text[entry.offset()..colon]);
            seen.push((signature, at));
        }
        seen.sort_unstable();
        let same = |pair: &[(u64, usize)]| {
            pair[0].0 == pair[1].0 && self.text_at(pair[0].1) == self.text_at(pair[1].1)
        };
        seen.windows(2).any(same)
    }
}

/// A number that differs for most keys: of the last bytes before the closing quote, and the length.
fn signature(key_and_colon: &[u8]) -> u64 {
    let length = memchr::memrchr(b'"', key_and_colon).unwrap_or(0);
    let tail = &key_and_colon[..length];
    let last = tail.last_chunk::<8>().map_or_else(
        || tail.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        |chunk| u64::from_be_bytes(*chunk),
    );
    last.wrapping_mul(31).wrapping_add(length as u64)
}
