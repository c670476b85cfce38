//! `--until`: repeats a request until the filter's last output is neither false nor null.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::arrival::{Arrival, DeferredFailure};
use super::changes::Changes;
use super::empty_outputs::hint_about_null;
use super::filtering::{self, Collected};
use super::output::Output;
use super::{body, exchange};
use crate::error::Error;
use crate::plan::{Exchange, Plan};
use dq_json::value::FilterOutput;

/// The longest part of the last output in a message, in characters.
const MAX_SHOWN: usize = 200;

/// Repeats the request of an exchange until the condition holds, then writes the outputs of that try; returns the exit
/// code.
///
/// # Errors
/// The time limit of `-m` (exit code 28); every failure other than that there is nothing yet.
pub fn run(
    plan: &Plan,
    exchange: &Exchange,
    filter: &dq_filter::Filter,
    output: &Rc<Output>,
    stack_bytes: usize,
) -> Result<u8, Error> {
    let limit = exchange.settings.max_time;
    let deadline = limit.map(|limit| Instant::now() + limit);
    let left = || deadline.map(|end| end.saturating_duration_since(Instant::now()));
    let mut changes = Changes::subscribe(exchange);
    // What may be wrong is told at once, and once: the wait may be long.
    let mut told = None;
    let mut has_been_null = false;
    loop {
        let state = match attempt(plan, exchange, filter, output, stack_bytes, left()) {
            Ok(Attempt::Done(code)) => return Ok(code),
            Ok(Attempt::NotYet { state, is_null }) => {
                if is_null && !std::mem::replace(&mut has_been_null, true) {
                    let hint = hint_about_null(plan);
                    hint.iter()
                        .for_each(|it| output.report(&format!("hint: {it}")));
                }
                state
            }
            Err(Error::Fetch(error)) if is_not_yet(&error) => {
                let is_status = matches!(error, dq_fetch::Error::Status { .. });
                let hint = error.hint().filter(|_| is_status);
                if let Some(hint) = hint.filter(|hint| told.as_ref() != Some(hint)) {
                    output.report(&format!("dq: fetch: {error}\nhint: {hint}"));
                    told = Some(hint);
                }
                error.to_string()
            }
            Err(error) => return Err(error),
        };
        changes.wait(left());
        if left().is_some_and(|left| left.is_zero()) {
            return Err(timed_out(limit.unwrap_or_default(), &state));
        }
    }
}

enum Attempt {
    /// The condition holds, and its outputs are written.
    Done(u8),
    /// It does not; what the state is, and whether the last output was null.
    NotYet { state: String, is_null: bool },
}

fn attempt(
    plan: &Plan,
    exchange: &Exchange,
    filter: &dq_filter::Filter,
    output: &Rc<Output>,
    stack_bytes: usize,
    left: Option<Duration>,
) -> Result<Attempt, Error> {
    // Zero would mean no limit.
    let max_time = left.map(|left| left.max(Duration::from_millis(1)));
    let exchange = exchange.with_max_time(max_time);
    let deferred = Rc::new(DeferredFailure::default());
    let response = exchange::send(&exchange, plan, output)?;
    let arrival = body::arrival(response, &exchange, plan, output, &deferred)?;
    if matches!(arrival, Arrival::Done) {
        return Ok(Attempt::Done(0));
    }
    let Collected { values, ended } =
        filtering::collect(plan, filter, arrival, output, stack_bytes)?;
    let is_true = values
        .last()
        .is_some_and(|last| FilterOutput::Value(last.clone()).is_truthy());
    if !is_true && ended.is_none() {
        let state = values.last().map(|last| last.to_json());
        return Ok(Attempt::NotYet {
            is_null: state.as_deref() == Some("null"),
            state: match state {
                Some(state) => format!("the last output was {}", shortened(&state)),
                None => "there was no output".into(),
            },
        });
    }
    for value in values {
        output.item(FilterOutput::Value(value))?;
    }
    output.finish_values()?;
    Ok(Attempt::Done(ended.unwrap_or(0)))
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
    let doing = format!("after {} s: {state}", limit.as_secs_f64());
    Error::Fetch(dq_fetch::Error::Timeout { doing })
}

fn shortened(text: &str) -> String {
    let mut shown: String = text.chars().take(MAX_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
