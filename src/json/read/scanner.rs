//! One pass over JSON text that validates it (RFC 8259) and reports its parts to a visitor.
//!
//! The scan stops at the end of the bytes in memory and resumes when more arrive; nothing is scanned twice. Long inputs
//! are scanned by the structural index wherever possible.

use super::scan_state::{Expect, InvalidJson, ScanProgress, TokenResult};
use super::shape::Shape;
use super::structural_index::StructuralIndex;
use super::structural_scan::{Advance, StructuralScan};
use super::tokens::{StringScan, scan_any_number, scan_literal, scan_number};
use super::visitor::Visitor;
use crate::limits::MAX_DEPTH;
use crate::simd::block::BLOCK_SIZE;
use crate::value::{StringLiteral, unescaped_prefix};

/// Scans a sequence of values.
#[derive(Debug)]
pub(super) struct Scanner {
    /// The opening brackets of the open containers.
    open: Vec<u8>,
    /// The number of containers that enclose the value.
    outer_depth: usize,
    expect: Expect,
    /// The number of scanned bytes of the value.
    position: usize,
    /// The partly scanned string, if the bytes ended inside one.
    partial_string: Option<StringScan>,
    /// The index of bytes that the input's own index does not cover.
    own_index: StructuralIndex,
    /// An error has occurred: the input's own index may be wrong about which bytes are inside strings.
    ignores_input_index: bool,
    /// The offset in the input from which the structural index is used.
    simd_threshold: usize,
    shape: Shape,
    /// The number of newlines in the value, if it is known.
    newlines: Option<usize>,
}

impl Scanner {
    /// A scanner that uses the structural index from this offset in the input.
    pub(super) fn new(simd_threshold: usize) -> Self {
        Self {
            open: Vec::new(),
            outer_depth: 0,
            expect: Expect::default(),
            position: 0,
            partial_string: None,
            own_index: StructuralIndex::default(),
            ignores_input_index: false,
            simd_threshold,
            shape: Shape::default(),
            newlines: None,
        }
    }

    /// Prepares for the next value, which this many containers enclose.
    pub(super) fn reset(&mut self, outer_depth: usize) {
        self.open.clear();
        self.outer_depth = outer_depth;
        self.expect = Expect::Value;
        self.position = 0;
        self.partial_string = None;
        self.newlines = None;
    }

    /// Discards the index of the bytes ahead: after an error, the next value may start inside what was taken for a
    /// string.
    pub(super) fn discard_index(&mut self) {
        self.own_index.clear();
        self.ignores_input_index = true;
    }

    /// The number of scanned bytes of the value. For invalid text it is the offset of the error if that is inside a
    /// string, otherwise the start of the invalid token.
    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// The number of newlines in the scanned value, if it is known without counting.
    pub(super) fn newlines(&self) -> Option<usize> {
        self.newlines
    }

    /// Scans the value at the start of `text`, resuming where the previous call stopped.
    ///
    /// The text starts at offset `text_start` in the input; `input_index` covers part of the input. `has_ended` says
    /// whether the input ends with the text.
    ///
    /// # Errors
    /// The text is not JSON.
    pub(super) fn scan(
        &mut self,
        text: &[u8],
        (text_start, input_index): (usize, &StructuralIndex),
        has_ended: bool,
        visitor: &mut impl Visitor,
    ) -> Result<ScanProgress, InvalidJson> {
        let is_long = text_start + text.len() > self.simd_threshold;
        let is_new = is_long && self.position == 0;
        if let Some(found) = visitor.found().filter(|_| is_new)
            && let Some(length) = self.shape.scan(text, found)
        {
            self.position = length;
            self.newlines = self.shape.newlines();
            return Ok(ScanProgress::Complete(length));
        }
        let mut pass = Pass {
            at: self.position,
            innermost: self.open.last().copied().unwrap_or(0),
            expect: self.expect,
            scanner: self,
            text,
            has_ended,
            visitor,
            text_start,
            input_index,
            structural_from: if is_long { 0 } else { usize::MAX },
        };
        let progress = pass.run();
        let (at, expect) = (pass.at, pass.expect);
        (self.position, self.expect) = (at, expect);
        if let Ok(ScanProgress::Complete(length)) = &progress
            && let Some(found) = visitor.found().filter(|_| is_new)
        {
            self.newlines = self.shape.learn(&text[..*length], found);
        }
        progress
    }
}

/// Scans the bytes in memory. It copies the state that every byte needs out of the scanner, so that the copies can
/// stay in registers.
struct Pass<'s, 't, V> {
    scanner: &'s mut Scanner,
    text: &'t [u8],
    has_ended: bool,
    visitor: &'s mut V,
    /// Bytes scanned.
    at: usize,
    /// The innermost open bracket, or 0.
    innermost: u8,
    expect: Expect,
    text_start: usize,
    input_index: &'s StructuralIndex,
    /// The offset at which to try the next structural scan.
    structural_from: usize,
}

impl<'t, V: Visitor> Pass<'_, 't, V> {
    fn run(&mut self) -> Result<ScanProgress, InvalidJson> {
        loop {
            let c = match self.text.get(self.at) {
                Some(c) if *c > b' ' => *c,
                Some(b' ' | b'\t' | b'\n' | b'\r') => {
                    self.at += 1;
                    continue;
                }
                Some(_) => return Err(InvalidJson),
                None if self.has_ended => return Err(InvalidJson),
                None => return Ok(ScanProgress::NeedsMore),
            };
            if self.at >= self.structural_from && self.scanner.partial_string.is_none() {
                match self.scan_structural() {
                    Advance::Nowhere => {}
                    Advance::Partway => continue,
                    Advance::ToEnd => return Ok(ScanProgress::Complete(self.at)),
                }
            }
            let step = match self.expect {
                Expect::Value => self.scan_value(c)?,
                Expect::FirstElement if c == b']' => self.end_container(),
                Expect::FirstElement => self.scan_value(c)?,
                Expect::FirstKey if c == b'}' => self.end_container(),
                Expect::Key | Expect::FirstKey => self.scan_key(c)?,
                Expect::Colon if c == b':' => self.step(Expect::Value),
                Expect::Colon => return Err(InvalidJson),
                Expect::Separator => self.scan_separator(c)?,
            };
            match step {
                Some(()) if self.innermost == 0 => return Ok(ScanProgress::Complete(self.at)),
                Some(()) => {}
                None if self.has_ended => return Err(InvalidJson),
                None => return Ok(ScanProgress::NeedsMore),
            }
        }
    }

    /// Scans by the structural index for as long as that works.
    #[inline(always)]
    fn scan_structural(&mut self) -> Advance {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if rest.len() < BLOCK_SIZE || (self.innermost == 0 && !matches!(rest[0], b'{' | b'[')) {
            self.structural_from = usize::MAX;
            return Advance::Nowhere;
        }
        // Moved out of the scanner during use: borrowing it from there makes the scan 5 % slower.
        let mut own_index = std::mem::take(&mut self.scanner.own_index);
        let known = if self.scanner.ignores_input_index {
            None
        } else {
            self.input_index.tokens_from(self.text_start, self.at)
        };
        let Some(tokens) =
            known.or_else(|| own_index.build_tokens_from(rest, self.text_start, self.at))
        else {
            self.scanner.own_index = own_index;
            self.structural_from = self.at + 1;
            return Advance::Nowhere;
        };
        let mut scan = StructuralScan {
            text: self.text,
            tokens,
            at: self.at,
            expect: self.expect,
            open: &mut self.scanner.open,
            innermost: self.innermost,
            max_open: MAX_DEPTH - self.scanner.outer_depth,
            visitor: self.visitor,
        };
        let advance = scan.run();
        (self.at, self.expect, self.innermost) = (scan.at, scan.expect, scan.innermost);
        self.scanner.own_index = own_index;
        self.structural_from = self.at + 1;
        advance
    }

    /// Skips a token of one byte.
    #[inline(always)]
    fn step(&mut self, expect: Expect) -> Option<()> {
        self.at += 1;
        self.expect = expect;
        Some(())
    }

    #[inline(always)]
    fn scan_separator(&mut self, c: u8) -> TokenResult<()> {
        match (c, self.innermost) {
            (b',', b'{') => Ok(self.step(Expect::Key)),
            (b',', _) => Ok(self.step(Expect::Value)),
            (b'}', b'{') | (b']', b'[') => Ok(self.end_container()),
            _ => Err(InvalidJson),
        }
    }

    #[inline(always)]
    fn end_container(&mut self) -> Option<()> {
        self.scanner.open.pop();
        self.visitor.end_container();
        self.innermost = self.scanner.open.last().copied().unwrap_or(0);
        self.end_value(self.at + 1)
    }

    #[inline(always)]
    fn begin_container(&mut self, bracket: u8, expect: Expect) -> TokenResult<()> {
        if self.scanner.open.len() + self.scanner.outer_depth >= MAX_DEPTH {
            return Err(InvalidJson);
        }
        self.scanner.open.push(bracket);
        self.innermost = bracket;
        self.visitor.begin_container(self.at, bracket);
        Ok(self.step(expect))
    }

    #[inline(always)]
    fn scan_value(&mut self, c: u8) -> TokenResult<()> {
        let start = self.at;
        let end = match c {
            b'"' => self.scan_string()?.map(|string| start + string.length()),
            b'{' => return self.begin_container(b'{', Expect::FirstKey),
            b'[' => return self.begin_container(b'[', Expect::FirstElement),
            b'-' | b'0'..=b'9' => scan_number(self.text, start, self.has_ended)?,
            b't' => scan_literal(self.text, start, b"true", self.has_ended)?,
            b'f' => scan_literal(self.text, start, b"false", self.has_ended)?,
            b'n' => scan_literal(self.text, start, b"null", self.has_ended)
                .or_else(|_| scan_any_number(self.text, start, self.has_ended))?,
            b'N' | b'i' | b'I' | b's' | b'S' | b'+' => {
                scan_any_number(self.text, start, self.has_ended)?
            }
            _ => return Err(InvalidJson),
        };
        Ok(end.and_then(|end| {
            self.visitor.visit_scalar(start);
            self.end_value(end)
        }))
    }

    /// Continues after a value. Also skips a comma that follows immediately, which is the common case.
    #[inline(always)]
    fn end_value(&mut self, end: usize) -> Option<()> {
        self.at = end;
        self.expect = match (self.text.get(end), self.innermost) {
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

    /// Skips a key, and the colon and the value if they follow immediately.
    #[inline(always)]
    fn scan_key(&mut self, c: u8) -> TokenResult<()> {
        if c != b'"' {
            return Err(InvalidJson);
        }
        let Some(key) = self.scan_string()? else {
            return Ok(None);
        };
        if self.visitor.wants_key() {
            self.visitor.visit_key(self.at, key);
        }
        self.at += key.length();
        self.expect = Expect::Colon;
        if self.text.get(self.at) != Some(&b':') {
            return Ok(Some(()));
        }
        self.step(Expect::Value);
        match self.text.get(self.at) {
            Some(c) if *c > b' ' => self.scan_value(*c),
            _ => Ok(Some(())),
        }
    }

    #[inline(always)]
    fn scan_string(&mut self) -> TokenResult<StringLiteral<'t>> {
        if self.scanner.partial_string.is_some() {
            return self.scan_long_string();
        }
        let start = self.at + 1;
        let (length, is_ascii) = unescaped_prefix(self.text.get(start..).unwrap_or_default());
        if self.text.get(start + length) == Some(&b'"') {
            return Ok(Some(StringLiteral {
                content: &self.text[start..start + length],
                is_escaped: false,
                is_ascii,
            }));
        }
        self.scan_long_string()
    }

    /// Scans a string that has escapes or does not end in memory.
    #[cold]
    #[inline(never)]
    fn scan_long_string(&mut self) -> TokenResult<StringLiteral<'t>> {
        let partial = self.scanner.partial_string.take();
        let mut scan = partial.unwrap_or_else(|| StringScan::new(self.at + 1));
        match scan.resume(self.text) {
            Ok(true) => {}
            Ok(false) => {
                self.scanner.partial_string = Some(scan);
                return Ok(None);
            }
            Err(error) => {
                self.at = scan.at;
                return Err(error);
            }
        }
        Ok(Some(StringLiteral {
            content: &self.text[self.at + 1..scan.at],
            is_escaped: scan.is_escaped,
            is_ascii: scan.is_ascii,
        }))
    }
}
