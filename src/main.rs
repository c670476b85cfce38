//! dq queries an HTTP API behind a socket, filters the response with jq, and formats the result.

#![cfg_attr(not(test), no_main)]
// The test harness has a main function of its own.
#![cfg_attr(test, allow(dead_code, unused_imports))]

mod built_in;
mod catalogue;
mod cli;
mod complete;
mod environment;
mod error;
mod generate;
mod memory;
mod pipeline;
mod plan;
mod saved;
mod screen;
mod stack;
mod start;
mod stdout;
mod terminal;
mod time_limit;

use std::ffi::{c_char, c_int};
use std::io::{self, IsTerminal, Write};
use std::process::exit;

use cli::Action;
use error::Error;
use plan::System;

/// Called by the C runtime.
#[cfg_attr(test, allow(dead_code))]
#[cfg_attr(not(test), unsafe(no_mangle))]
#[allow(unsafe_code)]
extern "C" fn main(count: c_int, arguments: *const *const c_char) -> c_int {
    memory::begin();
    start::prepare();
    let action = cli::parse(start::arguments(count, arguments).into_iter());
    // Completion and help read saved filters, whose headers may be as deep as any filter.
    exit(stack::with_large_stack(|stack_bytes| act(action, stack_bytes)).into())
}

/// Does what the command line asks for; returns the exit code.
fn act(action: Action, stack_bytes: usize) -> u8 {
    match action {
        Action::Run(cli) => run(*cli, stack_bytes),
        Action::Complete(question) => print(&complete::answer(
            question.into_iter(),
            &environment::process,
        )),
        Action::Generate(kind) => match generate::generate(&kind) {
            Ok(text) => print(&text),
            Err(error) => fail(&error),
        },
        Action::Help { words, library } => {
            let shown = saved::show_help(&words, &library, &environment::process);
            shown.unwrap_or_else(|error| fail(&error))
        }
        Action::Print(text) => print(&text),
        Action::Refuse(refusal) => fail(&refusal.into()),
    }
}

/// Plans, runs and reports; returns the exit code.
fn run(mut cli: cli::Cli, stack_bytes: usize) -> u8 {
    if let Some(manage) = cli.saved.manage.take() {
        let managed = saved::manage(manage, cli, &environment::process);
        return managed.unwrap_or_else(|error| fail(&error));
    }
    if let Some(text) = plan::explanation(&cli) {
        return print(&text);
    }
    let stack_bytes = match limit_memory(&environment::process) {
        Ok(limit) => limit.map_or(stack_bytes, |limit| stack_bytes.min(limit.max(MIN_STACK))),
        Err(error) => return fail(&error),
    };
    dq_filter::set_memory_left(memory::left);
    let system = System {
        env: &environment::process,
        stdin_is_terminal: io::stdin().is_terminal(),
        terminal: &|color| terminal::detect(color, &environment::process),
    };
    time_limit::start(cli.fetch.max_time, fail);
    let plan = plan::plan(cli, &system);
    time_limit::end();
    let outcome = plan.and_then(|plan| {
        plan.warnings.iter().for_each(|warning| warn(warning));
        pipeline::run(plan, stack_bytes)
    });
    dq_fetch::terminate_ssh_children();
    outcome.unwrap_or_else(|error| fail(&error))
}

/// The stack that recursion may use however low the ceiling is, in bytes.
const MIN_STACK: usize = 4 << 20;

/// Sets the ceiling of `DQ_MEMORY`, if that is set, and returns it, in bytes.
fn limit_memory(variables: environment::Variables) -> Result<Option<usize>, Error> {
    let Some(text) = variables("DQ_MEMORY").filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let limit = text.to_str().and_then(memory::parse);
    let bytes = limit.ok_or_else(|| Error::Usage {
        message: format!("DQ_MEMORY is not a number of bytes: {}", text.display()),
        hint: Some("write it as 500M or 2G".into()),
    })?;
    memory::set_limit(bytes);
    Ok(Some(bytes))
}

fn warn(text: &str) {
    // A failure to write to stderr cannot be reported anywhere.
    let _ = writeln!(io::stderr(), "dq: {text}");
}

/// Prints an error and returns its exit code.
fn fail(error: &Error) -> u8 {
    let is_terminal = io::stderr().is_terminal();
    let visible = |text: &str| {
        if is_terminal {
            dq_text::sanitize(text).into_owned()
        } else {
            text.to_owned()
        }
    };
    error.report(&mut io::stderr().lock(), &visible);
    error.exit_code()
}

/// Prints help, the version or a generated file.
fn print(text: &str) -> u8 {
    match stdout::Stdout.write_all(text.as_bytes()) {
        Ok(()) => 0,
        Err(error) => fail(&Error::Format(error.into())),
    }
}
