//! Why a run ends early.

use dq_json::read::ReadError;
use dq_json::value::Value;

/// Why the run of a filter on one input has ended early. `E` is the error of the function that takes the outputs.
#[derive(Debug)]
pub enum RunError<E> {
    /// The filter has raised an error, whose value this is. The run may go on with the next input.
    Raised(Value),
    /// The filter has called `halt` or `halt_error` with this exit code, or [`Fetcher::ends_run`](crate::Fetcher::ends_run)
    /// has said so.
    Halted(i32),
    /// An output could not be taken.
    Output(E),
    /// An input could not be read. There are no more inputs.
    Unread(ReadError),
}
