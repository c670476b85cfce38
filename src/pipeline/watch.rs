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
use super::round::{self, RoundResult};
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
    if plan.terminal.stdout.is_terminal && screen::is_available(&environment::process) {
        live::run(&watch, changes, settings)
    } else {
        script::run(&watch, changes, settings)
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

/// What one round has given.
#[derive(Default)]
struct Answer {
    /// The outputs, each with its host where several are asked.
    outputs: Vec<(Option<Rc<str>>, Value)>,
    /// Some source has answered, if only with nothing.
    has_answered: bool,
    /// What has failed, each with the name of its source where there are several.
    failures: Vec<(Option<Rc<str>>, Error)>,
    /// The filter has ended the run, with this exit code.
    ended: Option<u8>,
    /// What the filter has raised or printed to stderr.
    messages: String,
}

/// The exit code of a filter that has raised an error, which the next answer may not.
const RAISED: u8 = 5;

impl Answer {
    /// The first answer.
    ///
    /// # Errors
    /// The first failure, if no source has answered.
    fn first(mut self) -> Result<Self, Error> {
        if self.is_missing() {
            return Err(self.failures.remove(0).1);
        }
        Ok(self)
    }

    /// Whether no source has answered.
    fn is_missing(&self) -> bool {
        !self.has_answered && !self.failures.is_empty()
    }

    /// Whether the filter has raised an error.
    fn has_raised(&self) -> bool {
        self.ended == Some(RAISED)
    }

    fn add(&mut self, host: Option<Rc<str>>, collected: Collected) {
        self.has_answered = true;
        let values = collected.values.into_iter();
        self.outputs
            .extend(values.map(|value| (host.clone(), value)));
        if !collected.text.is_empty() {
            let text = String::from_utf8_lossy(&collected.text);
            self.outputs.push((host, Value::str(&*text)));
        }
        self.ended = self.ended.or(collected.ended);
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
    fn ask(&self) -> Answer {
        let left = self.left();
        let results = round::run(self.plan, self.filter, self.output, self.stack_bytes, left);
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
            match outcome {
                Ok(collected) => answer.add(host, collected),
                Err(error) => answer.failures.push((label, error)),
            }
        }
        answer
    }
}
