//! Tests that a scan that knows the shape of records finds the same as one that scans each of them.

use std::collections::BTreeSet;
use std::io::{self, Read};

use super::{ByteSource, Found, ValueReader, Visitor};
use crate::value::StringLiteral;

/// The paths that the visitor looks for, each after those that lead to it.
const WANTED: &[&[&str]] = &[&["a"], &["b"], &["b", "c"], &["b", "c", "d"], &["ab"]];

const NOT_FOUND: u32 = u32::MAX;

/// Finds the wanted paths; of repeated keys, the last.
struct Paths {
    found: Found,
    /// The keys of the open containers; of one in an array, none.
    open: Vec<Option<String>>,
    key: Option<String>,
    own_keys: BTreeSet<String>,
}

impl Paths {
    fn new() -> Self {
        let offsets = vec![NOT_FOUND; WANTED.len()];
        let found = Found {
            offsets,
            keys: Vec::new(),
            has_unique_keys: true,
            max_depth: 0,
        };
        Self {
            found,
            open: Vec::new(),
            key: None,
            own_keys: BTreeSet::new(),
        }
    }

    /// Whether the next value is at the path, or inside of it.
    fn is_in(&self, wanted: &[&str]) -> bool {
        let keys = self.open.iter().skip(1).chain([&self.key]);
        let mut keys = keys.map(Option::as_deref);
        wanted.iter().all(|key| keys.next() == Some(Some(*key)))
    }

    fn begin(&mut self, at: usize) {
        let depth = self.open.len();
        let number = WANTED
            .iter()
            .position(|it| it.len() == depth && self.is_in(it));
        if let Some(number) = number {
            self.found.offsets[number] = at as u32;
        }
    }
}

impl Visitor for Paths {
    fn begin_container(&mut self, at: usize, _: u8) {
        self.begin(at);
        self.open.push(self.key.take());
        self.found.max_depth = self.found.max_depth.max(self.open.len());
    }

    fn end_container(&mut self) {
        self.open.pop();
    }

    fn wants_key(&self) -> bool {
        true
    }

    fn visit_key(&mut self, at: usize, key: StringLiteral) {
        if self.open.len() == 1 {
            let is_new = self.own_keys.insert(key.decode().into_owned());
            self.found.has_unique_keys &= is_new;
            self.found.keys.push(at as u32);
        }
        self.key = Some(key.decode().into_owned());
        for (number, wanted) in WANTED.iter().enumerate() {
            if wanted.len() >= self.open.len() && self.is_in(&wanted[..self.open.len()]) {
                self.found.offsets[number] = NOT_FOUND;
            }
        }
    }

    fn visit_scalar(&mut self, at: usize) {
        self.begin(at);
        self.key = None;
    }

    fn found(&mut self) -> Option<&mut Found> {
        Some(&mut self.found)
    }
}

/// A text that arrives in pieces. Shapes are learned from `threshold` on.
struct Pieces<'t> {
    text: &'t [u8],
    size: usize,
    threshold: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.size.min(buffer.len());
        (&mut self.text).take(size as u64).read(buffer)
    }
}

impl ByteSource for Pieces<'_> {
    fn simd_threshold(&self) -> usize {
        self.threshold
    }
}

/// What is found in each value, and the error that ends the text; each with the number of newlines before.
fn read(text: &[u8], size: usize, threshold: usize) -> Vec<String> {
    let mut reader = ValueReader::new(Pieces {
        text,
        size,
        threshold,
    });
    let next = || {
        let mut paths = Paths::new();
        let lines = reader.lines_consumed();
        Some(match reader.scan_value(&mut paths)? {
            Err(error) => format!("{lines}: {error}"),
            Ok(length) => {
                reader.consume(length);
                format!("{lines}: {length} bytes, {:?}", paths.found)
            }
        })
    };
    std::iter::from_fn(next).collect()
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }

    fn of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }
}

const KEYS: &[&str] = &[
    "a",
    "b",
    "c",
    "d",
    "a\\u0062",
    "x",
    "other.key-01",
    "éü",
    "",
];
const STRINGS: &[&str] = &[
    "",
    "x",
    "start",
    "a longer text, of more than sixteen bytes",
    "\\n",
    "\\\"",
    "tail\\\\",
    "\\u00e9!",
    "é",
    "}",
];
const WORDS: &[&str] = &[
    "0",
    "-0",
    "1",
    "10",
    "-10",
    "1700000000",
    "1700000000000000001",
    "12345678",
    "1.5",
    "1e5",
    "-0.5e-3",
    "true",
    "false",
    "null",
    "123456789012345678901234567890",
];
const WRONG_WORDS: &[&str] = &["01", "-01", "1.", "1e", "-", "1x", "truex", "nan", ".5"];
const SPACES: &[&str] = &["", "", " ", "\n", "\n\t"];

/// Appends a value: what it consists of is chosen by `shape`, strings, numbers and literals by `content`.
fn push_value(text: &mut String, depth: usize, shape: &mut Random, content: &mut Random) {
    let choice = if depth == 0 { 3 } else { shape.below(6) };
    match choice {
        0 if content.below(60) == 0 => text.push_str(content.of(WRONG_WORDS)),
        0 => text.push_str(content.of(WORDS)),
        3 | 4 if depth < 4 => {
            let is_object = depth == 0 || shape.below(4) > 0;
            text.push(if is_object { '{' } else { '[' });
            for number in 0..shape.below(6) {
                text.push_str(if number > 0 { "," } else { "" });
                text.push_str(shape.of(SPACES));
                if is_object {
                    // Which unwanted key it is may differ between records.
                    let key = if depth > 1 {
                        content.of(KEYS)
                    } else {
                        shape.of(KEYS)
                    };
                    text.push_str(&format!("\"{key}\":"));
                }
                push_value(text, depth + 1, shape, content);
            }
            text.push_str(shape.of(SPACES));
            text.push(if is_object { '}' } else { ']' });
        }
        _ => text.push_str(&format!("\"{}\"", content.of(STRINGS))),
    }
}

/// Records, most of them of the shape of the one before, and some with a wrong byte.
fn records(seed: u64) -> Vec<u8> {
    let mut content = Random(seed);
    let (mut shape, mut text) = (seed, Vec::new());
    for _ in 0..30 {
        if content.below(12) == 0 {
            shape = seed + content.below(3) as u64 + 1;
        }
        let mut record = String::new();
        push_value(&mut record, 0, &mut Random(shape), &mut content);
        let mut record = record.into_bytes();
        if content.below(60) == 0 {
            let at = content.below(record.len());
            record[at] = b"\"\\{}[],:0 a\n\xff"[content.below(13)];
        }
        text.extend(record);
        text.extend(content.of(&["\n", "\n", "\n", "", " ", "\n\n"]).bytes());
    }
    let end = text.len() - content.below(3).min(1) * content.below(text.len());
    text.truncate(end);
    text
}

#[test]
fn records_of_a_known_shape_are_read_like_others() {
    for seed in 1..600 {
        let text = records(seed * 0x9E37_79B9);
        let expected = read(&text, usize::MAX, usize::MAX);
        for size in [usize::MAX, 1 + text.len() / 7, 64, 1 + seed as usize % 30] {
            let found = read(&text, size, 0);
            let text = || String::from_utf8_lossy(&text).into_owned();
            assert_eq!(found, expected, "seed {seed}, by {size} bytes: {}", text());
        }
    }
}
