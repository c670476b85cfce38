//! Runs a fused filter on its inputs: reads an input, evaluates it, and passes over its text.

use std::cell::RefCell;

use super::evaluate::Evaluator;
use super::evaluate_elements::{ElementEvaluator, Elements};
use super::expression::Generator;
use super::frame::Frame;
use super::fused_filter::{Evaluation, FusedFilter};
use super::interrupt::Interrupt;
use super::projection::FieldSlots;
use crate::input::Inputs;
use crate::jaq_run::RunContext;
use crate::run_error::RunError;
use dq_json::read::{ScannedValue, ValidateOnly};
use dq_json::value::{ArrayPart, FilterOutput, RawValue, Value};

/// Runs a fused filter on one input after the other.
pub(crate) struct Runner<'a> {
    filter: &'a FusedFilter,
    slots: RefCell<FieldSlots<'a>>,
}

/// Arrays of more bytes than this are copied in parts, to be written before they end.
const MAX_WHOLE_ARRAY: usize = 1 << 20;

/// Takes the outputs of a run.
type RunOutputFn<'o> = &'o mut dyn FnMut(FilterOutput) -> Result<(), Interrupt>;

/// Whether there was an input.
type HasInput = bool;

impl<'a> Runner<'a> {
    /// A run that has read nothing yet.
    pub(crate) fn new(filter: &'a FusedFilter) -> Self {
        Self {
            filter,
            slots: RefCell::new(FieldSlots::new(&filter.projection)),
        }
    }

    /// Passes every output for the next input to `emit`. `None` when no input is left.
    pub(crate) fn next<E>(
        &self,
        context: RunContext,
        emit: &mut dyn FnMut(FilterOutput<'_>) -> Result<(), E>,
    ) -> Option<Result<(), RunError<E>>> {
        let mut refused = None;
        let mut out = |item: FilterOutput| {
            emit(item).map_err(|error| {
                refused = Some(error);
                Interrupt::Stopped
            })
        };
        let evaluator = Evaluator {
            projection: &self.filter.projection,
            context,
        };
        let ended = self.next_input(evaluator, context.inputs, &mut out);
        if let Some(error) = refused {
            return Some(Err(RunError::Output(error)));
        }
        match ended {
            Ok(false) => None,
            Ok(true) | Err(Interrupt::Stopped) => Some(Ok(())),
            Err(Interrupt::Raised(error)) => Some(Err(RunError::Raised(error))),
            Err(Interrupt::Exit(code)) => Some(Err(RunError::Halted(code))),
            Err(Interrupt::Unread(error)) => Some(Err(RunError::Unread(*error))),
        }
    }

    fn next_input(
        &self,
        evaluator: Evaluator,
        inputs: &RefCell<Inputs>,
        out: RunOutputFn,
    ) -> Result<HasInput, Interrupt> {
        if !inputs.borrow().can_be_scanned() {
            return self.value(evaluator, inputs, out);
        }
        match &self.filter.evaluation {
            Evaluation::Whole(generator) => self.whole(generator, evaluator, inputs, out),
            Evaluation::Copy => copy(inputs, out),
            Evaluation::Elements(_) => self.elements(evaluator, inputs, out),
        }
    }

    /// The next input, if inputs are not read as plain JSON texts: a built value.
    fn value(
        &self,
        evaluator: Evaluator,
        inputs: &RefCell<Inputs>,
        out: RunOutputFn,
    ) -> Result<HasInput, Interrupt> {
        let next = inputs.borrow_mut().next().transpose()?;
        let Some(input) = next else {
            return Ok(false);
        };
        match &self.filter.evaluation {
            Evaluation::Whole(generator) => {
                let frame = Frame::of(FilterOutput::Value(input));
                evaluator.each(generator, &frame, &mut |item| out(item))?;
            }
            Evaluation::Copy => out(FilterOutput::Value(input))?,
            Evaluation::Elements(_) => {
                self.stream(evaluator, Elements::Value(&input), out)?;
            }
        }
        Ok(true)
    }

    fn whole(
        &self,
        generator: &Generator,
        evaluator: Evaluator,
        inputs: &RefCell<Inputs>,
        out: RunOutputFn,
    ) -> Result<HasInput, Interrupt> {
        self.slots.borrow_mut().reset();
        let scanned = inputs
            .borrow_mut()
            .scan_value(&mut *self.slots.borrow_mut())?;
        let Some(length) = scanned else {
            return Ok(false);
        };
        let result = {
            let inputs = inputs.borrow();
            let slots = self.slots.borrow();
            let frame = Frame::scanned(inputs.scanned(length), &slots);
            evaluator.each(generator, &frame, &mut |item| out(item))
        };
        inputs.borrow_mut().consume(length);
        result.map(|()| true)
    }

    fn elements(
        &self,
        evaluator: Evaluator,
        inputs: &RefCell<Inputs>,
        out: RunOutputFn,
    ) -> Result<HasInput, Interrupt> {
        let opened = if self.filter.projection.is_empty() {
            self.slots.borrow_mut().reset();
            let mut slots = self.slots.borrow_mut();
            inputs.borrow_mut().open_or_scan(&mut *slots)?
        } else {
            inputs.borrow_mut().open_or_scan(&mut ValidateOnly)?
        };
        match opened {
            None => return Ok(false),
            Some(ScannedValue::OpenArray) => {
                let slots = &self.slots;
                self.stream(evaluator, Elements::Array { inputs, slots }, out)?;
            }
            Some(ScannedValue::Complete(length)) => {
                let result = {
                    let inputs = inputs.borrow();
                    self.whole_elements(inputs.scanned(length), evaluator, out)
                };
                inputs.borrow_mut().consume(length);
                result?;
            }
        }
        Ok(true)
    }

    /// The elements of an input that was scanned whole. Those of an object are taken from its text, unless fields of
    /// them are used: then each would be searched for.
    fn whole_elements(
        &self,
        text: RawValue,
        evaluator: Evaluator,
        out: RunOutputFn,
    ) -> Result<(), Interrupt> {
        let slots = self.slots.borrow();
        if self.filter.projection.is_empty()
            && let Some(members) = Frame::scanned(text, &slots).members()
        {
            return self.stream(evaluator, Elements::Object { text, members }, out);
        }
        let input: Value = text.to_value();
        self.stream(evaluator, Elements::Value(&input), out)
    }

    fn stream<'e>(
        &self,
        evaluator: Evaluator<'e>,
        elements: Elements<'e, '_>,
        out: RunOutputFn,
    ) -> Result<(), Interrupt> {
        let Evaluation::Elements(stream) = &self.filter.evaluation else {
            return Ok(());
        };
        let evaluator = ElementEvaluator {
            evaluator,
            elements,
        };
        evaluator.each(stream, &mut |item| out(item))
    }
}

/// Copies the next input to the output, a long array in parts.
fn copy(inputs: &RefCell<Inputs>, out: RunOutputFn) -> Result<HasInput, Interrupt> {
    let opened = inputs.borrow_mut().scan_or_open_array(MAX_WHOLE_ARRAY)?;
    match opened {
        None => return Ok(false),
        Some(ScannedValue::Complete(length)) => {
            let result = out(FilterOutput::Raw(inputs.borrow().scanned(length)));
            inputs.borrow_mut().consume(length);
            result?;
        }
        Some(ScannedValue::OpenArray) => copy_elements(inputs, out)?,
    }
    Ok(true)
}

fn copy_elements(inputs: &RefCell<Inputs>, out: RunOutputFn) -> Result<(), Interrupt> {
    let mut is_empty = true;
    loop {
        let scanned = inputs.borrow_mut().scan_element(&mut ValidateOnly)?;
        let Some(length) = scanned else { break };
        let read = inputs.borrow();
        let text = read.scanned(length);
        let result = out(FilterOutput::ArrayPart(if std::mem::take(&mut is_empty) {
            ArrayPart::First(text)
        } else {
            ArrayPart::Next(text)
        }));
        drop(read);
        inputs.borrow_mut().consume(length);
        result?;
    }
    out(FilterOutput::ArrayPart(ArrayPart::End { is_empty }))
}
