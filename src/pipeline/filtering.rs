//! Inputs through the filter to the formatter, and the exit code that follows.

use std::cell::RefCell;
use std::rc::Rc;

use super::arrival::{Arrival, SourceProblems};
use super::empty_outputs::EmptyOutputs;
use super::fetcher::{self, HostFetcher};
use super::output::Output;
use crate::error::Error;
use crate::plan::{Input, Plan};
use dq_filter::{FilterRun, InputMode, Inputs, LastOutput, RunError};
use dq_json::read::{ReadError, ReadErrorKind};
use dq_json::value::{FilterOutput, Value};
use dq_text::os_reason;

/// Runs the filter on everything that arrives and writes its outputs; returns the exit code.
///
/// # Errors
/// An error that ends the run early; the outputs before it are written.
pub fn run(
    plan: &Plan,
    filter: &dq_filter::Filter,
    arrival: Arrival,
    output: &Rc<Output>,
    stack_bytes: usize,
) -> Result<u8, Error> {
    let Some((inputs, problems)) = inputs(arrival, output) else {
        return Ok(0);
    };
    let empty_outputs = EmptyOutputs::new(plan);
    let mut emit = |item: FilterOutput| {
        empty_outputs.note(&item);
        // A table of the elements of one array is written as a whole, however slowly they arrive.
        output.hold(filter.streams_elements());
        output.item(item)
    };
    let run = Run {
        plan,
        filter,
        output,
        stack_bytes,
    };
    let outcome = run.on_all(&inputs, &problems, &mut emit);
    // The outputs before an error are written, too.
    let finished = output.finish_values();
    let code = match outcome? {
        Ended::Inputs { code, last_output } if code == 0 && plan.exit_status => {
            last_output.exit_code()
        }
        Ended::Inputs { code, .. } | Ended::Halted(code) => code,
    };
    finished?;
    if let Some(hint) = empty_outputs.hint() {
        output.report(&format!("hint: {hint}"));
    }
    Ok(code)
}

/// The outputs of a filter that are not written yet.
pub struct Collected {
    pub values: Vec<Value>,
    /// The exit code where the filter has failed or ended the run.
    pub ended: Option<u8>,
}

/// Runs the filter on everything that arrives and collects its outputs.
///
/// # Errors
/// As [`run`].
pub fn collect(
    plan: &Plan,
    filter: &dq_filter::Filter,
    arrival: Arrival,
    output: &Rc<Output>,
    stack_bytes: usize,
) -> Result<Collected, Error> {
    let mut values = Vec::new();
    let Some((inputs, problems)) = inputs(arrival, output) else {
        let ended = None;
        return Ok(Collected { values, ended });
    };
    let mut emit = |item: FilterOutput| {
        values.push(item.into_value());
        Ok(())
    };
    let run = Run {
        plan,
        filter,
        output,
        stack_bytes,
    };
    let ended = match run.on_all(&inputs, &problems, &mut emit)? {
        Ended::Inputs { code: 0, .. } => None,
        Ended::Inputs { code, .. } | Ended::Halted(code) => Some(code),
    };
    Ok(Collected { values, ended })
}

/// The inputs that have arrived, if any.
fn inputs(arrival: Arrival, output: &Rc<Output>) -> Option<(RefCell<Inputs>, Rc<SourceProblems>)> {
    let Arrival::Inputs {
        sources,
        host,
        settings,
        problems,
    } = arrival
    else {
        return None;
    };
    let mut inputs = Inputs::new(settings, sources);
    inputs.set_host(host);
    if settings.seq {
        let output = output.clone();
        inputs.report_skipped(Box::new(move |error| {
            output.report(&format!("dq: input: ignoring a broken record: {error}"));
        }));
    }
    Some((RefCell::new(inputs), problems))
}

/// What a run needs besides its inputs.
struct Run<'r> {
    plan: &'r Plan,
    filter: &'r dq_filter::Filter,
    output: &'r Rc<Output>,
    stack_bytes: usize,
}

/// How a run has ended.
enum Ended {
    /// All inputs were taken; the code is that of the last one.
    Inputs { code: u8, last_output: LastOutput },
    /// The filter has ended it, with this exit code.
    Halted(u8),
}

impl Run<'_> {
    /// The main loop: runs the filter on every input and passes every output to `emit`.
    fn on_all(
        &self,
        inputs: &RefCell<Inputs>,
        problems: &SourceProblems,
        emit: &mut dyn FnMut(FilterOutput) -> Result<(), dq_format::Error>,
    ) -> Result<Ended, Error> {
        let (plan, output) = (self.plan, self.output);
        let messages = |bytes: &[u8]| output.message(bytes);
        let fetcher = HostFetcher::new(plan, output);
        let stack_bytes = self.stack_bytes;
        let run = FilterRun::new(self.filter, inputs, &messages, stack_bytes, plan.null_input);
        let run = run.with_fetcher(&fetcher);
        let last_output = LastOutput::default();
        let mut code = 0;
        loop {
            let mut emit = |item: FilterOutput| {
                last_output.record(&item);
                emit(item)
            };
            let next = run.next_input(&mut emit);
            output.hold(false);
            let Some(ended) = next else { break };
            code = match ended {
                Ok(()) => 0,
                Err(RunError::Unread(error)) => return Err(input_error(error, inputs, problems)),
                Err(RunError::Halted(code)) => {
                    return Ok(Ended::Halted(halted(plan, code, problems)));
                }
                Err(RunError::Raised(error)) => {
                    self.report_raised(&raised(&error));
                    5
                }
                Err(RunError::Output(error @ dq_format::Error::Io(_))) => return Err(error.into()),
                Err(RunError::Output(error)) => {
                    output.report(&format!("dq: format: {error}"));
                    error.exit_code()
                }
            };
        }
        if problems.has_unopened.get() {
            code = 2;
        }
        Ok(Ended::Inputs { code, last_output })
    }
}

/// The hint where `-s` was probably meant as curl's `--silent`.
const SLURP_HINT: &str =
    "hint: -s is --slurp, which makes an array of the answer; dq is silent by itself";

impl Run<'_> {
    fn report_raised(&self, message: &str) {
        self.output.report(&format!("dq: filter: {message}"));
        let is_array_of_response = self.plan.inputs.mode == InputMode::Slurped
            && matches!(self.plan.input, Input::Http(_));
        if is_array_of_response && message.starts_with("Cannot index array with") {
            self.output.report(SLURP_HINT);
        }
    }
}

/// The exit code of a run that the filter has ended with `halt` or `halt_error`.
fn halted(plan: &Plan, code: i32, problems: &SourceProblems) -> u8 {
    if problems.has_unopened.get() {
        2
    } else {
        exit_code(code, plan.exit_status)
    }
}

/// The exit code of `halt_error(n)`. Below 0 it is 0, or with `-e` the absolute value, as in jq.
fn exit_code(code: i32, exit_status: bool) -> u8 {
    let code = if exit_status {
        code.wrapping_abs()
    } else {
        code.max(0)
    };
    code.rem_euclid(256) as u8
}

/// An uncaught error in jq's words.
fn raised(error: &Value) -> String {
    match error.as_str() {
        Some(text) => text.to_owned(),
        None => {
            fetcher::raised(error).unwrap_or_else(|| format!("(not a string): {}", error.to_json()))
        }
    }
}

fn input_error(error: ReadError, inputs: &RefCell<Inputs>, problems: &SourceProblems) -> Error {
    let name = inputs
        .try_borrow()
        .ok()
        .and_then(|inputs| inputs.name().as_str().map(str::to_owned));
    match error.kind() {
        ReadErrorKind::Io(io) if problems.is_response => Error::Fetch(dq_fetch::read_error(io)),
        ReadErrorKind::Io(io) => Error::Input {
            name,
            problem: os_reason(io),
            code: 2,
        },
        ReadErrorKind::Syntax(_) => Error::Input {
            name,
            problem: format!("invalid JSON: {error}"),
            code: if problems.has_unopened.get() { 2 } else { 5 },
        },
    }
}
