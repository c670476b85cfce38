//! Filters with one output: what stands inside of everything else.

use std::rc::Rc;

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp as B, Term as T};
use jaq_core::path::Path;

use super::{Compiler, INPUT, piped};
use crate::builtins::{self, Intrinsic as I};
use crate::fused::{Expr, Stream};
use crate::lower::calls;
use crate::syntax::Term;
use dq_json::value::{Num, Value};

impl Compiler<'_> {
    /// A filter with one output.
    pub(super) fn expr(&mut self, term: &Term, rooted: bool) -> Option<Expr> {
        let mut boxed = |term: &Term| self.expr(term, rooted).map(Box::new);
        Some(match term {
            T::Id => INPUT,
            T::Num(text) => Expr::Constant(Value::Num(Num::parse(text))),
            T::Neg(inner) => match &**inner {
                T::Num(text) => Expr::Constant(Value::Num(Num::parse(text).negate())),
                _ => return None,
            },
            T::Var(name) => Expr::Constant(self.parts.variable(name)?),
            T::Str(None, parts) => return self.string(parts, rooted),
            T::Arr(None) => Expr::Constant(Value::from(Vec::new())),
            T::Arr(Some(inner)) => Expr::List(Box::new(self.of_term(inner, rooted)?)),
            T::Obj(entries) => return self.object(entries, rooted),
            T::Path(inner, Path(parts)) => {
                let inner = self.expr(inner, rooted)?;
                let rooted = rooted && matches!(inner, Expr::Input);
                return match self.path(inner, parts, rooted)? {
                    Stream::One(expr) => Some(expr),
                    _ => None,
                };
            }
            T::BinOp(left, B::Pipe(None), right) => {
                let left = boxed(left)?;
                Expr::Pipe(left, Box::new(self.expr(right, false)?))
            }
            // jq runs the right operand first; where that shows, jaq-core's way around it is taken.
            T::BinOp(left, B::Math(_) | B::Cmp(_), right) if calls(left) && calls(right) => {
                return None;
            }
            T::BinOp(left, op, right) => Expr::Binary(boxed(left)?, operator(op)?, boxed(right)?),
            T::IfThenElse(branches, otherwise) => {
                let mut expr = match otherwise {
                    Some(otherwise) => self.expr(otherwise, rooted)?,
                    None => INPUT,
                };
                for (condition, then) in branches.iter().rev() {
                    let condition = Box::new(self.expr(condition, rooted)?);
                    let then = Box::new(self.expr(then, rooted)?);
                    expr = Expr::If(condition, then, Box::new(expr));
                }
                expr
            }
            T::Call(name, args) => return self.single_call(term, name, args),
            _ => return None,
        })
    }

    fn single_call(&mut self, term: &Term, name: &str, args: &[Term]) -> Option<Expr> {
        let builtin = builtins::find(name, args.len())?;
        Some(match (builtin.intrinsic, args) {
            (Some(I::Length), []) => Expr::Length(Box::new(INPUT)),
            (Some(I::Not), []) => Expr::Not(Box::new(INPUT)),
            (Some(I::Null), []) => Expr::Constant(Value::Null),
            (Some(I::True), []) => Expr::Constant(Value::Bool(true)),
            (Some(I::False), []) => Expr::Constant(Value::Bool(false)),
            (Some(I::ToString), []) => Expr::Text(vec![INPUT]),
            (Some(I::Map), [filter]) => {
                let each = self.of_term(filter, false)?;
                Expr::List(Box::new(piped(Stream::Each(INPUT), each)))
            }
            _ if builtin.is_pure_function() && args.iter().all(is_constant) => {
                match self.part(term)? {
                    Stream::Part(part) => Expr::Part(part),
                    _ => return None,
                }
            }
            _ => return None,
        })
    }

    fn string(&mut self, parts: &[StrPart<&str, Term>], rooted: bool) -> Option<Expr> {
        let is_call =
            |part: &&StrPart<&str, Term>| matches!(part, StrPart::Term(term) if calls(term));
        if parts.iter().filter(is_call).count() > 1 {
            return None;
        }
        let mut pieces = Vec::new();
        let mut text = String::new();
        for part in parts {
            match part {
                StrPart::Str(part) => text.push_str(part),
                StrPart::Char(c) => text.push(*c),
                StrPart::Term(term) => {
                    if !text.is_empty() {
                        pieces.push(Expr::Constant(Value::from(std::mem::take(&mut text))));
                    }
                    pieces.push(self.expr(term, rooted)?);
                }
            }
        }
        if pieces.is_empty() {
            return Some(Expr::Constant(Value::from(text)));
        }
        if !text.is_empty() {
            pieces.push(Expr::Constant(Value::from(text)));
        }
        Some(Expr::Text(pieces))
    }

    fn object(&mut self, entries: &[(Term, Option<Term>)], rooted: bool) -> Option<Expr> {
        let mut fused: Vec<(Rc<str>, Expr)> = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let Expr::Constant(Value::Str(key)) = self.expr(key, rooted)? else {
                return None;
            };
            if fused.iter().any(|(known, _)| *known == key) {
                return None;
            }
            let value = match value {
                Some(value) => self.expr(value, rooted)?,
                None if rooted => Expr::Slot(self.wants.slot(std::slice::from_ref(&key))),
                None => Expr::Field(Box::new(INPUT), key.clone()),
            };
            fused.push((key, value));
        }
        Some(Expr::Object(fused))
    }
}

fn is_constant(term: &Term) -> bool {
    match term {
        T::Num(_) => true,
        T::Str(None, parts) => !parts.iter().any(|part| matches!(part, StrPart::Term(_))),
        _ => false,
    }
}

fn operator(op: &B<&str>) -> Option<B<&'static str>> {
    Some(match op {
        B::Math(op) => B::Math(*op),
        B::Cmp(op) => B::Cmp(*op),
        B::And => B::And,
        B::Or => B::Or,
        B::Alt => B::Alt,
        _ => return None,
    })
}
