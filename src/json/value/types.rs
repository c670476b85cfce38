//! The value types. Arrays and objects that were read keep their text, and are parsed a level at a time when they are
//! first looked into.

use std::cell::{Cell, OnceCell};
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

use indexmap::IndexMap;

use super::document::ContainerNode;
use super::num::Num;
use super::raw::{RawValue, ValueKind};
use super::shared_str::SharedStr;
use super::string_literal::StringLiteral;

/// The members of an object in insertion order, as jq keeps them.
pub type Map = IndexMap<SharedStr, Value, foldhash::fast::RandomState>;

/// One JSON value; cheap to clone.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Num(Num),
    /// A string.
    Str(SharedStr),
    /// An array.
    Arr(Rc<Array>),
    /// An object.
    Obj(Rc<Object>),
}

impl Value {
    /// The name of the value's type, as jq's `type` gives it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Num(_) => "number",
            Self::Str(_) => "string",
            Self::Arr(_) => "array",
            Self::Obj(_) => "object",
        }
    }

    /// A string value.
    pub fn str(string: impl Into<SharedStr>) -> Self {
        Self::Str(string.into())
    }

    /// An object with these members; a later value of a key replaces an earlier one.
    pub fn object<K: Into<SharedStr>>(members: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::from(
            members
                .into_iter()
                .map(|(k, v)| (k.into(), v))
                .collect::<Map>(),
        )
    }

    /// The string of a string value; `None` for other types.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(s) => Some(s),
            _ => None,
        }
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Obj(Rc::new(map.into()))
    }
}

impl From<Vec<Value>> for Value {
    fn from(elements: Vec<Value>) -> Self {
        Self::Arr(Rc::new(elements.into()))
    }
}

impl RawValue<'_> {
    /// The value. An array or object keeps a copy of its text and is parsed when it is looked into.
    pub fn to_value(self) -> Value {
        match self.kind() {
            ValueKind::Null => Value::Null,
            ValueKind::False => Value::Bool(false),
            ValueKind::True => Value::Bool(true),
            ValueKind::Number => Value::Num(Num::parse(self.number_text())),
            ValueKind::String => Value::str(StringLiteral::new(self.bytes()).decode()),
            ValueKind::Array | ValueKind::Object => {
                let text = &self.bytes()[..self.length()];
                unparsed(ContainerNode::root(text), text.first())
            }
        }
    }

    /// The value, with the first level of an array or object parsed: repeated keys are resolved.
    pub fn to_shallow_value(self) -> Value {
        match self.to_value() {
            Value::Arr(array) => Value::from(array.to_vec()),
            Value::Obj(object) => Value::from((**object).clone()),
            other => other,
        }
    }
}

/// The value of a container that starts with this bracket.
fn unparsed(node: ContainerNode, bracket: Option<&u8>) -> Value {
    match bracket {
        Some(b'[') => Value::Arr(Rc::new(Array::unparsed(node))),
        _ => Value::Obj(Rc::new(Object::unparsed(node))),
    }
}

/// The value at an entry of a document.
fn value_at(node: &ContainerNode, entry: usize) -> Value {
    let raw = node.raw_at(entry);
    match raw.bytes().first() {
        bracket @ Some(b'[' | b'{') => unparsed(node.node_at(entry), bracket),
        _ => raw.to_value(),
    }
}

/// The elements of an array's text; arrays and objects among them stay unparsed.
fn parse_elements(node: &ContainerNode) -> Vec<Value> {
    let entries = node.element_entries();
    entries.map(|entry| value_at(node, entry)).collect()
}

/// The members of an object's text; a later value of a key replaces an earlier one.
fn parse_members(node: &ContainerNode) -> Map {
    let member = |entry| {
        let key = SharedStr::from(node.key_at(entry).decode());
        (key, value_at(node, entry + 1))
    };
    node.key_entries().map(member).collect()
}

/// The value of one key in an object's text: the last one, where the key is repeated.
fn parse_field(node: &ContainerNode, key: &str) -> Option<Value> {
    let is_wanted = |entry: &usize| node.key_at(*entry).equals(key);
    let found = node.key_entries().filter(is_wanted).last();
    found.map(|entry| value_at(node, entry + 1))
}

/// The elements of an array. It dereferences to a vector, which parses the text at the first access.
#[derive(Clone, Debug, Default)]
pub struct Array {
    elements: OnceCell<Vec<Value>>,
    source: Option<ContainerNode>,
}

impl Array {
    fn unparsed(source: ContainerNode) -> Self {
        Self {
            elements: OnceCell::new(),
            source: Some(source),
        }
    }

    /// The text, if the array was read and has not been looked into.
    pub fn raw(&self) -> Option<RawValue<'_>> {
        let source = self.source.as_ref()?;
        self.elements.get().is_none().then(|| source.raw())
    }

    /// The elements as a vector.
    pub(crate) fn into_vec(mut self) -> Vec<Value> {
        std::mem::take(&mut *self)
    }
}

impl From<Vec<Value>> for Array {
    fn from(elements: Vec<Value>) -> Self {
        Self {
            elements: OnceCell::from(elements),
            source: None,
        }
    }
}

impl Deref for Array {
    type Target = Vec<Value>;

    fn deref(&self) -> &Vec<Value> {
        let parse = || self.source.as_ref().map(parse_elements).unwrap_or_default();
        self.elements.get_or_init(parse)
    }
}

impl DerefMut for Array {
    fn deref_mut(&mut self) -> &mut Vec<Value> {
        let elements = self.elements.take();
        let parse = || {
            self.source
                .take()
                .map(|source| parse_elements(&source))
                .unwrap_or_default()
        };
        self.elements = OnceCell::from(elements.unwrap_or_else(parse));
        match self.elements.get_mut() {
            Some(elements) => elements,
            None => unreachable!("the cell was filled in the line above"),
        }
    }
}

/// Look-ups of single keys in the text before the object is parsed: each walks all keys.
const MAX_TEXT_LOOKUPS: u8 = 16;

/// The members of an object. It dereferences to a [`Map`], which parses the text at the first access.
#[derive(Clone, Debug, Default)]
pub struct Object {
    map: OnceCell<Map>,
    source: Option<ContainerNode>,
    /// Look-ups in the text so far.
    text_lookups: Cell<u8>,
}

impl Object {
    fn unparsed(source: ContainerNode) -> Self {
        Self {
            source: Some(source),
            ..Self::default()
        }
    }

    /// The text, if the object was read and has not been looked into.
    pub fn raw(&self) -> Option<RawValue<'_>> {
        let source = self.source.as_ref()?;
        self.map.get().is_none().then(|| source.raw())
    }

    /// The members as a map.
    pub(crate) fn into_map(mut self) -> Map {
        std::mem::take(&mut *self)
    }

    /// The value of a key. The first few look-ups search the text instead of parsing all members.
    pub fn field(&self, key: &str) -> Option<Value> {
        let source = self.source.as_ref().filter(|_| self.map.get().is_none());
        match source {
            Some(source) if self.text_lookups.get() < MAX_TEXT_LOOKUPS => {
                self.text_lookups.set(self.text_lookups.get() + 1);
                parse_field(source, key)
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
        let parse = || self.source.as_ref().map(parse_members).unwrap_or_default();
        self.map.get_or_init(parse)
    }
}

impl DerefMut for Object {
    fn deref_mut(&mut self) -> &mut Map {
        let map = self.map.take();
        let parse = || {
            self.source
                .take()
                .map(|source| parse_members(&source))
                .unwrap_or_default()
        };
        self.map = OnceCell::from(map.unwrap_or_else(parse));
        match self.map.get_mut() {
            Some(map) => map,
            None => unreachable!("the cell was filled in the line above"),
        }
    }
}
