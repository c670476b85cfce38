//! The value types. Arrays and objects that were read keep their text, and are parsed a level at a time when they are
//! first looked into.

use std::cell::OnceCell;
use std::ops::{Deref, DerefMut, Range};
use std::rc::Rc;

use super::document::{ContainerNode, Source};
use super::key_cache;
use super::map;
use super::nesting::drop_contents;
use super::num::Num;
use super::raw::{RawValue, ValueKind};
use super::shared_str::SharedStr;
use super::string_literal::StringLiteral;

/// The members of an object in insertion order, as jq keeps them.
pub type Map = map::Map<Value>;

/// One JSON value; cheap to clone.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// `null`
    #[default]
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
    /// The kind of the value.
    pub fn kind(&self) -> ValueKind {
        match self {
            Self::Null => ValueKind::Null,
            Self::Bool(false) => ValueKind::False,
            Self::Bool(true) => ValueKind::True,
            Self::Num(_) => ValueKind::Number,
            Self::Str(_) => ValueKind::String,
            Self::Arr(_) => ValueKind::Array,
            Self::Obj(_) => ValueKind::Object,
        }
    }

    /// The name of the value's type, as jq's `type` gives it.
    pub fn type_name(&self) -> &'static str {
        self.kind().type_name()
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
                unparsed(Source::root(text), text.first())
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
fn unparsed(source: Source, bracket: Option<&u8>) -> Value {
    match bracket {
        Some(b'[') => Value::Arr(Rc::new(Array::unparsed(source))),
        _ => Value::Obj(Rc::new(Object::unparsed(source))),
    }
}

/// The value at an entry of a document.
fn value_at(node: ContainerNode, entry: usize) -> Value {
    let raw = node.raw_at(entry);
    match raw.bytes().first() {
        bracket @ Some(b'[' | b'{') => unparsed(node.source_at(entry), bracket),
        _ => raw.to_value(),
    }
}

/// The elements of an array's text; arrays and objects among them stay unparsed.
fn parse_elements(node: ContainerNode) -> Vec<Value> {
    let entries = node.element_entries();
    entries.map(|entry| value_at(node, entry)).collect()
}

/// The members of an object's text; a later value of a key replaces an earlier one.
fn parse_members(node: ContainerNode) -> Map {
    let member = |entry| {
        let key = key_cache::shared_key(node.key_at(entry));
        (key, value_at(node, entry + 1))
    };
    node.key_entries().map(member).collect()
}

/// The value of one key in an object's text: the last one, where the key is repeated.
fn parse_field(node: ContainerNode, key: &str) -> Option<Value> {
    let is_wanted = |entry: &usize| node.key_at(*entry).equals(key);
    let found = node.key_entries().filter(is_wanted).last();
    found.map(|entry| value_at(node, entry + 1))
}

/// The elements of an array. It dereferences to a slice, which parses the text at the first access.
#[derive(Debug, Default)]
pub struct Array {
    /// The elements, after those that [`Array::keep`] has removed from the front: nulls.
    elements: OnceCell<Vec<Value>>,
    /// The text, if the array was read. Its counter is the number of removed elements.
    source: Source,
}

impl Array {
    fn unparsed(source: Source) -> Self {
        Self {
            elements: OnceCell::new(),
            source,
        }
    }

    /// The text, if the array was read and has not been looked into.
    pub fn raw(&self) -> Option<RawValue<'_>> {
        let node = self.source.node()?;
        self.elements.get().is_none().then(|| node.raw())
    }

    /// The elements as a vector.
    pub fn into_vec(mut self) -> Vec<Value> {
        std::mem::take(self.vec_mut())
    }

    /// The elements of an array, copied if something else refers to it.
    pub fn unshared(array: Rc<Self>) -> Vec<Value> {
        match Rc::try_unwrap(array) {
            Ok(array) => array.into_vec(),
            Err(array) => array.to_vec(),
        }
    }

    /// The elements as a vector, which may be changed.
    pub fn vec_mut(&mut self) -> &mut Vec<Value> {
        let removed = self.source.counter.take() as usize;
        let elements = self.parsed_mut();
        if removed > 0 {
            elements.drain(..removed);
        }
        elements
    }

    /// Appends an element, in amortized constant time.
    pub fn push(&mut self, element: Value) {
        self.parsed_mut().push(element);
    }

    /// Appends elements, each in amortized constant time.
    pub fn extend(&mut self, elements: impl IntoIterator<Item = Value>) {
        self.parsed_mut().extend(elements);
    }

    /// Appends nulls up to a length.
    pub(super) fn extend_to(&mut self, length: usize) {
        let removed = self.removed();
        self.parsed_mut().resize(removed + length, Value::Null);
    }

    /// Removes an element, which must be there. The first and the last one take amortized constant time.
    pub(super) fn remove(&mut self, index: usize) {
        if index == 0 {
            self.keep(1..self.len());
        } else {
            let removed = self.removed();
            self.parsed_mut().remove(removed + index);
        }
    }

    /// Removes the elements outside of a range, in time proportional to their number (amortized).
    pub fn keep(&mut self, range: Range<usize>) {
        let removed = self.removed();
        let elements = self.parsed_mut();
        elements.truncate(removed + range.end);
        let start = (removed + range.start).min(elements.len());
        elements[removed..start].fill(Value::Null);
        let length = elements.len() - start;
        let start = match u32::try_from(start) {
            Ok(start) if start as usize <= length => start,
            _ => {
                elements.drain(..start);
                0
            }
        };
        if elements.capacity() / 4 > elements.len() {
            elements.shrink_to(2 * elements.len());
        }
        self.source.counter.set(start);
    }

    fn removed(&self) -> usize {
        self.source.counter.get() as usize
    }

    fn parsed_mut(&mut self) -> &mut Vec<Value> {
        fill(&mut self.elements, &mut self.source, parse_elements)
    }
}

/// The content of a cell, which is parsed now if it has not been. The text is not kept.
fn fill<'c, T: Default>(
    cell: &'c mut OnceCell<T>,
    source: &mut Source,
    parse: fn(ContainerNode) -> T,
) -> &'c mut T {
    let content = match cell.take() {
        Some(content) => content,
        None => source.node().map(parse).unwrap_or_default(),
    };
    source.clear();
    *cell = OnceCell::from(content);
    match cell.get_mut() {
        Some(content) => content,
        None => unreachable!("the cell was filled in the line above"),
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        if let Some(elements) = self.elements.take() {
            drop_contents(elements, drop_flat);
        }
    }
}

/// Drops values without recursion: what is in a container is moved to the list before it is dropped.
fn drop_flat(mut values: Vec<Value>) {
    while let Some(value) = values.pop() {
        match value {
            Value::Arr(array) => {
                let array = Rc::into_inner(array);
                values.extend(
                    array
                        .and_then(|mut it| it.elements.take())
                        .unwrap_or_default(),
                );
            }
            Value::Obj(object) => {
                let object = Rc::into_inner(object);
                let map = object.and_then(|mut it| it.map.take()).unwrap_or_default();
                values.extend(map.into_iter().map(|(_, value)| value));
            }
            _ => {}
        }
    }
}

impl Clone for Array {
    fn clone(&self) -> Self {
        match self.elements.get() {
            Some(_) => Self::from(self.to_vec()),
            None => Self::unparsed(self.source.clone()),
        }
    }
}

impl From<Vec<Value>> for Array {
    fn from(elements: Vec<Value>) -> Self {
        Self {
            elements: OnceCell::from(elements),
            source: Source::default(),
        }
    }
}

impl Deref for Array {
    type Target = [Value];

    #[inline]
    fn deref(&self) -> &[Value] {
        let parse = || self.source.node().map(parse_elements).unwrap_or_default();
        &self.elements.get_or_init(parse)[self.removed()..]
    }
}

impl DerefMut for Array {
    #[inline]
    fn deref_mut(&mut self) -> &mut [Value] {
        let removed = self.removed();
        &mut self.parsed_mut()[removed..]
    }
}

/// Look-ups of single keys in the text before the object is parsed: each walks all keys.
const MAX_TEXT_LOOKUPS: u32 = 16;

/// The members of an object. It dereferences to a [`Map`], which parses the text at the first access.
#[derive(Clone, Debug, Default)]
pub struct Object {
    map: OnceCell<Map>,
    /// The text, if the object was read. Its counter is the number of look-ups in the text so far.
    source: Source,
}

impl Object {
    fn unparsed(source: Source) -> Self {
        Self {
            map: OnceCell::new(),
            source,
        }
    }

    /// The text, if the object was read and has not been looked into.
    pub fn raw(&self) -> Option<RawValue<'_>> {
        let node = self.source.node()?;
        self.map.get().is_none().then(|| node.raw())
    }

    /// The members as a map.
    pub fn into_map(mut self) -> Map {
        std::mem::take(&mut *self)
    }

    /// The value of a key. The first few look-ups search the text instead of parsing all members.
    pub fn field(&self, key: &str) -> Option<Value> {
        if self.map.get().is_some() {
            return self.get(key).cloned();
        }
        let lookups = self.source.counter.get();
        match self.source.node() {
            Some(node) if lookups < MAX_TEXT_LOOKUPS => {
                self.source.counter.set(lookups + 1);
                parse_field(node, key)
            }
            _ => self.get(key).cloned(),
        }
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        if let Some(map) = self.map.take() {
            drop_contents(map, |map| {
                drop_flat(map.into_iter().map(|(_, value)| value).collect());
            });
        }
    }
}

impl From<Map> for Object {
    fn from(map: Map) -> Self {
        Self {
            map: OnceCell::from(map),
            source: Source::default(),
        }
    }
}

impl Deref for Object {
    type Target = Map;

    #[inline]
    fn deref(&self) -> &Map {
        let parse = || self.source.node().map(parse_members).unwrap_or_default();
        self.map.get_or_init(parse)
    }
}

impl DerefMut for Object {
    #[inline]
    fn deref_mut(&mut self) -> &mut Map {
        fill(&mut self.map, &mut self.source, parse_members)
    }
}
