//! The shape of a record: most records of a log or a list of objects differ from one before them only in strings,
//! numbers and literals, and then nothing else has to be looked at.
//!
//! A record is compared with the one that the shape was learned from. Equal bytes mean the same in both, as long as
//! those before them do; where the two differ, both must have a string there, or a number or literal, which is scanned.
//! The keys must be the same that decide what a visitor finds: then what it has found in the other record stands in the
//! same places.

use super::tokens::{StringScan, scan_indexed_word};
use super::visitor::Found;
use crate::value::{StringLiteral, unescaped_prefix};

/// A longer record has no shape, in bytes.
const MAX_LENGTH: usize = 32 * 1024;

/// A deeper one has none: it is valid or not, depending on what encloses it.
const MAX_DEPTH: usize = 1000;

/// After this many records in a row of which none has the shape of one before, fewer are compared.
const MAX_MISSES: u32 = 6;

/// The shape of a record, learned from the last one that had another shape.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// The record; empty if no shape is known.
    record: Vec<u8>,
    /// What may differ, in the order of the text.
    parts: Vec<Part>,
    /// Those that have differed. Looking for differences takes longer than scanning what is known to differ.
    differing: Vec<Part>,
    /// For each of them, and for the end, how many bytes further on it begins in the text that is compared.
    shifts: Vec<isize>,
    /// The offsets in the record of what is found, in ascending order.
    found: Vec<(usize, Item)>,
    has_unique_keys: bool,
    max_depth: usize,
    newlines: usize,
    /// How many records in a row did not have the shape that was known.
    misses: u32,
    /// How many records are neither compared nor learned from.
    pause: u32,
}

/// A part of the record that another may have in its place: a string behind its opening quote, or a number or literal.
#[derive(Clone, Copy, Debug)]
struct Part {
    start: usize,
    /// The offset of the closing quote, or of the byte behind the number or literal.
    end: usize,
    is_string: bool,
}

/// What is found at an offset.
#[derive(Clone, Copy, Debug)]
enum Item {
    /// One of the record's own keys.
    Key,
    /// The value with this number.
    Value(usize),
}

impl Part {
    /// The end of what `text` has in the place of this part.
    #[inline(always)]
    fn end_in(self, text: &[u8], start: usize) -> Option<usize> {
        if self.is_string {
            string_end(text, start)
        } else {
            integer_end(text, start).or_else(|| scan_indexed_word(text, start))
        }
    }
}

/// The offset of the quote that ends the string.
#[inline(always)]
fn string_end(text: &[u8], start: usize) -> Option<usize> {
    let end = start + unescaped_prefix(text.get(start..)?).0;
    match text.get(end)? {
        b'"' => Some(end),
        _ => escaped_string_end(text, end),
    }
}

#[cold]
#[inline(never)]
fn escaped_string_end(text: &[u8], at: usize) -> Option<usize> {
    let mut scan = StringScan::new(at);
    let is_whole = scan.resume(text).unwrap_or(false);
    is_whole.then_some(scan.at)
}

/// The end of a number of digits only, the first of which is not 0. What may be another number is left to others.
#[inline(always)]
fn integer_end(text: &[u8], start: usize) -> Option<usize> {
    let mut end = start;
    while let Some(few) = text.get(end..)?.first_chunk::<8>() {
        let digits = leading_digits(*few);
        end += digits;
        if digits < few.len() {
            let is_plain = matches!(text[start], b'1'..=b'9') && end > start;
            return (is_plain && matches!(text[end], b',' | b'}' | b']')).then_some(end);
        }
    }
    None
}

/// How many digits there are before another byte: eight bytes at a time, as in "Bit Twiddling Hacks". The addition
/// carries into bytes behind the first one that is no digit.
#[inline(always)]
fn leading_digits(bytes: [u8; 8]) -> usize {
    let each = |byte: u8| u64::from_le_bytes([byte; 8]);
    let digits = u64::from_le_bytes(bytes) ^ each(b'0');
    let others = (digits | digits.wrapping_add(each(6))) & each(0xf0);
    others.trailing_zeros() as usize / 8
}

impl Shape {
    /// The length of the record at the start of `text` if it has this shape; then what the visitor finds is in `found`.
    /// `None` says nothing about the text.
    #[inline(always)]
    pub(super) fn scan(&mut self, text: &[u8], found: &mut Found) -> Option<usize> {
        if self.pause > 0 || self.record.is_empty() {
            return None;
        }
        let length = self.compare(text)?;
        self.misses = 0;
        found.max_depth = self.max_depth;
        found.has_unique_keys = self.has_unique_keys;
        found.keys.clear();
        let mut step = 0;
        for (at, item) in &self.found {
            let rest = self.differing.get(step..).unwrap_or_default();
            step += rest.iter().take_while(|part| part.start < *at).count();
            let shift = self.shifts.get(step).copied().unwrap_or(0);
            let at = at.wrapping_add_signed(shift) as u32;
            match item {
                Item::Key => found.keys.push(at),
                Item::Value(number) => {
                    if let Some(found) = found.offsets.get_mut(*number) {
                        *found = at;
                    }
                }
            }
        }
        Some(length)
    }

    fn compare(&mut self, text: &[u8]) -> Option<usize> {
        // Up to these offsets the two have been compared.
        let (mut known, mut new) = (0, 0);
        let mut step = 0;
        loop {
            let part = self.differing.get(step);
            let end = part.map_or(self.record.len(), |part| part.start);
            let same = self.record.get(known..end)?;
            let other = text.get(new..new + same.len())?;
            if !is_same(same, other) {
                let differs = known + equal_prefix(same, other);
                let number = self.parts.partition_point(|part| part.end < differs);
                let part = self.parts.get(number)?;
                if !(known..=differs).contains(&part.start) {
                    return None;
                }
                self.differing.insert(step, *part);
                self.shifts.push(0);
                continue;
            }
            new += same.len();
            self.shifts[step] = new.wrapping_sub(end) as isize;
            let Some(part) = part else {
                return Some(new);
            };
            (known, new) = (part.end, part.end_in(text, new)?);
            step += 1;
        }
    }

    /// The number of newlines in each record of this shape, because strings have none; `None` if no shape is known.
    pub(super) fn newlines(&self) -> Option<usize> {
        (!self.record.is_empty()).then_some(self.newlines)
    }

    /// Learns the shape of a record, a valid text in which the visitor has found this. Returns its number of newlines
    /// if it has a shape.
    pub(super) fn learn(&mut self, record: &[u8], found: &Found) -> Option<usize> {
        if self.pause > 0 {
            self.pause -= 1;
            return None;
        }
        self.misses += 1;
        if self.misses > MAX_MISSES {
            self.pause = 1 << self.misses.min(12);
        }
        self.record.clear();
        let is_container = matches!(record.first(), Some(b'{' | b'['));
        let is_small = record.len() <= MAX_LENGTH && found.max_depth <= MAX_DEPTH;
        if is_container && is_small && self.read(record, found).is_some() {
            self.record.extend_from_slice(record);
        }
        self.newlines()
    }

    /// Finds the parts of a record.
    fn read(&mut self, record: &[u8], found: &Found) -> Option<()> {
        self.parts.clear();
        self.differing.clear();
        self.shifts.clear();
        self.shifts.push(0);
        self.found.clear();
        self.has_unique_keys = found.has_unique_keys;
        self.max_depth = found.max_depth;
        self.newlines = record.iter().filter(|c| **c == b'\n').count();
        // Whether the keys of each open container decide what is found.
        let mut open: Vec<bool> = Vec::new();
        let mut keys = found.keys.iter().peekable();
        let mut at = 0;
        while let Some(c) = record.get(at) {
            if keys.next_if(|key| **key as usize == at).is_some() {
                self.found.push((at, Item::Key));
            }
            let numbers = found.offsets.iter().enumerate();
            let numbers = numbers.filter(|(_, offset)| **offset as usize == at);
            let before = self.found.len();
            self.found
                .extend(numbers.map(|(number, _)| (at, Item::Value(number))));
            let is_found = self.found.len() > before;
            at = match c {
                b'{' => {
                    open.push(is_found || at == 0);
                    at + 1
                }
                b'[' => {
                    open.push(false);
                    at + 1
                }
                b'}' | b']' => {
                    open.pop()?;
                    at + 1
                }
                b'"' => self.read_string(record, at, open.last() == Some(&true)),
                b' ' | b'\t' | b'\n' | b'\r' | b':' | b',' => at + 1,
                _ => {
                    let (start, end) = (at, scan_indexed_word(record, at)?);
                    self.parts.push(Part {
                        start,
                        end,
                        is_string: false,
                    });
                    end
                }
            }
        }
        Some(())
    }

    /// Adds the string that begins at this offset, unless it is a key that must be the same; returns its end.
    fn read_string(&mut self, record: &[u8], at: usize, keys_are_fixed: bool) -> usize {
        let string = StringLiteral::new(&record[at..]);
        let end = at + string.length();
        let is_key = || record[end..].trim_ascii_start().first() == Some(&b':');
        if !keys_are_fixed || !is_key() {
            self.parts.push(Part {
                start: at + 1,
                end: end - 1,
                is_string: true,
            });
        }
        end
    }
}

/// Whether two texts of the same length are the same. Most are short, and then this takes less time than a call.
#[inline(always)]
fn is_same(a: &[u8], b: &[u8]) -> bool {
    fn ends<const N: usize>(bytes: &[u8]) -> Option<(&[u8; N], &[u8; N])> {
        Some((bytes.first_chunk()?, bytes.last_chunk()?))
    }
    match a.len() {
        0..4 => a.iter().eq(b),
        4..8 => ends::<4>(a) == ends(b),
        8..16 => ends::<8>(a) == ends(b),
        _ => {
            let mut chunks = a.as_chunks::<16>().0.iter().zip(b.as_chunks::<16>().0);
            chunks.all(|(a, b)| a == b) && a.last_chunk::<16>() == b.last_chunk()
        }
    }
}

/// The number of bytes at the start of two texts that are the same.
fn equal_prefix(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(x, y)| x == y).count()
}
