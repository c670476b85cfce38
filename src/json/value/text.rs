//! Valid JSON text, walked through without building anything.

use super::literal::StringLiteral;
use super::{Num, Value, document};

/// A value as its JSON text, found valid before. It begins with the value's first byte; what follows the value is not
/// looked at.
#[derive(Clone, Copy, Debug)]
pub struct RawValue<'t>(&'t [u8]);

/// What a text is, as far as its first byte tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    Null,
    False,
    True,
    Number,
    String,
    Array,
    Object,
}

impl<'t> RawValue<'t> {
    /// The value that begins here, in text that a scan has found valid.
    #[inline(always)]
    pub fn from_valid(text: &'t [u8]) -> Self {
        Self(text)
    }

    /// The text, and perhaps more behind it.
    #[inline(always)]
    pub fn bytes(self) -> &'t [u8] {
        self.0
    }

    #[inline(always)]
    pub fn kind(self) -> ValueKind {
        match self.0.first() {
            Some(b'"') => ValueKind::String,
            Some(b'{') => ValueKind::Object,
            Some(b'[') => ValueKind::Array,
            Some(b't') => ValueKind::True,
            Some(b'f') => ValueKind::False,
            Some(b'-' | b'0'..=b'9') => ValueKind::Number,
            _ => ValueKind::Null,
        }
    }

    /// Bytes of the value.
    pub fn length(self) -> usize {
        match self.kind() {
            ValueKind::String => StringLiteral::new(self.0).length().min(self.0.len()),
            ValueKind::Object | ValueKind::Array => self.container_length(),
            _ => self.word_length(),
        }
    }

    fn container_length(self) -> usize {
        let text = self.0;
        let (mut at, mut depth) = (0, 0usize);
        while let Some(c) = text.get(at) {
            match c {
                b'"' => at += StringLiteral::new(&text[at..]).length(),
                b'{' | b'[' => {
                    depth += 1;
                    at += 1;
                }
                b'}' | b']' => {
                    depth -= 1;
                    at += 1;
                    if depth == 0 {
                        return at;
                    }
                }
                _ => at += 1,
            }
        }
        text.len()
    }

    fn word_length(self) -> usize {
        let ends = |c: &u8| matches!(c, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t' | 0x1e);
        self.0.iter().take_while(|c| !ends(c)).count()
    }

    /// The text of a number.
    pub fn number_text(self) -> &'t str {
        let is_digit = |c: &&u8| matches!(c, b'0'..=b'9' | b'.' | b'+' | b'-' | b'e' | b'E');
        let length = self.0.iter().take_while(is_digit).count();
        std::str::from_utf8(&self.0[..length]).unwrap_or("0")
    }

    /// The literal of a string.
    #[inline(always)]
    pub fn string_literal(self) -> Option<StringLiteral<'t>> {
        (self.kind() == ValueKind::String).then(|| StringLiteral::new(self.0))
    }

    /// The elements of an array.
    pub fn elements(self) -> Elements<'t> {
        Elements {
            text: self.0,
            at: 1,
            value: None,
        }
    }

    /// The keys and values of an object as they stand: a key may come again, and then its last value counts.
    pub fn members(self) -> Members<'t> {
        Members(self.elements())
    }

    /// The keys and values of an object in which no key comes again, as far as that is easily seen.
    pub fn unique_members(self) -> Option<Members<'t>> {
        let mut stack = Vec::new();
        let mut seen = SeenKeys::new(&stack);
        let unique = self.members().all(|(key, _)| seen.insert(key, &mut stack));
        unique.then(|| self.members())
    }

    /// The value of a key in an object: the last one, where the text has it more than once.
    pub fn field(self, name: &str) -> Option<Self> {
        let found = self.members().filter(|(key, _)| key.equals(name)).last();
        found.map(|(_, value)| value)
    }

    /// jq's idea of truth: everything but null and false.
    #[inline(always)]
    pub fn is_truthy(self) -> bool {
        !matches!(self.kind(), ValueKind::Null | ValueKind::False)
    }

    /// The value. A container keeps a copy of its text, and is looked into only when it is used.
    pub fn to_value(self) -> Value {
        match self.kind() {
            ValueKind::Null => Value::Null,
            ValueKind::False => Value::Bool(false),
            ValueKind::True => Value::Bool(true),
            ValueKind::Number => Value::Num(Num::parse(self.number_text())),
            ValueKind::String => Value::str(&*StringLiteral::new(self.0).decode()),
            ValueKind::Array | ValueKind::Object => document::of_text(&self.0[..self.length()]),
        }
    }
}

impl RawValue<'_> {
    /// The value; of a container its first level is built, keys that come again and all.
    pub fn to_shallow_value(self) -> Value {
        match self.to_value() {
            Value::Arr(items) => Value::from(items.to_vec()),
            Value::Obj(map) => Value::from((**map).clone()),
            other => other,
        }
    }
}

/// The elements of an array's text.
pub struct Elements<'t> {
    text: &'t [u8],
    at: usize,
    /// The element that was given last; it is passed over when the next one is asked for.
    value: Option<RawValue<'t>>,
}

impl<'t> Elements<'t> {
    /// Goes to the next byte that is neither space nor one of the two separators.
    #[inline(always)]
    fn next_token(&mut self) -> Option<u8> {
        if let Some(value) = self.value.take() {
            self.at += value.length();
        }
        loop {
            match self.text.get(self.at)? {
                b' ' | b'\t' | b'\n' | b'\r' | b',' | b':' => self.at += 1,
                c => return Some(*c),
            }
        }
    }

    #[inline(always)]
    fn value(&mut self) -> Option<RawValue<'t>> {
        match self.next_token()? {
            b']' | b'}' => None,
            _ => {
                let value = RawValue(&self.text[self.at..]);
                self.value = Some(value);
                Some(value)
            }
        }
    }
}

impl<'t> Iterator for Elements<'t> {
    type Item = RawValue<'t>;

    fn next(&mut self) -> Option<RawValue<'t>> {
        self.value()
    }
}

/// The keys and values of an object's text.
pub struct Members<'t>(Elements<'t>);

impl<'t> Iterator for Members<'t> {
    type Item = (StringLiteral<'t>, RawValue<'t>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.0.next_token()? != b'"' {
            return None;
        }
        let key = StringLiteral::new(&self.0.text[self.0.at..]);
        self.0.at += key.length();
        Some((key, self.0.value()?))
    }
}

/// So many keys are compared with one another; objects with more are built to find out.
const MANY: usize = 256;

/// Keys that were seen in one object; a stack of numbers that they all share holds what is known of them.
pub struct SeenKeys {
    base: usize,
    filter: u64,
}

impl SeenKeys {
    /// Begins with an object, perhaps one inside another.
    #[inline]
    pub fn new(stack: &[u64]) -> Self {
        Self {
            base: stack.len(),
            filter: 0,
        }
    }

    /// Notes a key; `false` where it may have been there before.
    #[inline(always)]
    pub fn insert(&mut self, key: StringLiteral, stack: &mut Vec<u64>) -> bool {
        key.is_verbatim() && self.insert_fingerprint(Self::fingerprint(key), stack)
    }

    /// As [`SeenKeys::insert`], by the fingerprint of a key whose bytes are those of the string.
    #[inline(always)]
    pub fn insert_fingerprint(&mut self, fingerprint: u64, stack: &mut Vec<u64>) -> bool {
        // Most keys differ in the few bits of the filter already.
        let bit = 1 << (fingerprint >> 58);
        if self.filter & bit != 0 && !self.is_unknown(fingerprint, stack) {
            return false;
        }
        self.filter |= bit;
        stack.push(fingerprint);
        true
    }

    #[inline(never)]
    fn is_unknown(&self, fingerprint: u64, stack: &[u64]) -> bool {
        let known = &stack[self.base..];
        known.len() < MANY && !known.contains(&fingerprint)
    }

    /// A number that is the same for equal keys and differs for most others: of the first and last bytes and the
    /// length.
    #[inline(always)]
    pub fn fingerprint(key: StringLiteral) -> u64 {
        let key = key.content;
        let (head, tail) = match (key.first_chunk::<8>(), key.last_chunk::<8>()) {
            (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
            _ => short_ends(key),
        };
        (head ^ tail.rotate_left(29) ^ key.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }

    /// Ends with the object.
    #[inline]
    pub fn finish(self, stack: &mut Vec<u64>) {
        stack.truncate(self.base);
    }
}

/// The first and last bytes of a key of fewer than eight.
#[inline]
fn short_ends(key: &[u8]) -> (u64, u64) {
    if let (Some(head), Some(tail)) = (key.first_chunk::<4>(), key.last_chunk::<4>()) {
        return (
            u32::from_le_bytes(*head).into(),
            u32::from_le_bytes(*tail).into(),
        );
    }
    match *key {
        [a] => (a.into(), 0),
        [a, b] => (a.into(), b.into()),
        [a, b, c] => (u64::from(a) << 8 | u64::from(b), c.into()),
        _ => (0, 0),
    }
}
