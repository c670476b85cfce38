//! Terms that begin with a keyword: `if`, `try`, `reduce`, `foreach`, `break`.

use jaq_core::load::parse::Term as T;

use super::ast::Term;
use super::expression::strength;
use super::parser::{KEYWORDS, ParseResult, Parser};

impl<'s> Parser<'s> {
    pub(super) fn word(&mut self) -> ParseResult<Term<'s>> {
        match self.next.text {
            "if" => self.condition(),
            "try" => self.try_catch(),
            "reduce" | "foreach" => self.fold(),
            "break" => {
                self.take()?;
                Ok(T::Break(self.variable()?))
            }
            "def" | "label" => self.unary(true),
            word if KEYWORDS.contains(&word) => Err(self.unexpected("expected a term")),
            _ => self.call(),
        }
    }

    pub(super) fn condition(&mut self) -> ParseResult<Term<'s>> {
        let outside = self.begin_chain();
        let mut branches = Vec::new();
        while matches!(self.next.text, "if" | "elif") {
            self.take()?;
            let condition = self.pipe()?;
            self.expect("then")?;
            branches.push((condition, self.pipe()?));
            self.check_chain(branches.len())?;
            if self.is("if") {
                break;
            }
        }
        let otherwise = if self.accept("else")? {
            Some(Box::new(self.pipe()?))
        } else {
            None
        };
        if !self.accept("end")? && !self.is_cut_off() {
            return Err(self.unexpected("expected elif, else or end"));
        }
        self.end_chain(outside, branches.len());
        Ok(T::IfThenElse(branches, otherwise))
    }

    pub(super) fn try_catch(&mut self) -> ParseResult<Term<'s>> {
        self.expect("try")?;
        let body = self.negated_postfix()?;
        let handler = if self.accept("catch")? {
            Some(Box::new(self.negated_postfix()?))
        } else {
            None
        };
        Ok(T::TryCatch(Box::new(body), handler))
    }

    pub(super) fn negated_postfix(&mut self) -> ParseResult<Term<'s>> {
        if self.accept("-")? {
            Ok(T::Neg(Box::new(self.postfix()?)))
        } else {
            self.postfix()
        }
    }

    pub(super) fn fold(&mut self) -> ParseResult<Term<'s>> {
        let name = self.take()?.text;
        let source = self.binary(strength::ALTERNATIVE, false)?;
        let patterns = self.patterns()?;
        self.expect("(")?;
        let mut args = vec![self.pipe()?];
        while self.accept(";")? {
            args.push(self.pipe()?);
        }
        while args.len() < 2 && self.is_cut_off() {
            args.push(T::Id);
        }
        let most = if name == "reduce" { 2 } else { 3 };
        if args.len() < 2 || args.len() > most {
            return Err(self.unexpected(&format!(
                "{name} takes 2{} filters in parentheses",
                if most == 3 { " or 3" } else { "" }
            )));
        }
        self.expect(")")?;
        Ok(super::pattern::fold(name, source, patterns, args))
    }
}
