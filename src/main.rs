//! dq: ask an HTTP API behind a socket, filter the answer with jq, print it well.

mod catalogue;
mod cli;
mod complete;
mod error;
mod fetch;
mod filter;
mod format;
mod generate;
mod pipeline;
mod plan;
mod saved;
mod terminal;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::exit;

use cli::Request;
use error::Error;

fn main() {
    match cli::parse(std::env::args_os()) {
        Request::Run(cli) => on_large_stack(move || exit(run(*cli).into())),
        Request::Complete(question) => {
            exit(print(&complete::answer(question.into_iter(), &variable)).into())
        }
        Request::Print(text) => exit(print(&text).into()),
        Request::Wrong(message, hint) => exit(fail(&Error::Usage { message, hint }).into()),
    }
}

/// Plan → run → report; gives the exit code.
fn run(mut cli: cli::Cli) -> u8 {
    if let Some(keep) = cli.saved.keep.take() {
        return saved::keep(keep, cli, &variable).unwrap_or_else(|error| fail(&error));
    }
    let terminal = terminal::detect(cli.format.color, &variable);
    let planned = plan::plan(cli, terminal, io::stdin().is_terminal(), &variable);
    let outcome = planned.and_then(|(plan, warnings)| {
        warnings.iter().for_each(|warning| warn(warning));
        pipeline::run(plan)
    });
    fetch::hang_up();
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
            format::sanitize(text).into_owned()
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

/// Runs where deeply nested values and recursive filters have room; a smaller stack if the system denies that.
fn on_large_stack(run: impl FnOnce() + Send + 'static) {
    let spawned = std::thread::Builder::new()
        .stack_size(pipeline::STACK)
        .spawn(run);
    match spawned {
        // The thread ends the process itself; if it is gone, it has panicked.
        Ok(thread) => drop(thread.join()),
        Err(error) => warn(&format!(
            "cannot get {} MiB of address space for the stack: {error}",
            pipeline::STACK >> 20
        )),
    }
    exit(2)
}
