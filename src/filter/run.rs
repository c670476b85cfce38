//! Running a compiled filter on its inputs.

use std::cell::{Cell, RefCell};

use jaq_core::data::HasLut;
use jaq_core::{Ctx, DataT, Exn, Lut, Vars};

use super::Filter;
use super::input::Inputs;
use super::read::ReadError;
use super::value::{Error, ValR, Value};

/// The kind of data filters work on, for jaq-core.
pub struct Kind;

impl DataT for Kind {
    type V<'a> = Value;
    type Data<'a> = &'a Run<'a>;
}

impl<'a> HasLut<'a, Kind> for &'a Run<'a> {
    fn lut(&self) -> &'a Lut<Kind> {
        self.lut
    }
}

/// Stack that stays free for what runs below a recursion check, in bytes.
const STACK_RESERVE: usize = 2 * 1024 * 1024;

/// What a running filter can reach.
pub struct Run<'a> {
    lut: &'a Lut<Kind>,
    filter: &'a Filter,
    inputs: &'a RefCell<Inputs>,
    /// Where `debug`, `stderr` and `halt_error` write.
    messages: &'a dyn Fn(&[u8]),
    stack_limit: usize,
}

/// How the run of a filter on one input ended, when not by itself.
pub enum Stop<E> {
    /// The filter raised an error; the value of it.
    Raised(Value),
    /// `halt` or `halt_error`, with its exit code.
    Halted(i32),
    /// An output could not be taken.
    Output(E),
}

impl<'a> Run<'a> {
    /// `stack` is the number of bytes the current thread still has.
    pub fn new(
        filter: &'a Filter,
        inputs: &'a RefCell<Inputs>,
        messages: &'a dyn Fn(&[u8]),
        stack: usize,
    ) -> Self {
        let marker = 0u8;
        let here = std::ptr::from_ref(&marker).addr();
        let stack_limit = here.saturating_sub(stack.saturating_sub(STACK_RESERVE));
        Self {
            lut: &filter.compiled.lut,
            filter,
            inputs,
            messages,
            stack_limit,
        }
    }

    /// Gives every output for one input to `emit`.
    pub fn on<E>(
        &self,
        input: Value,
        emit: &mut dyn FnMut(Value) -> Result<(), E>,
    ) -> Result<(), Stop<E>> {
        let context = Ctx::<Kind>::new(self, Vars::new(self.filter.globals.iter().cloned()));
        for output in self.filter.compiled.id.run((context, input)) {
            match output {
                Ok(value) => emit(value).map_err(Stop::Output)?,
                Err(exception) => {
                    return Err(match exception.get_err() {
                        Ok(error) => Stop::Raised(error.into_val()),
                        Err(exception) => Stop::Halted(exception.get_halt().unwrap_or(5)),
                    });
                }
            }
        }
        Ok(())
    }

    pub(super) fn input(&self) -> Option<ValR> {
        let next = self.inputs.borrow_mut().next_inside()?;
        Some(next.map_err(Error::str))
    }

    /// The next element of an input that is taken by elements; what cannot be read ends the run, past any `try`.
    pub(super) fn element(&self) -> Option<Result<Value, Exn<'a, Value>>> {
        let next = self.inputs.borrow_mut().element()?;
        Some(next.map_err(|error| self.broken(error)))
    }

    /// Passes over the next element.
    pub(super) fn skip_element(&self) -> Option<Result<(), Exn<'a, Value>>> {
        let next = self.inputs.borrow_mut().skip_element()?;
        Some(next.map_err(|error| self.broken(error)))
    }

    fn broken(&self, error: ReadError) -> Exn<'a, Value> {
        self.inputs.borrow_mut().fail(error);
        Exn::halt(5)
    }

    /// An input that is taken by elements, where it is no array.
    pub(super) fn whole(&self) -> Option<Value> {
        self.inputs.borrow_mut().whole()
    }

    pub(super) fn input_name(&self) -> Value {
        self.inputs.borrow().name()
    }

    pub(super) fn input_line(&self) -> usize {
        self.inputs.borrow().line_number()
    }

    pub(super) fn message(&self, bytes: &[u8]) {
        (self.messages)(bytes);
    }

    pub(super) fn stack_limit(&self) -> usize {
        self.stack_limit
    }

    pub(super) fn module_meta(&self, name: &Value) -> ValR {
        match name {
            Value::Str(name) => super::files::meta(name, &self.filter.library).map_err(Error::str),
            _ => Err(Error::str("modulemeta input module name must be a string")),
        }
    }
}

/// The main loop's record of what happened: the exit code follows from the last input.
#[derive(Default)]
pub struct Tally {
    last_output: Cell<Option<bool>>,
}

impl Tally {
    /// Notes an output.
    pub fn output(&self, value: &Value) {
        self.last_output
            .set(Some(!matches!(value, Value::Null | Value::Bool(false))));
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
