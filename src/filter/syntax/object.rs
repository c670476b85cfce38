//! Object construction: `{a, "b": 1, (.c): 2, $x, @base64 "k", $__loc__}`.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::Term as T;

use super::ast::{SyntaxError, Term};
use super::lexer::TokenKind;
use super::parser::{ParseResult, Parser};

type ObjectEntry<'s> = (Term<'s>, Option<Term<'s>>);

impl<'s> Parser<'s> {
    pub(super) fn object(&mut self) -> ParseResult<Term<'s>> {
        self.expect("{")?;
        let mut entries = Vec::new();
        while !self.is("}") {
            entries.push(self.entry()?);
            if !self.accept(",")? {
                break;
            }
        }
        self.expect("}")?;
        Ok(T::Obj(entries))
    }

    fn entry(&mut self) -> ParseResult<ObjectEntry<'s>> {
        let constant = |text| T::Str(None, vec![StrPart::Str(text)]);
        match self.next.kind {
            TokenKind::Var => {
                let token = self.take()?;
                match (token.text, self.is(":")) {
                    (name, true) => self.with_value(T::Var(name)),
                    ("$__loc__", false) => Ok((constant("__loc__"), Some(self.location(token)))),
                    (name, false) => Ok((constant(&name[1..]), Some(T::Var(name)))),
                }
            }
            TokenKind::Word => {
                let key = constant(self.take()?.text);
                self.maybe_with_value(key)
            }
            TokenKind::Quote => {
                let key = self.string()?;
                self.maybe_with_value(key)
            }
            TokenKind::Format => {
                let token = self.next;
                match self.string()? {
                    key @ T::Str(..) => self.maybe_with_value(key),
                    _ => Err(SyntaxError {
                        offset: token.offset,
                        length: token.text.len(),
                        message: format!("{} needs a string behind it to be a key", token.text),
                    }),
                }
            }
            _ if self.is("(") => {
                self.take()?;
                let key = self.pipe()?;
                self.expect(")")?;
                self.with_value(key)
            }
            _ => {
                Err(self.unexpected("expected a key: a name, a string, a $variable or (a filter)"))
            }
        }
    }

    fn maybe_with_value(&mut self, key: Term<'s>) -> ParseResult<ObjectEntry<'s>> {
        if self.is(":") {
            self.with_value(key)
        } else {
            Ok((key, None))
        }
    }

    fn with_value(&mut self, key: Term<'s>) -> ParseResult<ObjectEntry<'s>> {
        self.expect(":")?;
        Ok((key, Some(self.pipe_without_comma()?)))
    }
}
