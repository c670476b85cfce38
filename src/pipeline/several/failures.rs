//! The failures of several sources: one line for those that are equal, and the exit code of the first in the order given.

use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::error::Error;

/// How long a failure waits for others like it before it is reported.
const PATIENCE: Duration = Duration::from_millis(200);

/// The failures so far.
#[derive(Default)]
pub struct Failures {
    waiting: Vec<Failure>,
    /// When the first of those was added.
    since: Option<Instant>,
    /// The index of the first source that has failed, and its exit code.
    first: Option<(usize, u8)>,
}

/// A failure that has not been reported.
struct Failure {
    source: usize,
    label: Rc<str>,
    stage: &'static str,
    text: String,
    /// The text without the name of the server, by which failures are compared.
    common: String,
    hint: Option<String>,
}

impl Failures {
    /// Adds the failure of a source; `hint` is used if the error has none.
    pub fn add(&mut self, source: usize, label: &Rc<str>, error: &Error, hint: Option<String>) {
        let code = error.exit_code();
        if self.first.is_none_or(|(first, _)| source < first) {
            self.first = Some((source, code));
        }
        let (stage, text) = error.stage_and_text();
        self.waiting.push(Failure {
            source,
            label: label.clone(),
            stage,
            text,
            common: error.text_without_host(),
            hint: error.hint().or(hint),
        });
        self.since.get_or_insert_with(Instant::now);
    }

    /// How long to wait until the failures are to be reported; `None` if there are none.
    pub fn due(&self) -> Option<Duration> {
        let since = self.since?;
        Some((since + PATIENCE).saturating_duration_since(Instant::now()))
    }

    /// Reports the failures that wait, each text once.
    pub fn report(&mut self, report: &dyn Fn(&str)) {
        self.since = None;
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.sort_by_key(|failure| failure.source);
        while !waiting.is_empty() {
            let first = waiting.remove(0);
            let (mut labels, mut text) = (first.label.to_string(), &first.text);
            waiting.retain(|other| {
                let is_equal = (other.stage, &other.common, &other.hint)
                    == (first.stage, &first.common, &first.hint);
                if is_equal {
                    if other.text != first.text {
                        text = &first.common;
                    }
                    labels.push_str(", ");
                    labels.push_str(&other.label);
                }
                !is_equal
            });
            report(&format!("dq: {}{labels}: {}", first.stage, text));
            if let Some(hint) = &first.hint {
                report(&format!("hint: {hint}"));
            }
        }
    }

    /// The exit code of the first source that has failed.
    pub fn exit_code(&self) -> Option<u8> {
        self.first.map(|(_, code)| code)
    }
}
