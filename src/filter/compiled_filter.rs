//! Filters compiled for an evaluator of values, and their run on one input.

use jaq_core::{Ctx, Exn, Vars};

use crate::direct::{self, Thrown};
use crate::jaq_run::{JaqData, JaqRun, RunContext};
use crate::run_error::RunError;
use dq_json::value::Value;

/// A filter, or part of one, compiled for an evaluator of values.
pub(crate) struct CompiledFilter {
    pub code: Code,
    /// The values of its global variables, in the order in which it was compiled with them.
    pub globals: Vec<Value>,
    /// The index of the global variable that has another value in each run; see [`CompiledFilter::run_with`].
    pub variable: Option<usize>,
    /// The index of the global variable with the host that the input is from, if the filter uses it.
    pub host: Option<usize>,
}

/// The code of a filter.
pub(crate) enum Code {
    /// For the direct evaluator. The filter of jaq-core does nothing: native filters run in its environment.
    Direct(direct::Program, jaq_core::Filter<JaqData>),
    /// For jaq-core.
    Jaq(jaq_core::Filter<JaqData>),
}

impl CompiledFilter {
    /// Passes every output for one input to `emit`.
    ///
    /// # Errors
    /// What ends the run on this input early; not [`RunError::Unread`].
    pub(crate) fn run<E>(
        &self,
        context: RunContext,
        input: Value,
        emit: &mut dyn FnMut(Value) -> Result<(), E>,
    ) -> Result<(), RunError<E>> {
        self.run_with_globals(context, self.globals.iter().cloned(), input, emit)
    }

    /// As [`CompiledFilter::run`], with a value for the filter's variable.
    ///
    /// # Errors
    /// As [`CompiledFilter::run`].
    pub(crate) fn run_with<E>(
        &self,
        context: RunContext,
        input: Value,
        variable: &Value,
        emit: &mut dyn FnMut(Value) -> Result<(), E>,
    ) -> Result<(), RunError<E>> {
        let globals = self.globals.iter().enumerate();
        let globals = globals.map(|(i, value)| {
            if Some(i) == self.variable {
                variable.clone()
            } else {
                value.clone()
            }
        });
        self.run_with_globals(context, globals, input, emit)
    }

    fn run_with_globals<E>(
        &self,
        context: RunContext,
        globals: impl IntoIterator<Item = Value>,
        input: Value,
        emit: &mut dyn FnMut(Value) -> Result<(), E>,
    ) -> Result<(), RunError<E>> {
        let host = self.host;
        let globals = globals.into_iter().enumerate();
        let globals = globals.map(|(i, value)| match host {
            Some(host) if host == i => context.inputs.borrow().host(),
            _ => value,
        });
        match &self.code {
            Code::Direct(program, no_filter) => {
                let globals: Vec<Value> = globals.collect();
                let run = JaqRun::new(&no_filter.lut, context);
                run_directly(program, &globals, &run, input, emit)
            }
            Code::Jaq(filter) => {
                let run = JaqRun::new(&filter.lut, context);
                let context = Ctx::<JaqData>::new(&run, Vars::new(globals));
                for output in filter.id.run((context, input)) {
                    match output {
                        Ok(value) => emit(value).map_err(RunError::Output)?,
                        Err(exception) => return Err(run_error(exception)),
                    }
                }
                Ok(())
            }
        }
    }
}

/// Passes every output of a program for the direct evaluator to `emit`.
fn run_directly<E>(
    program: &direct::Program,
    globals: &[Value],
    run: &JaqRun,
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
    let flow = direct::Evaluator::new(program, globals, run).run(input, &mut take);
    match (flow, refused) {
        (_, Some(error)) => Err(RunError::Output(error)),
        (Ok(()), None) => Ok(()),
        (Err(Thrown::Error(error)), None) => Err(RunError::Raised(error.into_val())),
        (Err(Thrown::Halt(code)), None) => Err(RunError::Halted(code)),
        // The evaluator itself catches all others.
        (Err(_), None) => Ok(()),
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
