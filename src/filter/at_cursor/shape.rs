//! The shape of values: which types they have, which keys, and the shapes of what is inside.

use std::borrow::Cow;
use std::rc::Rc;

/// The shapes that the values at one place may have.
pub type Shapes = Vec<Rc<Shape>>;

/// What is known of some values.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// The types that values have been seen with.
    types: u8,
    /// The type in the words of a description, if there is one.
    described: Option<String>,
    /// The keys of the objects, in the order in which they were first seen.
    keys: Vec<(Rc<str>, Shapes)>,
    /// The elements of the arrays, and the values of keys that are not known.
    elements: Shapes,
}

/// The types, each with its bit and its name.
const TYPES: [(u8, &str); 6] = [
    (Shape::BOOLEAN, "boolean"),
    (Shape::NUMBER, "number"),
    (Shape::STRING, "string"),
    (Shape::ARRAY, "array"),
    (Shape::OBJECT, "object"),
    (Shape::NULL, "null"),
];

impl Shape {
    /// The bit of null.
    pub const NULL: u8 = 1;
    /// The bit of true and false.
    pub const BOOLEAN: u8 = 2;
    /// The bit of numbers.
    pub const NUMBER: u8 = 4;
    /// The bit of strings.
    pub const STRING: u8 = 8;
    /// The bit of arrays.
    pub const ARRAY: u8 = 16;
    /// The bit of objects.
    pub const OBJECT: u8 = 32;

    /// More keys than this are not kept of one place: nobody chooses from a longer list.
    const MAX_KEYS: usize = 1000;

    /// The shape of values of these types.
    pub fn of_types(types: u8) -> Self {
        Self {
            types,
            ..Self::default()
        }
    }

    /// The shape of arrays of such elements.
    pub fn array(elements: Shapes) -> Self {
        Self {
            elements,
            ..Self::of_types(Self::ARRAY)
        }
    }

    /// The shape of objects whose values are such; their keys may be any.
    pub fn map(values: Shapes) -> Self {
        Self {
            elements: values,
            ..Self::of_types(Self::OBJECT)
        }
    }

    /// The shape of objects with these keys.
    pub fn object(keys: Vec<(Rc<str>, Shapes)>) -> Self {
        Self {
            keys,
            ..Self::of_types(Self::OBJECT)
        }
    }

    /// The shape with a description of its type: `array of strings`.
    #[must_use]
    pub fn described(self, text: String) -> Self {
        Self {
            described: Some(text),
            ..self
        }
    }

    /// Notes a value of this type.
    pub fn add_type(&mut self, bit: u8) {
        self.types |= bit;
    }

    /// The position of a key, which is new perhaps; `None` if there are too many. The position `near` is looked at first:
    /// objects have their keys in the same order mostly.
    pub fn position(&mut self, key: &str, near: usize) -> Option<usize> {
        let is_key = |(known, _): &(Rc<str>, Shapes)| **known == *key;
        if self.keys.get(near).is_some_and(is_key) {
            return Some(near);
        }
        let known = self.keys.iter().position(is_key);
        if known.is_none() && self.keys.len() < Self::MAX_KEYS {
            self.keys.push((key.into(), Vec::new()));
            return Some(self.keys.len() - 1);
        }
        known
    }

    /// The shape of the values of the key at a position, to note a value in it.
    pub fn value_mut(&mut self, position: usize) -> Option<&mut Self> {
        let (_, shapes) = self.keys.get_mut(position)?;
        Some(only_mut(shapes))
    }

    /// The shape of the elements, to note one in it.
    pub fn element_mut(&mut self) -> &mut Self {
        only_mut(&mut self.elements)
    }

    /// The keys of the objects, with the shapes of their values.
    pub fn keys(&self) -> &[(Rc<str>, Shapes)] {
        &self.keys
    }

    /// The shapes of the values of a key: those of all unknown keys, if it is not known.
    pub(super) fn value(&self, key: &str) -> &[Rc<Self>] {
        let known = self.keys.iter().find(|(known, _)| **known == *key);
        match known {
            Some((_, shapes)) => shapes,
            None if self.is(Self::OBJECT) => &self.elements,
            None => &[],
        }
    }

    /// The shapes of the elements of arrays.
    pub(super) fn items(&self) -> &[Rc<Self>] {
        if self.is(Self::ARRAY) {
            &self.elements
        } else {
            &[]
        }
    }

    /// The shapes of all elements and values.
    pub(super) fn children(&self) -> impl Iterator<Item = &Rc<Self>> {
        let values = self.keys.iter().flat_map(|(_, shapes)| shapes);
        self.elements.iter().chain(values)
    }

    /// Whether values of this type are among them.
    pub(super) fn is(&self, bit: u8) -> bool {
        self.types & bit != 0
    }

    /// The types in words.
    pub(super) fn type_name(&self) -> Cow<'_, str> {
        if let Some(text) = &self.described {
            return text.into();
        }
        let names = TYPES.iter().filter(|(bit, _)| self.is(*bit));
        let mut names = names.map(|(_, name)| *name);
        let (first, second) = (names.next(), names.next());
        match (first, second, names.next()) {
            (Some("array"), None, _) => match &self.elements[..] {
                [only] if only.types.count_ones() == 1 && only.described.is_none() => {
                    format!("array of {}s", only.type_name()).into()
                }
                _ => "array".into(),
            },
            (Some(only), None, _) => only.into(),
            (Some(one), Some(other), None) => format!("{one} or {other}").into(),
            _ => "".into(),
        }
    }
}

/// The one shape of a list that is being built.
fn only_mut(shapes: &mut Shapes) -> &mut Shape {
    if shapes.is_empty() {
        shapes.push(Rc::default());
    }
    Rc::make_mut(&mut shapes[0])
}
