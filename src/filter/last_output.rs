//! The exit code of `-e`.

use std::cell::Cell;

use dq_json::value::FilterOutput;

/// The last output of a run, as far as `-e` needs it.
#[derive(Default)]
pub struct LastOutput {
    is_truthy: Cell<Option<bool>>,
}

impl LastOutput {
    /// Notes an output.
    pub fn record(&self, output: &FilterOutput) {
        self.is_truthy.set(Some(output.is_truthy()));
    }

    /// Notes the last of some outputs: whether jq takes it as true.
    pub fn record_last(&self, is_truthy: bool) {
        self.is_truthy.set(Some(is_truthy));
    }

    /// Whether there was an output.
    pub fn is_there(&self) -> bool {
        self.is_truthy.get().is_some()
    }

    /// The exit code of `-e`: 0, or 1 if the last output is false or null, or 4 if there was none.
    pub fn exit_code(&self) -> u8 {
        match self.is_truthy.get() {
            Some(true) => 0,
            Some(false) => 1,
            None => 4,
        }
    }
}
