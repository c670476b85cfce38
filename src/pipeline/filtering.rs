//! Inputs through the filter to the formatter, and the exit code that follows.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use super::arrival::{Arrival, SourceProblems};
use super::empty_outputs::EmptyOutputs;
use super::fetcher::{self, SourceFetcher};
use super::output::Output;
use super::parallel;
use crate::error::Error;
use crate::plan::{Input, Plan};
use dq_filter::{FilterRun, InputMode, Inputs, LastOutput, RunError};
use dq_json::read::{ReadError, ReadErrorKind};
use dq_json::value::{FilterOutput, Value};
use dq_text::os_reason;

/// What a run of the filter needs besides its inputs.
pub struct Run<'r> {
    pub plan: &'r Plan,
    pub filter: &'r dq_filter::Filter,
    pub output: &'r Rc<Output>,
    /// Where `fetch` requests paths.
    pub fetcher: SourceFetcher<'r>,
    /// The stack that is left, in bytes.
    pub stack_bytes: usize,
    empty_outputs: EmptyOutputs<'r>,
    last_output: LastOutput,
    /// The filter has run, so that there is an output to end.
    has_run: Cell<bool>,
    /// Whether the filter and the format allow threads to run the filter.
    can_share: OnceCell<bool>,
}

/// How the run on the inputs of an arrival has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All inputs were taken; the exit code is that of the last one.
    Inputs(u8),
    /// The filter has ended the whole run, with this exit code.
    Halted(u8),
}

/// The outputs of a filter that are not written yet.
pub struct Collected {
    pub values: Vec<Value>,
    /// The exit code where the filter has failed or ended the run.
    pub ended: Option<u8>,
    /// The body is copied instead of filtered.
    pub is_copied: bool,
    /// What is left to be written of a copied body.
    pub text: Vec<u8>,
}

impl Collected {
    /// A body that is copied, and what is left to be written of it.
    pub fn copied(text: Vec<u8>) -> Self {
        Self {
            values: Vec::new(),
            ended: None,
            is_copied: true,
            text,
        }
    }
}

type Emit<'e> = dyn FnMut(FilterOutput) -> Result<(), dq_format::Error> + 'e;

impl<'r> Run<'r> {
    /// A run of the filter on what the plan's sources give.
    pub fn new(
        plan: &'r Plan,
        filter: &'r dq_filter::Filter,
        output: &'r Rc<Output>,
        stack_bytes: usize,
    ) -> Self {
        Self {
            plan,
            filter,
            output,
            fetcher: SourceFetcher::new(plan, output),
            stack_bytes,
            empty_outputs: EmptyOutputs::new(plan),
            last_output: LastOutput::default(),
            has_run: Cell::new(false),
            can_share: OnceCell::new(),
        }
    }

    /// Runs the filter on everything that arrives and writes its outputs.
    ///
    /// # Errors
    /// An error that ends the run early; the outputs before it are written.
    pub fn write(&self, arrival: Arrival) -> Result<Ended, Error> {
        let mut emit = |item: FilterOutput| {
            self.empty_outputs.note(&item);
            // A table of the elements of one array is written as a whole, however slowly they arrive.
            self.output.hold(self.filter.streams_elements());
            self.output.item(item)
        };
        self.run(arrival, &mut emit, true)
    }

    /// Ends the output of what was written; returns the exit code of the run, given how its last part has ended.
    ///
    /// # Errors
    /// Those of `outcome`; what is left cannot be written.
    pub fn finish(&self, outcome: Result<Ended, Error>) -> Result<u8, Error> {
        // The outputs before an error are written, too. Without one, an error has no empty table.
        let has_succeeded = matches!(outcome, Ok(Ended::Inputs(0) | Ended::Halted(0)));
        let finished = if self.has_run.get() && (has_succeeded || self.last_output.is_there()) {
            self.output.finish_values()
        } else {
            Ok(())
        };
        let code = match outcome? {
            Ended::Inputs(0) if self.has_run.get() && self.plan.exit_status => {
                self.last_output.exit_code()
            }
            Ended::Inputs(code) | Ended::Halted(code) => code,
        };
        finished?;
        if let Some(hint) = self.empty_outputs.hint() {
            self.output.report(&format!("hint: {hint}"));
        }
        Ok(code)
    }

    /// Runs the filter on everything that arrives and collects its outputs.
    ///
    /// # Errors
    /// As [`Run::write`].
    pub fn collect(&self, arrival: Arrival) -> Result<Collected, Error> {
        if matches!(arrival, Arrival::Done) {
            return Ok(Collected::copied(self.output.take_text()));
        }
        let mut values = Vec::new();
        let mut emit = |item: FilterOutput| {
            values.push(item.into_value());
            Ok(())
        };
        let ended = match self.run(arrival, &mut emit, false)? {
            Ended::Inputs(0) => None,
            Ended::Inputs(code) | Ended::Halted(code) => Some(code),
        };
        Ok(Collected {
            values,
            ended,
            is_copied: false,
            text: Vec::new(),
        })
    }

    /// With `may_share`, threads may run the filter and write its outputs instead of passing them to `emit`.
    fn run(&self, arrival: Arrival, emit: &mut Emit, may_share: bool) -> Result<Ended, Error> {
        match inputs(arrival, self.output) {
            Some((inputs, problems)) => self.on_all(&inputs, &problems, emit, may_share),
            None => Ok(Ended::Inputs(0)),
        }
    }

    /// Where much of an input has arrived without a pause, has threads run the filter on the next of it, if they can.
    /// Returns whether they have taken any inputs.
    fn share(&self, inputs: &RefCell<Inputs>) -> Result<bool, dq_format::Error> {
        match self.output.take_offered() {
            Some(ahead) if self.can_share() => {
                parallel::run(self.plan, self.output, &self.last_output, inputs, &ahead)
            }
            _ => Ok(false),
        }
    }

    fn can_share(&self) -> bool {
        let is_seen = self.output.is_plain() && !self.empty_outputs.is_looking();
        is_seen
            && *self
                .can_share
                .get_or_init(|| parallel::is_possible(self.plan))
    }
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

impl Run<'_> {
    /// The main loop: runs the filter on every input and passes every output to `emit`.
    fn on_all(
        &self,
        inputs: &RefCell<Inputs>,
        problems: &SourceProblems,
        emit: &mut Emit,
        may_share: bool,
    ) -> Result<Ended, Error> {
        let (plan, output) = (self.plan, self.output);
        self.has_run.set(true);
        let messages = |bytes: &[u8]| output.message(bytes);
        let stack_bytes = self.stack_bytes;
        let run = FilterRun::new(self.filter, inputs, &messages, stack_bytes, plan.null_input);
        let run = run.with_fetcher(&self.fetcher);
        let mut code = 0;
        loop {
            if may_share && self.share(inputs)? {
                code = 0;
            }
            let mut emit = |item: FilterOutput| {
                self.last_output.record(&item);
                emit(item)
            };
            let next = run.next_input(&mut emit);
            output.hold(false);
            let Some(ended) = next else { break };
            code = match ended {
                Ok(()) => 0,
                Err(RunError::Unread(error)) => return Err(input_error(error, inputs, problems)),
                Err(RunError::Halted(code)) => {
                    if let Some(timeout) = self.fetcher.timeout() {
                        return Err(timeout.into());
                    }
                    return Ok(Ended::Halted(halted(plan, code, problems)));
                }
                Err(RunError::Raised(error)) => {
                    self.report_raised(&raised(&error), inputs);
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
        Ok(Ended::Inputs(code))
    }
}

/// The hint where `-s` was probably meant as curl's `--silent`.
const SLURP_HINT: &str =
    "hint: -s is --slurp, which makes an array of the answer; dq is silent by itself";

impl Run<'_> {
    fn report_raised(&self, message: &str, inputs: &RefCell<Inputs>) {
        let is_one = !matches!(self.plan.input, Input::Several(_));
        let source = source_name(inputs).filter(|_| !is_one);
        let source = source.map_or(String::new(), |name| format!("{name}: "));
        self.output
            .report(&format!("dq: filter: {source}{message}"));
        let is_array_of_response = self.plan.inputs.mode == InputMode::Slurped
            && self.plan.input.exchanges().next().is_some();
        if is_array_of_response && message.starts_with("Cannot index array with") {
            self.output.report(SLURP_HINT);
        }
    }
}

/// The name of the source that the last input came from.
fn source_name(inputs: &RefCell<Inputs>) -> Option<String> {
    let inputs = inputs.try_borrow().ok()?;
    inputs.name().as_str().map(str::to_owned)
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
    let name = source_name(inputs);
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
