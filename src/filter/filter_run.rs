//! Running a filter on all its inputs.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;

use crate::compiled_filter::CompiledFilter;
use crate::fetcher::Fetcher;
use crate::filter::{Engine, Filter};
use crate::fused;
use crate::input::Inputs;
use crate::jaq_run::RunContext;
use crate::run_error::RunError;
use dq_json::read::ByteSource;
use dq_json::value::{FilterOutput, Value};

/// The stack that is kept free for what runs below a recursion check, in bytes.
const STACK_RESERVE: usize = 2 * 1024 * 1024;

/// The address below which the stack must not grow, where `stack_bytes` of it are left.
pub(crate) fn stack_end(stack_bytes: usize) -> usize {
    let marker = 0u8;
    let stack_top = std::ptr::from_ref(&marker).addr();
    stack_top.saturating_sub(stack_bytes.saturating_sub(STACK_RESERVE))
}

/// The run of a filter on one input after the other.
pub struct FilterRun<'a> {
    context: RunContext<'a>,
    engine: RunningEngine<'a>,
    /// With `-n`: whether the one input, null, is still to come.
    null_input: Option<Cell<bool>>,
}

enum RunningEngine<'a> {
    Jaq(&'a CompiledFilter),
    Fused(Box<fused::Runner<'a>>),
}

impl<'a> FilterRun<'a> {
    /// A run that has not begun. `write_message` writes what `debug`, `stderr` and `halt_error` print; `stack_bytes` is
    /// how much stack the current thread has left; with `has_null_input` the filter runs once, on null.
    pub fn new(
        filter: &'a Filter,
        inputs: &'a RefCell<Inputs>,
        write_message: &'a dyn Fn(&[u8]),
        stack_bytes: usize,
        has_null_input: bool,
    ) -> Self {
        let context = RunContext {
            inputs,
            write_message,
            search_path: &filter.search_path,
            stack_end: stack_end(stack_bytes),
            fetcher: None,
        };
        let engine = match &filter.engine {
            Engine::Fused(filter) => RunningEngine::Fused(Box::new(fused::Runner::new(filter))),
            Engine::Jaq(filter) => RunningEngine::Jaq(filter),
        };
        Self {
            context,
            engine,
            null_input: has_null_input.then(|| Cell::new(true)),
        }
    }

    /// The same run with what `fetch` requests with.
    #[must_use]
    pub fn with_fetcher(mut self, fetcher: &'a dyn Fetcher) -> Self {
        self.context.fetcher = Some(fetcher);
        self
    }

    /// Passes every output for the next input to `emit`. `None` when no input is left.
    ///
    /// # Errors
    /// What has ended the run on this input early. After [`RunError::Raised`] the next input can be run.
    pub fn next_input<E>(
        &self,
        emit: &mut dyn FnMut(FilterOutput<'_>) -> Result<(), E>,
    ) -> Option<Result<(), RunError<E>>> {
        let ended = match &self.engine {
            RunningEngine::Fused(runner) => runner.next(self.context, emit),
            RunningEngine::Jaq(filter) => self.run_jaq(filter, emit),
        };
        // A failed read ends the run with an error even if the filter caught it. If not, it is one error, not two.
        let is_over = match &ended {
            None | Some(Err(RunError::Halted(_))) => true,
            Some(Err(RunError::Raised(error))) => self.context.inputs.borrow().has_raised(error),
            _ => false,
        };
        if is_over {
            let caught = self.context.inputs.borrow_mut().take_pending_error();
            return caught.map(|error| Err(RunError::Unread(error))).or(ended);
        }
        ended
    }

    fn run_jaq<E>(
        &self,
        filter: &CompiledFilter,
        emit: &mut dyn FnMut(FilterOutput<'_>) -> Result<(), E>,
    ) -> Option<Result<(), RunError<E>>> {
        let input = match &self.null_input {
            Some(is_left) => is_left.replace(false).then_some(Ok(Value::Null)),
            None => self.context.inputs.borrow_mut().next(),
        };
        let mut emit = |value| emit(FilterOutput::Value(value));
        Some(match input? {
            Ok(input) => filter.run(self.context, input, &mut emit),
            Err(error) => Err(RunError::Unread(error)),
        })
    }
}

/// The stack that recursion in [`Filter::run_on`] may use, in bytes.
const DEFAULT_RECURSION_BYTES: usize = 512 * 1024;

impl Filter {
    /// Runs the filter on all JSON values of `source` and passes every output to `emit`. The simplest way to run a
    /// filter: messages of `debug` and `stderr` are dropped, and the first error ends the run.
    ///
    /// # Errors
    /// The error that the filter has raised, the exit code of `halt`, or what is wrong with the source.
    pub fn run_on(
        &self,
        source: impl ByteSource + 'static,
        mut emit: impl FnMut(Value),
    ) -> Result<(), RunError<Infallible>> {
        let inputs = RefCell::new(Inputs::of_values(source));
        let stack_bytes = STACK_RESERVE + DEFAULT_RECURSION_BYTES;
        let run = FilterRun::new(self, &inputs, &|_| {}, stack_bytes, false);
        let mut emit = |output: FilterOutput| {
            emit(output.into_value());
            Ok(())
        };
        while let Some(ended) = run.next_input(&mut emit) {
            ended?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::{self, Read};

    use super::*;
    use crate::compiler::compile;
    use crate::program::Program;

    /// Gives `1`, then fails.
    struct Failing(&'static [u8]);

    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::Error::other("the disk is gone")),
                length => Ok(length),
            }
        }
    }

    impl ByteSource for Failing {}

    /// Runs a filter on a source that fails; gives its outputs and how the run ended.
    fn run_on_failing(filter: &str) -> (Vec<String>, Result<(), RunError<Infallible>>) {
        let filter = compile(&Program::new(filter)).unwrap();
        let mut outputs = Vec::new();
        let ended = filter.run_on(Failing(b"1 "), |output| outputs.push(output.to_json()));
        (outputs, ended)
    }

    #[test]
    fn a_failed_read_ends_the_run_even_if_the_filter_catches_it() {
        for filter in [
            "try input catch \"caught\"",
            "(try input catch \"caught\"), halt",
        ] {
            let (outputs, ended) = run_on_failing(filter);
            assert_eq!(outputs, ["\"caught\""], "{filter}");
            assert!(matches!(ended, Err(RunError::Unread(_))), "{filter}");
        }
    }

    #[test]
    fn errors_and_halts_end_the_run() {
        let (outputs, ended) = run_on_failing("., error(\"x\")");
        assert_eq!(outputs, ["1"]);
        assert!(matches!(ended, Err(RunError::Raised(value)) if value.as_str() == Some("x")));
        let (_, ended) = run_on_failing("3 | halt_error(.)");
        assert!(matches!(ended, Err(RunError::Halted(3))));
    }
}
