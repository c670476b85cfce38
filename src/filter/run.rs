//! Running a compiled filter on its inputs.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;

use jaq_core::data::HasLut;
use jaq_core::{Ctx, DataT, Lut, Vars};

use super::input::Inputs;
use super::{Compiled, Filter, fused};
use dq_json::read::ReadError;
use dq_json::value::{FilterOutput, ValR, Value, ValueError};

/// The kind of data filters work on, for jaq-core.
pub struct JaqData;

impl DataT for JaqData {
    type V<'a> = Value;
    type Data<'a> = &'a Run<'a>;
}

impl<'a> HasLut<'a, JaqData> for &'a Run<'a> {
    fn lut(&self) -> &'a Lut<JaqData> {
        &self.compiled.filter.lut
    }
}

/// Stack that stays free for what runs below a recursion check, in bytes.
const STACK_RESERVE: usize = 2 * 1024 * 1024;

/// Takes the outputs of a filter.
pub type Emit<'e, E> = &'e mut dyn FnMut(FilterOutput<'_>) -> Result<(), E>;

/// What all parts of a running filter can reach.
#[derive(Clone, Copy)]
pub struct Shared<'a> {
    inputs: &'a RefCell<Inputs>,
    /// Where `debug`, `stderr` and `halt_error` write.
    messages: &'a dyn Fn(&[u8]),
    library: &'a [PathBuf],
    stack_limit: usize,
}

/// A filter that jaq-core runs, and what it can reach.
pub struct Run<'a> {
    compiled: &'a Compiled,
    shared: Shared<'a>,
}

/// How the run of a filter on one input ended, when not by itself.
pub enum RunError<E> {
    /// The filter raised an error; the value of it.
    Raised(Value),
    /// `halt` or `halt_error`, with its exit code.
    Halted(i32),
    /// An output could not be taken.
    Output(E),
    /// The input could not be read.
    Unread(ReadError),
}

/// A filter on all its inputs, one after the other.
pub struct FilterRun<'a> {
    shared: Shared<'a>,
    engine: Engine<'a>,
    /// `-n`: the one input that is left.
    once: Option<Cell<bool>>,
}

enum Engine<'a> {
    Core(&'a Compiled),
    Fused(fused::Runner<'a>),
}

impl<'a> FilterRun<'a> {
    /// `stack` is the number of bytes the current thread still has; with `null_input` the filter runs once, on null.
    pub fn new(
        filter: &'a Filter,
        inputs: &'a RefCell<Inputs>,
        messages: &'a dyn Fn(&[u8]),
        stack: usize,
        null_input: bool,
    ) -> Self {
        let marker = 0u8;
        let here = std::ptr::from_ref(&marker).addr();
        let shared = Shared {
            inputs,
            messages,
            library: &filter.library,
            stack_limit: here.saturating_sub(stack.saturating_sub(STACK_RESERVE)),
        };
        Self {
            shared,
            engine: match &filter.engine {
                super::Engine::Core(compiled) => Engine::Core(compiled),
                super::Engine::Fused(program) => Engine::Fused(fused::Runner::new(program)),
            },
            once: null_input.then(|| Cell::new(true)),
        }
    }

    /// Gives every output for the next input to `emit`; `None` when there is no input left.
    pub fn next_input<E>(&self, emit: Emit<'_, E>) -> Option<Result<(), RunError<E>>> {
        let compiled = match &self.engine {
            Engine::Fused(runner) => return runner.next(self.shared, self.shared.inputs, emit),
            Engine::Core(compiled) => *compiled,
        };
        let input = match &self.once {
            Some(once) => once.replace(false).then_some(Ok(Value::Null)),
            None => self.shared.inputs.borrow_mut().next(),
        };
        let mut emit = |value| emit(FilterOutput::Value(value));
        Some(match input? {
            Ok(input) => Run::new(compiled, self.shared).on(input, &mut emit),
            Err(error) => Err(RunError::Unread(error)),
        })
    }
}

impl<'a> Run<'a> {
    pub fn new(compiled: &'a Compiled, shared: Shared<'a>) -> Self {
        Self { compiled, shared }
    }

    /// Gives every output for one input to `emit`.
    pub fn on<E>(
        &self,
        input: Value,
        emit: &mut dyn FnMut(Value) -> Result<(), E>,
    ) -> Result<(), RunError<E>> {
        self.with_globals(self.compiled.globals.iter().cloned(), input, emit)
    }

    /// As [`Run::on`], with a value for the variable that has another one in each run.
    pub fn on_with<E>(
        &self,
        input: Value,
        variable: &Value,
        emit: &mut dyn FnMut(Value) -> Result<(), E>,
    ) -> Result<(), RunError<E>> {
        let globals = self.compiled.globals.iter().enumerate();
        let globals = globals.map(|(i, value)| {
            if Some(i) == self.compiled.variable {
                variable.clone()
            } else {
                value.clone()
            }
        });
        self.with_globals(globals, input, emit)
    }

    fn with_globals<E>(
        &self,
        globals: impl IntoIterator<Item = Value>,
        input: Value,
        emit: &mut dyn FnMut(Value) -> Result<(), E>,
    ) -> Result<(), RunError<E>> {
        let context = Ctx::<JaqData>::new(self, Vars::new(globals));
        for output in self.compiled.filter.id.run((context, input)) {
            match output {
                Ok(value) => emit(value).map_err(RunError::Output)?,
                Err(exception) => {
                    return Err(match exception.get_err() {
                        Ok(error) => RunError::Raised(error.into_val()),
                        Err(exception) => RunError::Halted(exception.get_halt().unwrap_or(5)),
                    });
                }
            }
        }
        Ok(())
    }

    pub(super) fn input(&self) -> Option<ValR> {
        let next = self.shared.inputs.borrow_mut().next_inside()?;
        Some(next.map_err(ValueError::str))
    }

    pub(super) fn input_name(&self) -> Value {
        self.shared.inputs.borrow().name()
    }

    pub(super) fn input_line(&self) -> usize {
        self.shared.inputs.borrow().line_number()
    }

    pub(super) fn message(&self, bytes: &[u8]) {
        (self.shared.messages)(bytes);
    }

    pub(super) fn stack_limit(&self) -> usize {
        self.shared.stack_limit
    }

    pub(super) fn module_meta(&self, name: &Value) -> ValR {
        match name {
            Value::Str(name) => {
                super::files::meta(name, self.shared.library).map_err(ValueError::str)
            }
            _ => Err(ValueError::str(
                "modulemeta input module name must be a string",
            )),
        }
    }
}

/// The main loop's record of what happened: the exit code follows from the last input.
#[derive(Default)]
pub struct LastOutput {
    last_output: Cell<Option<bool>>,
}

impl LastOutput {
    /// Notes an output.
    pub fn record(&self, item: &FilterOutput) {
        self.last_output.set(Some(item.is_truthy()));
    }

    /// jq's `-e`: 1 when the last output is false or null, 4 when there is none.
    pub fn exit_code(&self) -> u8 {
        match self.last_output.get() {
            Some(true) => 0,
            Some(false) => 1,
            None => 4,
        }
    }
}
