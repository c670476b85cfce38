//! Arrays and objects: built, or still a place in a document that is read when somebody looks inside.

use std::cell::{Cell, OnceCell};
use std::ops::{Deref, DerefMut};

use super::document::Node;
use super::text::RawValue;
use super::{Map, Value};

/// So many single fields are looked up in the text before an object is built after all.
const LOOKUPS: u8 = 16;

/// The elements of an array.
#[derive(Clone, Debug, Default)]
pub struct Array {
    items: OnceCell<Vec<Value>>,
    source: Option<Node>,
}

impl Array {
    pub fn lazy(source: Node) -> Self {
        Self {
            items: OnceCell::new(),
            source: Some(source),
        }
    }

    /// The text, as long as nobody has looked inside.
    pub fn raw(&self) -> Option<RawValue<'_>> {
        let source = self.source.as_ref()?;
        self.items.get().is_none().then(|| source.text())
    }

    pub fn into_vec(mut self) -> Vec<Value> {
        std::mem::take(&mut *self)
    }
}

impl From<Vec<Value>> for Array {
    fn from(items: Vec<Value>) -> Self {
        Self {
            items: OnceCell::from(items),
            source: None,
        }
    }
}

impl Deref for Array {
    type Target = Vec<Value>;

    fn deref(&self) -> &Vec<Value> {
        let read = || self.source.as_ref().map(Node::items).unwrap_or_default();
        self.items.get_or_init(read)
    }
}

impl DerefMut for Array {
    fn deref_mut(&mut self) -> &mut Vec<Value> {
        let items = self.items.take();
        let read = || {
            self.source
                .take()
                .map(|source| source.items())
                .unwrap_or_default()
        };
        self.items = OnceCell::from(items.unwrap_or_else(read));
        match self.items.get_mut() {
            Some(items) => items,
            None => unreachable!("it was set just now"),
        }
    }
}

/// The keys and values of an object.
#[derive(Clone, Debug, Default)]
pub struct Object {
    map: OnceCell<Map>,
    source: Option<Node>,
    lookups: Cell<u8>,
}

impl Object {
    pub fn lazy(source: Node) -> Self {
        Self {
            source: Some(source),
            ..Self::default()
        }
    }

    /// The text, as long as nobody has looked inside.
    pub fn raw(&self) -> Option<RawValue<'_>> {
        let source = self.source.as_ref()?;
        self.map.get().is_none().then(|| source.text())
    }

    pub fn into_map(mut self) -> Map {
        std::mem::take(&mut *self)
    }

    /// The value of a key, without building the others.
    pub fn field(&self, key: &str) -> Option<Value> {
        let unread = self.source.as_ref().filter(|_| self.map.get().is_none());
        match unread {
            Some(source) if self.lookups.get() < LOOKUPS => {
                self.lookups.set(self.lookups.get() + 1);
                source.field(key)
            }
            _ => self.get(key).cloned(),
        }
    }
}

impl From<Map> for Object {
    fn from(map: Map) -> Self {
        Self {
            map: OnceCell::from(map),
            ..Self::default()
        }
    }
}

impl Deref for Object {
    type Target = Map;

    fn deref(&self) -> &Map {
        let read = || self.source.as_ref().map(Node::entries).unwrap_or_default();
        self.map.get_or_init(read)
    }
}

impl DerefMut for Object {
    fn deref_mut(&mut self) -> &mut Map {
        let map = self.map.take();
        let read = || {
            self.source
                .take()
                .map(|source| source.entries())
                .unwrap_or_default()
        };
        self.map = OnceCell::from(map.unwrap_or_else(read));
        match self.map.get_mut() {
            Some(map) => map,
            None => unreachable!("it was set just now"),
        }
    }
}
