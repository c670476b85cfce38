//! The one place where the stages meet: fetch hands bytes to filter, filter hands values to format.

mod ahead;
mod arrival;
mod body;
mod byte_source;
mod cells;
mod changes;
mod empty_outputs;
mod exchange;
mod exec;
mod fetch_pool;
mod fetcher;
mod files;
mod filtering;
mod interruption;
mod logs;
mod missing_columns;
mod output;
mod parallel;
mod progress;
mod reconnect;
mod round;
mod server_sent_events;
mod several;
mod stdout_monitor;
mod until;
mod watch;

use std::rc::Rc;

use crate::environment;
use crate::error::Error;
use crate::plan::{Exchange, FilterPlan, Input, Plan};
use dq_filter::InputMode;

use arrival::{Arrival, DeferredFailure};
use filtering::Run;
use interruption::{INTERRUPTED, Interruption};
use output::Output;

/// Runs the plan on a stack of `stack_bytes`, and returns the exit code.
///
/// # Errors
/// Whatever ends the run early; the outputs before it are written.
pub fn run(plan: Plan, stack_bytes: usize) -> Result<u8, Error> {
    let may_stream_elements = plan.inputs.mode == InputMode::Values && !plan.null_input;
    // A run that is repeated collects whole outputs.
    let is_repeated = plan.until || plan.watch.is_some();
    let may_split_arrays = plan.output.accepts_array_parts() && !is_repeated;
    let filter = compile(&plan.program, may_stream_elements, may_split_arrays)?;
    let output = Rc::new(Output::new(
        plan.terminal.clone(),
        plan.flush,
        plan.watch.is_none(),
        plan.output
            .paths
            .as_ref()
            .and_then(|_| Interruption::new().ok()),
    ));
    output.flush_at_out_of_memory();
    let cells = cells::filters(&plan, &output, stack_bytes)?;
    for warning in filter.warnings() {
        output.report(&format!("dq: filter: {warning}"));
    }
    if plan.watch.is_some() && plan.input.exchanges().next().is_some() {
        return watch::run(&plan, &filter, &output, cells, stack_bytes);
    }
    output.format_with(cells::formatter(&plan, cells));
    if plan.until && plan.input.exchanges().next().is_some() {
        let outcome = until::run(&plan, &filter, &output, stack_bytes);
        let finished = output.finish();
        return outcome.and_then(|code| finished.map(|()| code));
    }
    let deferred = Rc::new(DeferredFailure::default());
    let run = Run::new(&plan, &filter, &output, stack_bytes);
    let outcome = match &plan.input {
        Input::Several(several) if !several.is_printed() => several::run(several, &run),
        Input::Exec(create) if create.curl.is_none() => execute(create, &run, &deferred),
        _ => arrive(&plan, &output, &deferred).and_then(|arrival| {
            let ended = run.write(arrival);
            run.finish(ended)
        }),
    };
    let finished = output.finish();
    if output.is_interrupted() {
        return finished.map(|()| INTERRUPTED);
    }
    let outcome = outcome.map_err(|error| reconnect::with_hint(error, &plan.input));
    // A body that cannot be read hides nothing of what the server has reported.
    match (outcome, deferred.error()) {
        (Err(error), Some(failure)) if !error.ends_run() => {
            output.report(&error.to_string());
            Err(failure)
        }
        (outcome, failure) => {
            let code = outcome?;
            finished?;
            failure.map_or(Ok(code), Err)
        }
    }
}

fn arrive(
    plan: &Plan,
    output: &Rc<Output>,
    deferred: &Rc<DeferredFailure>,
) -> Result<Arrival, Error> {
    match &plan.input {
        Input::Http(exchange) => match &exchange.curl {
            Some(jq) => exchange::print_command(jq, exchange, plan, output),
            None => {
                let response = exchange::send(exchange, plan, output)?;
                body::arrival(response, exchange, None, plan, output, deferred)
            }
        },
        Input::Exec(create) => exec::print_commands(create, plan, output),
        Input::Several(_) => exchange::print_commands(plan, output),
        Input::Stdin => Ok(files::stdin(plan.inputs, output)),
        Input::Text(text) => Ok(files::text(text, plan.inputs)),
        Input::Files(paths) => Ok(files::files(paths, plan.inputs, output)),
    }
}

/// Runs a command in a container. The exit code is that of the command, unless that has succeeded.
fn execute(create: &Exchange, run: &Run, deferred: &Rc<DeferredFailure>) -> Result<u8, Error> {
    let (plan, output) = (run.plan, run.output);
    let (command, arrival) = exec::Command::start(create, plan, output, deferred)?;
    let ended = run.write(arrival);
    let code = run.finish(ended)?;
    output.flush().map_err(dq_format::Error::Io)?;
    Ok(match command.exit_code(plan, output)? {
        0 => code,
        failed => failed,
    })
}

fn compile(
    program: &FilterPlan,
    may_stream_elements: bool,
    may_split_arrays: bool,
) -> Result<dq_filter::Filter, Error> {
    let compiled = dq_filter::compile(&dq_filter::Program {
        may_stream_elements,
        may_split_arrays,
        ..program.to_compile(&environment::texts)
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
