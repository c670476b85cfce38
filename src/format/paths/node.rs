//! What is known about the values at one path.

use dq_json::value::{RawValue, StringLiteral, Value, ValueKind};

use super::word::Word;

/// The index of a node; [`NONE`] is that of none.
pub type NodeId = u32;
/// The values there are not kept.
pub const NONE: NodeId = NodeId::MAX;

/// The longest example, in characters.
const MAX_EXAMPLE: usize = 200;
/// How much of the text before the searched word an example that is cut shows, in characters.
const BEFORE_WORD: usize = 40;

/// The values at one path.
#[derive(Default)]
pub struct Node {
    /// The key in the object around it; empty for elements.
    pub key: Box<str>,
    /// The types of the values, as a set of bits.
    types: u8,
    /// How many values there are.
    pub count: u64,
    /// The number of the object that the last value was in: a key that is repeated counts once.
    pub object: u64,
    /// The values of keys, in the order in which the keys were first seen.
    pub children: Vec<NodeId>,
    /// The elements of arrays, and the values of keys that are not kept.
    pub elements: Option<NodeId>,
    /// The keys differ too much to be kept.
    pub is_map: bool,
    pub example: Option<Value>,
    /// The example is as good as any.
    has_good_example: bool,
    /// A value has the word that is searched for. It is the example.
    pub is_match: bool,
}

/// The names of the types, in the order in which they are listed, with their bits.
const TYPES: [(&str, u8); 6] = [
    ("object", 1),
    ("array", 2),
    ("string", 4),
    ("number", 8),
    ("boolean", 16),
    ("null", 32),
];

fn type_bit(kind: ValueKind) -> u8 {
    match kind {
        ValueKind::Object => 1,
        ValueKind::Array => 2,
        ValueKind::String => 4,
        ValueKind::Number => 8,
        ValueKind::True | ValueKind::False => 16,
        ValueKind::Null => 32,
    }
}

impl Node {
    /// The values of a key, before any was seen.
    pub fn of_key(key: &str) -> Self {
        Self {
            key: key.into(),
            ..Self::default()
        }
    }

    /// Notes a value of this type.
    #[inline(always)]
    pub fn add_type(&mut self, kind: ValueKind) {
        self.types |= type_bit(kind);
    }

    /// Notes a string, number, boolean or null, `text`, which is searched for the word.
    #[inline(always)]
    pub fn add_scalar(&mut self, text: &[u8], literal: Option<StringLiteral>, word: Option<&Word>) {
        if !self.has_good_example {
            self.add_example(text, literal);
        }
        if let Some(word) = word
            && !self.is_match
        {
            self.search(text, literal, word);
        }
    }

    #[inline(never)]
    fn add_example(&mut self, text: &[u8], literal: Option<StringLiteral>) {
        let is_empty = text == b"null" || literal.is_some_and(|literal| literal.content.is_empty());
        if text != b"null" && (self.example.is_none() || !is_empty) {
            self.example = Some(example(text, literal, 0));
            self.has_good_example = !is_empty;
        }
    }

    #[inline(always)]
    fn search(&mut self, text: &[u8], literal: Option<StringLiteral>, word: &Word) {
        let found = match literal {
            Some(literal) if literal.is_escaped => word.find(literal.decode().as_bytes()),
            Some(literal) => word.find(literal.content),
            None => word.find(text),
        };
        if let Some(at) = found {
            self.is_match = true;
            self.has_good_example = true;
            self.example = Some(example(text, literal, at));
        }
    }

    /// Adds what another node knows, but for its children.
    pub fn absorb(&mut self, other: &mut Self) {
        self.types |= other.types;
        self.count += other.count;
        self.is_map |= other.is_map;
        if self.example.is_none() || (other.is_match && !self.is_match) {
            self.example = other.example.take();
            self.has_good_example = other.has_good_example;
        }
        self.is_match |= other.is_match;
    }

    /// The types of the values: `string or null`.
    pub fn types(&self) -> String {
        let mut names = TYPES.iter().filter(|(_, bit)| self.types & bit != 0);
        let last = names.next_back().map_or("", |(name, _)| name);
        let others: Vec<_> = names.map(|(name, _)| *name).collect();
        if others.is_empty() {
            last.to_owned()
        } else {
            format!("{} or {last}", others.join(", "))
        }
    }

    /// An example of the values. Of arrays and objects it is one that is empty, where all are.
    pub fn shown_example(&self) -> Option<Value> {
        let has_values = self.elements.is_some() || !self.children.is_empty();
        match &self.example {
            None if has_values => None,
            None if self.types & type_bit(ValueKind::Object) != 0 => {
                Some(Value::object::<&str>([]))
            }
            None if self.types & type_bit(ValueKind::Array) != 0 => Some(Value::from(Vec::new())),
            example => example.clone(),
        }
    }
}

/// The value, or as much of its text as is kept: from its start, or from shortly before `at`, given in bytes.
fn example(text: &[u8], literal: Option<StringLiteral>, at: usize) -> Value {
    if literal.is_none() && text.len() <= MAX_EXAMPLE {
        return RawValue::from_valid(text).to_value();
    }
    let string = match literal {
        Some(literal) => literal.decode(),
        None => String::from_utf8_lossy(text),
    };
    let mut rest = string.chars();
    let before = String::from_utf8_lossy(&string.as_bytes()[..at.min(string.len())]);
    let skipped = before.chars().count().saturating_sub(BEFORE_WORD);
    let is_long = string.len() > MAX_EXAMPLE;
    let mut shown = String::new();
    if is_long && skipped > 0 {
        rest.nth(skipped - 1);
        shown.push('…');
    }
    shown.extend(rest.by_ref().take(MAX_EXAMPLE));
    if rest.next().is_some() {
        shown.push('…');
    }
    Value::from(shown)
}
