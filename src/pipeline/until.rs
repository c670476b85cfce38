//! `--until`: repeats a request until the filter's last output is neither false nor null.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::changes::{Changes, Pace};
use super::empty_outputs::hint_about_null;
use super::filtering::Collected;
use super::output::Output;
use super::round::{self, Patience, RoundResult};
use crate::error::Error;
use crate::plan::Plan;
use dq_json::value::{FilterOutput, Value};

/// How often to ask whether the condition holds.
const PACE: Pace = Pace {
    with_events: Duration::from_secs(5),
    without_events: Duration::from_secs(1),
};
/// The longest part of the last output in a message, in characters.
const MAX_SHOWN: usize = 200;

/// Repeats the requests of the plan until the condition holds for every source, then writes the outputs of that try;
/// returns the exit code.
///
/// # Errors
/// The time limit of `-m` (exit code 28); every failure other than that there is nothing yet.
pub fn run(
    plan: &Plan,
    filter: &dq_filter::Filter,
    output: &Rc<Output>,
    stack_bytes: usize,
) -> Result<u8, Error> {
    let limit = plan.input.exchanges().find_map(|it| it.settings.max_time);
    let deadline = limit.map(|limit| Instant::now() + limit);
    let left = || deadline.map(|end| end.saturating_duration_since(Instant::now()));
    let mut changes = Changes::subscribe(&plan.input, PACE);
    // What may be wrong is told at once, and once: the wait may be long.
    let mut told = Vec::new();
    // A name that nothing has yet is no mistake.
    let has_fallbacks = plan.input.exchanges().any(|it| !it.fallbacks.is_empty());
    let mut has_been_null = false;
    loop {
        let patience = Patience {
            limit: left(),
            retries: true,
        };
        let results = round::run(plan, filter, output, stack_bytes, patience);
        let mut state = None;
        let mut done = Vec::new();
        for RoundResult {
            label,
            host,
            outcome,
        } in results
        {
            let attempt = outcome.map(judged).or_else(|error| {
                if !has_fallbacks {
                    tell(&error, &mut told, output);
                }
                not_yet(error)
            });
            match attempt {
                Ok(Attempt::Done(collected)) => done.push((host, collected)),
                Ok(Attempt::NotYet {
                    state: found,
                    is_null,
                }) => {
                    if is_null && !std::mem::replace(&mut has_been_null, true) {
                        let hint = hint_about_null(plan);
                        hint.iter()
                            .for_each(|it| output.report(&format!("hint: {it}")));
                    }
                    let found = label.map_or(found.clone(), |label| format!("{label}: {found}"));
                    state.get_or_insert(found);
                }
                Err(error) => return round::fail(error, label.as_deref(), output),
            }
        }
        let Some(state) = state else {
            return write(done, output);
        };
        changes.wait(left());
        if left().is_some_and(|left| left.is_zero()) {
            return Err(timed_out(limit.unwrap_or_default(), &state));
        }
    }
}

enum Attempt {
    /// The condition holds for these outputs, or the filter has ended the run.
    Done(Collected),
    /// It does not; what the state is, and whether the last output was null.
    NotYet { state: String, is_null: bool },
}

fn judged(collected: Collected) -> Attempt {
    let last = collected.values.last();
    let is_true = last.is_some_and(|last| FilterOutput::Value(last.clone()).is_truthy());
    if is_true || collected.is_copied || collected.ended.is_some() {
        return Attempt::Done(collected);
    }
    Attempt::NotYet {
        is_null: matches!(last, Some(Value::Null)),
        state: match last {
            Some(last) => format!("the last output was {}", shortened(&last.to_json())),
            None => "there was no output".into(),
        },
    }
}

/// A failure that means that there is nothing yet.
///
/// # Errors
/// Every other failure.
fn not_yet(error: Error) -> Result<Attempt, Error> {
    match error {
        Error::Fetch(error) if is_not_yet(&error) => Ok(Attempt::NotYet {
            state: error.to_string(),
            is_null: false,
        }),
        error => Err(error),
    }
}

/// Tells the hint of a status that is waited for, once.
fn tell(error: &Error, told: &mut Vec<String>, output: &Output) {
    let is_awaited = matches!(error, Error::Fetch(error)
        if is_not_yet(error) && matches!(error, dq_fetch::Error::Status { .. }));
    if let Some(hint) = error
        .hint()
        .filter(|hint| is_awaited && !told.contains(hint))
    {
        output.report(&error.to_string());
        output.report(&format!("hint: {hint}"));
        told.push(hint);
    }
}

/// Writes the outputs of all sources; returns the exit code.
fn write(done: Vec<(Option<Rc<str>>, Collected)>, output: &Output) -> Result<u8, Error> {
    let mut code = 0;
    let mut is_copied = true;
    for (host, collected) in done {
        if let Some(host) = host {
            output.set_host(&host);
        }
        is_copied &= collected.is_copied;
        code = collected.ended.unwrap_or(code);
        if !collected.text.is_empty() {
            output.text(&collected.text)?;
        }
        for value in collected.values {
            output.item(FilterOutput::Value(value))?;
        }
    }
    if !is_copied {
        output.finish_values()?;
    }
    Ok(code)
}

/// Whether a failure means that there is nothing yet: the engine or the container is still to come, or restarts.
fn is_not_yet(error: &dq_fetch::Error) -> bool {
    match error {
        dq_fetch::Error::Status { status, .. } => matches!(status, 404 | 429 | 502..=504),
        dq_fetch::Error::Connect { problem, .. } => !problem.contains("ermission denied"),
        dq_fetch::Error::EmptyReply { .. }
        | dq_fetch::Error::Lost { .. }
        | dq_fetch::Error::Timeout { .. } => true,
        _ => false,
    }
}

fn timed_out(limit: Duration, state: &str) -> Error {
    let after = format!("after {} s: ", limit.as_secs_f64());
    // A `fetch` of the filter may have said so already.
    let said = format!("timed out {after}");
    let doing = after + state.strip_prefix(&said).unwrap_or(state);
    Error::Fetch(dq_fetch::Error::Timeout { doing })
}

fn shortened(text: &str) -> String {
    let mut shown: String = text.chars().take(MAX_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
