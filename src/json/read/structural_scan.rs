//! The scan by the structural index: it moves from token start to token start, and recognises most tokens by their
//! first byte.
//!
//! It stops before anything uncommon and leaves that to the scan token by token, so it never reports invalid text.

use super::scan_state::Expect;
use super::structural_index::TokenStarts;
use super::tokens::scan_indexed_word;
use super::visitor::Visitor;
use crate::simd::block::BLOCK_SIZE;
use crate::value::StringLiteral;

/// Scans the indexed bytes.
///
/// Its private methods return `None` to stop. Bytes scanned before that remain scanned.
pub(super) struct StructuralScan<'s, 't, 'i, V> {
    pub text: &'t [u8],
    /// The remaining token starts.
    pub tokens: TokenStarts<'i>,
    /// Bytes scanned.
    pub at: usize,
    pub expect: Expect,
    /// The opening brackets of the open containers.
    pub open: &'s mut Vec<u8>,
    /// The innermost of these brackets, or 0.
    pub innermost: u8,
    /// The maximum number of open containers.
    pub max_open: usize,
    pub visitor: &'s mut V,
}

/// How far a structural scan went.
pub(super) enum Advance {
    Nowhere,
    Partway,
    /// To the end of the outermost container.
    ToEnd,
}

/// What a token can be at its position, and its first byte.
enum NextToken {
    /// The first token of a value.
    Value(u8),
    /// A comma, or the end of the container.
    Separator(u8),
}

impl<'t, V: Visitor> StructuralScan<'_, 't, '_, V> {
    /// Scans as far as possible.
    #[inline(always)]
    pub(super) fn run(&mut self) -> Advance {
        let start = self.at;
        // The scan may be inside a number or literal; no token starts in the rest of it.
        let is_token_start = self.tokens.next() == Some(start);
        if let Some(c) = self.text.get(start).filter(|_| is_token_start) {
            let _stopped = self.run_from(*c);
        }
        if self.at == start {
            Advance::Nowhere
        } else if self.innermost == 0 {
            Advance::ToEnd
        } else {
            Advance::Partway
        }
    }

    /// Scans from the token that starts with this byte.
    #[inline(always)]
    fn run_from(&mut self, c: u8) -> Option<()> {
        let mut token = match self.expect {
            Expect::Separator => NextToken::Separator(c),
            Expect::Value => NextToken::Value(c),
            Expect::Key => NextToken::Value(self.scan_key(c)?),
            Expect::FirstKey | Expect::FirstElement | Expect::Colon => return None,
        };
        loop {
            let mut c = match token {
                NextToken::Value(c) => match self.scan_value(c)? {
                    NextToken::Separator(c) => c,
                    inner => {
                        token = inner;
                        continue;
                    }
                },
                NextToken::Separator(c) => c,
            };
            while c != b',' {
                c = self.end_container(c)?;
            }
            token = NextToken::Value(self.scan_comma()?);
        }
    }

    /// Moves to the next token; returns its first byte.
    #[inline(always)]
    fn next_token(&mut self) -> Option<u8> {
        let at = self.tokens.next()?;
        self.at = at;
        self.text.get(at).copied()
    }

    /// Skips a comma and, in an object, the key after it; returns the first byte of the value.
    #[inline(always)]
    fn scan_comma(&mut self) -> Option<u8> {
        if self.innermost == b'{' {
            self.step(Expect::Key);
            let c = self.next_token()?;
            self.scan_key(c)
        } else {
            self.step(Expect::Value);
            self.next_token()
        }
    }

    /// Skips a token of one byte.
    #[inline(always)]
    fn step(&mut self, expect: Expect) {
        (self.at, self.expect) = (self.at + 1, expect);
    }

    /// Ends the container if this is its bracket; returns the separator after it.
    #[inline(always)]
    fn end_container(&mut self, bracket: u8) -> Option<u8> {
        // In ASCII ] is [ + 2, and } is { + 2.
        if bracket.wrapping_sub(2) != self.innermost {
            return None;
        }
        self.open.pop();
        self.visitor.end_container();
        self.innermost = self.open.last().copied().unwrap_or(0);
        self.step(Expect::Separator);
        if self.innermost == 0 {
            return None;
        }
        self.next_token()
    }

    /// Skips a key and its colon; returns the first byte of the value.
    #[inline(always)]
    fn scan_key(&mut self, c: u8) -> Option<u8> {
        let may_be_escaped = self.tokens.has_escapes();
        let colon = self.tokens.next().filter(|_| c == b'"')?;
        if self.text.get(colon) != Some(&b':') {
            return None;
        }
        if self.visitor.wants_key() {
            let may_be_escaped = may_be_escaped || self.tokens.has_escapes();
            self.visitor
                .visit_key(self.at, self.key_literal(colon, may_be_escaped));
        }
        self.at = colon;
        self.step(Expect::Value);
        self.next_token()
    }

    /// The key between its opening quote and its colon. `may_be_escaped` says whether the blocks of these two bytes
    /// contain backslashes. They are the only blocks of the key if it is shorter than a block.
    #[inline(always)]
    fn key_literal(&self, colon: usize, may_be_escaped: bool) -> StringLiteral<'t> {
        let key = &self.text[self.at..colon];
        match key {
            [b'"', content @ .., b'"'] if !may_be_escaped && key.len() < BLOCK_SIZE => {
                StringLiteral {
                    content,
                    is_escaped: false,
                    is_ascii: false,
                }
            }
            _ => StringLiteral::new(&self.text[self.at..]),
        }
    }

    /// Skips a scalar or enters a container; returns the next token.
    #[inline(always)]
    fn scan_value(&mut self, c: u8) -> Option<NextToken> {
        if c == b'"' {
            // If there is a next token, the string ends before it.
            let next = self.tokens.next()?;
            self.visitor.visit_scalar(self.at);
            (self.at, self.expect) = (next, Expect::Separator);
            return Some(NextToken::Separator(*self.text.get(next)?));
        }
        match c {
            b'{' => self.begin_object(),
            b'[' => self.begin_array(),
            _ => self.scan_word(),
        }
    }

    /// Skips a number, `true`, `false` or `null`.
    #[inline(always)]
    fn scan_word(&mut self) -> Option<NextToken> {
        let end = scan_indexed_word(self.text, self.at)?;
        self.visitor.visit_scalar(self.at);
        (self.at, self.expect) = (end, Expect::Separator);
        Some(NextToken::Separator(self.next_token()?))
    }

    #[inline(always)]
    fn begin_object(&mut self) -> Option<NextToken> {
        self.begin_container(b'{', Expect::FirstKey)?;
        match self.next_token()? {
            b'}' => Some(NextToken::Separator(self.end_container(b'}')?)),
            c => Some(NextToken::Value(self.scan_key(c)?)),
        }
    }

    #[inline(always)]
    fn begin_array(&mut self) -> Option<NextToken> {
        self.begin_container(b'[', Expect::FirstElement)?;
        match self.next_token()? {
            b']' => Some(NextToken::Separator(self.end_container(b']')?)),
            c => {
                self.expect = Expect::Value;
                Some(NextToken::Value(c))
            }
        }
    }

    #[inline(always)]
    fn begin_container(&mut self, bracket: u8, expect: Expect) -> Option<()> {
        if self.open.len() >= self.max_open {
            return None;
        }
        self.open.push(bracket);
        self.innermost = bracket;
        self.visitor.begin_container(self.at, bracket);
        self.step(expect);
        Some(())
    }
}
