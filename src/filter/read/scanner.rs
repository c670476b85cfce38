//! One pass over JSON text that finds it valid (RFC 8259) and writes down where everything is.
//!
//! It stops where the bytes end and goes on when there are more, so that nothing is looked at twice.

use crate::filter::value::{Entry, MAX_DEPTH};

/// What stands next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Expect {
    #[default]
    Value,
    /// A value, or the end of an array just opened.
    FirstElement,
    Key,
    /// A key, or the end of an object just opened.
    FirstKey,
    Colon,
    /// A comma or the end of the container.
    Separator,
}

/// The scan of one value.
#[derive(Debug, Default)]
pub struct Scanner {
    pub index: Vec<Entry>,
    /// Containers that are open: their entries, and whether they are objects.
    open: Vec<(u32, bool)>,
    expect: Expect,
    /// Bytes scanned.
    position: usize,
    /// The string that was cut off by the end of the bytes.
    string: Option<StringScan>,
}

/// How far the scan of a string has come.
#[derive(Clone, Copy, Debug)]
struct StringScan {
    at: usize,
    escaped: bool,
    ascii: bool,
}

/// How far a scan has come.
#[derive(Debug, PartialEq, Eq)]
pub enum Progress {
    /// The value is whole; its length in bytes.
    Done(usize),
    /// More bytes are needed.
    More,
}

/// What is wrong, and at which byte.
pub type Fault = (usize, &'static str);

type Scanned<T> = Result<Option<T>, Fault>;

impl Scanner {
    /// Forgets the last value and gets ready for the next.
    pub fn reset(&mut self) {
        self.index.clear();
        self.open.clear();
        self.expect = Expect::Value;
        self.position = 0;
        self.string = None;
    }

    /// Goes on with the scan of the value that begins `text`; `ended` says that no more bytes will come.
    pub fn scan(&mut self, text: &[u8], ended: bool) -> Result<Progress, Fault> {
        loop {
            let Some(&c) = self.skip_space(text) else {
                return self.out_of_bytes(ended);
            };
            let step = match self.expect {
                Expect::FirstElement if c == b']' => self.close(),
                Expect::FirstKey if c == b'}' => self.close(),
                Expect::Value | Expect::FirstElement => self.value(text, c, ended)?,
                Expect::Key | Expect::FirstKey => self.key(text, c, ended)?,
                Expect::Colon if c == b':' => self.step(Expect::Value),
                Expect::Colon => {
                    return Err((self.position, "Objects must consist of key:value pairs"));
                }
                Expect::Separator => self.separator(c)?,
            };
            match step {
                Some(()) if self.open.is_empty() => return Ok(Progress::Done(self.position)),
                Some(()) => {}
                None => return self.out_of_bytes(ended),
            }
        }
    }

    fn out_of_bytes(&self, ended: bool) -> Result<Progress, Fault> {
        if ended {
            Err((usize::MAX, "Unfinished JSON term"))
        } else {
            Ok(Progress::More)
        }
    }

    fn skip_space<'t>(&mut self, text: &'t [u8]) -> Option<&'t u8> {
        while matches!(text.get(self.position), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.position += 1;
        }
        text.get(self.position)
    }

    fn step(&mut self, expect: Expect) -> Option<()> {
        self.position += 1;
        self.expect = expect;
        Some(())
    }

    fn separator(&mut self, c: u8) -> Scanned<()> {
        let in_object = self.open.last().is_some_and(|(_, is_object)| *is_object);
        match (c, in_object) {
            (b',', true) => Ok(self.step(Expect::Key)),
            (b',', false) => Ok(self.step(Expect::Value)),
            (b'}', true) | (b']', false) => Ok(self.close()),
            _ => Err((self.position, "Expected separator between values")),
        }
    }

    fn close(&mut self) -> Option<()> {
        let (entry, _) = self.open.pop()?;
        self.index
            .push(Entry::new(self.position, self.index.len() + 1));
        let next = self.index.len();
        self.index[entry as usize].close(next);
        self.step(Expect::Separator)
    }

    fn container(&mut self, is_object: bool, expect: Expect) -> Scanned<()> {
        if self.open.len() >= MAX_DEPTH {
            return Err((self.position, "Exceeds depth limit for parsing"));
        }
        self.open.push((self.index.len() as u32, is_object));
        self.index.push(Entry::new(self.position, 0));
        Ok(self.step(expect))
    }

    fn value(&mut self, text: &[u8], c: u8, ended: bool) -> Scanned<()> {
        let start = self.position;
        let end = match c {
            b'{' => return self.container(true, Expect::FirstKey),
            b'[' => return self.container(false, Expect::FirstElement),
            b'"' => return self.string(text, ended, Expect::Separator),
            b'-' | b'0'..=b'9' => number(text, start, ended)?,
            b't' => word(text, start, b"true", ended)?,
            b'f' => word(text, start, b"false", ended)?,
            b'n' => word(text, start, b"null", ended)?,
            b']' if self.open.is_empty() => return Err((start, "Unmatched ']'")),
            b'}' if self.open.is_empty() => return Err((start, "Unmatched '}'")),
            b']' => return Err((start, "Expected another array element")),
            b',' => return Err((start, "Expected value before ','")),
            _ => return Err((start, "Invalid literal")),
        };
        Ok(end.map(|end| {
            self.index.push(Entry::new(start, self.index.len() + 1));
            self.position = end;
            self.expect = Expect::Separator;
        }))
    }

    fn key(&mut self, text: &[u8], c: u8, ended: bool) -> Scanned<()> {
        match c {
            b'"' => self.string(text, ended, Expect::Colon),
            b'}' => Err((self.position, "Expected another key:value pair")),
            _ => Err((self.position, "Object keys must be strings")),
        }
    }

    fn string(&mut self, text: &[u8], ended: bool, expect: Expect) -> Scanned<()> {
        let start = self.position;
        let fresh = StringScan {
            at: start + 1,
            escaped: false,
            ascii: true,
        };
        let mut scan = self.string.take().unwrap_or(fresh);
        if !scan.go_on(text)? {
            self.string = Some(scan);
            return if ended {
                Err((usize::MAX, "Unfinished string"))
            } else {
                Ok(None)
            };
        }
        let valid = scan.ascii || std::str::from_utf8(&text[start + 1..scan.at]).is_ok();
        let (end, is_plain) = (scan.at + 1, valid && !scan.escaped);
        self.index
            .push(Entry::string(start, self.index.len() + 1, is_plain));
        self.position = end;
        self.expect = expect;
        Ok(Some(()))
    }
}

/// The end of a word, which must be this one; like a number's it is known only when something else follows.
fn word(text: &[u8], start: usize, word: &[u8], ended: bool) -> Scanned<usize> {
    let rest = &text[start..];
    if rest.starts_with(word) {
        return match rest.get(word.len()) {
            Some(c) if is_word(*c) => Err((start, "Invalid literal")),
            None if !ended => Ok(None),
            _ => Ok(Some(start + word.len())),
        };
    }
    if word.starts_with(rest) && !ended {
        Ok(None)
    } else {
        Err((start, "Invalid literal"))
    }
}

/// A literal goes on to the next delimiter, as in jq.
fn is_word(c: u8) -> bool {
    !matches!(
        c,
        b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'[' | b',' | b']' | b'{' | b':' | b'}' | 0x1e
    )
}

/// The end of a number; it is known only when something else follows.
fn number(text: &[u8], start: usize, ended: bool) -> Scanned<usize> {
    let length = text[start..].iter().take_while(|c| is_word(**c)).count();
    let end = start + length;
    if end == text.len() && !ended {
        return Ok(None);
    }
    if is_number(&text[start..end]) {
        Ok(Some(end))
    } else {
        Err((end, "Invalid numeric literal"))
    }
}

/// RFC 8259 §6.
pub fn is_number(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|c| c.is_ascii_digit()).count();
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let whole = digits(text);
    if whole == 0 || (whole > 1 && text[0] == b'0') {
        return false;
    }
    let mut rest = &text[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let length = digits(fraction);
        if length == 0 {
            return false;
        }
        rest = &fraction[length..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let sign = exponent.strip_prefix(b"+").or(exponent.strip_prefix(b"-"));
        let exponent = sign.unwrap_or(exponent);
        return !exponent.is_empty() && digits(exponent) == exponent.len();
    }
    rest.is_empty()
}

impl StringScan {
    /// Scans up to the closing quote; `false` where the bytes end before it.
    fn go_on(&mut self, text: &[u8]) -> Result<bool, Fault> {
        loop {
            let (plain, ascii) = plain_length(&text[self.at..]);
            self.ascii &= ascii;
            self.at += plain;
            match text.get(self.at) {
                None => return Ok(false),
                Some(b'"') => return Ok(true),
                Some(b'\\') => {
                    self.escaped = true;
                    match escape_length(&text[self.at..]) {
                        Ok(Some(length)) => self.at += length,
                        Ok(None) => return Ok(false),
                        Err(()) => return Err((self.at, "Invalid escape")),
                    }
                }
                Some(_) => return Err((self.at, CONTROL)),
            }
        }
    }
}

const CONTROL: &str =
    "Invalid string: control characters from U+0000 through U+001F must be escaped";

/// Bytes before the next quote, backslash or control character, and whether all of them are ASCII.
///
/// Eight at a time: a byte is below n, or equals c, where a subtraction borrows from its highest bit
/// (Bit Twiddling Hacks, "Determine if a word has a byte less than n").
fn plain_length(text: &[u8]) -> (usize, bool) {
    const LOW: u64 = u64::MAX / 255;
    const HIGH: u64 = LOW << 7;
    let mut at = 0;
    let mut seen = 0u64;
    while let Some(chunk) = text[at..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let below = |word: u64, n: u64| word.wrapping_sub(LOW * n) & !word & HIGH;
        let special = below(word, 0x20)
            | below(word ^ (LOW * u64::from(b'"')), 1)
            | below(word ^ (LOW * u64::from(b'\\')), 1);
        if special != 0 {
            let plain = special.trailing_zeros() as usize / 8;
            let mask = if plain == 0 {
                0
            } else {
                u64::MAX >> (64 - 8 * plain)
            };
            return (at + plain, (seen | word & mask) & HIGH == 0);
        }
        seen |= word;
        at += 8;
    }
    for byte in &text[at..] {
        if matches!(byte, 0..=0x1f | b'"' | b'\\') {
            break;
        }
        seen |= u64::from(*byte);
        at += 1;
    }
    (at, seen & HIGH == 0)
}

/// The length of an escape; `None` where it is not all there.
fn escape_length(text: &[u8]) -> Result<Option<usize>, ()> {
    match text.get(1) {
        None => Ok(None),
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(Some(2)),
        Some(b'u') => {
            let digits = &text[2..text.len().min(6)];
            match digits.iter().all(u8::is_ascii_hexdigit) {
                false => Err(()),
                true if digits.len() == 4 => Ok(Some(6)),
                true => Ok(None),
            }
        }
        Some(_) => Err(()),
    }
}
