//! One pass over JSON text that finds it valid (RFC 8259) and tells a visitor where everything is.
//!
//! It stops where the bytes end and goes on when there are more, so that nothing is looked at twice.

use super::leap::{Leap, Leapt};
use super::literal::{self, StringScan};
use super::marks::{Marks, NEAR};
use crate::value::{BLOCK, MAX_DEPTH, StringLiteral, unescaped_prefix};

/// What a scan comes across, in the order of the text; places are offsets from the first byte of the value scanned.
pub trait Visitor {
    /// An array or object begins, with this bracket.
    fn begin_container(&mut self, at: usize, bracket: u8);
    /// The array or object begun last ends.
    fn end_container(&mut self);
    /// Is the key wanted that comes next?
    fn wants_key(&self) -> bool;
    /// A key that was wanted.
    fn visit_key(&mut self, key: StringLiteral);
    /// A value without an inside begins.
    fn visit_scalar(&mut self, at: usize);
}

/// What stands next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Expect {
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
    /// The opening brackets of the containers that are open.
    open: Vec<u8>,
    /// Containers around the value.
    around: usize,
    expect: Expect,
    /// Bytes scanned.
    position: usize,
    /// The string that was cut off by the end of the bytes.
    string: Option<StringScan>,
    /// Marks that it found itself.
    marks: Marks,
    /// Those that were found before are of no use: there was an error.
    is_alone: bool,
}

/// How far a scan has come.
#[derive(Debug, PartialEq, Eq)]
pub enum Progress {
    /// The value is whole; its length in bytes.
    Done(usize),
    /// More bytes are needed.
    More,
}

/// The text is no JSON. What is wrong with it is found out elsewhere: see `diagnosis`.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault;

/// `None`: the bytes end before the token does.
pub type Scanned<T> = Result<Option<T>, Fault>;

impl Scanner {
    /// Forgets the last value and gets ready for the next, which has so many containers around it.
    pub fn reset(&mut self, around: usize) {
        self.open.clear();
        self.around = around;
        self.expect = Expect::Value;
        self.position = 0;
        self.string = None;
    }

    /// Forgets what it knows of the bytes ahead: the next value may begin where a string was open.
    pub fn forget(&mut self) {
        self.marks.clear();
        self.is_alone = true;
    }

    /// Bytes scanned; where there was a fault, those before it if it is in a string, or else before its token.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Goes on with the scan of the value that begins `text`, at this place of the input; `ended` says that no more
    /// bytes will come, `known` what has been found out of the input already.
    ///
    /// # Errors
    /// The text is no JSON.
    pub fn scan(
        &mut self,
        text: &[u8],
        (place, known): (usize, &Marks),
        ended: bool,
        visitor: &mut impl Visitor,
    ) -> Result<Progress, Fault> {
        let mut pass = Pass {
            at: self.position,
            top: self.open.last().copied().unwrap_or(0),
            expect: self.expect,
            scanner: self,
            text,
            ended,
            visitor,
            place,
            known,
            leap: if place + text.len() > NEAR {
                0
            } else {
                usize::MAX
            },
        };
        let progress = pass.run();
        let (at, expect) = (pass.at, pass.expect);
        (self.position, self.expect) = (at, expect);
        progress
    }
}

/// The scan of the bytes that are here; what it needs for every byte, close at hand.
struct Pass<'s, 't, V> {
    scanner: &'s mut Scanner,
    text: &'t [u8],
    ended: bool,
    visitor: &'s mut V,
    at: usize,
    /// The bracket that was opened last, 0 outside of any.
    top: u8,
    expect: Expect,
    /// Where in the input the text begins.
    place: usize,
    known: &'s Marks,
    /// From here on another leap is tried.
    leap: usize,
}

impl<'t, V: Visitor> Pass<'_, 't, V> {
    fn run(&mut self) -> Result<Progress, Fault> {
        loop {
            let c = match self.text.get(self.at) {
                Some(c) if *c > b' ' => *c,
                Some(b' ' | b'\t' | b'\n' | b'\r') => {
                    self.at += 1;
                    continue;
                }
                Some(_) => return Err(Fault),
                None if self.ended => return Err(Fault),
                None => return Ok(Progress::More),
            };
            if self.at >= self.leap && self.scanner.string.is_none() {
                match self.leap() {
                    Leapt::NotAtAll => {}
                    Leapt::SomeWay => continue,
                    Leapt::ToTheEnd => return Ok(Progress::Done(self.at)),
                }
            }
            let step = match self.expect {
                Expect::Value => self.value(c)?,
                Expect::FirstElement if c == b']' => self.close(),
                Expect::FirstElement => self.value(c)?,
                Expect::FirstKey if c == b'}' => self.close(),
                Expect::Key | Expect::FirstKey => self.key(c)?,
                Expect::Colon if c == b':' => self.step(Expect::Value),
                Expect::Colon => return Err(Fault),
                Expect::Separator => self.separator(c)?,
            };
            match step {
                Some(()) if self.top == 0 => return Ok(Progress::Done(self.at)),
                Some(()) => {}
                None if self.ended => return Err(Fault),
                None => return Ok(Progress::More),
            }
        }
    }

    /// Goes on from mark to mark as far as that goes.
    #[inline(always)]
    fn leap(&mut self) -> Leapt {
        let ahead = self.text.get(self.at..).unwrap_or_default();
        if ahead.len() < BLOCK || (self.top == 0 && !matches!(ahead[0], b'{' | b'[')) {
            self.leap = usize::MAX;
            return Leapt::NotAtAll;
        }
        // Of its own while the leap goes: borrowed from the scanner, it takes a twentieth longer.
        let mut marks = std::mem::take(&mut self.scanner.marks);
        let known = if self.scanner.is_alone {
            None
        } else {
            self.known.known(self.place, self.at)
        };
        let Some(ahead) = known.or_else(|| marks.find(ahead, self.place, self.at)) else {
            self.scanner.marks = marks;
            self.leap = self.at + 1;
            return Leapt::NotAtAll;
        };
        let mut leap = Leap {
            text: self.text,
            ahead,
            at: self.at,
            expect: self.expect,
            open: &mut self.scanner.open,
            top: self.top,
            most: MAX_DEPTH - self.scanner.around,
            visitor: self.visitor,
        };
        let leapt = leap.run();
        (self.at, self.expect, self.top) = (leap.at, leap.expect, leap.top);
        self.scanner.marks = marks;
        self.leap = self.at + 1;
        leapt
    }

    #[inline(always)]
    fn step(&mut self, expect: Expect) -> Option<()> {
        self.at += 1;
        self.expect = expect;
        Some(())
    }

    #[inline(always)]
    fn separator(&mut self, c: u8) -> Scanned<()> {
        match (c, self.top) {
            (b',', b'{') => Ok(self.step(Expect::Key)),
            (b',', _) => Ok(self.step(Expect::Value)),
            (b'}', b'{') | (b']', b'[') => Ok(self.close()),
            _ => Err(Fault),
        }
    }

    #[inline(always)]
    fn close(&mut self) -> Option<()> {
        self.scanner.open.pop();
        self.visitor.end_container();
        self.top = self.scanner.open.last().copied().unwrap_or(0);
        self.go_on(self.at + 1)
    }

    #[inline(always)]
    fn container(&mut self, bracket: u8, expect: Expect) -> Scanned<()> {
        if self.scanner.open.len() + self.scanner.around >= MAX_DEPTH {
            return Err(Fault);
        }
        self.scanner.open.push(bracket);
        self.top = bracket;
        self.visitor.begin_container(self.at, bracket);
        Ok(self.step(expect))
    }

    #[inline(always)]
    fn value(&mut self, c: u8) -> Scanned<()> {
        let from = self.at;
        let end = match c {
            b'"' => self.string()?.map(|string| from + string.length()),
            b'{' => return self.container(b'{', Expect::FirstKey),
            b'[' => return self.container(b'[', Expect::FirstElement),
            b'-' | b'0'..=b'9' => literal::number(self.text, from, self.ended)?,
            b't' => literal::word(self.text, from, b"true", self.ended)?,
            b'f' => literal::word(self.text, from, b"false", self.ended)?,
            b'n' => literal::word(self.text, from, b"null", self.ended)?,
            _ => return Err(Fault),
        };
        Ok(end.and_then(|end| {
            self.visitor.visit_scalar(from);
            self.go_on(end)
        }))
    }

    /// Goes on behind a value; most often a comma stands there.
    #[inline(always)]
    fn go_on(&mut self, at: usize) -> Option<()> {
        self.at = at;
        self.expect = match (self.text.get(at), self.top) {
            (Some(b','), b'{') => Expect::Key,
            (Some(b','), b'[') => Expect::Value,
            _ => {
                self.expect = Expect::Separator;
                return Some(());
            }
        };
        self.at += 1;
        Some(())
    }

    /// A key, and most often its value with it.
    #[inline(always)]
    fn key(&mut self, c: u8) -> Scanned<()> {
        if c != b'"' {
            return Err(Fault);
        }
        let Some(key) = self.string()? else {
            return Ok(None);
        };
        if self.visitor.wants_key() {
            self.visitor.visit_key(key);
        }
        self.at += key.length();
        self.expect = Expect::Colon;
        if self.text.get(self.at) != Some(&b':') {
            return Ok(Some(()));
        }
        self.step(Expect::Value);
        match self.text.get(self.at) {
            Some(c) if *c > b' ' => self.value(*c),
            _ => Ok(Some(())),
        }
    }

    #[inline(always)]
    fn string(&mut self) -> Scanned<StringLiteral<'t>> {
        if self.scanner.string.is_some() {
            return self.long_string();
        }
        let from = self.at + 1;
        let (plain, is_ascii) = unescaped_prefix(self.text.get(from..).unwrap_or_default());
        if self.text.get(from + plain) == Some(&b'"') {
            return Ok(Some(StringLiteral {
                content: &self.text[from..from + plain],
                is_escaped: false,
                is_ascii,
            }));
        }
        self.long_string()
    }

    /// A string with escapes, or one whose end is not here.
    #[cold]
    #[inline(never)]
    fn long_string(&mut self) -> Scanned<StringLiteral<'t>> {
        let begun = self.scanner.string.take();
        let mut scan = begun.unwrap_or_else(|| StringScan::new(self.at + 1));
        match scan.go_on(self.text) {
            Ok(true) => {}
            Ok(false) => {
                self.scanner.string = Some(scan);
                return Ok(None);
            }
            Err(fault) => {
                self.at = scan.at;
                return Err(fault);
            }
        }
        Ok(Some(StringLiteral {
            content: &self.text[self.at + 1..scan.at],
            is_escaped: scan.is_escaped,
            is_ascii: scan.is_ascii,
        }))
    }
}
