//! The scan from mark to mark: most tokens are told by the byte they begin with.
//!
//! It stops before whatever is out of the ordinary, which the scan byte by byte then sees to.

use super::literal;
use super::marks::Ahead;
use super::scanner::{Expect, Visitor};
use crate::value::{BLOCK, StringLiteral};

/// The scan of the bytes that have marks.
pub struct Leap<'s, 't, 'm, V> {
    pub text: &'t [u8],
    pub ahead: Ahead<'m>,
    /// Bytes scanned.
    pub at: usize,
    pub expect: Expect,
    pub open: &'s mut Vec<u8>,
    /// The bracket that was opened last, 0 outside of any.
    pub top: u8,
    /// The most brackets that may be open.
    pub most: usize,
    pub visitor: &'s mut V,
}

/// How far a leap went.
pub enum Leapt {
    NotAtAll,
    SomeWay,
    /// To the end of the outermost container.
    ToTheEnd,
}

/// What stands at the mark where the leap has come to; `None` ends it.
type Next<T> = Option<T>;

/// What a byte at a mark begins.
enum Begins {
    Value(u8),
    /// A comma or the end of the container.
    Separator(u8),
}

impl<'t, V: Visitor> Leap<'_, 't, '_, V> {
    /// Goes on as far as it can.
    #[inline(always)]
    pub fn run(&mut self) -> Leapt {
        let from = self.at;
        // Within a number or a word, which goes on behind what ended there, is no place to begin.
        let begins = self.ahead.next() == Some(from);
        if let Some(c) = self.text.get(from).filter(|_| begins) {
            let _stopped = self.run_from(*c);
        }
        match (self.at == from, self.top) {
            (true, _) => Leapt::NotAtAll,
            (false, 0) => Leapt::ToTheEnd,
            (false, _) => Leapt::SomeWay,
        }
    }

    /// Goes on from this byte, as far as it can.
    #[inline(always)]
    fn run_from(&mut self, c: u8) -> Next<()> {
        let mut begins = match self.expect {
            Expect::Separator => Begins::Separator(c),
            Expect::Value => Begins::Value(c),
            Expect::Key => Begins::Value(self.key(c)?),
            Expect::FirstKey | Expect::FirstElement | Expect::Colon => return None,
        };
        loop {
            let mut c = match begins {
                Begins::Value(c) => match self.value(c)? {
                    Begins::Separator(c) => c,
                    inner => {
                        begins = inner;
                        continue;
                    }
                },
                Begins::Separator(c) => c,
            };
            while c != b',' {
                c = self.end(c)?;
            }
            begins = Begins::Value(self.behind_comma()?);
        }
    }

    /// Goes to the next mark; gives its byte.
    #[inline(always)]
    fn next(&mut self) -> Next<u8> {
        let at = self.ahead.next()?;
        self.at = at;
        self.text.get(at).copied()
    }

    /// Goes to the value behind a comma.
    #[inline(always)]
    fn behind_comma(&mut self) -> Next<u8> {
        if self.top == b'{' {
            self.pass(Expect::Key);
            let c = self.next()?;
            self.key(c)
        } else {
            self.pass(Expect::Value);
            self.next()
        }
    }

    /// Goes behind the byte at the mark.
    #[inline(always)]
    fn pass(&mut self, expect: Expect) {
        (self.at, self.expect) = (self.at + 1, expect);
    }

    /// Ends the container, if this is its bracket; gives the separator behind it.
    #[inline(always)]
    fn end(&mut self, bracket: u8) -> Next<u8> {
        // ] is two behind [, and } behind {.
        if bracket.wrapping_sub(2) != self.top {
            return None;
        }
        self.open.pop();
        self.visitor.end_container();
        self.top = self.open.last().copied().unwrap_or(0);
        self.pass(Expect::Separator);
        if self.top == 0 {
            return None;
        }
        self.next()
    }

    /// A key and its colon; gives the first byte of the value.
    #[inline(always)]
    fn key(&mut self, c: u8) -> Next<u8> {
        let may_be_escaped = self.ahead.has_escapes();
        let colon = self.ahead.next().filter(|_| c == b'"')?;
        if self.text.get(colon) != Some(&b':') {
            return None;
        }
        if self.visitor.wants_key() {
            let may_be_escaped = may_be_escaped || self.ahead.has_escapes();
            self.visitor.visit_key(self.literal(colon, may_be_escaped));
        }
        self.at = colon;
        self.pass(Expect::Value);
        self.next()
    }

    /// The key that begins at the mark, with a colon behind it. Backslashes are known of the blocks of the two.
    #[inline(always)]
    fn literal(&self, colon: usize, may_be_escaped: bool) -> StringLiteral<'t> {
        let whole = &self.text[self.at..colon];
        match whole {
            [b'"', inside @ .., b'"'] if !may_be_escaped && whole.len() < BLOCK => StringLiteral {
                content: inside,
                is_escaped: false,
                is_ascii: false,
            },
            _ => StringLiteral::new(&self.text[self.at..]),
        }
    }

    #[inline(always)]
    fn value(&mut self, c: u8) -> Next<Begins> {
        if c == b'"' {
            // A string ends before the next mark, if there is one.
            let next = self.ahead.next()?;
            self.visitor.visit_scalar(self.at);
            (self.at, self.expect) = (next, Expect::Separator);
            return Some(Begins::Separator(*self.text.get(next)?));
        }
        match c {
            b'{' => self.object(),
            b'[' => self.array(),
            _ => self.word(c),
        }
    }

    #[inline(always)]
    fn word(&mut self, c: u8) -> Next<Begins> {
        let end = match c {
            b'-' | b'0'..=b'9' => literal::number(self.text, self.at, false),
            b't' => literal::word(self.text, self.at, b"true", false),
            b'f' => literal::word(self.text, self.at, b"false", false),
            b'n' => literal::word(self.text, self.at, b"null", false),
            _ => return None,
        };
        let end = end.ok()??;
        // Behind anything else there may be more before the next mark.
        let (b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t') = *self.text.get(end)? else {
            return None;
        };
        self.visitor.visit_scalar(self.at);
        (self.at, self.expect) = (end, Expect::Separator);
        Some(Begins::Separator(self.next()?))
    }

    #[inline(always)]
    fn object(&mut self) -> Next<Begins> {
        self.open(b'{', Expect::FirstKey)?;
        match self.next()? {
            b'}' => Some(Begins::Separator(self.end(b'}')?)),
            c => Some(Begins::Value(self.key(c)?)),
        }
    }

    #[inline(always)]
    fn array(&mut self) -> Next<Begins> {
        self.open(b'[', Expect::FirstElement)?;
        match self.next()? {
            b']' => Some(Begins::Separator(self.end(b']')?)),
            c => {
                self.expect = Expect::Value;
                Some(Begins::Value(c))
            }
        }
    }

    #[inline(always)]
    fn open(&mut self, bracket: u8, expect: Expect) -> Next<()> {
        if self.open.len() >= self.most {
            return None;
        }
        self.open.push(bracket);
        self.top = bracket;
        self.visitor.begin_container(self.at, bracket);
        self.pass(expect);
        Some(())
    }
}
