//! Object construction: `{a, "b": 1, (.c): 2, $x, @base64 "k", $__loc__}`.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::Term as T;

use super::Term;
use super::lexer::Kind;
use super::parser::{Parsed, Parser};

type Entry<'s> = (Term<'s>, Option<Term<'s>>);

impl<'s> Parser<'s> {
    pub(super) fn object(&mut self) -> Parsed<Term<'s>> {
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

    fn entry(&mut self) -> Parsed<Entry<'s>> {
        let constant = |text| T::Str(None, vec![StrPart::Str(text)]);
        match self.next.kind {
            Kind::Var => {
                let token = self.take()?;
                match (token.text, self.is(":")) {
                    (name, true) => self.with_value(T::Var(name)),
                    ("$__loc__", false) => Ok((constant("__loc__"), Some(self.location(token)))),
                    (name, false) => Ok((constant(&name[1..]), Some(T::Var(name)))),
                }
            }
            Kind::Word => {
                let key = constant(self.take()?.text);
                self.maybe_with_value(key)
            }
            Kind::Quote => {
                let key = self.string()?;
                self.maybe_with_value(key)
            }
            Kind::Format => {
                let token = self.next;
                match self.string()? {
                    key @ T::Str(..) => self.maybe_with_value(key),
                    _ => Err(super::SyntaxError {
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

    fn maybe_with_value(&mut self, key: Term<'s>) -> Parsed<Entry<'s>> {
        if self.is(":") {
            self.with_value(key)
        } else {
            Ok((key, None))
        }
    }

    fn with_value(&mut self, key: Term<'s>) -> Parsed<Entry<'s>> {
        self.expect(":")?;
        Ok((key, Some(self.pipe_without_comma()?)))
    }
}
