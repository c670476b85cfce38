//! Evaluation of expressions and generators on one input.

use super::expression::{Expr, Generator};
use super::frame::{Frame, OutputFn};
use super::interrupt::Interrupt;
use super::projection::Projection;
use crate::compiled_filter::CompiledFilter;
use crate::jaq_run::RunContext;
use crate::run_error::RunError;
use dq_json::value::{FilterOutput, SharedStr, StringLiteral, Value, ValueKind};

/// Evaluates expressions and generators.
#[derive(Clone, Copy)]
pub(super) struct Evaluator<'a> {
    /// The paths of the slots.
    pub projection: &'a Projection,
    /// What filters of jaq-core can reach.
    pub context: RunContext<'a>,
}

impl Evaluator<'_> {
    /// Emits every output of a generator.
    ///
    /// # Errors
    /// Those of the filter, and those that `out` returns.
    pub(super) fn each<'t>(
        &self,
        generator: &Generator,
        frame: &Frame<'_, 't>,
        out: OutputFn<'_, 't>,
    ) -> Result<(), Interrupt> {
        match generator {
            Generator::One(expr) => out(self.one(expr, frame)?),
            Generator::Empty => Ok(()),
            Generator::Iterate(expr) => match frame.members_of(expr) {
                Some(mut members) => members.try_for_each(|(_, text)| out(FilterOutput::Raw(text))),
                None => values(self.one(expr, frame)?, out),
            },
            Generator::Select(condition) => {
                let mut pass = |item: FilterOutput<'t>| {
                    if item.is_truthy() {
                        out(frame.input.clone())?;
                    }
                    Ok(())
                };
                match &**condition {
                    Generator::One(condition) => pass(self.one(condition, frame)?),
                    condition => self.each(condition, frame, &mut pass),
                }
            }
            Generator::OfKind(accepts) if accepts(kind(&frame.input)) => out(frame.input.clone()),
            Generator::OfKind(_) => Ok(()),
            Generator::Recurse => recurse(frame.input.clone(), out),
            Generator::Try(inner) => self.attempt(inner, frame, out),
            Generator::Pipe(left, right) => self.pipe(left, right, frame, out),
            Generator::Comma(left, right) => {
                self.each(left, frame, out)?;
                self.each(right, frame, out)
            }
            Generator::Limit(count, inner) => self.limit(*count, inner, frame, out),
            Generator::If(condition, then, otherwise) => {
                let is_true = self.one(condition, frame)?.is_truthy();
                self.each(if is_true { then } else { otherwise }, frame, out)
            }
            Generator::Core(filter) => {
                self.core(filter, frame.input.clone().into_value(), &mut |value| {
                    out(FilterOutput::Value(value))
                })
            }
        }
    }

    fn pipe<'t>(
        &self,
        left: &Generator,
        right: &Generator,
        frame: &Frame<'_, 't>,
        out: OutputFn<'_, 't>,
    ) -> Result<(), Interrupt> {
        // What passes `select` is still the input, with its slots.
        let slots = frame.slots.filter(|_| left.passes_input());
        self.each(left, frame, &mut |input| {
            self.each(right, &Frame { input, slots }, out)
        })
    }

    /// `try`: an error ends the outputs; one that is raised by their consumer is not caught.
    fn attempt<'t>(
        &self,
        inner: &Generator,
        frame: &Frame<'_, 't>,
        out: OutputFn<'_, 't>,
    ) -> Result<(), Interrupt> {
        let mut is_own = true;
        let result = self.each(inner, frame, &mut |item| {
            out(item).inspect_err(|_| is_own = false)
        });
        match result {
            Err(Interrupt::Raised(_)) if is_own => Ok(()),
            other => other,
        }
    }

    fn limit<'t>(
        &self,
        count: usize,
        inner: &Generator,
        frame: &Frame<'_, 't>,
        out: OutputFn<'_, 't>,
    ) -> Result<(), Interrupt> {
        let mut left = count;
        let result = self.each(inner, frame, &mut |item| {
            out(item)?;
            left -= 1;
            if left == 0 {
                Err(Interrupt::Stopped)
            } else {
                Ok(())
            }
        });
        match result {
            Err(Interrupt::Stopped) if left == 0 => Ok(()),
            other => other,
        }
    }

    /// Runs a filter in jaq-core.
    fn core(
        &self,
        filter: &CompiledFilter,
        input: Value,
        out: &mut dyn FnMut(Value) -> Result<(), Interrupt>,
    ) -> Result<(), Interrupt> {
        filter.run(self.context, input, out).map_err(interrupt)
    }

    /// Runs a filter in jaq-core with a value for its variable.
    ///
    /// # Errors
    /// Those of the filter, and those that `out` returns.
    pub(super) fn core_with(
        &self,
        filter: &CompiledFilter,
        input: Value,
        variable: &Value,
        out: &mut dyn FnMut(Value) -> Result<(), Interrupt>,
    ) -> Result<(), Interrupt> {
        filter
            .run_with(self.context, input, variable, out)
            .map_err(interrupt)
    }

    /// The output of an expression.
    ///
    /// # Errors
    /// Those of the filter.
    pub(super) fn one<'t>(
        &self,
        expr: &Expr,
        frame: &Frame<'_, 't>,
    ) -> Result<FilterOutput<'t>, Interrupt> {
        Ok(match expr {
            Expr::Input => frame.input.clone(),
            Expr::Slot(slot) => self.slot(*slot, frame)?,
            Expr::Constant(value) => FilterOutput::Value(value.clone()),
            Expr::Field(inner, key) => field(self.one(inner, frame)?, key)?,
            Expr::Element(inner, index) => element(self.one(inner, frame)?, *index)?,
            Expr::Object(entries) => {
                let mut object = Vec::with_capacity(entries.len());
                for (key, expr) in entries {
                    object.push((key.clone(), self.one(expr, frame)?));
                }
                FilterOutput::Object(object)
            }
            Expr::List(generator) => {
                let mut items = Vec::new();
                self.each(generator, frame, &mut |item| {
                    items.push(item.into_value());
                    Ok(())
                })?;
                FilterOutput::Value(Value::from(items))
            }
            Expr::Count(generator) => {
                let mut count = 0usize;
                self.each(generator, frame, &mut |_| {
                    count += 1;
                    Ok(())
                })?;
                FilterOutput::Value(Value::from(count))
            }
            Expr::Length(inner) => FilterOutput::Value(match frame.members_of(inner) {
                Some(members) => Value::from(members.len()),
                None => length(self.one(inner, frame)?)?,
            }),
            Expr::Interpolation(parts) => self.interpolate(parts, frame)?,
            Expr::Binary(left, op, right) => self.binary(left, op, right, frame)?,
            Expr::Not(inner) => {
                FilterOutput::Value(Value::Bool(!self.one(inner, frame)?.is_truthy()))
            }
            Expr::If(condition, then, otherwise) => {
                let is_true = self.one(condition, frame)?.is_truthy();
                self.one(if is_true { then } else { otherwise }, frame)?
            }
            Expr::Test(regex) => FilterOutput::Value(Value::Bool(match plain(&frame.input) {
                Some(text) => regex.run(text)?,
                None => regex.run_on_value(&frame.input.clone().into_value())?,
            })),
            Expr::Pipe(left, right) => {
                let input = self.one(left, frame)?;
                self.one(right, &Frame::of(input))?
            }
            Expr::Function(function) => {
                FilterOutput::Value(function.call(frame.input.clone(), frame.members())?)
            }
            Expr::Core(filter) => self.core_one(filter, frame)?,
        })
    }

    fn core_one<'t>(
        &self,
        filter: &CompiledFilter,
        frame: &Frame<'_, 't>,
    ) -> Result<FilterOutput<'t>, Interrupt> {
        let mut output = None;
        self.core(filter, frame.input.clone().into_value(), &mut |value| {
            output = Some(value);
            Ok(())
        })?;
        Ok(FilterOutput::Value(output.unwrap_or(Value::Null)))
    }

    #[inline(always)]
    fn slot<'t>(&self, slot: usize, frame: &Frame<'_, 't>) -> Result<FilterOutput<'t>, Interrupt> {
        if let (Some(slots), FilterOutput::Raw(input)) = (frame.slots, &frame.input)
            && let Some(text) = slots.get(slot, *input)
        {
            return Ok(FilterOutput::Raw(text));
        }
        let path = self.projection.path(slot).iter();
        path.clone()
            .try_fold(frame.input.clone(), |item, key| field(item, key))
    }

    fn interpolate<'t>(
        &self,
        parts: &[Expr],
        frame: &Frame<'_, 't>,
    ) -> Result<FilterOutput<'t>, Interrupt> {
        let mut text = String::new();
        for (at, part) in parts.iter().enumerate() {
            let part = self.one(part, frame).map_err(|error| {
                // jq evaluates the last part first: the error is that of the last part that fails.
                let mut later = parts[at + 1..].iter().rev();
                let last = later.find_map(|part| self.one(part, frame).err());
                last.unwrap_or(error)
            })?;
            match part {
                FilterOutput::Raw(part) => match part.string_literal() {
                    Some(literal) => text.push_str(&literal.decode()),
                    None => match part.to_json() {
                        Some(json) => text.push_str(&json),
                        None => text.push_str(&part.to_value().to_json()),
                    },
                },
                FilterOutput::Value(Value::Str(part)) => text.push_str(&part),
                other => text.push_str(&other.into_value().to_json()),
            }
        }
        Ok(FilterOutput::Value(Value::from(text)))
    }
}

fn interrupt(error: RunError<Interrupt>) -> Interrupt {
    match error {
        RunError::Raised(error) => Interrupt::Raised(error),
        RunError::Halted(code) => Interrupt::Exit(code),
        RunError::Output(interrupt) => interrupt,
        RunError::Unread(error) => error.into(),
    }
}

/// The kind of an item.
fn kind(item: &FilterOutput) -> ValueKind {
    match item {
        FilterOutput::Raw(text) => text.kind(),
        FilterOutput::Object(_) => ValueKind::Object,
        FilterOutput::ArrayPart(_) => ValueKind::Array,
        FilterOutput::Value(value) => value.kind(),
    }
}

/// `.key`
#[inline(always)]
fn field<'t>(item: FilterOutput<'t>, key: &SharedStr) -> Result<FilterOutput<'t>, Interrupt> {
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
fn element(item: FilterOutput, index: isize) -> Result<FilterOutput, Interrupt> {
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

/// `length`
fn length(item: FilterOutput) -> Result<Value, Interrupt> {
    if let FilterOutput::Raw(text) = item {
        match text.kind() {
            ValueKind::Array => return Ok(Value::from(text.elements().count())),
            ValueKind::Object => {
                if let Some(members) = text.unique_members() {
                    return Ok(Value::from(members.len()));
                }
            }
            _ => {}
        }
    }
    Ok(crate::natives::length(item.into_value())?)
}

/// `.[]`
pub(super) fn values<'t>(item: FilterOutput<'t>, out: OutputFn<'_, 't>) -> Result<(), Interrupt> {
    match item {
        FilterOutput::Raw(text) if text.kind() == ValueKind::Array => text
            .elements()
            .try_for_each(|text| out(FilterOutput::Raw(text))),
        FilterOutput::Raw(text) if text.kind() == ValueKind::Object => {
            match text.unique_members() {
                Some(members) => {
                    let mut texts = members.into_iter().map(|(_, text)| text);
                    texts.try_for_each(|text| out(FilterOutput::Raw(text)))
                }
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

/// `..`: the value, then everything inside it, in the order of the text.
fn recurse<'t>(item: FilterOutput<'t>, out: OutputFn<'_, 't>) -> Result<(), Interrupt> {
    let is_container = matches!(kind(&item), ValueKind::Array | ValueKind::Object);
    out(item.clone())?;
    if is_container {
        values(item, &mut |inner| recurse(inner, out))?;
    }
    Ok(())
}

/// The text of a string, if no escape has to be decoded for it.
#[inline(always)]
pub(super) fn plain<'i>(item: &'i FilterOutput) -> Option<&'i str> {
    match item {
        FilterOutput::Raw(text) => text.string_literal().and_then(StringLiteral::as_str),
        FilterOutput::Value(value) => value.as_str(),
        FilterOutput::Object(_) | FilterOutput::ArrayPart(_) => None,
    }
}
