//! dq: ask an HTTP API behind a socket, filter the answer with jq, print it well.

#![cfg_attr(not(test), no_main)]
// Nothing calls `main` there.
#![cfg_attr(test, allow(dead_code, unused_imports))]

mod built_in;
mod catalogue;
mod cli;
mod complete;
mod error;
mod generate;
mod pipeline;
mod plan;
mod saved;
mod stack;
mod start;
mod terminal;

use std::ffi::{OsString, c_char, c_int};
use std::io::{self, IsTerminal, Write};
use std::process::exit;

use cli::Request;
use error::Error;

/// Called by the C runtime.
#[cfg_attr(test, allow(dead_code))]
#[cfg_attr(not(test), unsafe(no_mangle))]
#[allow(unsafe_code)]
extern "C" fn main(count: c_int, arguments: *const *const c_char) -> c_int {
    start::prepare();
    let code = match cli::parse(start::arguments(count, arguments).into_iter()) {
        Request::Run(cli) => stack::with_large_stack(|stack_bytes| run(*cli, stack_bytes)),
        Request::Complete(question) => print(&complete::answer(question.into_iter(), &variable)),
        Request::Print(text) => print(&text),
        Request::Wrong(message, hint) => fail(&Error::Usage { message, hint }),
    };
    exit(code.into())
}

/// Plan → run → report, with so many bytes of stack; gives the exit code.
fn run(mut cli: cli::Cli, stack_bytes: usize) -> u8 {
    if let Some(action) = cli.saved.manage.take() {
        return saved::manage(action, cli, &variable).unwrap_or_else(|error| fail(&error));
    }
    if !cli.no_defaults {
        match plan::defaults(&variable) {
            Ok(defaults) => cli.defaults = defaults,
            Err(error) => return fail(&error),
        }
    }
    let color = cli.format.color.or(cli.defaults.color);
    let terminal = terminal::detect(color.unwrap_or_default(), &variable);
    let planned = plan::plan(cli, terminal, io::stdin().is_terminal(), &variable);
    let outcome = planned.and_then(|(plan, warnings)| {
        warnings.iter().for_each(|warning| warn(warning));
        pipeline::run(plan, stack_bytes)
    });
    dq_fetch::terminate_ssh_children();
    outcome.unwrap_or_else(|error| fail(&error))
}

fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

fn warn(text: &str) {
    // There is nobody left to tell if stderr cannot be written.
    let _ = writeln!(io::stderr(), "dq: {text}");
}

/// Prints an error and gives its exit code.
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

/// Prints help or the version.
fn print(text: &str) -> u8 {
    match io::stdout()
        .write_all(text.as_bytes())
        .and_then(|()| io::stdout().flush())
    {
        Ok(()) => 0,
        Err(error) => fail(&Error::Format(error.into())),
    }
}
