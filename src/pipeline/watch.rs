//! `--watch`: repeats the requests of the plan and shows what has changed, on a screen or, off a terminal, as outputs.

mod durations;
mod frame;
mod live;
mod rows;
mod script;

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::changes::{Changes, Pace};
use super::filtering::Collected;
use super::output::Output;
use super::round::{self, Patience, RoundResult};
use crate::environment;
use crate::error::Error;
use crate::plan::Plan;
use crate::screen;
use dq_format::CellFilters;
use dq_json::value::Value;

/// How often to ask while the events of an engine say what changes.
const WITH_EVENTS: Duration = Duration::from_secs(10);
/// How often to ask without events.
const WITHOUT_EVENTS: Duration = Duration::from_secs(2);

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
    for warning in filter.warnings() {
        output.report(&format!("dq: filter: {warning}"));
    }
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

/// What every round needs.
struct Watch<'w> {
    plan: &'w Plan,
    filter: &'w dq_filter::Filter,
    output: &'w Rc<Output>,
    stack_bytes: usize,
    limit: Option<Duration>,
    deadline: Option<Instant>,
}

/// An output of the filter, or text of the server.
#[derive(Clone)]
struct Shown {
    /// The name of its host, where several are asked.
    host: Option<Rc<str>>,
    value: Value,
    /// The value is text that is shown as it is.
    is_text: bool,
    /// It is of an earlier round: its source has failed since.
    is_stale: bool,
}

/// A source of the plan, and what it has given in one round.
struct Part {
    /// `None` where there is one source, and for the outputs of `-s`.
    label: Option<Rc<str>>,
    outcome: Result<Vec<Shown>, Error>,
}

/// What one round has given.
#[derive(Default)]
struct Answer {
    parts: Vec<Part>,
    /// The filter has ended the run, with this exit code.
    ended: Option<u8>,
    /// What the filter has raised or printed to stderr.
    messages: String,
}

/// The exit code of a filter that has raised an error, which the next answer may not.
const RAISED: u8 = 5;

impl Answer {
    /// The failures, each with the name of its source where there are several.
    fn failures(&self) -> impl Iterator<Item = (Option<&str>, &Error)> {
        self.parts.iter().filter_map(|part| {
            let error = part.outcome.as_ref().err()?;
            Some((part.label.as_deref(), error))
        })
    }

    /// Whether no source has answered.
    fn is_missing(&self) -> bool {
        !self.parts.is_empty() && self.parts.iter().all(|part| part.outcome.is_err())
    }

    /// Whether the filter has raised an error.
    fn has_raised(&self) -> bool {
        self.ended == Some(RAISED)
    }

    /// Reports the failures of a first round in which no source has answered; returns the exit code of the last.
    ///
    /// # Errors
    /// The failure of the only source.
    fn fail(self, output: &Output) -> Result<u8, Error> {
        let mut code = 0;
        for Part { label, outcome } in self.parts {
            if let Err(error) = outcome {
                code = round::fail(error, label.as_deref(), output)?;
            }
        }
        Ok(code)
    }
}

/// The outputs of the latest answer of each source. A source that fails keeps its own, as stale ones.
#[derive(Default)]
struct Latest(Vec<(Option<Rc<str>>, Vec<Shown>)>);

impl Latest {
    fn update(&mut self, answer: Vec<Part>) {
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

    fn outputs(&self) -> impl Iterator<Item = &Shown> {
        self.0.iter().flat_map(|(_, outputs)| outputs)
    }
}

impl Watch<'_> {
    fn pace(&self) -> Pace {
        let interval = self.plan.watch.and_then(|watch| watch.interval);
        // No event says that what `fetch` requests has changed, as the statistics of `dq stats`.
        let may_miss = self.plan.program.may_fetch();
        let with_events = if may_miss {
            WITHOUT_EVENTS
        } else {
            WITH_EVENTS
        };
        Pace {
            with_events: interval.unwrap_or(with_events),
            without_events: interval.unwrap_or(WITHOUT_EVENTS),
        }
    }

    /// The time that is left of `-m`.
    fn left(&self) -> Option<Duration> {
        let deadline = self.deadline?;
        Some(deadline.saturating_duration_since(Instant::now()))
    }

    /// Fails when the time of `-m` is over.
    fn check_limit(&self) -> Result<(), Error> {
        match self.left() {
            Some(left) if left.is_zero() => {
                let limit = self.limit.unwrap_or_default().as_secs_f64();
                let doing = format!("after {limit} s of watching");
                Err(Error::Fetch(dq_fetch::Error::Timeout { doing }))
            }
            _ => Ok(()),
        }
    }

    /// Asks every source once.
    fn ask(&self, retries: bool) -> Answer {
        let patience = Patience {
            limit: self.left(),
            retries,
        };
        self.output.keep_text(true);
        let results = round::run(
            self.plan,
            self.filter,
            self.output,
            self.stack_bytes,
            patience,
        );
        self.output.keep_text(false);
        let mut answer = Answer {
            messages: self.output.take_messages(),
            ..Answer::default()
        };
        for RoundResult {
            label,
            host,
            outcome,
        } in results
        {
            let outcome = outcome.map(|collected| {
                answer.ended = answer.ended.or(collected.ended);
                shown(host, collected)
            });
            answer.parts.push(Part { label, outcome });
        }
        answer
    }
}

/// What a source has given.
fn shown(host: Option<Rc<str>>, collected: Collected) -> Vec<Shown> {
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
