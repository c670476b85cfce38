//! Terms: values, paths, calls and strings.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Term as T};
use jaq_core::ops::Math;
use jaq_core::path::{Opt, Part, Path};

use super::ast::Term;
use super::lexer::{StringPart, Token, TokenKind};
use super::parser::{MAX_STRING_PARTS, ParseResult, Parser};

impl<'s> Parser<'s> {
    /// A term with its path components: `.a[0]?."b"`.
    pub(super) fn postfix(&mut self) -> ParseResult<Term<'s>> {
        let begins_with_key = self.next.kind == TokenKind::Field;
        let outside = self.begin_chain();
        let mut term = self.nested(Self::atom)?;
        let mut parts = Vec::new();
        // `.a.b` is one path with two keys.
        if begins_with_key
            && !self.is("?")
            && let T::Path(_, Path(first)) = &mut term
        {
            parts.append(first);
            term = T::Id;
        }
        loop {
            let part = match self.next.kind {
                TokenKind::Field => Part::Index(T::from_field(self.take()?.text)),
                TokenKind::Symbol if self.next.text == "[" => self.bracket()?,
                TokenKind::Symbol if self.next.text == "." => match self.dotted()? {
                    Some(part) => part,
                    None => break,
                },
                TokenKind::Symbol if self.next.text == "?" => {
                    self.take()?;
                    match parts.last_mut() {
                        Some((_, opt)) => *opt = Opt::Optional,
                        // `t??` is `t?`.
                        None if matches!(term, T::TryCatch(_, None)) => {}
                        None => term = T::TryCatch(Box::new(term), None),
                    }
                    continue;
                }
                _ => break,
            };
            parts.push((part, Opt::Essential));
            self.check_chain(parts.len())?;
        }
        self.end_chain(outside, parts.len());
        Ok(if parts.is_empty() {
            term
        } else {
            T::Path(Box::new(term), Path(parts))
        })
    }

    /// `."b"` or `.[0]` after a term.
    pub(super) fn dotted(&mut self) -> ParseResult<Option<Part<Term<'s>>>> {
        self.take()?;
        match self.next.kind {
            TokenKind::Quote | TokenKind::Format => Ok(Some(Part::Index(self.string()?))),
            _ if self.is("[") => Ok(Some(self.bracket()?)),
            _ => Err(self.unexpected("expected a key")),
        }
    }

    /// `[]`, `[i]`, `[i:]`, `[:j]` or `[i:j]`
    pub(super) fn bracket(&mut self) -> ParseResult<Part<Term<'s>>> {
        self.expect("[")?;
        if self.accept("]")? {
            return Ok(Part::Range(None, None));
        }
        let from = if self.is(":") {
            None
        } else {
            Some(self.pipe()?)
        };
        let part = match from {
            Some(index) if !self.is(":") => Part::Index(index),
            from => {
                self.expect(":")?;
                let upto = if from.is_some() && self.is("]") {
                    None
                } else {
                    Some(self.pipe()?)
                };
                Part::Range(from, upto)
            }
        };
        self.expect("]")?;
        Ok(part)
    }

    pub(super) fn atom(&mut self) -> ParseResult<Term<'s>> {
        match self.next.kind {
            TokenKind::Num => Ok(T::Num(self.take()?.text)),
            TokenKind::Quote | TokenKind::Format => self.string_or_format(),
            TokenKind::Field => {
                let key = T::from_field(self.take()?.text);
                Ok(T::Path(
                    Box::new(T::Id),
                    Path(vec![(Part::Index(key), Opt::Essential)]),
                ))
            }
            TokenKind::Var => Ok(self.var()?),
            TokenKind::Word => self.word(),
            TokenKind::Symbol => self.symbol(),
            TokenKind::End if self.is_cut_off() => Ok(T::Id),
            TokenKind::End => Err(self.unexpected("expected a term")),
        }
    }

    pub(super) fn var(&mut self) -> ParseResult<Term<'s>> {
        let token = self.take()?;
        if token.text == "$__loc__" {
            Ok(self.location(token))
        } else {
            Ok(T::Var(token.text))
        }
    }

    /// `{"file": "<top-level>", "line": N}`
    pub(super) fn location(&mut self, token: Token<'s>) -> Term<'s> {
        let text = |text| T::Str(None, vec![StrPart::Str(text)]);
        T::Obj(vec![
            (text("file"), Some(text("<top-level>"))),
            (text("line"), Some(number(self.line_of(token.offset)))),
        ])
    }

    pub(super) fn symbol(&mut self) -> ParseResult<Term<'s>> {
        match self.next.text {
            ".." => {
                self.take()?;
                Ok(T::Recurse)
            }
            "." => {
                self.take()?;
                match self.next.kind {
                    TokenKind::Quote => {
                        let key = self.string()?;
                        Ok(T::Path(
                            Box::new(T::Id),
                            Path(vec![(Part::Index(key), Opt::Essential)]),
                        ))
                    }
                    _ => Ok(T::Id),
                }
            }
            "(" => {
                self.take()?;
                let inner = self.pipe()?;
                self.expect(")")?;
                Ok(inner)
            }
            "[" => {
                self.take()?;
                if self.accept("]")? {
                    return Ok(T::Arr(None));
                }
                let inner = self.pipe()?;
                self.expect("]")?;
                Ok(T::Arr(Some(Box::new(inner))))
            }
            "{" => self.object(),
            "-" => {
                self.take()?;
                Ok(T::Neg(Box::new(self.nested(Self::postfix)?)))
            }
            _ => Err(self.unexpected("expected a term")),
        }
    }

    pub(super) fn call(&mut self) -> ParseResult<Term<'s>> {
        let name = self.take()?.text;
        let mut args = Vec::new();
        if self.accept("(")? {
            loop {
                args.push(self.pipe()?);
                self.check_chain(args.len())?;
                if !self.accept(";")? {
                    break;
                }
            }
            self.expect(")")?;
        }
        Ok(T::Call(name, args))
    }

    pub(super) fn string_or_format(&mut self) -> ParseResult<Term<'s>> {
        if self.next.kind == TokenKind::Quote {
            return self.string();
        }
        let format = self.take()?.text;
        if self.next.kind == TokenKind::Quote {
            let T::Str(_, parts) = self.string()? else {
                return Ok(T::Id);
            };
            return Ok(T::Str(Some(format), parts));
        }
        Ok(T::Call(format, Vec::new()))
    }

    /// A string literal, which a format may precede.
    pub(super) fn string(&mut self) -> ParseResult<Term<'s>> {
        if self.next.kind == TokenKind::Format {
            return self.string_or_format();
        }
        let mut parts = Vec::new();
        // The opening quote is the token that was looked ahead at.
        let opening = self.next.offset;
        self.lexer.position = opening + 1;
        loop {
            if self.cuts_off_string(opening) {
                break;
            }
            if parts.len() > MAX_STRING_PARTS {
                return Err(self.refused("the string has too many escapes and interpolations"));
            }
            match self.lexer.string_part()? {
                StringPart::Text(text) => parts.push(StrPart::Str(text)),
                StringPart::Char(c) => parts.push(StrPart::Char(c)),
                StringPart::Close => break,
                StringPart::Interpolation => {
                    self.next = self.lexer.next()?;
                    let inner = self.pipe()?;
                    parts.push(StrPart::Term(inner));
                    if self.is_cut_off() {
                        break;
                    }
                    if !self.is(")") {
                        return Err(self.unexpected("expected )"));
                    }
                    self.lexer.position = self.next.offset + 1;
                }
            }
        }
        self.next = self.lexer.next()?;
        Ok(T::Str(None, parts))
    }
}

/// A number that does not stand in the source: numbers of terms are slices of it, or of a constant.
fn number<'s>(n: usize) -> Term<'s> {
    let digit = T::Num(&"0123456789"[n % 10..n % 10 + 1]);
    if n < 10 {
        return digit;
    }
    let math = |left, op, right| T::BinOp(Box::new(left), BinaryOp::Math(op), Box::new(right));
    math(
        math(number(n / 10), Math::Mul, T::Num("10")),
        Math::Add,
        digit,
    )
}

/// Makes the key `"name"` of `.name`.
trait FromField<'s> {
    fn from_field(field: &'s str) -> Self;
}

impl<'s> FromField<'s> for Term<'s> {
    fn from_field(field: &'s str) -> Self {
        T::Str(None, vec![StrPart::Str(&field[1..])])
    }
}
