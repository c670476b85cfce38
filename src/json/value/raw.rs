//! Valid JSON text as a value: its parts are found by walking the text, and nothing is built.

use super::seen_keys::SeenKeys;
use super::string_literal::StringLiteral;

/// A value as its JSON text, which a scan has found valid.
///
/// The text starts with the value's first byte and may go on behind the value; the rest is never looked at.
#[derive(Clone, Copy, Debug)]
pub struct RawValue<'t>(&'t [u8]);

/// The type of a value, as its first byte tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// `null`
    Null,
    /// `false`
    False,
    /// `true`
    True,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl ValueKind {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Null,
        Self::False,
        Self::True,
        Self::Number,
        Self::String,
        Self::Array,
        Self::Object,
    ];

    /// jq's name of the type.
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::False | Self::True => "boolean",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

impl<'t> RawValue<'t> {
    /// The value at the start of `text`, which must be valid JSON up to the value's end.
    ///
    /// The methods do not check it again: of invalid text they give wrong results, and may panic.
    #[inline(always)]
    pub fn from_valid(text: &'t [u8]) -> Self {
        Self(text)
    }

    /// The text that starts with the value, and may continue after it.
    #[inline(always)]
    pub fn bytes(self) -> &'t [u8] {
        self.0
    }

    /// The value's type.
    #[inline(always)]
    pub fn kind(self) -> ValueKind {
        match self.0.first() {
            Some(b'"') => ValueKind::String,
            Some(b'{') => ValueKind::Object,
            Some(b'[') => ValueKind::Array,
            Some(b't') => ValueKind::True,
            Some(b'f') => ValueKind::False,
            Some(b'-' | b'0'..=b'9') => ValueKind::Number,
            // NaN and the infinities, of which NaN begins as null does.
            Some(b'N' | b'i' | b'I' | b's' | b'S' | b'+') => ValueKind::Number,
            Some(b'n') if self.0.get(1) != Some(&b'u') => ValueKind::Number,
            _ => ValueKind::Null,
        }
    }

    /// The length of the value in bytes; its whole text is walked to find it.
    pub(crate) fn length(self) -> usize {
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

    /// The length of a number, `true`, `false` or `null`.
    fn word_length(self) -> usize {
        let ends = |c: &u8| matches!(c, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t' | 0x1e);
        self.0.iter().take_while(|c| !ends(c)).count()
    }

    /// The text of a number.
    pub fn number_text(self) -> &'t str {
        let is_digit = |c: &&u8| matches!(c, b'0'..=b'9' | b'.' | b'+' | b'-' | b'e' | b'E');
        let mut length = self.0.iter().take_while(is_digit).count();
        // A letter: NaN or an infinity.
        if self.0.get(length).is_some_and(u8::is_ascii_alphabetic) {
            length = self.word_length();
        }
        std::str::from_utf8(&self.0[..length]).unwrap_or("0")
    }

    /// The literal of a string; `None` for other types.
    #[inline(always)]
    pub fn string_literal(self) -> Option<StringLiteral<'t>> {
        (self.kind() == ValueKind::String).then(|| StringLiteral::new(self.0))
    }

    /// Whether a string is this text; `None` for other types, and where an escape or invalid UTF-8 decides it.
    #[inline(always)]
    pub fn is_text(self, text: &str) -> Option<bool> {
        let content = self.0.strip_prefix(b"\"")?;
        let is_same = |(a, b): &(&u8, &u8)| a == b && !matches!(a, b'"' | b'\\');
        let same = content.iter().zip(text.as_bytes());
        let same = same.take_while(is_same).count();
        match content.get(same)? {
            b'"' => Some(same == text.len()),
            c if *c == b'\\' || !c.is_ascii() || !text.is_char_boundary(same) => None,
            _ => Some(false),
        }
    }

    /// The elements of an array.
    pub fn elements(self) -> Elements<'t> {
        Elements {
            text: self.0,
            at: 1,
            current: None,
        }
    }

    /// The members of an object as they are written: a key may be repeated, and then its last value counts.
    pub(crate) fn members(self) -> Members<'t> {
        Members(self.elements())
    }

    /// The members of an object, if no key is repeated. `None` also where that is not certain; see [`SeenKeys`].
    pub fn unique_members(self) -> Option<Vec<(StringLiteral<'t>, Self)>> {
        let mut stack = Vec::new();
        let mut seen = SeenKeys::new(&stack);
        let members = self.members();
        let unique = members.map(|member| seen.insert(member.0, &mut stack).then_some(member));
        unique.collect()
    }

    /// Whether an object has a key.
    pub fn has_key(self, name: &str) -> bool {
        self.members().any(|(key, _)| key.equals(name))
    }

    /// The value of a key in an object: the last one, where the key is repeated.
    pub fn field(self, name: &str) -> Option<Self> {
        let found = self.members().filter(|(key, _)| key.equals(name)).last();
        found.map(|(_, value)| value)
    }

    /// Whether jq takes the value as true: everything but null and false.
    #[inline(always)]
    pub fn is_truthy(self) -> bool {
        !matches!(self.kind(), ValueKind::Null | ValueKind::False)
    }
}

/// The elements of an array's text.
pub struct Elements<'t> {
    text: &'t [u8],
    at: usize,
    /// The element that was returned last. It is passed over when the next one is asked for, and so never if none is.
    current: Option<RawValue<'t>>,
}

impl<'t> Elements<'t> {
    /// Moves to the next byte that is not whitespace, a comma or a colon.
    #[inline(always)]
    fn next_token(&mut self) -> Option<u8> {
        if let Some(value) = self.current.take() {
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
    fn next_value(&mut self) -> Option<RawValue<'t>> {
        match self.next_token()? {
            b']' | b'}' => None,
            _ => {
                let value = RawValue(&self.text[self.at..]);
                self.current = Some(value);
                Some(value)
            }
        }
    }
}

impl<'t> Iterator for Elements<'t> {
    type Item = RawValue<'t>;

    fn next(&mut self) -> Option<RawValue<'t>> {
        self.next_value()
    }
}

/// The keys and values of an object's text, where the offsets of the keys are known: nothing is passed over.
#[derive(Clone, Debug)]
pub struct MembersAt<'k, 't> {
    text: &'t [u8],
    keys: std::slice::Iter<'k, u32>,
}

impl<'k, 't> MembersAt<'k, 't> {
    /// The members of an object whose keys have these offsets from its first byte.
    pub fn new(object: RawValue<'t>, keys: &'k [u32]) -> Self {
        Self {
            text: object.0,
            keys: keys.iter(),
        }
    }
}

impl<'t> Iterator for MembersAt<'_, 't> {
    type Item = (StringLiteral<'t>, RawValue<'t>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(*self.keys.next()? as usize..)?;
        let key = StringLiteral::new(rest);
        let mut after = Elements {
            text: rest,
            at: key.length(),
            current: None,
        };
        Some((key, after.next_value()?))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.keys.size_hint()
    }
}

impl ExactSizeIterator for MembersAt<'_, '_> {}

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
        Some((key, self.0.next_value()?))
    }
}
