//! Evaluation of an element stream on the elements of one input.

use std::cell::RefCell;

use super::element_stream::{ByKey, ElementStream, Fold, FoldOutput};
use super::evaluate::{Evaluator, values};
use super::expression::Generator;
use super::frame::Frame;
use super::interrupt::Interrupt;
use super::keyed::KeyedElements;
use super::projection::FieldSlots;
use crate::input::Inputs;
use dq_json::value::{FilterOutput, MembersAt, RawValue, Value};

/// Takes the outputs of an element stream.
type ElementOutputFn<'o> = &'o mut dyn FnMut(FilterOutput<'_>) -> Result<(), Interrupt>;

/// Where the elements of one input come from.
pub(super) enum Elements<'a, 'p> {
    /// The array that the inputs have opened; its elements are scanned one by one.
    Array {
        inputs: &'a RefCell<Inputs>,
        slots: &'a RefCell<FieldSlots<'p>>,
    },
    /// The members of an object, an input that was scanned.
    Object {
        text: RawValue<'a>,
        members: MembersAt<'a, 'a>,
    },
    /// An input that is not an array, or that was not read as JSON text.
    Value(&'a Value),
}

impl Elements<'_, '_> {
    /// Calls a function for each element; an optional `.[]?` has none in a scalar.
    ///
    /// # Errors
    /// Those of the function and of reading, and a scalar.
    fn for_each(
        &self,
        is_optional: bool,
        mut each: impl FnMut(&Frame<'_, '_>) -> Result<(), Interrupt>,
    ) -> Result<(), Interrupt> {
        let (inputs, slots) = match self {
            Self::Array { inputs, slots } => (inputs, slots),
            Self::Object { members, .. } => {
                let mut elements = members.clone().map(|(_, text)| FilterOutput::Raw(text));
                return elements.try_for_each(|element| each(&Frame::of(element)));
            }
            Self::Value(Value::Arr(_) | Value::Obj(_)) if is_optional => {
                return self.for_each(false, each);
            }
            Self::Value(_) if is_optional => return Ok(()),
            Self::Value(whole) => {
                let whole = FilterOutput::Value((*whole).clone());
                return values(whole, &mut |element| each(&Frame::of(element)));
            }
        };
        loop {
            slots.borrow_mut().reset();
            let scanned = inputs.borrow_mut().scan_element(&mut *slots.borrow_mut())?;
            let Some(length) = scanned else {
                return Ok(());
            };
            let result = {
                let inputs = inputs.borrow();
                let slots = slots.borrow();
                each(&Frame::scanned(inputs.scanned(length), &slots))
            };
            inputs.borrow_mut().consume(length);
            result?;
        }
    }

    /// jq's `length` of the input; the elements of an array are validated and not looked at.
    fn length(&self) -> Result<Value, Interrupt> {
        match self {
            Self::Array { inputs, .. } => {
                let mut count = 0usize;
                while inputs.borrow_mut().skip_element().transpose()?.is_some() {
                    count += 1;
                }
                Ok(Value::from(count))
            }
            Self::Object { members, .. } => Ok(Value::from(members.len())),
            Self::Value(whole) => Ok(crate::natives::length((*whole).clone())?),
        }
    }

    /// The input, if it is not an array that was opened.
    fn whole(&self) -> Option<Value> {
        match self {
            Self::Array { .. } => None,
            Self::Object { text, .. } => Some(text.to_value()),
            Self::Value(whole) => Some((*whole).clone()),
        }
    }
}

/// Evaluates an element stream on one input.
pub(super) struct ElementEvaluator<'a, 'p> {
    pub evaluator: Evaluator<'a>,
    pub elements: Elements<'a, 'p>,
}

impl ElementEvaluator<'_, '_> {
    /// Emits every output of a stream. It can be called once: the elements are consumed.
    ///
    /// # Errors
    /// Those of the filter, of reading the elements, and those that `out` returns.
    pub(super) fn each(
        &self,
        stream: &ElementStream,
        out: ElementOutputFn,
    ) -> Result<(), Interrupt> {
        use ElementStream as S;
        match stream {
            S::Each { body, is_optional } => self.elements.for_each(*is_optional, |frame| {
                self.evaluator.each(body, frame, &mut |item| out(item))
            }),
            S::Length => out(FilterOutput::Value(self.elements.length()?)),
            S::ByKey(by_key) => out(FilterOutput::Value(self.by_key(by_key)?)),
            S::Pipe(inner, generator) => self.each(inner, &mut |item| {
                let frame = Frame::of(item);
                self.evaluator
                    .each(generator, &frame, &mut |item| out(item))
            }),
            S::Limit(count, inner) => self.limit(*count, inner, out),
            S::Skip(count, inner) => {
                let mut left = *count;
                self.each(inner, &mut |item| {
                    if left == 0 {
                        return out(item);
                    }
                    left -= 1;
                    Ok(())
                })
            }
            S::Last(inner) => {
                let mut last = None;
                self.each(inner, &mut |item| {
                    last = Some(item.into_value());
                    Ok(())
                })?;
                last.map_or(Ok(()), |last| out(FilterOutput::Value(last)))
            }
            S::Try(inner, handler) => self.attempt(inner, handler.as_ref(), out),
            S::Fold(fold) => self.fold(fold, out),
            aggregate => out(FilterOutput::Value(self.aggregate(aggregate)?)),
        }
    }

    /// The one output of a stream that combines all values of another.
    fn aggregate(&self, stream: &ElementStream) -> Result<Value, Interrupt> {
        use ElementStream as S;
        Ok(match stream {
            S::List(inner) => {
                let mut items = Vec::new();
                self.each(inner, &mut |item| {
                    items.push(item.into_value());
                    Ok(())
                })?;
                Value::from(items)
            }
            S::Count(inner) => {
                let mut count = 0usize;
                self.each(inner, &mut |_| {
                    count += 1;
                    Ok(())
                })?;
                Value::from(count)
            }
            S::Sum(inner) => {
                let mut sum = Value::Null;
                self.each(inner, &mut |item| {
                    sum = (std::mem::replace(&mut sum, Value::Null) + item.into_value())?;
                    Ok(())
                })?;
                sum
            }
            S::SumOfList(inner) => {
                let mut sum = Ok(Value::Null);
                self.each(inner, &mut |item| {
                    let before = std::mem::replace(&mut sum, Ok(Value::Null));
                    sum = before.and_then(|before| before + item.into_value());
                    Ok(())
                })?;
                sum?
            }
            S::IsEmpty(inner) => Value::Bool(!self.is_any(inner, |_| true)?),
            S::Any(inner) => Value::Bool(self.is_any(inner, |item| item.is_truthy())?),
            S::All(inner) => Value::Bool(!self.is_any(inner, |item| !item.is_truthy())?),
            _ => Value::Null,
        })
    }

    /// Whether a value of the stream meets a condition; the stream is left at the first one that does.
    fn is_any(
        &self,
        stream: &ElementStream,
        condition: impl Fn(&FilterOutput) -> bool,
    ) -> Result<bool, Interrupt> {
        let mut is_found = false;
        let result = self.each(stream, &mut |item| {
            is_found = condition(&item);
            if is_found {
                return Err(Interrupt::Stopped);
            }
            Ok(())
        });
        match result {
            Err(Interrupt::Stopped) if is_found => Ok(true),
            other => other.map(|()| false),
        }
    }

    fn by_key(&self, by_key: &ByKey) -> Result<Value, Interrupt> {
        let mut keyed = KeyedElements::default();
        self.elements
            .for_each(false, |frame| keyed.push(&self.evaluator, by_key, frame))?;
        Ok(keyed.arrange(by_key, self.elements.whole())?)
    }

    fn limit(
        &self,
        count: usize,
        stream: &ElementStream,
        out: ElementOutputFn,
    ) -> Result<(), Interrupt> {
        let mut left = count;
        if left == 0 {
            return Ok(());
        }
        let result = self.each(stream, &mut |item| {
            out(item)?;
            left -= 1;
            if left == 0 {
                return Err(Interrupt::Stopped);
            }
            Ok(())
        });
        match result {
            Err(Interrupt::Stopped) if left == 0 => Ok(()),
            other => other,
        }
    }

    /// `try`: an error ends the stream; one that is raised by a consumer of its outputs is not caught.
    fn attempt(
        &self,
        stream: &ElementStream,
        handler: Option<&Generator>,
        out: ElementOutputFn,
    ) -> Result<(), Interrupt> {
        let mut is_own = true;
        let result = self.each(stream, &mut |item| {
            out(item).inspect_err(|_| is_own = false)
        });
        match (result, handler) {
            (Err(Interrupt::Raised(_)), None) if is_own => Ok(()),
            (Err(Interrupt::Raised(error)), Some(handler)) if is_own => {
                let frame = Frame::of(FilterOutput::Value(error));
                self.evaluator.each(handler, &frame, &mut |item| out(item))
            }
            (other, _) => other,
        }
    }

    /// `reduce` and `foreach` (jq 1.7: an update without outputs leaves null as the state).
    fn fold(&self, fold: &Fold, out: ElementOutputFn) -> Result<(), Interrupt> {
        let null = Frame::of(FilterOutput::Value(Value::Null));
        let mut state = self.evaluator.one(&fold.init, &null)?.into_value();
        self.each(&fold.stream, &mut |item| {
            let value = item.into_value();
            let before = std::mem::replace(&mut state, Value::Null);
            state = match &fold.output {
                FoldOutput::LastState => self.last_state(fold, before, &value)?,
                output => self.next_states(fold, output, before, &value, out)?,
            };
            Ok(())
        })?;
        match fold.output {
            FoldOutput::LastState => out(FilterOutput::Value(state)),
            FoldOutput::EachState | FoldOutput::Extract(_) => Ok(()),
        }
    }

    /// The state after the current value. The update owns the state before, so that it can change it in place.
    fn last_state(&self, fold: &Fold, before: Value, value: &Value) -> Result<Value, Interrupt> {
        let mut last = Value::Null;
        self.evaluator
            .core_with(&fold.update, before, value, &mut |next| {
                last = next;
                Ok(())
            })?;
        Ok(last)
    }

    /// Emits the outputs of a loop for the current value, and gives the state after it.
    fn next_states(
        &self,
        fold: &Fold,
        output: &FoldOutput,
        before: Value,
        value: &Value,
        out: ElementOutputFn,
    ) -> Result<Value, Interrupt> {
        let mut last = Value::Null;
        self.evaluator
            .core_with(&fold.update, before, value, &mut |next| {
                self.extract(output, &next, value, out)?;
                last = next;
                Ok(())
            })?;
        Ok(last)
    }

    /// The outputs of a loop for one of its states.
    fn extract(
        &self,
        output: &FoldOutput,
        state: &Value,
        value: &Value,
        out: ElementOutputFn,
    ) -> Result<(), Interrupt> {
        match output {
            FoldOutput::LastState => Ok(()),
            FoldOutput::EachState => out(FilterOutput::Value(state.clone())),
            FoldOutput::Extract(filter) => {
                self.evaluator
                    .core_with(filter, state.clone(), value, &mut |output| {
                        out(FilterOutput::Value(output))
                    })
            }
        }
    }
}
