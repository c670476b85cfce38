//! The one place where the three stages meet: fetch hands bytes to filter, filter hands values to format.

mod body;
mod closed_pipe;
mod exchange;
mod output;
mod progress;
mod reader;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::error::Error;
use crate::plan::{Input, Plan, Program};
use dq_filter::{Inputs, Session, Shape, Source, Stop, Tally};
use dq_json::read::{ByteSource, ReadError, ReadErrorKind};
use dq_json::value::{FilterOutput, Value};
use dq_text::os_reason;

use output::Output;
use reader::{considerate, prompt};

/// Runs the plan, with so many bytes of stack, and gives the exit code.
///
/// # Errors
/// Whatever ends the run before its end; what came before is written.
pub fn run(plan: Plan, room: usize) -> Result<u8, Error> {
    let by_elements = plan.inputs.shape == Shape::Values && !plan.null_input;
    let in_parts = dq_format::takes_parts(&plan.output);
    let filter = compile(&plan.program, by_elements, in_parts)?;
    let output = Rc::new(Output::new(
        plan.terminal.clone(),
        plan.flush,
        dq_format::formatter(plan.output.clone()),
    ));
    let warn = |warning| output.report(&format!("dq: filter: {warning}"));
    filter.warnings.iter().for_each(warn);
    let late = Rc::new(Late::default());
    let ended = arrive(&plan, &output, &late)
        .and_then(|arrival| pass(&plan, &filter, arrival, &output, room));
    let finished = output.finish();
    let code = ended?;
    finished?;
    late.error().map_or(Ok(code), Err)
}

/// Failures of an exchange that count only after its body has been shown.
#[derive(Default)]
pub struct Late {
    /// The status was 400 or above.
    failure: RefCell<Option<dq_fetch::Error>>,
    /// What the body may report.
    report: RefCell<Option<dq_fetch::Report>>,
}

impl Late {
    fn error(&self) -> Option<Error> {
        let report = || {
            self.report
                .borrow()
                .as_ref()
                .and_then(dq_fetch::Report::error)
        };
        self.failure.take().or_else(report).map(Error::Fetch)
    }
}

/// Everything that arrives, through the filter and out.
fn pass(
    plan: &Plan,
    filter: &dq_filter::Filter,
    arrival: Arrival,
    output: &Rc<Output>,
    room: usize,
) -> Result<u8, Error> {
    let Arrival::Inputs {
        sources,
        settings,
        problems,
    } = arrival
    else {
        return Ok(0);
    };
    let elements = filter.takes_elements;
    let settings = dq_filter::InputSettings {
        elements,
        ..settings
    };
    let mut inputs = Inputs::new(settings, sources);
    if settings.seq {
        let output = output.clone();
        inputs.report_skipped(Box::new(move |error| {
            output.report(&format!("dq: input: ignoring a broken record: {error}"));
        }));
    }
    let inputs = RefCell::new(inputs);
    let ended = filter_all(plan, filter, &inputs, output, &problems, room);
    // Whatever ended the run, what came before is written.
    let finished = output.finish_values();
    let code = ended?;
    finished?;
    Ok(code)
}

fn compile(
    program: &Program,
    by_elements: bool,
    in_parts: bool,
) -> Result<dq_filter::Filter, Error> {
    let environment = || {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    };
    let compiled = dq_filter::compile(&dq_filter::Program {
        by_elements,
        in_parts,
        ..program.to_compile(&environment)
    });
    compiled.map_err(|errors| {
        let usage = program.saved.as_ref().map(|(_, usage)| usage);
        let is_typed =
            |error: &dq_filter::CompileError| error.path.is_empty() && error.hint.is_none();
        let usage = usage.filter(|_| program.path.is_none() && errors.iter().all(is_typed));
        let hint = program.hint.as_ref().or(usage).cloned();
        Error::Compile { errors, hint }
    })
}

/// What there is to filter once the bytes begin to come.
enum Arrival {
    Inputs {
        sources: Box<dyn FnMut() -> Option<Source>>,
        settings: dq_filter::InputSettings,
        problems: Rc<Problems>,
    },
    /// The body went to stdout as it was.
    Copied,
}

/// Trouble with sources: it decides the exit code when all else is done.
#[derive(Default)]
pub struct Problems {
    /// Files that could not be opened have been reported.
    unopened: std::cell::Cell<bool>,
    is_response: bool,
}

fn arrive(plan: &Plan, output: &Rc<Output>, late: &Rc<Late>) -> Result<Arrival, Error> {
    let settings = plan.inputs;
    match &plan.input {
        Input::Http(exchange) => {
            if let Some(jq) = &exchange.curl {
                return exchange::show(jq, exchange, plan, output);
            }
            let response = exchange::send(exchange, plan, output)?;
            body::of_response(response, exchange, plan, output, late)
        }
        Input::Stdin => {
            let stdin = considerate(io::stdin(), output.clone());
            Ok(one(Some("<stdin>".into()), stdin, settings))
        }
        Input::Text(text) => {
            let text = io::Cursor::new(text.clone().into_bytes());
            Ok(one(None, Box::new(text), settings))
        }
        Input::Files(files) => {
            let problems = Rc::new(Problems::default());
            let sources = open_all(
                files.iter().cloned().collect(),
                output.clone(),
                problems.clone(),
            );
            Ok(Arrival::Inputs {
                sources: Box::new(sources),
                settings,
                problems,
            })
        }
    }
}

/// A single source that nothing keeps from being opened.
fn one(
    name: Option<Rc<str>>,
    bytes: Box<dyn ByteSource>,
    settings: dq_filter::InputSettings,
) -> Arrival {
    let mut once = Some(Source { name, bytes });
    Arrival::Inputs {
        sources: Box::new(move || once.take()),
        settings,
        problems: Rc::default(),
    }
}

/// Opens one file after the other; those that cannot be opened are reported and passed over, as in jq.
fn open_all(
    mut files: VecDeque<PathBuf>,
    output: Rc<Output>,
    problems: Rc<Problems>,
) -> impl FnMut() -> Option<Source> {
    move || {
        loop {
            let path = files.pop_front()?;
            if path.as_os_str() == "-" {
                return Some(Source {
                    name: Some("<stdin>".into()),
                    bytes: considerate(io::stdin(), output.clone()),
                });
            }
            match open(&path, &output) {
                Ok(bytes) => {
                    return Some(Source {
                        name: Some(path.display().to_string().into()),
                        bytes,
                    });
                }
                Err(error) => {
                    problems.unopened.set(true);
                    output.report(&format!(
                        "dq: input: cannot open {}: {}",
                        path.display(),
                        os_reason(&error)
                    ));
                }
            }
        }
    }
}

/// Opens a file; one that others write while it is read is a pipe.
fn open(path: &Path, output: &Rc<Output>) -> io::Result<Box<dyn ByteSource>> {
    let file = File::open(path)?;
    let kind = file.metadata()?.file_type();
    match (kind.is_dir(), kind.is_fifo()) {
        (true, _) => Err(io::Error::from(io::ErrorKind::IsADirectory)),
        (_, true) => Ok(considerate(file, output.clone())),
        _ => Ok(prompt(file, output.clone())),
    }
}

/// The main loop: every input through the filter, every output to the formatter.
fn filter_all(
    plan: &Plan,
    filter: &dq_filter::Filter,
    inputs: &RefCell<Inputs>,
    output: &Output,
    problems: &Problems,
    room: usize,
) -> Result<u8, Error> {
    let messages = |bytes: &[u8]| output.message(bytes);
    let session = Session::new(filter, inputs, &messages, room, plan.null_input);
    let tally = Tally::default();
    let mut code = 0;
    loop {
        let mut emit = |item: FilterOutput| {
            tally.output(&item);
            // The outputs for the elements of one array are of one piece, however long it takes to come.
            output.hold(filter.splits_inputs());
            output.item(item)
        };
        let next = session.next(&mut emit);
        output.hold(false);
        let Some(ended) = next else { break };
        code = match ended {
            Ok(()) => 0,
            Err(Stop::Unread(error)) => return Err(input_error(error, inputs, problems)),
            Err(Stop::Halted(code)) => return halted(plan, code, inputs, problems),
            Err(Stop::Raised(error)) => {
                output.report(&format!("dq: filter: {}", raised(&error)));
                5
            }
            Err(Stop::Output(error @ dq_format::Error::Io(_))) => return Err(error.into()),
            Err(Stop::Output(error)) => {
                output.report(&format!("dq: format: {error}"));
                error.exit_code()
            }
        };
    }
    let pending = inputs.borrow_mut().pending();
    if let Some(error) = pending {
        return Err(input_error(error, inputs, problems));
    }
    Ok(match code {
        _ if problems.unopened.get() => 2,
        0 if plan.exit_status => tally.exit_code(),
        code => code,
    })
}

/// The filter has ended the run: by itself, or because an input broke off under it.
fn halted(
    plan: &Plan,
    code: i32,
    inputs: &RefCell<Inputs>,
    problems: &Problems,
) -> Result<u8, Error> {
    let broken = inputs.borrow_mut().pending();
    match broken {
        Some(error) => Err(input_error(error, inputs, problems)),
        None if problems.unopened.get() => Ok(2),
        None => Ok(exit_code(code, plan.exit_status)),
    }
}

/// What jq makes of a `halt_error(n)` below 0: 0, or with `-e` the number without its sign.
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
        None => format!("(not a string): {}", error.to_json()),
    }
}

fn input_error(error: ReadError, inputs: &RefCell<Inputs>, problems: &Problems) -> Error {
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
            code: if problems.unopened.get() { 2 } else { 5 },
        },
    }
}
