//! What takes the outputs of a path expression, each with its path.

use super::thrown::{Flow, Thrown};
use super::trail::{Component, Trail};
use crate::natives::is_same;
use dq_json::value::{Value, ValueError};

/// A function that outputs and their paths are passed to.
pub(super) type PathSink<'k> = &'k mut dyn FnMut(Value, Trail) -> Flow;

/// A value and the path that led to it, which outlive the evaluation that they come from.
pub(super) type ValueAtPath = (Value, Vec<Component>);

/// Takes a value and its path out of their place.
pub(super) fn take(state: &mut ValueAtPath) -> ValueAtPath {
    std::mem::replace(state, (Value::Null, Vec::new()))
}

/// Refuses an output that cannot have a path.
pub(super) fn not_a_path(value: Value) -> Flow {
    Err(ValueError::path_expr(value).into())
}

/// Passes on what was found, if anything was.
pub(super) fn pass_on(found: Option<ValueAtPath>, sink: PathSink) -> Flow {
    match found {
        Some((value, components)) => sink(value, Trail::ROOT.steps(&components).trail()),
        None => Ok(()),
    }
}

/// Passes on a value that was computed from the input. It has a path only if it is the input itself.
pub(super) fn pass_computed(output: Value, input: &Value, trail: Trail, sink: PathSink) -> Flow {
    if is_same(&output, input) {
        return sink(output, trail);
    }
    let step = trail.step(Component::Computed(output.clone()));
    sink(output, step.trail())
}

/// As [`super::sink::caught`], for path expressions.
pub(super) fn caught_path(
    sink: PathSink,
    evaluate: impl FnOnce(PathSink) -> Flow,
) -> Result<Option<Value>, Thrown> {
    let mut is_from_sink = false;
    let flow = evaluate(&mut |value, trail| {
        let flow = sink(value, trail);
        is_from_sink = flow.is_err();
        flow
    });
    match flow {
        Ok(()) => Ok(None),
        Err(Thrown::Error(error)) if !is_from_sink => Ok(Some(error.into_val())),
        Err(thrown) => Err(thrown),
    }
}
