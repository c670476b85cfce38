//! What takes the outputs of a term.

use super::thrown::{Flow, Thrown};
use dq_json::value::Value;

/// A function that outputs are passed to. What it throws ends the evaluation.
pub(super) type Sink<'k> = &'k mut dyn FnMut(Value) -> Flow;

/// Runs `evaluate` with a sink that passes outputs on; gives the value of the error that the evaluation has raised. What
/// the sink itself throws is not caught.
pub(super) fn caught(
    sink: Sink,
    evaluate: impl FnOnce(Sink) -> Flow,
) -> Result<Option<Value>, Thrown> {
    let mut is_from_sink = false;
    let flow = evaluate(&mut |output| {
        let flow = sink(output);
        is_from_sink = flow.is_err();
        flow
    });
    match flow {
        Ok(()) => Ok(None),
        Err(Thrown::Error(error)) if !is_from_sink => Ok(Some(error.into_val())),
        Err(thrown) => Err(thrown),
    }
}
