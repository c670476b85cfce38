//! Which filters are fused: terms → what `eval` runs.

mod single;

use std::rc::Rc;

use jaq_core::load::parse::{BinaryOp as B, Term as T};
use jaq_core::path::{Opt, Part, Path};

use super::slots::Wants;
use super::{Expr, Gather, Key, Program, Source, Stream, demand};
use crate::Compiled;
use crate::builtins::{self, Intrinsic as I};
use crate::natives;
use crate::syntax::Term;
use dq_json::value::{Num, Value, ValueKind};

/// What a filter may be made of beside what is fused.
pub trait Parts {
    /// A part that jaq-core is to run.
    fn part(&mut self, term: &Term) -> Option<Compiled>;
    /// The value of a variable given with `--arg` and its like.
    fn variable(&self, name: &str) -> Option<Value>;
}

/// Filters with more parts for jaq-core than this are left to it as a whole.
const MOST_PARTS: usize = 4;

/// The program of a filter, if it is worth fusing. With `may_split_arrays`, what is only passed on may come in parts.
pub fn compile(main: &Term, may_split_arrays: bool, parts: &mut dyn Parts) -> Option<Program> {
    let mut compiler = Compiler {
        wants: Wants::default(),
        parts,
        count: 0,
    };
    let mut stages = Vec::new();
    flatten(main, &mut stages);
    let program = match compiler.elements(&stages) {
        Some((source, body, mut gather, rest)) => {
            let after = compiler.pipeline(rest, false)?;
            compiler.keep_what_is_wanted(&mut gather, &after);
            Program {
                after,
                wants: compiler.wants,
                source,
                body,
                gather,
            }
        }
        None => Program {
            source: match main {
                T::Id if may_split_arrays => Source::Parts,
                _ => Source::Inputs,
            },
            body: compiler.pipeline(&stages, true)?,
            gather: Gather::Each,
            after: Stream::One(INPUT),
            wants: compiler.wants,
        },
    };
    // Nothing is gained where jaq-core sees the input first.
    (!program.body.begins_with_part() || program.source != Source::Inputs).then_some(program)
}

/// The stages of a pipeline, in order; `.[].a` is `.[] | .a`.
fn flatten<'t, 's>(term: &'t Term<'s>, stages: &mut Vec<Stage<'t, 's>>) {
    match term {
        T::BinOp(left, B::Pipe(None), right) => {
            flatten(left, stages);
            flatten(right, stages);
        }
        T::Path(inner, Path(parts)) if matches!(**inner, T::Id) => {
            stages.push(Stage::Path(parts));
        }
        term => stages.push(Stage::Term(term)),
    }
}

/// One stage of a pipeline.
#[derive(Clone, Copy)]
enum Stage<'t, 's> {
    Term(&'t Term<'s>),
    /// A path of the stage's input.
    Path(&'t [PathPart<'s>]),
}

type PathPart<'s> = (Part<Term<'s>>, Opt);
type OfElements<'r, 't, 's> = (Source, Stream, Gather, &'r [Stage<'t, 's>]);

struct Compiler<'p> {
    wants: Wants,
    parts: &'p mut dyn Parts,
    count: usize,
}

const INPUT: Expr = Expr::Input;
const EACH: Source = Source::Elements { is_optional: false };

impl Compiler<'_> {
    /// A filter over the elements of its input, as far as it is one.
    fn elements<'r, 't, 's>(
        &mut self,
        stages: &'r [Stage<'t, 's>],
    ) -> Option<OfElements<'r, 't, 's>> {
        if let Some((source, body)) = self.iteration(stages) {
            return Some((source, body, Gather::Each, &[]));
        }
        let (Stage::Term(term), rest) = stages.split_first()? else {
            return None;
        };
        let of_each = |gather| (EACH, Stream::One(INPUT), gather);
        let over = |compiler: &mut Self, inner, gather| {
            let (source, body) = compiler.iteration(&staged(inner))?;
            Some((source, body, gather))
        };
        let found = match term {
            T::Arr(Some(inner)) => over(self, inner, Gather::List)?,
            T::Call(name, args) => match (builtins::intrinsic(name, args.len())?, &args[..]) {
                (I::Length, []) => of_each(Gather::Length),
                (I::Add, []) => of_each(Gather::Sum),
                (I::Map, [filter]) => (EACH, self.of_term(filter, true)?, Gather::List),
                (I::Add, [inner]) => over(self, inner, Gather::Sum)?,
                (I::First, [inner]) => over(self, inner, Gather::First(1))?,
                (I::Limit, [count, inner]) => over(self, inner, Gather::First(positive(count)?))?,
                (intrinsic, [key]) => {
                    let (arrange, arrays) = natives::arrangement(intrinsic)?;
                    let keyed = Gather::Keyed {
                        arrange,
                        arrays,
                        key: self.key(key)?,
                        kept: None,
                    };
                    (EACH, Stream::Empty, keyed)
                }
                _ => return None,
            },
            _ => return None,
        };
        Some(gathered(found, rest))
    }

    /// Elements that are kept are kept as far as they are looked at afterwards.
    fn keep_what_is_wanted(&mut self, gather: &mut Gather, after: &Stream) {
        if let Gather::Keyed { kept, arrays, .. } = gather {
            let keys = demand::keys(after, *arrays);
            *kept = keys.map(|keys| {
                let slot = |key| (Rc::clone(key), self.wants.slot(std::slice::from_ref(key)));
                keys.iter().map(slot).collect()
            });
        }
    }

    /// A pipeline that begins with `.[]` of the input: the source, and the filter on each element.
    fn iteration(&mut self, stages: &[Stage]) -> Option<(Source, Stream)> {
        let (Stage::Path([(Part::Range(None, None), opt), path @ ..]), rest) =
            stages.split_first()?
        else {
            return None;
        };
        let source = Source::Elements {
            is_optional: matches!(opt, Opt::Optional),
        };
        let mut inner = Vec::with_capacity(stages.len());
        if !path.is_empty() {
            inner.push(Stage::Path(path));
        }
        inner.extend_from_slice(rest);
        Some((source, self.pipeline(&inner, true)?))
    }

    fn key(&mut self, term: &Term) -> Option<Key> {
        Some(match self.expr(term, true) {
            Some(expr) => Key::One(expr),
            None => Key::Many(Expr::List(Box::new(self.of_term(term, true)?))),
        })
    }

    /// Stages one after the other; `rooted` where the first one sees the filter's own input.
    fn pipeline(&mut self, stages: &[Stage], rooted: bool) -> Option<Stream> {
        let Some((first, rest)) = stages.split_first() else {
            return Some(Stream::One(INPUT));
        };
        let left = self.stage(*first, rooted)?;
        if rest.is_empty() {
            return Some(left);
        }
        // What comes through `select` is still the input.
        let rooted = rooted && left.passes_input();
        match (left, rest) {
            // `[…] | length` needs no list.
            (Stream::One(Expr::List(list)), [Stage::Term(term), rest @ ..])
                if calls(term, I::Length) =>
            {
                let count = Stream::One(Expr::Count(list));
                Some(piped(count, self.pipeline(rest, false)?))
            }
            (left, rest) => Some(piped(left, self.pipeline(rest, rooted)?)),
        }
    }

    fn stage(&mut self, stage: Stage, rooted: bool) -> Option<Stream> {
        match stage {
            Stage::Path(parts) => self.path(INPUT, parts, rooted),
            Stage::Term(term) => self.of_term(term, rooted),
        }
    }

    /// A filter with any number of outputs.
    fn of_term(&mut self, term: &Term, rooted: bool) -> Option<Stream> {
        if let Some(expr) = self.expr(term, rooted) {
            return Some(Stream::One(expr));
        }
        let fused = match term {
            T::BinOp(_, B::Pipe(None), _) => self.pipeline(&staged(term), rooted),
            T::BinOp(left, B::Comma, right) => {
                let left = self.of_term(left, rooted)?;
                Some(Stream::Both(
                    Box::new(left),
                    Box::new(self.of_term(right, rooted)?),
                ))
            }
            T::Path(inner, Path(parts)) => {
                let inner = self.expr(inner, rooted);
                inner.and_then(|inner| {
                    let rooted = rooted && matches!(inner, Expr::Input);
                    self.path(inner, parts, rooted)
                })
            }
            T::TryCatch(body, None) => {
                let body = self.of_term(body, rooted)?;
                Some(Stream::Try(Box::new(body)))
            }
            T::IfThenElse(branches, otherwise) => self.branches(branches, otherwise, rooted),
            T::Recurse => Some(Stream::Recurse),
            T::Call(name, args) => self.call(name, args, rooted),
            _ => None,
        };
        fused.or_else(|| self.part(term))
    }

    fn branches(
        &mut self,
        branches: &[(Term, Term)],
        otherwise: &Option<Box<Term>>,
        rooted: bool,
    ) -> Option<Stream> {
        let mut stream = match otherwise {
            Some(otherwise) => self.of_term(otherwise, rooted)?,
            None => Stream::One(INPUT),
        };
        for (condition, then) in branches.iter().rev() {
            let condition = self.expr(condition, rooted)?;
            let then = self.of_term(then, rooted)?;
            stream = Stream::If(condition, Box::new(then), Box::new(stream));
        }
        Some(stream)
    }

    fn call(&mut self, name: &str, args: &[Term], rooted: bool) -> Option<Stream> {
        let only = |wanted| Some(Stream::Only(wanted));
        match (builtins::intrinsic(name, args.len())?, args) {
            (I::Select, [condition]) => {
                let condition = self.of_term(condition, rooted)?;
                Some(Stream::Select(Box::new(condition)))
            }
            (I::Empty, []) => Some(Stream::Empty),
            (I::Recurse, []) => Some(Stream::Recurse),
            (I::First, [inner]) => self.limited(1, inner, rooted),
            (I::Limit, [count, inner]) => self.limited(positive(count)?, inner, rooted),
            (I::Values, []) => only(|kind| kind != ValueKind::Null),
            (I::Nulls, []) => only(|kind| kind == ValueKind::Null),
            (I::Booleans, []) => only(|kind| matches!(kind, ValueKind::True | ValueKind::False)),
            (I::Numbers, []) => only(|kind| kind == ValueKind::Number),
            (I::Strings, []) => only(|kind| kind == ValueKind::String),
            (I::Arrays, []) => only(|kind| kind == ValueKind::Array),
            (I::Objects, []) => only(|kind| kind == ValueKind::Object),
            (I::Iterables, []) => only(|kind| matches!(kind, ValueKind::Array | ValueKind::Object)),
            (I::Scalars, []) => only(|kind| !matches!(kind, ValueKind::Array | ValueKind::Object)),
            _ => None,
        }
    }

    fn limited(&mut self, count: usize, inner: &Term, rooted: bool) -> Option<Stream> {
        let inner = self.of_term(inner, rooted)?;
        Some(Stream::First(count, Box::new(inner)))
    }

    /// A path that starts from an expression.
    fn path(&mut self, from: Expr, parts: &[PathPart], rooted: bool) -> Option<Stream> {
        let mut place = from;
        let mut keys: Vec<Rc<str>> = Vec::new();
        let mut rest = parts;
        while let Some(((Part::Index(index), Opt::Essential), later)) = rest.split_first() {
            match self.index(index)? {
                Value::Str(key) if rooted && keys.len() + rest.len() == parts.len() => {
                    keys.push(key);
                    place = Expr::Slot(self.wants.slot(&keys));
                }
                Value::Str(key) => place = Expr::Field(Box::new(place), key),
                index => place = Expr::Element(Box::new(place), whole(&index)?),
            }
            rest = later;
        }
        let Some(((part, opt), later)) = rest.split_first() else {
            return Some(Stream::One(place));
        };
        // A `?` forgives its own step and nothing before it.
        let (before, place) = match opt {
            Opt::Optional => (Stream::One(place), INPUT),
            Opt::Essential => (Stream::One(INPUT), place),
        };
        let step = match part {
            Part::Range(None, None) => Stream::Each(place),
            Part::Index(index) => Stream::One(match self.index(index)? {
                Value::Str(key) => Expr::Field(Box::new(place), key),
                index => Expr::Element(Box::new(place), whole(&index)?),
            }),
            Part::Range(..) => return None,
        };
        let step = match opt {
            Opt::Optional => piped(before, Stream::Try(Box::new(step))),
            Opt::Essential => step,
        };
        Some(match later {
            [] => step,
            later => piped(step, self.path(INPUT, later, false)?),
        })
    }

    /// A key or index that does not depend on the input.
    fn index(&mut self, term: &Term) -> Option<Value> {
        match self.expr(term, false)? {
            Expr::Constant(value @ (Value::Str(_) | Value::Num(_))) => Some(value),
            _ => None,
        }
    }

    /// A part for jaq-core.
    fn part(&mut self, term: &Term) -> Option<Stream> {
        self.count += 1;
        if self.count > MOST_PARTS {
            return None;
        }
        self.parts.part(term).map(Stream::Part)
    }
}

/// A constant count of outputs.
fn positive(term: &Term) -> Option<usize> {
    match term {
        T::Num(count) => count.parse().ok().filter(|count| *count > 0),
        _ => None,
    }
}

/// Whether the term is a call of this builtin without arguments.
fn calls(term: &Term, intrinsic: I) -> bool {
    let T::Call(name, args) = term else {
        return false;
    };
    args.is_empty() && builtins::intrinsic(name, 0) == Some(intrinsic)
}

fn staged<'t, 's>(term: &'t Term<'s>) -> Vec<Stage<'t, 's>> {
    let mut stages = Vec::new();
    flatten(term, &mut stages);
    stages
}

/// `[…] | length` and `[…] | add` need no list.
fn gathered<'r, 't, 's>(
    (source, body, gather): (Source, Stream, Gather),
    rest: &'r [Stage<'t, 's>],
) -> OfElements<'r, 't, 's> {
    match (gather, rest) {
        (Gather::List, [Stage::Term(term), rest @ ..]) if calls(term, I::Length) => {
            (source, body, Gather::Count, rest)
        }
        (Gather::List, [Stage::Term(term), rest @ ..]) if calls(term, I::Add) => {
            (source, body, Gather::SumOfList, rest)
        }
        (gather, rest) => (source, body, gather, rest),
    }
}

fn piped(left: Stream, right: Stream) -> Stream {
    match (left, right) {
        (left, Stream::One(Expr::Input)) => left,
        (Stream::One(Expr::Input), right) => right,
        (left, right) => Stream::Pipe(Box::new(left), Box::new(right)),
    }
}

fn whole(index: &Value) -> Option<isize> {
    let Value::Num(index @ Num::Int(_)) = index else {
        return None;
    };
    index.as_integer().and_then(|index| index.try_into().ok())
}

impl Stream {
    fn begins_with_part(&self) -> bool {
        match self {
            Self::Part(_) | Self::One(Expr::Part(_)) => true,
            Self::Pipe(left, _) => left.begins_with_part(),
            _ => false,
        }
    }
}
