//! What is looked at of elements that are kept: the rest of them need not be.
//!
//! `group_by(.Image) | map({i: .[0].Image, n: length})` sees one field of each element. Whatever this does not
//! understand keeps the elements whole.

use std::rc::Rc;

use super::{Expr, Stream};

/// What a filter's input or output holds of the elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    /// Nothing but what was taken out of them.
    Nothing,
    /// Elements, inside so many arrays.
    Elements(usize),
}

use Holds::{Elements, Nothing};

/// The keys that a filter asks of elements, which stand in so many arrays in its input; `None` if it may want all.
pub fn keys(after: &Stream, arrays: usize) -> Option<Vec<Rc<str>>> {
    let mut demand = Demand::default();
    match demand.stream(after, Elements(arrays))? {
        Nothing => Some(demand.keys),
        Elements(_) => None,
    }
}

#[derive(Default)]
struct Demand {
    keys: Vec<Rc<str>>,
}

impl Demand {
    fn stream(&mut self, stream: &Stream, input: Holds) -> Option<Holds> {
        match stream {
            Stream::One(expr) => self.expr(expr, input),
            Stream::Empty => Some(Nothing),
            Stream::Each(expr) => inside(self.expr(expr, input)?),
            Stream::Select(condition) => {
                let condition = self.stream(condition, input)?;
                (condition == Nothing).then_some(input)
            }
            Stream::Only(_) => Some(input),
            Stream::Try(inner) | Stream::First(_, inner) => self.stream(inner, input),
            Stream::Pipe(left, right) => {
                let between = self.stream(left, input)?;
                self.stream(right, between)
            }
            Stream::Both(left, right) => {
                let left = self.stream(left, input)?;
                same(left, self.stream(right, input)?)
            }
            Stream::If(condition, then, otherwise) => {
                let condition = self.expr(condition, input)?;
                let then = self.stream(then, input)?;
                let either = same(then, self.stream(otherwise, input)?)?;
                (condition == Nothing).then_some(either)
            }
            Stream::Recurse | Stream::Part(_) => (input == Nothing).then_some(Nothing),
        }
    }

    fn expr(&mut self, expr: &Expr, input: Holds) -> Option<Holds> {
        match expr {
            Expr::Input => Some(input),
            Expr::Constant(_) => Some(Nothing),
            Expr::Field(inner, key) => {
                if self.expr(inner, input)? == Elements(0) && !self.keys.contains(key) {
                    self.keys.push(key.clone());
                }
                Some(Nothing)
            }
            Expr::Element(inner, _) => inside(self.expr(inner, input)?),
            Expr::List(stream) => Some(match self.stream(stream, input)? {
                Nothing => Nothing,
                Elements(arrays) => Elements(arrays + 1),
            }),
            Expr::Count(stream) => self.stream(stream, input).map(|_| Nothing),
            Expr::Length(inner) => {
                let inner = self.expr(inner, input)?;
                (inner != Elements(0)).then_some(Nothing)
            }
            Expr::Object(entries) => {
                let mut values = entries.iter().map(|(_, value)| value);
                self.nothing_of(&mut values, input)
            }
            Expr::Text(parts) => self.nothing_of(&mut parts.iter(), input),
            Expr::Binary(left, _, right) => {
                self.nothing_of(&mut [&**left, &**right].into_iter(), input)
            }
            Expr::Not(inner) => self.nothing_of(&mut std::iter::once(&**inner), input),
            Expr::If(condition, then, otherwise) => {
                let condition = self.expr(condition, input)?;
                let then = self.expr(then, input)?;
                let either = same(then, self.expr(otherwise, input)?)?;
                (condition == Nothing).then_some(either)
            }
            Expr::Pipe(left, right) => {
                let between = self.expr(left, input)?;
                self.expr(right, between)
            }
            Expr::Part(_) => (input == Nothing).then_some(Nothing),
            // Slots are of the filter's own input.
            Expr::Slot(_) => None,
        }
    }

    /// All of these must be free of elements.
    fn nothing_of(
        &mut self,
        exprs: &mut dyn Iterator<Item = &Expr>,
        input: Holds,
    ) -> Option<Holds> {
        for expr in exprs {
            if self.expr(expr, input)? != Nothing {
                return None;
            }
        }
        Some(Nothing)
    }
}

/// What is inside an array. An element's own inside is not known here.
fn inside(holds: Holds) -> Option<Holds> {
    match holds {
        Nothing => Some(Nothing),
        Elements(arrays) => arrays.checked_sub(1).map(Elements),
    }
}

fn same(left: Holds, right: Holds) -> Option<Holds> {
    (left == right).then_some(left)
}
