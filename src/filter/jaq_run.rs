//! Compiled filters as jaq-core runs them, and what they can reach while they run.

use std::cell::RefCell;
use std::path::PathBuf;

use jaq_core::data::HasLut;
use jaq_core::{Ctx, DataT, Exn, Lut, Vars};

use crate::direct::{self, Thrown};
use crate::fetcher::Fetcher;
use crate::input::Inputs;
use crate::modules::module_metadata;
use crate::run_error::RunError;
use dq_json::value::{ValR, Value, ValueError};

/// The types that jaq-core is used with: values of dq-json, and a [`JaqRun`] that native filters can reach.
pub struct JaqData;

impl DataT for JaqData {
    type V<'a> = Value;
    type Data<'a> = &'a JaqRun<'a>;
}

impl<'a> HasLut<'a, JaqData> for &'a JaqRun<'a> {
    fn lut(&self) -> &'a Lut<JaqData> {
        match &self.compiled.code {
            Code::Jaq(filter) => &filter.lut,
            Code::Direct(_, no_filter) => &no_filter.lut,
        }
    }
}

/// A filter, or part of one, compiled for an evaluator of values.
pub struct CompiledFilter {
    pub code: Code,
    /// The values of its global variables, in the order in which it was compiled with them.
    pub globals: Vec<Value>,
    /// The index of the global variable that has another value in each run; see [`JaqRun::run_with`].
    pub variable: Option<usize>,
    /// The index of the global variable with the host that the input is from, if the filter uses it.
    pub host: Option<usize>,
}

/// The code of a filter.
pub enum Code {
    /// For the direct evaluator. The filter of jaq-core does nothing: native filters run in its environment.
    Direct(direct::Program, jaq_core::Filter<JaqData>),
    /// For jaq-core.
    Jaq(jaq_core::Filter<JaqData>),
}

/// What all parts of a running filter can reach.
#[derive(Clone, Copy)]
pub struct RunContext<'a> {
    pub inputs: &'a RefCell<Inputs>,
    /// Writes what `debug`, `stderr` and `halt_error` print.
    pub write_message: &'a dyn Fn(&[u8]),
    /// Where `modulemeta` finds modules.
    pub search_path: &'a [PathBuf],
    /// The address below which the stack must not grow.
    pub stack_limit: usize,
    /// What `fetch` requests with; `None` where there is no host.
    pub fetcher: Option<&'a dyn Fetcher>,
}

/// A compiled filter that runs.
pub struct JaqRun<'a> {
    compiled: &'a CompiledFilter,
    context: RunContext<'a>,
}

impl<'a> JaqRun<'a> {
    pub fn new(compiled: &'a CompiledFilter, context: RunContext<'a>) -> Self {
        Self { compiled, context }
    }

    /// Passes every output for one input to `emit`.
    ///
    /// # Errors
    /// What ends the run on this input early; not [`RunError::Unread`].
    pub fn run<E>(
        &self,
        input: Value,
        emit: &mut dyn FnMut(Value) -> Result<(), E>,
    ) -> Result<(), RunError<E>> {
        self.run_with_globals(self.compiled.globals.iter().cloned(), input, emit)
    }

    /// As [`JaqRun::run`], with a value for the filter's variable.
    ///
    /// # Errors
    /// As [`JaqRun::run`].
    pub fn run_with<E>(
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
        self.run_with_globals(globals, input, emit)
    }

    fn run_with_globals<E>(
        &self,
        globals: impl IntoIterator<Item = Value>,
        input: Value,
        emit: &mut dyn FnMut(Value) -> Result<(), E>,
    ) -> Result<(), RunError<E>> {
        let host = self.compiled.host;
        let globals = globals.into_iter().enumerate();
        let globals = globals.map(|(i, value)| match host {
            Some(host) if host == i => self.context.inputs.borrow().host(),
            _ => value,
        });
        let filter = match &self.compiled.code {
            Code::Direct(program, _) => {
                let globals: Vec<Value> = globals.collect();
                return self.run_directly(program, &globals, input, emit);
            }
            Code::Jaq(filter) => filter,
        };
        let context = Ctx::<JaqData>::new(self, Vars::new(globals));
        for output in filter.id.run((context, input)) {
            match output {
                Ok(value) => emit(value).map_err(RunError::Output)?,
                Err(exception) => return Err(run_error(exception)),
            }
        }
        Ok(())
    }

    fn run_directly<E>(
        &self,
        program: &direct::Program,
        globals: &[Value],
        input: Value,
        emit: &mut dyn FnMut(Value) -> Result<(), E>,
    ) -> Result<(), RunError<E>> {
        let mut refused = None;
        let mut take = |output| {
            emit(output).map_err(|error| {
                refused = Some(error);
                Thrown::Stopped
            })
        };
        let flow = direct::Evaluator::new(program, globals, self).run(input, &mut take);
        match (flow, refused) {
            (_, Some(error)) => Err(RunError::Output(error)),
            (Ok(()), None) => Ok(()),
            (Err(Thrown::Error(error)), None) => Err(RunError::Raised(error.into_val())),
            (Err(Thrown::Halt(code)), None) => Err(RunError::Halted(code)),
            // The evaluator itself catches all others.
            (Err(_), None) => Ok(()),
        }
    }

    /// The next input, for `input` and `inputs`.
    pub fn input(&self) -> Option<ValR> {
        let next = self.context.inputs.borrow_mut().next_in_filter()?;
        Some(next.map_err(ValueError::str))
    }

    /// `input_filename`
    pub fn input_name(&self) -> Value {
        self.context.inputs.borrow().name()
    }

    /// `input_line_number`
    pub fn input_line(&self) -> usize {
        self.context.inputs.borrow().line_number()
    }

    /// Writes a message to where `debug` and `stderr` write.
    pub fn message(&self, bytes: &[u8]) {
        (self.context.write_message)(bytes);
    }

    /// The address below which the stack must not grow.
    pub fn stack_limit(&self) -> usize {
        self.context.stack_limit
    }

    /// What `fetch` requests with.
    ///
    /// # Errors
    /// The filter runs where nothing can be requested.
    pub fn fetcher(&self) -> Result<&'a dyn Fetcher, ValueError> {
        let fetcher = self.context.fetcher;
        fetcher.ok_or_else(|| ValueError::str("fetch has no host to ask here"))
    }

    /// `modulemeta`
    pub fn module_metadata(&self, name: &Value) -> ValR {
        match name {
            Value::Str(name) => {
                module_metadata(name, self.context.search_path).map_err(ValueError::str)
            }
            _ => Err(ValueError::str(
                "modulemeta input module name must be a string",
            )),
        }
    }
}

/// The error for an exception of jaq-core.
fn run_error<E>(exception: Exn<Value>) -> RunError<E> {
    match exception.get_err() {
        Ok(error) => RunError::Raised(error.into_val()),
        // jaq-core lets only errors and halts out of a filter.
        Err(exception) => RunError::Halted(exception.get_halt().unwrap_or(5)),
    }
}
