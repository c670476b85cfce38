//! What the sources of a watch have given: in one round, and the latest of each.

use std::rc::Rc;

use crate::error::Error;
use crate::pipeline::filtering::Collected;
use crate::pipeline::output::Output;
use crate::pipeline::several::Failures;
use dq_json::value::Value;

/// An output of the filter, or text of the server.
#[derive(Clone)]
pub struct Shown {
    /// The name of its host, where several are asked.
    pub host: Option<Rc<str>>,
    pub value: Value,
    /// The value is text that is shown as it is.
    pub is_text: bool,
    /// It is of an earlier round: its source has failed since.
    pub is_stale: bool,
}

/// A source of the plan, and what it has given in one round.
pub struct Part {
    /// `None` where there is one source, and for the outputs of `-s`.
    pub label: Option<Rc<str>>,
    pub outcome: Result<Vec<Shown>, Error>,
}

/// What one round has given.
#[derive(Default)]
pub struct Answer {
    pub parts: Vec<Part>,
    /// The filter has ended the run, with this exit code.
    pub ended: Option<u8>,
    /// What the filter has raised or printed to stderr.
    pub messages: String,
}

/// The exit code of a filter that has raised an error, which the next answer may not.
const RAISED: u8 = 5;

impl Answer {
    /// The failures, each with the name of its source where there are several.
    pub fn failures(&self) -> impl Iterator<Item = (Option<&str>, &Error)> {
        self.parts.iter().filter_map(|part| {
            let error = part.outcome.as_ref().err()?;
            Some((part.label.as_deref(), error))
        })
    }

    /// Whether there is anything to show.
    pub fn has_outputs(&self) -> bool {
        let mut answers = self
            .parts
            .iter()
            .filter_map(|part| part.outcome.as_ref().ok());
        answers.any(|outputs| !outputs.is_empty())
    }

    /// Whether no source has answered.
    pub fn is_missing(&self) -> bool {
        !self.parts.is_empty() && self.parts.iter().all(|part| part.outcome.is_err())
    }

    /// Whether the filter has raised an error.
    pub fn has_raised(&self) -> bool {
        self.ended == Some(RAISED)
    }

    /// Reports the failures of several sources, equal ones in one line; returns the exit code of the first.
    pub fn report_failures(&self, output: &Output) -> Option<u8> {
        let mut failures = Failures::default();
        for (source, part) in self.parts.iter().enumerate() {
            if let (Some(label), Err(error)) = (&part.label, &part.outcome) {
                failures.add(source, label, error, None);
            }
        }
        failures.report(&|line| output.report(line));
        failures.exit_code()
    }

    /// Ends a watch whose first round no source has answered; returns the exit code.
    ///
    /// # Errors
    /// The failure of the only source, and one that is not about a source.
    pub fn fail(mut self, output: &Output) -> Result<u8, Error> {
        let ends = |part: &Part| match &part.outcome {
            Err(error) => part.label.is_none() || error.ends_run(),
            Ok(_) => false,
        };
        if let Some(at) = self.parts.iter().position(ends) {
            let outcome = self.parts.swap_remove(at).outcome;
            return outcome.map(|_| 0);
        }
        Ok(self.report_failures(output).unwrap_or_default())
    }
}

/// The outputs of the latest answer of each source. A source that fails keeps its own, as stale ones.
#[derive(Default)]
pub struct Latest(Vec<(Option<Rc<str>>, Vec<Shown>)>);

impl Latest {
    pub fn update(&mut self, answer: Vec<Part>) {
        let mut before = std::mem::take(&mut self.0);
        for Part { label, outcome } in answer {
            let outputs = outcome.unwrap_or_else(|_| {
                let known = before.iter_mut().find(|(it, _)| *it == label);
                let mut known = known.map(|(_, it)| std::mem::take(it)).unwrap_or_default();
                known.iter_mut().for_each(|shown| shown.is_stale = true);
                known
            });
            self.0.push((label, outputs));
        }
    }

    pub fn outputs(&self) -> impl Iterator<Item = &Shown> {
        self.0.iter().flat_map(|(_, outputs)| outputs)
    }
}

/// What a source has given.
pub fn shown(host: Option<Rc<str>>, collected: Collected) -> Vec<Shown> {
    let mut values = collected.values;
    if collected.is_copied {
        values = vec![Value::str(&*String::from_utf8_lossy(&collected.text))];
    }
    let shown = values.into_iter().map(|value| Shown {
        host: host.clone(),
        value,
        is_text: collected.is_copied,
        is_stale: false,
    });
    shown.collect()
}

/// Whether a failure means that a host has not answered.
pub fn is_silence(error: &Error) -> bool {
    let status = matches!(error, Error::Fetch(dq_fetch::Error::Status { .. }));
    matches!(error, Error::Fetch(_)) && !status
}
