//! A hint where a filter has found nothing, because it names fields that the answer does not have.

use std::cell::Cell;

use crate::catalogue;
use crate::plan::{Exchange, Plan};
use dq_fetch::Source;
use dq_json::value::{FilterOutput, Value};

/// Notes whether a filter has any output that is more than nulls.
pub struct EmptyOutputs<'p> {
    /// The path that was requested and the filter, if there may be a hint.
    request: Option<(&'p str, &'p str)>,
    is_empty: Cell<bool>,
}

impl<'p> EmptyOutputs<'p> {
    /// Nothing is noted unless somebody reads the hint.
    pub fn new(plan: &'p Plan) -> Self {
        let request = requested(plan).filter(|_| plan.terminal.stderr.is_terminal);
        Self {
            is_empty: Cell::new(request.is_some()),
            request,
        }
    }

    /// Notes an output.
    #[inline]
    pub fn note(&self, output: &FilterOutput) {
        if self.is_empty.get() {
            self.is_empty.set(is_empty(output));
        }
    }

    /// Whether outputs have to be noted.
    pub fn is_looking(&self) -> bool {
        self.is_empty.get()
    }

    /// The hint, if all outputs were empty.
    pub fn hint(&self) -> Option<String> {
        let (path, filter) = self.request.filter(|_| self.is_empty.get())?;
        catalogue::missing_field_hint(path, filter)
    }
}

/// The hint where a filter has output null, in a run that is repeated until it outputs something else: also
/// in a script, which would wait in vain.
pub fn hint_about_null(plan: &Plan) -> Option<String> {
    let (path, filter) = requested(plan)?;
    catalogue::missing_field_hint(path, filter)
}

/// The endpoint that a GET requests and the filter that runs on its answer. Any server may be behind a URL, and the
/// filter behind a saved one runs on the saved filter's outputs.
fn requested(plan: &Plan) -> Option<(&str, &str)> {
    let Exchange { request, .. } = plan.input.exchanges().next()?;
    let program = &plan.program;
    let saved = program.saved.as_ref();
    let is_direct = saved.is_none_or(|(saved, _)| saved.is_identity());
    match &request.source {
        Source::Endpoint(path) if request.method == "GET" && program.is_given && is_direct => {
            Some((path, &program.text))
        }
        _ => None,
    }
}

fn is_empty(output: &FilterOutput) -> bool {
    match output {
        FilterOutput::Raw(raw) => is_empty_value(&raw.to_value()),
        FilterOutput::Object(members) => members.iter().all(|(_, member)| is_empty(member)),
        FilterOutput::Value(value) => is_empty_value(value),
        FilterOutput::ArrayPart(_) => false,
    }
}

/// Null, or an array or object of nothing else.
fn is_empty_value(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Arr(items) => items.iter().all(is_empty_value),
        Value::Obj(map) => map.iter().all(|(_, value)| is_empty_value(value)),
        _ => false,
    }
}
