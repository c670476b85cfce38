//! Valid JSON text that is kept, and an index of it once somebody looks inside.

use std::cell::OnceCell;
use std::rc::Rc;

use super::literal::StringLiteral;
use super::text::RawValue;
use super::{Array, Map, Object, Value};

/// One value of a text: where it begins, and where in the index the next value of the same level is.
///
/// Entries stand in the order of the text: a container, what it holds (for an object each key and its value), and one
/// entry more for its closing bracket.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Offset of the first byte.
    from: u32,
    next: u32,
}

/// The longest text an index can describe, in bytes.
pub const MAX_TEXT: usize = i32::MAX as usize;

/// A container's text that has been found valid, and its index.
#[derive(Debug)]
struct Document {
    text: Box<[u8]>,
    index: OnceCell<Box<[Entry]>>,
}

/// A container inside a document.
#[derive(Clone, Debug)]
pub struct Node {
    document: Rc<Document>,
    entry: u32,
}

/// The value of a valid text of an array or object.
pub fn of_text(text: &[u8]) -> Value {
    let document = Document {
        text: text.into(),
        index: OnceCell::new(),
    };
    let node = Node {
        document: Rc::new(document),
        entry: 0,
    };
    match text.first() {
        Some(b'[') => Value::Arr(Rc::new(Array::lazy(node))),
        _ => Value::Obj(Rc::new(Object::lazy(node))),
    }
}

impl Document {
    fn index(&self) -> &[Entry] {
        self.index.get_or_init(|| index(&self.text))
    }

    fn text(&self, entry: Entry) -> RawValue<'_> {
        RawValue::from_valid(&self.text[entry.from as usize..])
    }
}

/// Goes through a valid text and writes down where everything is.
fn index(text: &[u8]) -> Box<[Entry]> {
    let mut entries: Vec<Entry> = Vec::with_capacity(text.len() / 16);
    let mut open = Vec::new();
    let mut at = 0;
    while let Some(c) = text.get(at) {
        let next = entries.len() as u32 + 1;
        let entry = Entry {
            from: at as u32,
            next,
        };
        match c {
            b' ' | b'\t' | b'\n' | b'\r' | b',' | b':' => {
                at += 1;
                continue;
            }
            b'"' => at += StringLiteral::new(&text[at..]).length(),
            b'{' | b'[' => {
                open.push(entries.len());
                at += 1;
            }
            b'}' | b']' => {
                if let Some(container) = open.pop() {
                    entries[container].next = next;
                }
                at += 1;
            }
            _ => at += RawValue::from_valid(&text[at..]).length().max(1),
        }
        entries.push(entry);
    }
    entries.into()
}

impl Node {
    fn at(&self, entry: usize) -> Value {
        let text = self.document.text(self.document.index()[entry]);
        let node = || Self {
            document: self.document.clone(),
            entry: entry as u32,
        };
        match text.bytes().first() {
            Some(b'[') => Value::Arr(Rc::new(Array::lazy(node()))),
            Some(b'{') => Value::Obj(Rc::new(Object::lazy(node()))),
            _ => text.to_value(),
        }
    }

    /// The text of the container.
    pub fn text(&self) -> RawValue<'_> {
        match self.entry {
            0 => RawValue::from_valid(&self.document.text),
            entry => self.document.text(self.document.index()[entry as usize]),
        }
    }

    /// Where in the index the elements begin, or the entries of an object, which have a key before their value.
    fn places(&self, width: usize) -> impl Iterator<Item = usize> {
        let index = self.document.index();
        let open = self.entry as usize;
        let end = index[open].next as usize - 1;
        let mut at = open + 1;
        std::iter::from_fn(move || {
            let place = (at < end).then_some(at)?;
            at = index[at + width - 1].next as usize;
            Some(place)
        })
    }

    /// The elements of an array; those that are containers stay unread.
    pub fn items(&self) -> Vec<Value> {
        self.places(1).map(|at| self.at(at)).collect()
    }

    fn key(&self, entry: usize) -> StringLiteral<'_> {
        StringLiteral::new(self.document.text(self.document.index()[entry]).bytes())
    }

    /// The keys and values of an object; a later value of a key replaces an earlier one.
    pub fn entries(&self) -> Map {
        let entry = |at| (Rc::from(&*self.key(at).decode()), self.at(at + 1));
        self.places(2).map(entry).collect()
    }

    /// The value of a key: the last one, where the text has it more than once.
    pub fn field(&self, key: &str) -> Option<Value> {
        let is_wanted = |at: &usize| self.key(*at).equals(key);
        let found = self.places(2).filter(is_wanted).last();
        found.map(|at| self.at(at + 1))
    }
}
