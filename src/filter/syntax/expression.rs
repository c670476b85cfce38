//! Expressions of operators, by precedence climbing.

use jaq_core::load::parse::{BinaryOp, Term as T};
use jaq_core::ops::{Cmp, Math};

use super::ast::Term;
use super::lexer::TokenKind;
use super::parser::{ParseResult, Parser};

/// The precedence of the operators, lowest first, as `%left` and similar declarations in jq's `parser.y` order them.
pub(super) mod strength {
    pub(crate) const PIPE: u8 = 0;
    pub(crate) const COMMA: u8 = 1;
    pub(crate) const BINDING: u8 = 2;
    pub(crate) const ALTERNATIVE: u8 = 3;
    pub(crate) const ASSIGN: u8 = 4;
    pub(crate) const OR: u8 = 5;
    pub(crate) const AND: u8 = 6;
    pub(crate) const COMPARE: u8 = 7;
    pub(crate) const ADD: u8 = 8;
    pub(crate) const MULTIPLY: u8 = 9;
}

/// Lists up to this length are left as the grammar has them.
const LONG_LIST: usize = 16;

#[derive(PartialEq)]
pub(super) enum Associativity {
    Left,
    Right,
    None,
}

impl<'s> Parser<'s> {
    /// A whole expression, with pipes and commas.
    pub(super) fn pipe(&mut self) -> ParseResult<Term<'s>> {
        self.nested(|parser| parser.binary(strength::PIPE, true))
    }

    /// An expression without a comma at its top level, such as the value of an object's key.
    pub(super) fn pipe_without_comma(&mut self) -> ParseResult<Term<'s>> {
        self.nested(|parser| parser.binary(strength::PIPE, false))
    }

    pub(super) fn binary(&mut self, least: u8, with_comma: bool) -> ParseResult<Term<'s>> {
        let outside = self.begin_chain();
        let mut links = 0;
        let mut left = self.unary(with_comma)?;
        let mut chained = None;
        loop {
            if self.is("as") && least <= strength::BINDING {
                left = self.binding(left, with_comma)?;
            }
            let Some((op, strength, associativity)) = self.operator(with_comma) else {
                break;
            };
            if strength < least {
                break;
            }
            if chained == Some(strength) && associativity == Associativity::None {
                return Err(self.unexpected("this operator cannot be chained: use parentheses"));
            }
            self.take()?;
            let next = if associativity == Associativity::Right {
                strength
            } else {
                strength + 1
            };
            let right = self.nested(|parser| parser.binary(next, with_comma))?;
            if matches!(strength, strength::COMMA | strength::OR | strength::AND) {
                left = self.balanced(vec![left, right], op, strength, with_comma)?;
            } else {
                links += 1;
                self.check_chain(links)?;
                left = T::BinOp(Box::new(left), op, Box::new(right));
            }
            chained = Some(strength);
        }
        self.end_chain(outside, links);
        Ok(left)
    }

    /// The operands of an operator that is associative: `(a, b), c` is `a, (b, c)`. A long list of them becomes a tree
    /// of little depth.
    fn balanced(
        &mut self,
        mut operands: Vec<Term<'s>>,
        op: BinaryOp<&'s str>,
        strength: u8,
        with_comma: bool,
    ) -> ParseResult<Term<'s>> {
        while self
            .operator(with_comma)
            .is_some_and(|(_, next, _)| next == strength)
        {
            self.take()?;
            operands.push(self.nested(|parser| parser.binary(strength + 1, with_comma))?);
        }
        let join = |l, r| T::BinOp(Box::new(l), op.clone(), Box::new(r));
        while operands.len() > LONG_LIST {
            let mut halves = operands.into_iter();
            let pairs = || Some((halves.next()?, halves.next()));
            let joined = std::iter::from_fn(pairs).map(|(left, right)| match right {
                Some(right) => join(left, right),
                None => left,
            });
            operands = joined.collect();
        }
        Ok(operands.into_iter().reduce(join).unwrap_or(T::Id))
    }

    pub(super) fn operator(
        &self,
        with_comma: bool,
    ) -> Option<(BinaryOp<&'s str>, u8, Associativity)> {
        use Associativity::{Left, None as Alone, Right};
        use BinaryOp as B;
        if !matches!(self.next.kind, TokenKind::Symbol | TokenKind::Word) {
            return None;
        }
        Some(match self.next.text {
            "|" => (B::Pipe(None), strength::PIPE, Right),
            "," if with_comma => (B::Comma, strength::COMMA, Left),
            "//" => (B::Alt, strength::ALTERNATIVE, Right),
            "=" => (B::Assign, strength::ASSIGN, Alone),
            "|=" => (B::Update, strength::ASSIGN, Alone),
            "+=" => (B::UpdateMath(Math::Add), strength::ASSIGN, Alone),
            "-=" => (B::UpdateMath(Math::Sub), strength::ASSIGN, Alone),
            "*=" => (B::UpdateMath(Math::Mul), strength::ASSIGN, Alone),
            "/=" => (B::UpdateMath(Math::Div), strength::ASSIGN, Alone),
            "%=" => (B::UpdateMath(Math::Rem), strength::ASSIGN, Alone),
            "//=" => (B::UpdateAlt, strength::ASSIGN, Alone),
            "or" => (B::Or, strength::OR, Left),
            "and" => (B::And, strength::AND, Left),
            "==" => (B::Cmp(Cmp::Eq), strength::COMPARE, Alone),
            "!=" => (B::Cmp(Cmp::Ne), strength::COMPARE, Alone),
            "<" => (B::Cmp(Cmp::Lt), strength::COMPARE, Alone),
            "<=" => (B::Cmp(Cmp::Le), strength::COMPARE, Alone),
            ">" => (B::Cmp(Cmp::Gt), strength::COMPARE, Alone),
            ">=" => (B::Cmp(Cmp::Ge), strength::COMPARE, Alone),
            "+" => (B::Math(Math::Add), strength::ADD, Left),
            "-" => (B::Math(Math::Sub), strength::ADD, Left),
            "*" => (B::Math(Math::Mul), strength::MULTIPLY, Left),
            "/" => (B::Math(Math::Div), strength::MULTIPLY, Left),
            "%" => (B::Math(Math::Rem), strength::MULTIPLY, Left),
            _ => return None,
        })
    }

    /// An operand. Definitions and labels extend as far to the right as possible.
    pub(super) fn unary(&mut self, with_comma: bool) -> ParseResult<Term<'s>> {
        if self.is("def") {
            let defs = self.definitions()?;
            return Ok(T::Def(defs, Box::new(self.rest(with_comma)?)));
        }
        if self.accept("label")? {
            let name = self.variable()?;
            self.expect("|")?;
            return Ok(T::Label(name, Box::new(self.rest(with_comma)?)));
        }
        self.postfix()
    }

    /// The expression that a binding, definition or label applies to.
    pub(super) fn rest(&mut self, with_comma: bool) -> ParseResult<Term<'s>> {
        if with_comma {
            self.pipe()
        } else {
            self.pipe_without_comma()
        }
    }
}
