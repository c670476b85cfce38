//! `--watch`: repeats the requests of the plan and shows what has changed, on a screen or, off a terminal, as outputs.

mod answer;
mod durations;
mod frame;
mod live;
mod rounds;
mod rows;
mod script;

use std::rc::Rc;
use std::time::Instant;

use super::changes::Changes;
use super::output::Output;
use crate::environment;
use crate::error::Error;
use crate::plan::Plan;
use crate::screen;
use dq_format::CellFilters;
use rounds::Watch;

/// Watches until the user, the filter or the time limit of `-m` ends it; returns the exit code.
///
/// # Errors
/// What is wrong with the first answer; the time limit (exit code 28); a failure to write.
pub fn run(
    plan: &Plan,
    filter: &dq_filter::Filter,
    output: &Rc<Output>,
    cells: Option<CellFilters>,
    stack_bytes: usize,
) -> Result<u8, Error> {
    let limit = plan.input.exchanges().find_map(|it| it.settings.max_time);
    let watch = Watch {
        plan,
        filter,
        output,
        stack_bytes,
        limit,
        deadline: limit.map(|limit| Instant::now() + limit),
    };
    let changes = Changes::subscribe(&plan.input, watch.pace());
    let settings = super::cells::settings(plan, cells);
    let has_screen =
        plan.terminal.stdout.is_terminal && screen::is_available(&environment::process);
    if !has_screen {
        script::watch_stdout(changes.waker());
        output.expect_silence();
    }
    let first = watch.ask(true);
    if first.is_missing() {
        first.fail(output)
    } else if has_screen {
        live::run(&watch, changes, settings, first)
    } else {
        script::run(&watch, changes, settings, first)
    }
}
