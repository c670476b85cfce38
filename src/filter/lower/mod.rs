//! jq's meaning → jaq-core's terms.
//!
//! The two evaluate most terms alike; where they differ (order of several operands, loops whose
//! body has none or several outputs, updates through anything but a plain path) the term is rewritten here into one
//! that jaq-core runs as jq would. Names are resolved on the way.

mod loops;
mod names;
mod operators;
mod parts;

use jaq_core::load::parse::{BinaryOp as B, Pattern as P, Term as T};
use jaq_core::path::Path;

use super::builtins::OutputCount::{self, Any, AtMostOne, One};
use super::files::value_of;
use super::link::{Environment, Exports, Linker};
use super::report::CompileError;
use super::syntax::{Pattern, Term};

pub use parts::calls;

type Lowered<'s> = (Term<'s>, OutputCount);

/// Something a name can mean inside a definition or filter.
enum Local<'s> {
    /// A definition; `calls_itself` is found out on the way.
    Def {
        name: &'s str,
        arity: usize,
        compiled: &'s str,
        count: OutputCount,
        open: bool,
        calls_itself: bool,
    },
    /// A parameter `f`.
    Closure(&'s str),
    /// A parameter `$x`, which jq also lets be called as `x`.
    Parameter(&'s str),
    Var(&'s str),
    Label(&'s str),
}

/// Where a term stands: the names around it and the file it is in.
pub struct Scope<'s> {
    source: &'s str,
    path: String,
    pub environment: Environment<'s>,
    locals: Vec<Local<'s>>,
}

/// Names no jq program can spell.
const OPERAND: &str = "$ operand";
const INDICES: [&str; 8] = ["$ 0", "$ 1", "$ 2", "$ 3", "$ 4", "$ 5", "$ 6", "$ 7"];

/// `left | right`
pub fn pipe<'s>(left: Term<'s>, right: Term<'s>) -> Term<'s> {
    T::BinOp(Box::new(left), B::Pipe(None), Box::new(right))
}

fn bind<'s>(value: Term<'s>, name: &'s str, rest: Term<'s>) -> Term<'s> {
    T::BinOp(Box::new(value), B::Pipe(Some(P::Var(name))), Box::new(rest))
}

impl<'s> Scope<'s> {
    pub fn new(source: &'s str, path: &str, environment: Environment<'s>) -> Self {
        Self {
            source,
            path: path.to_owned(),
            environment,
            locals: Vec::new(),
        }
    }

    pub fn into_exports(self) -> Exports<'s> {
        self.environment.own
    }

    fn error(&self, linker: &mut Linker<'s>, name: &str, message: String, hint: Option<String>) {
        linker.errors.push(CompileError::at(
            &self.path,
            self.source,
            name,
            message,
            hint,
        ));
    }

    fn boxed(&mut self, linker: &mut Linker<'s>, term: Term<'s>) -> (Box<Term<'s>>, OutputCount) {
        let (term, count) = self.term(linker, term);
        (Box::new(term), count)
    }

    /// The term as jaq-core is to run it, and how many outputs it has.
    pub fn term(&mut self, linker: &mut Linker<'s>, term: Term<'s>) -> Lowered<'s> {
        match term {
            T::Id | T::Num(_) | T::Arr(None) => (term, One),
            T::Recurse => (term, Any),
            T::Str(format, parts) => self.string(linker, format, parts),
            T::Arr(Some(inner)) => (T::Arr(Some(self.boxed(linker, *inner).0)), One),
            T::Obj(entries) => self.object(linker, entries),
            T::Neg(inner) => {
                let (inner, count) = self.boxed(linker, *inner);
                (T::Neg(inner), count)
            }
            T::BinOp(left, op, right) => self.binary(linker, *left, op, *right),
            T::Label(name, inner) => {
                self.locals.push(Local::Label(name));
                let (inner, _) = self.boxed(linker, *inner);
                self.locals.pop();
                (T::Label(name, inner), Any)
            }
            T::Break(name) => {
                if !self
                    .locals
                    .iter()
                    .any(|local| matches!(local, Local::Label(known) if *known == name))
                {
                    self.error(
                        linker,
                        name,
                        format!("there is no label {name} around this break"),
                        None,
                    );
                }
                (T::Break(name), AtMostOne)
            }
            T::Fold(name, source, pattern, args) => self.fold(linker, name, *source, pattern, args),
            T::TryCatch(body, handler) => {
                let (body, count) = self.boxed(linker, *body);
                let handler = handler.map(|handler| self.boxed(linker, *handler));
                let handled = handler.as_ref().map_or(AtMostOne, |(_, count)| *count);
                (
                    T::TryCatch(body, handler.map(|(handler, _)| handler)),
                    if count == Any {
                        Any
                    } else {
                        count.max(handled)
                    },
                )
            }
            T::IfThenElse(branches, otherwise) => self.condition(linker, branches, otherwise),
            T::Def(defs, body) => self.local_definitions(linker, defs, *body),
            T::Call(name, args) => self.call(linker, name, args),
            T::Var(name) => (T::Var(self.variable(linker, name)), One),
            T::Path(inner, Path(parts)) => self.path(linker, *inner, parts),
        }
    }

    /// A key that can only be something other than a string is refused right away.
    fn refuse_constant_key(&self, linker: &mut Linker<'s>, key: &Term<'s>) {
        let Ok(value) = value_of(key) else { return };
        if value.as_str().is_none() {
            let place = if let T::Num(text) = key { text } else { "" };
            let message = format!("Cannot use {} as object key", value.describe());
            self.error(linker, place, message, None);
        }
    }

    /// The pattern, and whether it binds exactly once. Its variables stay in scope.
    fn pattern(&mut self, linker: &mut Linker<'s>, pattern: Pattern<'s>) -> (Pattern<'s>, bool) {
        match pattern {
            P::Var(name) => {
                self.locals.push(Local::Var(name));
                (P::Var(name), true)
            }
            P::Arr(items) => {
                let items: Vec<_> = items
                    .into_iter()
                    .map(|item| self.pattern(linker, item))
                    .collect();
                let plain = items.iter().all(|(_, plain)| *plain);
                (
                    P::Arr(items.into_iter().map(|(item, _)| item).collect()),
                    plain,
                )
            }
            P::Obj(entries) => {
                let mut all_plain = true;
                let entries = entries.into_iter().map(|(key, item)| {
                    self.refuse_constant_key(linker, &key);
                    let (key, count) = self.term(linker, key);
                    let (item, plain) = self.pattern(linker, item);
                    all_plain &= plain && count == One;
                    (key, item)
                });
                let entries = entries.collect();
                (P::Obj(entries), all_plain)
            }
        }
    }

    fn condition(
        &mut self,
        linker: &mut Linker<'s>,
        branches: Vec<(Term<'s>, Term<'s>)>,
        otherwise: Option<Box<Term<'s>>>,
    ) -> Lowered<'s> {
        let mut total = One;
        let mut lowered = Vec::with_capacity(branches.len());
        for (condition, then) in branches {
            let (condition, first) = self.term(linker, condition);
            let (then, second) = self.term(linker, then);
            total = total.max(first).max(second);
            lowered.push((condition, then));
        }
        let otherwise = otherwise.map(|otherwise| {
            let (otherwise, count) = self.boxed(linker, *otherwise);
            total = total.max(count);
            otherwise
        });
        (T::IfThenElse(lowered, otherwise), total)
    }
}
