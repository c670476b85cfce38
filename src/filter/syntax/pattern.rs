//! Destructuring patterns: `as [$a, {b: $c}]`. jaq-core does not have the alternatives of `?//`, so they are rewritten
//! into terms that it has.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Pattern as P, Term as T};

use super::ast::{Pattern, Term};
use super::lexer::TokenKind;
use super::parser::{ParseResult, Parser};

/// Variables of rewritten terms. No jq program can spell these names.
const SOURCE: &str = "$ source";
const INPUT: &str = "$ input";

impl<'s> Parser<'s> {
    /// `term as pattern | rest`
    pub(super) fn binding(&mut self, term: Term<'s>, with_comma: bool) -> ParseResult<Term<'s>> {
        let patterns = self.patterns()?;
        self.expect("|")?;
        let rest = self.copied(patterns.len() - 1, |parser| parser.rest(with_comma))?;
        Ok(bind(term, patterns, rest))
    }

    /// `as`, then patterns with `?//` between them.
    pub(super) fn patterns(&mut self) -> ParseResult<Vec<Pattern<'s>>> {
        self.expect("as")?;
        let outside = self.begin_chain();
        let mut patterns = vec![self.pattern()?];
        while self.accept("?//")? {
            patterns.push(self.pattern()?);
            self.check_chain(patterns.len())?;
        }
        self.end_chain(outside, patterns.len());
        Ok(patterns)
    }

    fn pattern(&mut self) -> ParseResult<Pattern<'s>> {
        self.nested(Self::one_pattern)
    }

    fn one_pattern(&mut self) -> ParseResult<Pattern<'s>> {
        if self.next.kind == TokenKind::Var {
            return Ok(P::Var(self.variable()?));
        }
        if self.accept("[")? {
            let mut items = Vec::new();
            loop {
                items.push(self.pattern()?);
                self.check_chain(items.len())?;
                if !self.accept(",")? {
                    break;
                }
            }
            self.expect("]")?;
            return Ok(P::Arr(items));
        }
        if self.is_cut_off() {
            return Ok(P::Var(SOURCE));
        }
        if !self.accept("{")? {
            return Err(self.unexpected("expected a variable, [ or {"));
        }
        let mut entries = Vec::new();
        loop {
            self.pattern_entry(&mut entries)?;
            self.check_chain(entries.len())?;
            if !self.accept(",")? {
                break;
            }
        }
        self.expect("}")?;
        Ok(P::Obj(entries))
    }

    /// `$x`, `$x: pattern` (both bound), `name: pattern`, `"name": pattern` or `(filter): pattern`
    fn pattern_entry(&mut self, entries: &mut Vec<(Term<'s>, Pattern<'s>)>) -> ParseResult<()> {
        let constant = |text| T::Str(None, vec![StrPart::Str(text)]);
        let key = match self.next.kind {
            TokenKind::Var => {
                let name = self.variable()?;
                entries.push((constant(&name[1..]), P::Var(name)));
                if !self.is(":") {
                    return Ok(());
                }
                constant(&name[1..])
            }
            TokenKind::Word => constant(self.take()?.text),
            TokenKind::Quote | TokenKind::Format => self.string()?,
            TokenKind::Symbol if self.is("(") => {
                self.take()?;
                let key = self.pipe()?;
                self.expect(")")?;
                key
            }
            _ => return Err(self.unexpected("expected a key")),
        };
        self.expect(":")?;
        entries.push((key, self.pattern()?));
        Ok(())
    }
}

fn pipe<'s>(left: Term<'s>, right: Term<'s>) -> Term<'s> {
    T::BinOp(Box::new(left), BinaryOp::Pipe(None), Box::new(right))
}

fn bind_one<'s>(term: Term<'s>, pattern: Pattern<'s>, rest: Term<'s>) -> Term<'s> {
    T::BinOp(
        Box::new(term),
        BinaryOp::Pipe(Some(pattern)),
        Box::new(rest),
    )
}

fn bind<'s>(term: Term<'s>, mut patterns: Vec<Pattern<'s>>, rest: Term<'s>) -> Term<'s> {
    match patterns.len() {
        1 => bind_one(term, patterns.remove(0), rest),
        _ => alternatives(term, patterns, |_| rest.clone()),
    }
}

/// `t as p ?// q | rest`: for every output of `t`, the pattern `p` is tried, and `q` if `p` or `rest` fails. Variables
/// of the other patterns are null. `rest` makes the term from the names of all variables.
fn alternatives<'s>(
    term: Term<'s>,
    patterns: Vec<Pattern<'s>>,
    rest: impl Fn(&[&'s str]) -> Term<'s>,
) -> Term<'s> {
    let mut names: Vec<&str> = Vec::new();
    patterns
        .iter()
        .for_each(|pattern| variables(pattern, &mut names));
    names.sort_unstable();
    names.dedup();
    let body = rest(&names);
    let mut attempts = patterns.into_iter().map(|pattern| {
        let mut bound = Vec::new();
        variables(&pattern, &mut bound);
        let unbound = names.iter().filter(|name| !bound.contains(name));
        let inner = bind_one(T::Var(SOURCE), pattern, pipe(T::Var(INPUT), body.clone()));
        unbound.fold(inner, |inner, name| {
            bind_one(T::Call("null", Vec::new()), P::Var(name), inner)
        })
    });
    let mut reversed: Vec<_> = attempts.by_ref().collect();
    let last = reversed.pop().unwrap_or_default();
    let tried = reversed.into_iter().rev().fold(last, |next, attempt| {
        T::TryCatch(Box::new(attempt), Some(Box::new(next)))
    });
    bind_one(T::Id, P::Var(INPUT), bind_one(term, P::Var(SOURCE), tried))
}

fn variables<'s>(pattern: &Pattern<'s>, names: &mut Vec<&'s str>) {
    match pattern {
        P::Var(name) => names.push(name),
        P::Arr(items) => items.iter().for_each(|item| variables(item, names)),
        P::Obj(entries) => entries.iter().for_each(|(_, item)| variables(item, names)),
    }
}

/// `reduce` or `foreach`. With alternatives, the variables are passed to the loop as one array.
pub(super) fn fold<'s>(
    name: &'s str,
    source: Term<'s>,
    mut patterns: Vec<Pattern<'s>>,
    args: Vec<Term<'s>>,
) -> Term<'s> {
    if patterns.len() == 1 {
        return T::Fold(name, Box::new(source), patterns.remove(0), args);
    }
    let mut names: Vec<&str> = Vec::new();
    patterns
        .iter()
        .for_each(|pattern| variables(pattern, &mut names));
    names.sort_unstable();
    names.dedup();
    let as_array = |names: &[&'s str]| {
        let values = names.iter().map(|name| T::Var(*name));
        let values = values.reduce(|l, r| T::BinOp(Box::new(l), BinaryOp::Comma, Box::new(r)));
        T::Arr(values.map(Box::new))
    };
    let source = alternatives(source, patterns, as_array);
    let pattern = P::Arr(names.into_iter().map(P::Var).collect());
    T::Fold(name, Box::new(source), pattern, args)
}
