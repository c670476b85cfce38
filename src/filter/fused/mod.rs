//! Filters of everyday shapes, run straight on the text of their input.
//!
//! Paths, `select`, objects, comparisons and the like are evaluated here without building values, while the input is
//! validated; whatever else stands in such a filter is a part of its own for jaq-core. What this evaluator does is what
//! jaq-core would do with the same filter: tests compare the two.

mod compile;
mod demand;
mod eval;
mod expression;
mod gather;
mod run;
mod slots;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use jaq_core::load::parse::BinaryOp;

use super::Compiled;
use super::natives::Arrange;
use dq_json::value::Value;

pub use compile::{Parts, compile};
pub use run::Runner;
use slots::Wants;

/// A filter that is run here.
pub struct Program {
    source: Source,
    /// What happens to each input, or to each element.
    body: Stream,
    /// What becomes of the outputs.
    gather: Gather,
    /// What happens to what was gathered.
    after: Stream,
    /// Fields of the input that are found while it is read.
    wants: Wants,
}

impl Program {
    /// Whether it is run on the elements of its inputs.
    pub fn takes_elements(&self) -> bool {
        matches!(self.source, Source::Elements { .. })
    }
}

/// What the filter is run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Inputs,
    /// Inputs that are passed on as they are, an array in parts if it is long.
    Parts,
    /// The elements of each input, one by one; `.[]?` where it is optional.
    Elements {
        is_optional: bool,
    },
}

/// What becomes of the outputs for one input.
enum Gather {
    /// Each goes its way.
    Each,
    /// So many go their way.
    First(usize),
    /// `[…]`
    List,
    /// `[…] | length`
    Count,
    /// `length`
    Length,
    /// `add(…)`
    Sum,
    /// `[…] | add`
    SumOfList,
    /// `sort_by(…)` and its like: the elements and their keys.
    Keyed {
        arrange: Arrange,
        /// Arrays around each element afterwards.
        arrays: usize,
        key: Key,
        /// The fields that are kept of each element, and their slots; `None` keeps it whole.
        kept: Option<Vec<(Rc<str>, usize)>>,
    },
}

/// What elements are sorted by: the output of a filter that has one, or the list of the outputs of any other.
enum Key {
    One(Expr),
    Many(Expr),
}

/// A filter with one output.
enum Expr {
    Input,
    /// A field of the input, found while it was read; the number of its path.
    Slot(usize),
    Constant(Value),
    Field(Box<Expr>, Rc<str>),
    Element(Box<Expr>, isize),
    Object(Vec<(Rc<str>, Expr)>),
    List(Box<Stream>),
    Count(Box<Stream>),
    Length(Box<Expr>),
    /// A string with its interpolations.
    Text(Vec<Expr>),
    /// A comparison, calculation or logical operation.
    Binary(Box<Expr>, BinaryOp<&'static str>, Box<Expr>),
    Not(Box<Expr>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    Pipe(Box<Expr>, Box<Expr>),
    Part(Compiled),
}

/// A filter with any number of outputs.
enum Stream {
    One(Expr),
    Empty,
    /// `….[]`
    Each(Expr),
    Select(Box<Stream>),
    /// The input, if it is of such a kind.
    Only(fn(dq_json::value::ValueKind) -> bool),
    /// `..`
    Recurse,
    Try(Box<Stream>),
    Pipe(Box<Stream>, Box<Stream>),
    Both(Box<Stream>, Box<Stream>),
    First(usize, Box<Stream>),
    If(Expr, Box<Stream>, Box<Stream>),
    Part(Compiled),
}
