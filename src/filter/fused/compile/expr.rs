//! Terms with one output.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp as B, Term as T};
use jaq_core::path::Path;

use super::compiler::Compiler;
use crate::builtins::{self, Intrinsic as I};
use crate::fused::expression::{Expr, Function, Generator, Order};
use crate::lower::has_call;
use crate::natives::regex::RegexTest;
use crate::natives::{self, NativeFn};
use crate::syntax::Term;
use dq_json::value::{Num, SharedStr, Value, ValueKind};

impl Compiler<'_> {
    /// A filter with one output.
    pub(super) fn expr(&mut self, term: &Term, is_root: bool) -> Option<Expr> {
        let mut boxed = |term: &Term| self.expr(term, is_root).map(Box::new);
        Some(match term {
            T::Id => Expr::Input,
            T::Num(text) => Expr::Constant(Value::Num(Num::parse(text))),
            T::Neg(inner) => match &**inner {
                T::Num(text) => Expr::Constant(Value::Num(Num::parse(text).negate())),
                _ => return None,
            },
            T::Var(name) => Expr::Constant(self.core.argument(name)?),
            T::Str(None, parts) => return self.string(parts, is_root),
            T::Arr(None) => Expr::Constant(Value::from(Vec::new())),
            T::Arr(Some(inner)) => Expr::List(Box::new(self.generator(inner, is_root)?)),
            T::Obj(entries) => return self.object(entries, is_root),
            T::Path(inner, Path(parts)) => {
                let inner = self.expr(inner, is_root)?;
                let is_root = is_root && matches!(inner, Expr::Input);
                return match self.path(inner, parts, is_root)? {
                    Generator::One(expr) => Some(expr),
                    _ => None,
                };
            }
            T::BinOp(left, B::Pipe(None), right) => {
                let left = boxed(left)?;
                Expr::Pipe(left, Box::new(self.expr(right, false)?))
            }
            // jq evaluates the right operand first. If that can be observed, `lower` rewrites the term for jaq-core.
            T::BinOp(left, B::Math(_) | B::Cmp(_), right) if has_call(left) && has_call(right) => {
                return None;
            }
            T::BinOp(left, op, right) => {
                let (left, op, right) = (boxed(left)?, operator(op)?, boxed(right)?);
                let adds_members = matches!((&*left, &*right), (Expr::Input, Expr::Object(_)));
                self.keep_keys(is_root && adds_members);
                Expr::Binary(left, op, right)
            }
            T::IfThenElse(branches, otherwise) => {
                let mut expr = match otherwise {
                    Some(otherwise) => self.expr(otherwise, is_root)?,
                    None => Expr::Input,
                };
                for (condition, then) in branches.iter().rev() {
                    let condition = Box::new(self.expr(condition, is_root)?);
                    let then = Box::new(self.expr(then, is_root)?);
                    expr = Expr::If(condition, then, Box::new(expr));
                }
                expr
            }
            T::Call(name, args) => return self.single_call(term, name, args, is_root),
            _ => return None,
        })
    }

    fn single_call(
        &mut self,
        term: &Term,
        name: &str,
        args: &[Term],
        is_root: bool,
    ) -> Option<Expr> {
        // `def @json: tojson;`
        let name = if name == "@json" { "tojson" } else { name };
        let builtin = builtins::find(name, args.len())?;
        Some(match (builtin.intrinsic, args) {
            (Some(I::Length), []) => {
                self.keep_keys(is_root);
                Expr::Length(Box::new(Expr::Input))
            }
            (Some(I::Not), []) => Expr::Not(Box::new(Expr::Input)),
            (Some(I::Null), []) => Expr::Constant(Value::Null),
            (Some(I::True), []) => Expr::Constant(Value::Bool(true)),
            (Some(I::False), []) => Expr::Constant(Value::Bool(false)),
            (Some(I::ToString), []) => Expr::Interpolation(vec![Expr::Input]),
            (Some(I::Map), [filter]) => {
                self.keep_keys(is_root);
                let each = self.generator(filter, false)?;
                Expr::List(Box::new(Generator::pipe(
                    Generator::Iterate(Expr::Input),
                    each,
                )))
            }
            (Some(I::Test), [pattern, flags @ ..]) => self.test(pattern, flags.first())?,
            _ if builtin.is_pure_function() && args.iter().all(is_constant) => {
                self.keep_keys(is_root && matches!(name, "keys" | "keys_unsorted"));
                match self.function(name, args) {
                    Some(function) => Expr::Function(function),
                    None => Expr::Core(self.core(term)?),
                }
            }
            _ => return None,
        })
    }

    fn function(&mut self, name: &str, args: &[Term]) -> Option<Function> {
        Some(match (natives::find(name, args.len())?, args) {
            (NativeFn::Of0(function, _), []) => match name {
                "keys" => Function::Keys(function, Order::Sorted),
                "keys_unsorted" => Function::Keys(function, Order::AsWritten),
                "type" => {
                    let name = |kind: ValueKind| Value::str(kind.type_name());
                    Function::Type(function, ValueKind::ALL.map(name))
                }
                "tojson" => Function::ToJson(function),
                _ => Function::OfInput(function),
            },
            (NativeFn::Of1(function, _), [argument]) => match self.expr(argument, false)? {
                Expr::Constant(key) if name == "has" => Function::Has(function, key),
                Expr::Constant(argument) => Function::WithArgument(function, argument),
                _ => return None,
            },
            _ => return None,
        })
    }

    /// `test` with a constant pattern and constant flags.
    fn test(&mut self, pattern: &Term, flags: Option<&Term>) -> Option<Expr> {
        let flags = flags.map_or(Some(Value::Null), |flags| self.constant(flags))?;
        match self.constant(pattern)? {
            Value::Str(pattern) => RegexTest::new(&pattern, &flags).map(Expr::Test),
            _ => None,
        }
    }

    /// The value of a literal, or of a variable that is an argument.
    fn constant(&mut self, term: &Term) -> Option<Value> {
        if !is_constant(term) && !matches!(term, T::Var(_)) {
            return None;
        }
        match self.expr(term, false)? {
            Expr::Constant(value) => Some(value),
            _ => None,
        }
    }

    fn string(&mut self, parts: &[StrPart<&str, Term>], is_root: bool) -> Option<Expr> {
        let is_call =
            |part: &&StrPart<&str, Term>| matches!(part, StrPart::Term(term) if has_call(term));
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
                    pieces.push(self.expr(term, is_root)?);
                }
            }
        }
        if pieces.is_empty() {
            return Some(Expr::Constant(Value::from(text)));
        }
        if !text.is_empty() {
            pieces.push(Expr::Constant(Value::from(text)));
        }
        Some(Expr::Interpolation(pieces))
    }

    fn object(&mut self, entries: &[(Term, Option<Term>)], is_root: bool) -> Option<Expr> {
        let mut fused: Vec<(SharedStr, Expr)> = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let Expr::Constant(Value::Str(key)) = self.expr(key, is_root)? else {
                return None;
            };
            let value = match value {
                Some(value) => self.expr(value, is_root)?,
                None if is_root => Expr::Slot(self.projection.slot(std::slice::from_ref(&key))),
                None => Expr::Field(Box::new(Expr::Input), key.clone()),
            };
            fused.push((key, value));
        }
        let mut keys: Vec<&SharedStr> = fused.iter().map(|(key, _)| key).collect();
        keys.sort_unstable();
        if keys.windows(2).any(|pair| pair[0] == pair[1]) {
            return None;
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
