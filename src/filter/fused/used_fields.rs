//! Which fields of collected elements a filter uses afterwards; no other field has to be kept.
//!
//! `group_by(.Image) | map({i: .[0].Image, n: length})` uses one field of each element. If the analysis does not
//! recognise part of a filter, elements are kept whole.

use super::expression::{Expr, Generator};
use dq_json::value::SharedStr;

/// What the input or an output of a filter holds of the elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    /// No elements, though perhaps values of their fields.
    Nothing,
    /// Elements, inside this many arrays.
    Elements(usize),
}

use Holds::{Elements, Nothing};

/// The fields that a filter uses of elements, which are inside `nesting` arrays in its input; `None` if it may use all.
pub(super) fn used_fields(filter: &Generator, nesting: usize) -> Option<Vec<SharedStr>> {
    let mut used = UsedFields::default();
    match used.generator(filter, Elements(nesting))? {
        Nothing => Some(used.keys),
        Elements(_) => None,
    }
}

#[derive(Default)]
struct UsedFields {
    keys: Vec<SharedStr>,
}

impl UsedFields {
    fn generator(&mut self, generator: &Generator, input: Holds) -> Option<Holds> {
        match generator {
            Generator::One(expr) => self.expr(expr, input),
            Generator::Empty => Some(Nothing),
            Generator::Iterate(expr) => inside(self.expr(expr, input)?),
            Generator::Select(condition) => {
                let condition = self.generator(condition, input)?;
                (condition == Nothing).then_some(input)
            }
            Generator::OfKind(_) => Some(input),
            Generator::Try(inner) | Generator::Limit(_, inner) => self.generator(inner, input),
            Generator::Pipe(left, right) => {
                let between = self.generator(left, input)?;
                self.generator(right, between)
            }
            Generator::Comma(left, right) => {
                let left = self.generator(left, input)?;
                same(left, self.generator(right, input)?)
            }
            Generator::If(condition, then, otherwise) => {
                let condition = self.expr(condition, input)?;
                let then = self.generator(then, input)?;
                let either = same(then, self.generator(otherwise, input)?)?;
                (condition == Nothing).then_some(either)
            }
            Generator::Recurse | Generator::Core(_) => (input == Nothing).then_some(Nothing),
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
            Expr::List(inner) => Some(match self.generator(inner, input)? {
                Nothing => Nothing,
                Elements(nesting) => Elements(nesting + 1),
            }),
            Expr::Count(inner) => self.generator(inner, input).map(|_| Nothing),
            Expr::Length(inner) => {
                let inner = self.expr(inner, input)?;
                (inner != Elements(0)).then_some(Nothing)
            }
            Expr::Object(entries) => {
                let mut values = entries.iter().map(|(_, value)| value);
                self.nothing_of(&mut values, input)
            }
            Expr::Interpolation(parts) => self.nothing_of(&mut parts.iter(), input),
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
            Expr::Test(_) | Expr::Function(_) | Expr::Core(_) => {
                (input == Nothing).then_some(Nothing)
            }
            // Slots belong to the input of the whole filter.
            Expr::Slot(_) => None,
        }
    }

    /// Nothing, if none of the expressions holds elements.
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

/// What is inside an array. What is inside of an element is not followed.
fn inside(holds: Holds) -> Option<Holds> {
    match holds {
        Nothing => Some(Nothing),
        Elements(nesting) => nesting.checked_sub(1).map(Elements),
    }
}

fn same(left: Holds, right: Holds) -> Option<Holds> {
    (left == right).then_some(left)
}
