//! One round of requests: every source of the plan is asked once, in parallel, and the outputs of the filter are collected.

use std::rc::Rc;
use std::time::Duration;

use super::arrival::DeferredFailure;
use super::filtering::{Collected, Run};
use super::output::Output;
use super::several::{self, Head, Next, Sources};
use super::{body, exchange};
use crate::error::Error;
use crate::plan::{Exchange, Input, Plan, Several};

/// What one source has given.
pub struct RoundResult {
    /// The name of the source; `None` where there is one, and for the outputs of `-s`, which are of all.
    pub label: Option<Rc<str>>,
    /// The name of its host, where several are asked.
    pub host: Option<Rc<str>>,
    /// The outputs of the filter, or why there are none.
    pub outcome: Result<Collected, Error>,
}

/// How much time a round may take.
#[derive(Clone, Copy)]
pub struct Patience {
    pub limit: Option<Duration>,
    /// `--retry` applies: without it, the next round is the next try.
    pub retries: bool,
}

/// Asks every source of the plan once, and runs the filter on what each gives. The results are in the order of the
/// sources; there are none for files. What `fetch` has cached is forgotten.
pub fn run(
    plan: &Plan,
    filter: &dq_filter::Filter,
    output: &Rc<Output>,
    stack_bytes: usize,
    patience: Patience,
) -> Vec<RoundResult> {
    let run = Run::new(plan, filter, output, stack_bytes);
    match &plan.input {
        Input::Http(exchange) => vec![RoundResult {
            label: None,
            host: None,
            outcome: ask(&patience.applied_to(exchange), &run),
        }],
        Input::Several(several) => ask_all(several, patience, &run),
        _ => Vec::new(),
    }
}

impl Patience {
    fn applied_to(self, exchange: &Exchange) -> Exchange {
        // Zero would mean no limit.
        let limit = self.limit.map(|limit| limit.max(Duration::from_millis(1)));
        let mut exchange = exchange.with_max_time(limit);
        if !self.retries {
            exchange.settings.retries = 0;
        }
        exchange
    }
}

/// Asks the only source, without a thread.
fn ask(exchange: &Exchange, run: &Run) -> Result<Collected, Error> {
    let deferred = Rc::new(DeferredFailure::default());
    let response = exchange::send(exchange, run.plan, run.output)?;
    let arrival = body::arrival(response, exchange, None, run.plan, run.output, &deferred)?;
    run.collect(arrival)
}

fn ask_all(several: &Several, patience: Patience, run: &Run) -> Vec<RoundResult> {
    let mut several = several.clone();
    for source in &mut several.sources {
        if let Ok(exchange) = &mut source.exchange {
            *exchange = Rc::new(patience.applied_to(exchange));
        }
    }
    let sources = Sources::request(run.plan, &several, run.output);
    if run.plan.inputs.mode.is_one_input() {
        return slurped(&sources, run);
    }
    let all = sources.all().into_iter();
    let results = all.map(|source| result(&sources, source, collected(&sources, source, run)));
    results.collect()
}

/// The results of `-s`: that of all sources that answered, and the failures of the others.
fn slurped(sources: &Sources, run: &Run) -> Vec<RoundResult> {
    let (arrival, failures) = several::gather(sources, run);
    let failures = failures.into_iter();
    let failures = failures.map(|(source, error)| result(sources, source, Err(error)));
    let outputs = arrival.map(|arrival| RoundResult {
        label: None,
        host: None,
        outcome: run.collect(arrival),
    });
    outputs.into_iter().chain(failures).collect()
}

fn result(sources: &Sources, source: usize, outcome: Result<Collected, Error>) -> RoundResult {
    RoundResult {
        label: sources.label(source),
        host: sources.host(source),
        outcome,
    }
}

/// The outputs for one of several sources.
fn collected(sources: &Sources, source: usize, run: &Run) -> Result<Collected, Error> {
    match sources.next_of(source) {
        Some(Next::Head(Ok(Head::Response(response)))) => {
            sources.select(source, &run.fetcher.selection());
            let deferred = Rc::new(DeferredFailure::default());
            run.collect(sources.arrival(run.plan, source, *response, &deferred)?)
        }
        Some(Next::Head(Ok(Head::Pieces))) => {
            let mut text = Vec::new();
            loop {
                match sources.next_of(source) {
                    Some(Next::Piece(piece)) => text.extend(piece.bytes),
                    Some(Next::End(Some(error))) => return Err(error),
                    _ => return Ok(Collected::copied(text)),
                }
            }
        }
        Some(Next::Head(Err(error))) => Err(error.into()),
        _ => Ok(Collected::copied(Vec::new())),
    }
}

/// Reports an error that ends the run with the name of its source, and gives its exit code.
///
/// # Errors
/// The error of the only source.
pub fn fail(error: Error, label: Option<&str>, output: &Output) -> Result<u8, Error> {
    let Some(label) = label.filter(|_| !error.ends_run()) else {
        return Err(error);
    };
    let (stage, text) = error.stage_and_text();
    output.report(&format!("dq: {stage}{label}: {text}"));
    if let Some(hint) = error.hint() {
        output.report(&format!("hint: {hint}"));
    }
    Ok(error.exit_code())
}
