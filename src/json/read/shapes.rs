//! The shapes of the records scanned last. Most records of a stream have the tokens of one before: then it is enough to
//! compare the first bytes of their tokens with those, and to check numbers and the keys that the visitor looks at.

use super::structural_index::TokenStarts;
use super::structural_scan::word_end;
use super::visitor::Visitor;
use crate::value::StringLiteral;

/// The maximum number of tokens of a record.
const MAX_TOKENS: usize = 512;

/// The maximum number of shapes.
const MAX_SHAPES: usize = 4;

/// Keys of up to this many bytes, quotes included, are compared as one number.
const SHORT_KEY: usize = 16;

/// The most that hits make good for misses: each of them one, and a miss costs four.
const MAX_CREDIT: u32 = 64;
const MISS: u32 = 4;

/// How many records are scanned without shapes after too many misses.
const PAUSE: u32 = 4096;

/// The records of one shape.
#[derive(Debug)]
struct Shape {
    /// The class of each token.
    classes: Vec<u8>,
    /// The tokens that are numbers or literals.
    words: Vec<u16>,
    /// The keys that the visitor has looked at.
    keys: Vec<Key>,
    /// The tokens that the visitor has noted.
    notes: Vec<Option<u16>>,
    /// The depth that the visitor has noted.
    depth: usize,
}

#[derive(Debug)]
struct Key {
    token: u16,
    /// Its bytes in the lowest ones, and which those are; no bytes if it is not short.
    short: (u128, u128),
    text: Vec<u8>,
}

/// The shapes of the records scanned last.
#[derive(Debug)]
pub(super) struct Shapes {
    known: Vec<Shape>,
    /// The purpose of the visitor that they are for.
    purpose: usize,
    /// The shape that is replaced next.
    oldest: usize,
    credit: u32,
    /// How many records are still to be scanned without shapes.
    pause: u32,
    /// The offsets and classes of the tokens of the present record, as far as they were looked at.
    offsets: Vec<u32>,
    classes: Vec<u8>,
}

/// What was found out about a record.
pub(super) enum Found {
    /// It is valid and ends at this offset, and the visitor has been told.
    End(usize),
    /// It has another shape.
    Unknown,
    /// Nothing.
    Nothing,
}

impl Default for Shapes {
    fn default() -> Self {
        Self {
            known: Vec::new(),
            purpose: 0,
            oldest: 0,
            credit: MAX_CREDIT / 2,
            pause: 0,
            offsets: Vec::new(),
            classes: Vec::new(),
        }
    }
}

impl Shapes {
    /// Compares the record whose tokens these are with the shapes. `start` is its offset in the text.
    #[inline(always)]
    pub(super) fn find(
        &mut self,
        text: &[u8],
        start: usize,
        tokens: TokenStarts,
        visitor: &mut impl Visitor,
    ) -> Found {
        let Some(purpose) = visitor.purpose().filter(|_| self.pause == 0) else {
            self.pause = self.pause.saturating_sub(1);
            return Found::Nothing;
        };
        if purpose != self.purpose {
            self.known.clear();
            self.purpose = purpose;
        }
        match self.find_shape(text, tokens) {
            Some(Some(shape)) => {
                self.credit = (self.credit + 1).min(MAX_CREDIT);
                let shape = &self.known[shape];
                if let Some((notes, depth)) = visitor.notes() {
                    for (note, token) in notes.iter_mut().zip(&shape.notes) {
                        if let Some(token) = token {
                            *note = self.offsets[usize::from(*token)] - start as u32;
                        }
                    }
                    *depth = shape.depth;
                }
                let last = self.offsets[shape.classes.len() - 1];
                Found::End(last as usize + 1)
            }
            Some(None) => {
                self.miss();
                Found::Unknown
            }
            None => Found::Nothing,
        }
    }

    #[cold]
    fn miss(&mut self) {
        match self.credit.checked_sub(MISS) {
            Some(left) => self.credit = left,
            None => (self.pause, self.credit) = (PAUSE, MAX_CREDIT / 4),
        }
    }

    /// The shape of a record. `None` if its tokens are not all indexed.
    #[inline(always)]
    fn find_shape(&mut self, text: &[u8], mut tokens: TokenStarts) -> Option<Option<usize>> {
        self.offsets.clear();
        self.classes.clear();
        for (number, shape) in self.known.iter().enumerate() {
            let known = self.classes.len().min(shape.classes.len());
            if self.classes[..known] != shape.classes[..known] {
                continue;
            }
            let mut is_same = true;
            for class in &shape.classes[known..] {
                let at = tokens.next()?;
                let found = CLASSES[usize::from(*text.get(at)?)];
                self.offsets.push(at as u32);
                self.classes.push(found);
                if found != *class {
                    is_same = false;
                    break;
                }
            }
            if is_same && shape.fits(text, &self.offsets) {
                return Some(Some(number));
            }
        }
        Some(None)
    }

    /// Learns the shape of a record that was scanned, from its tokens to the offset `end`. The visitor has looked at the
    /// keys that start at the offsets `keys`.
    #[cold]
    #[inline(never)]
    pub(super) fn learn(
        &mut self,
        text: &[u8],
        (start, end): (usize, usize),
        tokens: TokenStarts,
        keys: &[usize],
        visitor: &mut dyn Visitor,
    ) {
        let offsets: Vec<usize> = tokens
            .take_while(|at| *at < end)
            .take(MAX_TOKENS + 1)
            .collect();
        let mut nothing = 0;
        let (notes, depth) = visitor.notes().unwrap_or((&mut [], &mut nothing));
        let token = |at: usize| offsets.binary_search(&at).ok().map(|token| token as u16);
        let note = |note: &u32| token(start + *note as usize).filter(|_| *note != u32::MAX);
        let classes = offsets.iter().map(|at| CLASSES[usize::from(text[*at])]);
        let keys = keys
            .iter()
            .map(|at| Some(Key::new(token(*at)?, &text[*at..])));
        let shape = Shape {
            classes: classes.collect(),
            words: Vec::new(),
            keys: keys.flatten().collect(),
            notes: notes.iter().map(note).collect(),
            depth: *depth,
        };
        if offsets.len() <= MAX_TOKENS && shape.keys.iter().all(|key| !key.text.contains(&b'\\')) {
            self.add(shape.with_words());
        }
    }

    fn add(&mut self, shape: Shape) {
        if self.known.len() < MAX_SHAPES {
            self.known.push(shape);
            self.oldest = 0;
        } else {
            self.known[self.oldest] = shape;
            self.oldest = (self.oldest + 1) % MAX_SHAPES;
        }
    }
}

impl Shape {
    fn with_words(mut self) -> Self {
        let classes = self.classes.iter().enumerate();
        let words = classes.filter(|(_, class)| matches!(**class, NUMBER | LITERAL));
        self.words = words.map(|(token, _)| token as u16).collect();
        self
    }

    /// Whether the numbers and literals of a record with these tokens are valid, and its keys those of the shape.
    #[inline(always)]
    fn fits(&self, text: &[u8], offsets: &[u32]) -> bool {
        let offset = |token: u16| offsets[usize::from(token)] as usize;
        self.keys
            .iter()
            .all(|key| key.is_at(text, offset(key.token)))
            && self
                .words
                .iter()
                .all(|token| word_end(text, offset(*token)).is_some())
    }
}

impl Key {
    /// The key at the start of a text.
    fn new(token: u16, text: &[u8]) -> Self {
        let text = &text[..StringLiteral::new(text).length()];
        let mut short = ([0; SHORT_KEY], [0; SHORT_KEY]);
        if text.len() <= SHORT_KEY {
            short.0[..text.len()].copy_from_slice(text);
            short.1[..text.len()].fill(0xFF);
        }
        Self {
            token,
            short: (u128::from_le_bytes(short.0), u128::from_le_bytes(short.1)),
            text: text.to_vec(),
        }
    }

    #[inline(always)]
    fn is_at(&self, text: &[u8], at: usize) -> bool {
        let rest = &text[at..];
        match rest.first_chunk::<SHORT_KEY>() {
            Some(chunk) if self.short.1 != 0 => {
                u128::from_le_bytes(*chunk) & self.short.1 == self.short.0
            }
            _ => rest.starts_with(&self.text),
        }
    }
}

const NUMBER: u8 = 1;
const LITERAL: u8 = 2;

/// The class of each token, by its first byte: structural characters and quotes are classes of their own.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'-' | b'0'..=b'9' => NUMBER,
            b't' | b'f' | b'n' => LITERAL,
            c @ (b'"' | b'{' | b'}' | b'[' | b']' | b':' | b',') => c,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// A visitor in front of another that notes at which keys that looks.
pub(super) struct KeyRecorder<'v> {
    pub visitor: &'v mut dyn Visitor,
    pub text_start: usize,
    /// The offsets of the keys.
    pub keys: Vec<usize>,
}

impl Visitor for KeyRecorder<'_> {
    fn begin_container(&mut self, at: usize, bracket: u8) {
        self.visitor.begin_container(at, bracket);
    }

    fn end_container(&mut self) {
        self.visitor.end_container();
    }

    fn wants_key(&self) -> bool {
        self.visitor.wants_key()
    }

    fn visit_key(&mut self, key: StringLiteral) {
        // The quote is before the content.
        let content = key.content.as_ptr().addr();
        self.keys.push(content - 1 - self.text_start);
        self.visitor.visit_key(key);
    }

    fn visit_scalar(&mut self, at: usize) {
        self.visitor.visit_scalar(at);
    }
}
