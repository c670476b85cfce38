//! Several requests as one source: sent in parallel, their answers filtered one after the other or as they come.

mod board;
mod failures;
mod in_turn;
mod merged;
mod pieces;
mod prefix;
mod slurped;
mod sources;
mod worker;

use std::rc::Rc;

use super::filtering::Run;
use crate::error::Error;
use crate::plan::Several;

pub use board::{Head, Next};
pub use failures::Failures;
pub use slurped::gather;
pub use sources::Sources;

/// Requests all sources of the plan, runs the filter on what they give, and writes its outputs; returns the exit code.
///
/// # Errors
/// What ends the run for all of them; the outputs before it are written.
pub fn run(several: &Several, run: &Run) -> Result<u8, Error> {
    let sources = Rc::new(Sources::request(run.plan, several, run.output));
    let outcome = if sources.are_streams {
        merged::write(&sources, run)
    } else if run.plan.inputs.mode.is_one_input() {
        slurped::write(&sources, run)
    } else {
        in_turn::write(&sources, run)
    };
    let code = run.finish(outcome)?;
    sources.report_failures();
    let failed = sources.failures.borrow().exit_code();
    Ok(failed.unwrap_or(code))
}
