//! The kept text of a container, and an index of it that is built at the first access.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use super::raw::RawValue;
use super::string_literal::StringLiteral;

/// The place of one value in the text.
///
/// The entries are in the order of the text: a container, then its contents (of an object each key and its value), then
/// one entry more for its closing bracket.
#[derive(Clone, Copy, Debug)]
struct IndexEntry {
    /// The offset of the first byte in the text.
    start: u32,
    /// The index entry that follows the value's own entries: the next value of the same container.
    next: u32,
}

/// The valid text of an array or object, and its index.
#[derive(Debug)]
struct Document {
    text: Box<[u8]>,
    index: OnceCell<Box<[IndexEntry]>>,
}

impl Document {
    fn index(&self) -> &[IndexEntry] {
        self.index.get_or_init(|| build_index(&self.text))
    }

    fn raw_at(&self, entry: IndexEntry) -> RawValue<'_> {
        RawValue::from_valid(&self.text[entry.start as usize..])
    }
}

/// Walks a valid text once and notes where every value starts.
fn build_index(text: &[u8]) -> Box<[IndexEntry]> {
    let mut entries: Vec<IndexEntry> = Vec::with_capacity(text.len() / 16);
    let mut open = Vec::new();
    let mut at = 0;
    while let Some(c) = text.get(at) {
        let next = entries.len() as u32 + 1;
        let entry = IndexEntry {
            start: at as u32,
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

/// Where the text of an array or object is, if it has one. Clones share the document.
#[derive(Clone, Debug, Default)]
pub(super) struct Source {
    document: Option<Rc<Document>>,
    entry: u32,
    /// A number for the use of the array or object, at first 0. It lies here because there is room for it.
    pub(super) counter: Cell<u32>,
}

impl Source {
    /// The outermost container of a new document, whose text is copied. It must be the valid text of an array or
    /// object, and at most [`MAX_TEXT_LENGTH`](crate::limits::MAX_TEXT_LENGTH) bytes long.
    pub(super) fn root(text: &[u8]) -> Self {
        let document = Document {
            text: text.into(),
            index: OnceCell::new(),
        };
        Self {
            document: Some(Rc::new(document)),
            ..Self::default()
        }
    }

    /// The container, if there is a text.
    pub(super) fn node(&self) -> Option<ContainerNode<'_>> {
        let document = self.document.as_ref()?;
        let entry = self.entry;
        Some(ContainerNode { document, entry })
    }

    /// Lets go of the text.
    pub(super) fn clear(&mut self) {
        self.document = None;
    }
}

/// An array or object inside a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct ContainerNode<'d> {
    document: &'d Rc<Document>,
    entry: u32,
}

impl<'d> ContainerNode<'d> {
    /// The container at an entry of the same document.
    pub(super) fn source_at(self, entry: usize) -> Source {
        Source {
            document: Some(self.document.clone()),
            entry: entry as u32,
            counter: Cell::new(0),
        }
    }

    /// The text of the container. The outermost one needs no index.
    pub(super) fn raw(self) -> RawValue<'d> {
        match self.entry {
            0 => RawValue::from_valid(&self.document.text),
            entry => self.raw_at(entry as usize),
        }
    }

    /// The text of the value at an entry of the same document.
    pub(super) fn raw_at(self, entry: usize) -> RawValue<'d> {
        self.document.raw_at(self.document.index()[entry])
    }

    /// The key at an entry of the same document.
    pub(super) fn key_at(self, entry: usize) -> StringLiteral<'d> {
        StringLiteral::new(self.raw_at(entry).bytes())
    }

    /// The entries of the elements of an array.
    pub(super) fn element_entries(self) -> impl Iterator<Item = usize> + 'd {
        self.entries_by(1)
    }

    /// The entries of the keys of an object; the entry behind a key is its value's.
    pub(super) fn key_entries(self) -> impl Iterator<Item = usize> + 'd {
        self.entries_by(2)
    }

    /// Every `width`-th value directly inside the container, as its entry.
    fn entries_by(self, width: usize) -> impl Iterator<Item = usize> + 'd {
        let index = self.document.index();
        let open = self.entry as usize;
        let end = index[open].next as usize - 1;
        let mut at = open + 1;
        std::iter::from_fn(move || {
            let entry = (at < end).then_some(at)?;
            at = index[at + width - 1].next as usize;
            Some(entry)
        })
    }
}
