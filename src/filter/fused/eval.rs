//! Running a fused filter on one input.

use super::slots::Slots;
use super::{Expr, Program, Stream};
use crate::run::{Run, RunError, Shared};
use dq_json::value::{FilterOutput, StringLiteral, Value, ValueKind};

/// What ends the run on an input before its end.
pub enum Halt {
    /// An error was raised; its value.
    Raised(Value),
    /// `halt` or `halt_error`, with its exit code.
    Exit(i32),
    /// Whoever takes the outputs wants no more.
    Enough,
}

impl From<dq_json::value::ValueError> for Halt {
    fn from(error: dq_json::value::ValueError) -> Self {
        Self::Raised(error.into_val())
    }
}

/// Takes outputs.
pub type Out<'o, 't> = &'o mut dyn FnMut(FilterOutput<'t>) -> Result<(), Halt>;

/// What a part of a filter is run on.
#[derive(Clone)]
pub struct Frame<'f, 't> {
    pub input: FilterOutput<'t>,
    /// Its fields, where it is the input of the whole filter and its text was read just now.
    pub slots: Option<&'f Slots<'f>>,
}

impl<'t> Frame<'_, 't> {
    pub fn of(input: FilterOutput<'t>) -> Self {
        Self { input, slots: None }
    }
}

/// Runs the streams of a program.
#[derive(Clone, Copy)]
pub struct Evaluator<'a> {
    pub program: &'a Program,
    pub shared: Shared<'a>,
}

impl Evaluator<'_> {
    /// Gives every output of a stream to `out`.
    pub fn each<'t>(
        &self,
        stream: &Stream,
        frame: &Frame<'_, 't>,
        out: Out<'_, 't>,
    ) -> Result<(), Halt> {
        match stream {
            Stream::One(expr) => out(self.one(expr, frame)?),
            Stream::Empty => Ok(()),
            Stream::Each(expr) => values(self.one(expr, frame)?, out),
            Stream::Select(condition) => self.each(condition, frame, &mut |item| {
                if item.is_truthy() {
                    out(frame.input.clone())?;
                }
                Ok(())
            }),
            Stream::Only(wanted) if wanted(kind(&frame.input)) => out(frame.input.clone()),
            Stream::Only(_) => Ok(()),
            Stream::Recurse => recurse(frame.input.clone(), out),
            Stream::Try(inner) => self.attempt(inner, frame, out),
            Stream::Pipe(left, right) => self.pipe(left, right, frame, out),
            Stream::Both(left, right) => {
                self.each(left, frame, out)?;
                self.each(right, frame, out)
            }
            Stream::First(count, inner) => self.first(*count, inner, frame, out),
            Stream::If(condition, then, otherwise) => {
                let is_true = self.one(condition, frame)?.is_truthy();
                self.each(if is_true { then } else { otherwise }, frame, out)
            }
            Stream::Part(part) => self.part(part, frame.input.clone().into_value(), &mut |value| {
                out(FilterOutput::Value(value))
            }),
        }
    }

    fn pipe<'t>(
        &self,
        left: &Stream,
        right: &Stream,
        frame: &Frame<'_, 't>,
        out: Out<'_, 't>,
    ) -> Result<(), Halt> {
        // What comes through `select` is still the input, with its slots.
        let slots = frame.slots.filter(|_| left.passes_input());
        self.each(left, frame, &mut |input| {
            self.each(right, &Frame { input, slots }, out)
        })
    }

    /// `try`: an error ends the stream; one that is raised further on is not caught here.
    fn attempt<'t>(
        &self,
        inner: &Stream,
        frame: &Frame<'_, 't>,
        out: Out<'_, 't>,
    ) -> Result<(), Halt> {
        let mut is_ours = true;
        let result = self.each(inner, frame, &mut |item| {
            out(item).inspect_err(|_| is_ours = false)
        });
        match result {
            Err(Halt::Raised(_)) if is_ours => Ok(()),
            other => other,
        }
    }

    fn first<'t>(
        &self,
        count: usize,
        inner: &Stream,
        frame: &Frame<'_, 't>,
        out: Out<'_, 't>,
    ) -> Result<(), Halt> {
        let mut left = count;
        let result = self.each(inner, frame, &mut |item| {
            out(item)?;
            left -= 1;
            if left == 0 { Err(Halt::Enough) } else { Ok(()) }
        });
        match result {
            Err(Halt::Enough) if left == 0 => Ok(()),
            other => other,
        }
    }

    /// A part that jaq-core runs.
    fn part(
        &self,
        part: &crate::Compiled,
        input: Value,
        out: &mut dyn FnMut(Value) -> Result<(), Halt>,
    ) -> Result<(), Halt> {
        let run = Run::new(part, self.shared);
        let result = run.on(input, out);
        result.map_err(|stop| match stop {
            RunError::Raised(error) => Halt::Raised(error),
            RunError::Halted(code) => Halt::Exit(code),
            RunError::Output(halt) => halt,
            RunError::Unread(_) => Halt::Enough,
        })
    }

    /// The one output of a filter.
    pub fn one<'t>(&self, expr: &Expr, frame: &Frame<'_, 't>) -> Result<FilterOutput<'t>, Halt> {
        Ok(match expr {
            Expr::Input => frame.input.clone(),
            Expr::Slot(slot) => self.slot(*slot, frame)?,
            Expr::Constant(value) => FilterOutput::Value(value.clone()),
            Expr::Field(inner, key) => field(self.one(inner, frame)?, key)?,
            Expr::Element(inner, index) => element(self.one(inner, frame)?, *index)?,
            Expr::Object(entries) => {
                let entry = |(key, expr): &(std::rc::Rc<str>, Expr)| {
                    Ok((key.clone(), self.one(expr, frame)?))
                };
                FilterOutput::Object(entries.iter().map(entry).collect::<Result<_, Halt>>()?)
            }
            Expr::List(stream) => {
                let mut items = Vec::new();
                self.each(stream, frame, &mut |item| {
                    items.push(item.into_value());
                    Ok(())
                })?;
                FilterOutput::Value(Value::from(items))
            }
            Expr::Count(stream) => {
                let mut count = 0usize;
                self.each(stream, frame, &mut |_| {
                    count += 1;
                    Ok(())
                })?;
                FilterOutput::Value(Value::from(count))
            }
            Expr::Length(inner) => length(self.one(inner, frame)?)?,
            Expr::Text(parts) => self.text(parts, frame)?,
            Expr::Binary(left, op, right) => self.binary(left, op, right, frame)?,
            Expr::Not(inner) => {
                FilterOutput::Value(Value::Bool(!self.one(inner, frame)?.is_truthy()))
            }
            Expr::If(condition, then, otherwise) => {
                let is_true = self.one(condition, frame)?.is_truthy();
                self.one(if is_true { then } else { otherwise }, frame)?
            }
            Expr::Pipe(left, right) => {
                let input = self.one(left, frame)?;
                self.one(right, &Frame::of(input))?
            }
            Expr::Part(part) => self.part_of_one(part, frame)?,
        })
    }

    fn part_of_one<'t>(
        &self,
        part: &crate::Compiled,
        frame: &Frame<'_, 't>,
    ) -> Result<FilterOutput<'t>, Halt> {
        let mut output = None;
        self.part(part, frame.input.clone().into_value(), &mut |value| {
            output = Some(value);
            Ok(())
        })?;
        Ok(FilterOutput::Value(output.unwrap_or(Value::Null)))
    }

    #[inline(always)]
    fn slot<'t>(&self, slot: usize, frame: &Frame<'_, 't>) -> Result<FilterOutput<'t>, Halt> {
        if let (Some(slots), FilterOutput::Raw(input)) = (frame.slots, &frame.input)
            && let Some(text) = slots.get(slot, *input)
        {
            return Ok(FilterOutput::Raw(text));
        }
        let path = self.program.wants.path(slot).iter();
        path.clone()
            .try_fold(frame.input.clone(), |item, key| field(item, key))
    }

    fn text<'t>(&self, parts: &[Expr], frame: &Frame<'_, 't>) -> Result<FilterOutput<'t>, Halt> {
        let mut text = String::new();
        for part in parts {
            match self.one(part, frame)? {
                FilterOutput::Raw(part) => match part.string_literal() {
                    Some(literal) => text.push_str(&literal.decode()),
                    None => text.push_str(&part.to_value().to_json()),
                },
                FilterOutput::Value(Value::Str(part)) => text.push_str(&part),
                other => text.push_str(&other.into_value().to_json()),
            }
        }
        Ok(FilterOutput::Value(Value::from(text)))
    }
}

pub fn kind(item: &FilterOutput) -> ValueKind {
    match item {
        FilterOutput::Raw(text) => text.kind(),
        FilterOutput::Object(_) => ValueKind::Object,
        FilterOutput::ArrayPart(_) => ValueKind::Array,
        FilterOutput::Value(value) => match value {
            Value::Null => ValueKind::Null,
            Value::Bool(true) => ValueKind::True,
            Value::Bool(false) => ValueKind::False,
            Value::Num(_) => ValueKind::Number,
            Value::Str(_) => ValueKind::String,
            Value::Arr(_) => ValueKind::Array,
            Value::Obj(_) => ValueKind::Object,
        },
    }
}

/// `.key`
#[inline(always)]
fn field<'t>(item: FilterOutput<'t>, key: &std::rc::Rc<str>) -> Result<FilterOutput<'t>, Halt> {
    let null = FilterOutput::Value(Value::Null);
    Ok(match &item {
        FilterOutput::Raw(text) if text.kind() == ValueKind::Object => {
            text.field(key).map_or(null, FilterOutput::Raw)
        }
        FilterOutput::Raw(text) if text.kind() == ValueKind::Null => null,
        FilterOutput::Object(entries) => {
            let found = entries.iter().find(|(known, _)| known == key);
            found.map_or(null, |(_, item)| item.clone())
        }
        _ => FilterOutput::Value(item.into_value().get(&Value::Str(key.clone()))?),
    })
}

/// `.[index]`
fn element(item: FilterOutput, index: isize) -> Result<FilterOutput, Halt> {
    if let FilterOutput::Raw(text) = item
        && text.kind() == ValueKind::Array
    {
        let place = match usize::try_from(index) {
            Ok(place) => Some(place),
            Err(_) => text.elements().count().checked_add_signed(index),
        };
        let found = place.and_then(|place| text.elements().nth(place));
        return Ok(found.map_or(FilterOutput::Value(Value::Null), FilterOutput::Raw));
    }
    Ok(FilterOutput::Value(
        item.into_value().get(&Value::from(index))?,
    ))
}

fn length(item: FilterOutput) -> Result<FilterOutput, Halt> {
    if let FilterOutput::Raw(text) = item {
        match text.kind() {
            ValueKind::Array => {
                return Ok(FilterOutput::Value(Value::from(text.elements().count())));
            }
            ValueKind::Object => {
                if let Some(members) = text.unique_members() {
                    return Ok(FilterOutput::Value(Value::from(members.count())));
                }
            }
            _ => {}
        }
    }
    let length = crate::natives::length(item.into_value())?;
    Ok(FilterOutput::Value(length))
}

/// `.[]`
pub fn values<'t>(item: FilterOutput<'t>, out: Out<'_, 't>) -> Result<(), Halt> {
    match item {
        FilterOutput::Raw(text) if text.kind() == ValueKind::Array => text
            .elements()
            .try_for_each(|text| out(FilterOutput::Raw(text))),
        FilterOutput::Raw(text) if text.kind() == ValueKind::Object => {
            match text.unique_members() {
                Some(mut members) => members.try_for_each(|(_, text)| out(FilterOutput::Raw(text))),
                None => values(FilterOutput::Value(text.to_shallow_value()), out),
            }
        }
        FilterOutput::Object(entries) => entries.into_iter().try_for_each(|(_, item)| out(item)),
        other => {
            let mut values = jaq_core::ValT::values(other.into_value());
            values.try_for_each(|value| out(FilterOutput::Value(value?)))
        }
    }
}

/// `..`: the value, and everything inside it, in the order it stands there.
fn recurse<'t>(item: FilterOutput<'t>, out: Out<'_, 't>) -> Result<(), Halt> {
    let is_container = matches!(kind(&item), ValueKind::Array | ValueKind::Object);
    out(item.clone())?;
    if is_container {
        values(item, &mut |inner| recurse(inner, out))?;
    }
    Ok(())
}

/// The string of an item that stands there as it is.
#[inline(always)]
pub fn plain<'i>(item: &'i FilterOutput) -> Option<&'i str> {
    match item {
        FilterOutput::Raw(text) => text.string_literal().and_then(StringLiteral::as_str),
        FilterOutput::Value(value) => value.as_str(),
        FilterOutput::Object(_) | FilterOutput::ArrayPart(_) => None,
    }
}
