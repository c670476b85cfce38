//! The inputs of a fused filter: read, run, and passed over.

use std::cell::RefCell;

use super::eval::{Evaluator, Frame, Halt, values};
use super::gather::Gathered;
use super::slots::Slots;
use super::{Gather, Program, Source};
use crate::input::Inputs;
use crate::run::{Emit, RunError, Shared};
use dq_json::read::{ReadError, ScannedValue, ValidateOnly};
use dq_json::value::{ArrayPart, FilterOutput, RawValue, Value};

/// Runs a fused filter on one input after the other.
pub struct Runner<'a> {
    program: &'a Program,
    slots: RefCell<Slots<'a>>,
}

/// Inputs nested deeper than this are built: what is inside them should not be passed over at every level.
const DEEP: usize = 100;

/// Arrays of more bytes than this are not waited for, where they are only passed on.
const LONG: usize = 1 << 20;

/// What stops a run: a halt of the filter's, or an input that cannot be read.
enum Broken {
    Halt(Halt),
    Unread(ReadError),
}

impl From<Halt> for Broken {
    fn from(halt: Halt) -> Self {
        Self::Halt(halt)
    }
}

impl From<ReadError> for Broken {
    fn from(error: ReadError) -> Self {
        Self::Unread(error)
    }
}

impl<'a> Runner<'a> {
    pub fn new(program: &'a Program) -> Self {
        Self {
            program,
            slots: RefCell::new(Slots::new(&program.wants)),
        }
    }

    /// Gives every output for the next input to `emit`; `None` when there is no input left.
    pub fn next<E>(
        &self,
        shared: Shared,
        inputs: &RefCell<Inputs>,
        emit: Emit<'_, E>,
    ) -> Option<Result<(), RunError<E>>> {
        let mut refused = None;
        let mut out = |item: FilterOutput| {
            emit(item).map_err(|error| {
                refused = Some(error);
                Halt::Enough
            })
        };
        let evaluator = Evaluator {
            program: self.program,
            shared,
        };
        let ended = match self.program.source {
            _ if !inputs.borrow().are_scanned() => self.value(evaluator, inputs, &mut out),
            Source::Inputs => self.input(evaluator, inputs, &mut out),
            Source::Parts => parts(inputs, &mut out),
            Source::Elements { .. } => self.elements(evaluator, inputs, &mut out),
        };
        let ended = ended.transpose()?;
        Some(match (ended, refused) {
            (_, Some(error)) => Err(RunError::Output(error)),
            (Ok(()) | Err(Broken::Halt(Halt::Enough)), None) => Ok(()),
            (Err(Broken::Halt(Halt::Raised(error))), None) => Err(RunError::Raised(error)),
            (Err(Broken::Halt(Halt::Exit(code))), None) => Err(RunError::Halted(code)),
            (Err(Broken::Unread(error)), None) => Err(RunError::Unread(error)),
        })
    }

    /// An input that is no JSON text.
    fn value(
        &self,
        evaluator: Evaluator,
        inputs: &RefCell<Inputs>,
        out: &mut dyn FnMut(FilterOutput) -> Result<(), Halt>,
    ) -> Result<Option<()>, Broken> {
        let next = inputs.borrow_mut().next().transpose()?;
        let Some(input) = next else {
            return Ok(None);
        };
        let mut gathered = Gathered::default();
        let whole = match self.program.source {
            Source::Inputs | Source::Parts => {
                let frame = Frame::of(FilterOutput::Value(input));
                gathered.take(&evaluator, &frame, &mut |item| out(item))?;
                None
            }
            Source::Elements { .. } => {
                self.elements_of_value(&input, evaluator, &mut gathered, out)?;
                Some(input)
            }
        };
        self.finish(evaluator, gathered, whole, out)?;
        Ok(Some(()))
    }

    fn input(
        &self,
        evaluator: Evaluator,
        inputs: &RefCell<Inputs>,
        out: &mut dyn FnMut(FilterOutput) -> Result<(), Halt>,
    ) -> Result<Option<()>, Broken> {
        self.slots.borrow_mut().reset();
        let scanned = inputs
            .borrow_mut()
            .scan_next(&mut *self.slots.borrow_mut())?;
        let Some(length) = scanned else {
            return Ok(None);
        };
        let mut gathered = Gathered::default();
        let result = self.run_on(evaluator, inputs, length, &mut gathered, out);
        inputs.borrow_mut().advance(length);
        result?;
        self.finish(evaluator, gathered, None, out)?;
        Ok(Some(()))
    }

    /// Runs the body on the text that was scanned last.
    fn run_on(
        &self,
        evaluator: Evaluator,
        inputs: &RefCell<Inputs>,
        length: usize,
        gathered: &mut Gathered,
        out: &mut dyn FnMut(FilterOutput) -> Result<(), Halt>,
    ) -> Result<(), Halt> {
        let inputs = inputs.borrow();
        let slots = self.slots.borrow();
        let text = inputs.text(length);
        let frame = frame(text, &slots);
        gathered.take(&evaluator, &frame, &mut |item| out(item))
    }

    fn finish(
        &self,
        evaluator: Evaluator,
        gathered: Gathered,
        whole: Option<Value>,
        out: &mut dyn FnMut(FilterOutput) -> Result<(), Halt>,
    ) -> Result<(), Halt> {
        let Some(value) = gathered.finish(&self.program.gather, whole) else {
            return Ok(());
        };
        let frame = Frame::of(FilterOutput::Value(value?));
        evaluator.each(&self.program.after, &frame, &mut |item| out(item))
    }

    fn elements(
        &self,
        evaluator: Evaluator,
        inputs: &RefCell<Inputs>,
        out: &mut dyn FnMut(FilterOutput) -> Result<(), Halt>,
    ) -> Result<Option<()>, Broken> {
        let opened = inputs.borrow_mut().scan_open()?;
        let mut gathered = Gathered::default();
        let whole = match opened {
            None => return Ok(None),
            Some(ScannedValue::OpenArray) => {
                self.elements_of_array(evaluator, inputs, &mut gathered, out)?;
                None
            }
            Some(ScannedValue::Complete(length)) => {
                let whole = inputs.borrow().text(length).to_value();
                inputs.borrow_mut().advance(length);
                self.elements_of_value(&whole, evaluator, &mut gathered, out)?;
                Some(whole)
            }
        };
        self.finish(evaluator, gathered, whole, out)?;
        Ok(Some(()))
    }

    fn elements_of_array(
        &self,
        evaluator: Evaluator,
        inputs: &RefCell<Inputs>,
        gathered: &mut Gathered,
        out: &mut dyn FnMut(FilterOutput) -> Result<(), Halt>,
    ) -> Result<(), Broken> {
        if matches!(self.program.gather, Gather::Length) {
            while inputs.borrow_mut().skip_element().transpose()?.is_some() {
                gathered.count();
            }
            return Ok(());
        }
        loop {
            self.slots.borrow_mut().reset();
            let scanned = inputs
                .borrow_mut()
                .scan_element(&mut *self.slots.borrow_mut())?;
            let Some(length) = scanned else {
                return Ok(());
            };
            let result = self.run_on(evaluator, inputs, length, gathered, out);
            inputs.borrow_mut().advance(length);
            match result {
                Err(Halt::Enough) if gathered.is_full(&self.program.gather) => return Ok(()),
                result => result?,
            }
        }
    }

    /// The elements of an input that is no array: the values of an object, or an error.
    fn elements_of_value(
        &self,
        whole: &Value,
        evaluator: Evaluator,
        gathered: &mut Gathered,
        out: &mut dyn FnMut(FilterOutput) -> Result<(), Halt>,
    ) -> Result<(), Halt> {
        if matches!(self.program.gather, Gather::Length) {
            return gathered.length(whole);
        }
        let is_optional = self.program.source == Source::Elements { is_optional: true };
        if is_optional && !matches!(whole, Value::Arr(_) | Value::Obj(_)) {
            return Ok(());
        }
        let result = values(FilterOutput::Value(whole.clone()), &mut |item| {
            gathered.take(&evaluator, &Frame::of(item), &mut |item| out(item))
        });
        match result {
            Err(Halt::Enough) if gathered.is_full(&self.program.gather) => Ok(()),
            result => result,
        }
    }
}

/// Passes the next input on as it is, a long array in parts.
fn parts(
    inputs: &RefCell<Inputs>,
    out: &mut dyn FnMut(FilterOutput) -> Result<(), Halt>,
) -> Result<Option<()>, Broken> {
    let opened = inputs.borrow_mut().scan_or_open(LONG)?;
    if let Some(ScannedValue::Complete(length)) = opened {
        let passed = out(FilterOutput::Raw(inputs.borrow().text(length)));
        inputs.borrow_mut().advance(length);
        passed?;
    }
    if !matches!(opened, Some(ScannedValue::OpenArray)) {
        return Ok(opened.map(|_| ()));
    }
    let mut is_empty = true;
    loop {
        let scanned = inputs.borrow_mut().scan_element(&mut ValidateOnly)?;
        let Some(length) = scanned else { break };
        let read = inputs.borrow();
        let text = read.text(length);
        let passed = out(FilterOutput::ArrayPart(if std::mem::take(&mut is_empty) {
            ArrayPart::First(text)
        } else {
            ArrayPart::Next(text)
        }));
        drop(read);
        inputs.borrow_mut().advance(length);
        passed?;
    }
    out(FilterOutput::ArrayPart(ArrayPart::End { is_empty }))?;
    Ok(Some(()))
}

fn frame<'f, 't>(text: RawValue<'t>, slots: &'f Slots<'f>) -> Frame<'f, 't> {
    if slots.deepest() > DEEP {
        return Frame::of(FilterOutput::Value(text.to_value()));
    }
    Frame {
        input: FilterOutput::Raw(text),
        slots: Some(slots),
    }
}
