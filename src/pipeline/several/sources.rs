//! The sources of a run: requested in parallel, waited for, and reported where they fail.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::board::{Board, Next, Piece, PieceKind};
use super::failures::Failures;
use super::pieces::Division;
use super::prefix;
use super::worker::{self, Job};
use crate::catalogue;
use crate::error::Error;
use crate::pipeline::arrival::{Arrival, DeferredFailure};
use crate::pipeline::byte_source::BeforeBlocking;
use crate::pipeline::output::{Insertions, Output};
use crate::pipeline::{body, exchange, fetcher};
use crate::plan::{Exchange, NamedExchange, Order, Plan, Several};
use dq_fetch::{BodyKind, Response, Source};

/// The sources of a run, which have been requested.
pub struct Sources {
    several: Several,
    pub output: Rc<Output>,
    pub board: Arc<Board>,
    /// The heads of responses for `-i`, for each source.
    insertions: Vec<Insertions>,
    pub failures: RefCell<Failures>,
    /// The answers do not end, and are read as they come.
    pub are_streams: bool,
    /// The rows of all sources are written as one table.
    pub is_one_table: bool,
}

impl Sources {
    /// Requests all sources of a plan.
    pub fn request(plan: &Plan, several: &Several, output: &Rc<Output>) -> Self {
        let board = Board::new(several.sources.len());
        let are_streams = several.sources.iter().any(is_stream);
        // A closed stdout ends every wait: the thread that writes may wait for another source.
        output.expect_silence();
        let mut sources = Self {
            several: several.clone(),
            output: output.clone(),
            board,
            insertions: Vec::new(),
            failures: RefCell::default(),
            are_streams,
            is_one_table: !are_streams && (output.holds_values() || plan.output.paths.is_some()),
        };
        let jobs = sources.jobs(plan);
        let parallel = if are_streams {
            jobs.len()
        } else {
            sources.parallel()
        };
        worker::start(jobs, parallel, &sources.board);
        sources
    }

    /// How many requests are under way at once.
    fn parallel(&self) -> usize {
        let is_ssh =
            |source: &NamedExchange| source.exchange.as_ref().is_ok_and(|it| it.host.is_ssh());
        let is_one_host = self
            .several
            .sources
            .iter()
            .all(|source| source.host.is_none());
        if is_one_host && self.several.sources.iter().any(is_ssh) {
            self.several.parallel.min(fetcher::MAX_SSH)
        } else {
            self.several.parallel
        }
    }

    /// The requests, for threads that send them. Sources without one have failed.
    fn jobs(&mut self, plan: &Plan) -> Vec<Job> {
        let mut jobs = Vec::new();
        let labels = self.several.sources.iter().map(|source| &*source.label);
        let prefixes = prefix::prefixes(&labels.collect::<Vec<_>>(), &plan.terminal);
        for (index, (source, prefixes)) in self.several.sources.iter().zip(prefixes).enumerate() {
            let insertions = Insertions::default();
            self.insertions.push(insertions.clone());
            match &source.exchange {
                Ok(exchange) => jobs.push(Job {
                    source: index,
                    request: exchange::ready(
                        exchange,
                        plan,
                        &self.output,
                        &format!("{} ", source.label),
                        &|| insertions.clone(),
                        None,
                    ),
                    division: Division {
                        is_stream: self.are_streams,
                        is_filtered: plan.filters_body(),
                        name: source.label.to_string(),
                        prefixes,
                    },
                }),
                Err(error) => self.board.put_head(index, Err(error.clone())),
            }
        }
        jobs
    }

    /// The indexes of all sources.
    pub fn all(&self) -> Vec<usize> {
        (0..self.several.sources.len()).collect()
    }

    pub fn fail(&self, source: usize, error: Error) -> Result<(), Error> {
        if error.ends_run() {
            return Err(error);
        }
        if let Some(named) = self.several.sources.get(source) {
            self.failures
                .borrow_mut()
                .add(source, &named.label, &error, None);
        }
        Ok(())
    }

    pub fn report_failures(&self) {
        self.failures
            .borrow_mut()
            .report(&|line| self.output.report(line));
    }

    /// Waits as `wait` does with a time limit. Output is flushed before, and failures are reported in time.
    pub fn wait<T>(&self, wait: &dyn Fn(Option<Duration>) -> Option<T>) -> Option<T> {
        loop {
            let due = self.failures.borrow().due();
            if due == Some(Duration::ZERO) {
                self.report_failures();
                continue;
            }
            let found = wait(Some(Duration::ZERO));
            if found.is_some() {
                return found;
            }
            self.output.flush_written();
            let found = wait(due);
            if found.is_some() || due.is_none() {
                return found;
            }
        }
    }

    /// The next of these sources whose outputs are written, which is removed from them.
    pub fn next_source(&self, pending: &mut Vec<usize>) -> Option<usize> {
        let first = *pending.first()?;
        let next = match self.several.order {
            Order::Arrival if !self.is_one_table => {
                self.wait(&|limit| self.board.ready(pending, limit))?
            }
            _ => first,
        };
        pending.retain(|source| *source != next);
        Some(next)
    }

    /// What comes next of a source.
    pub fn next_of(&self, source: usize) -> Option<Next> {
        self.wait(&|limit| Some(self.board.next(&[source], limit)?.1))
    }

    /// The inputs and outputs that follow are those of a source, which `selected` names for `fetch`.
    pub fn select(&self, source: usize, selected: &Cell<Option<usize>>) {
        selected.set(Some(source));
        if let Some(host) = self.host(source) {
            self.output.set_host(&host);
        }
    }

    /// Shows the head of a source, where `-i` asks for it.
    pub fn show_head(&self, source: usize) {
        if let Some(insertions) = self.insertions.get(source) {
            self.output.insert(insertions);
        }
    }

    /// Writes lines of a source.
    pub fn write_lines(&self, piece: &Piece) -> Result<(), Error> {
        if piece.kind == PieceKind::Stderr {
            self.output.message(&piece.bytes);
            Ok(())
        } else {
            self.output.text(&piece.bytes)
        }
    }

    /// The inputs that a response gives.
    pub fn arrival(
        &self,
        plan: &Plan,
        source: usize,
        response: Response,
        deferred: &Rc<DeferredFailure>,
    ) -> Result<Arrival, Error> {
        let Some((named, exchange)) = self.exchange(source) else {
            return Ok(Arrival::Done);
        };
        if response.kind == BodyKind::Binary && response.status < 400 && !plan.filters_body() {
            return Err(Error::usage(BINARY));
        }
        let label = &named.label;
        let arrival = body::arrival(
            response,
            exchange,
            Some(label),
            plan,
            &self.output,
            deferred,
        )?;
        Ok(arrival.named(label.clone()))
    }

    /// The name of a source.
    pub fn label(&self, source: usize) -> Option<Rc<str>> {
        let named = self.several.sources.get(source)?;
        Some(named.label.clone())
    }

    /// The name of a source's host, where several are asked.
    pub fn host(&self, source: usize) -> Option<Rc<str>> {
        self.several.sources.get(source)?.host.clone()
    }

    /// The name of the host that a source is from, for `$host`.
    pub fn host_name(&self, source: usize) -> Option<Rc<str>> {
        let named = self.several.sources.get(source)?;
        let of_exchange = || Some(named.exchange.as_ref().ok()?.host.name().into());
        named.host.clone().or_else(of_exchange)
    }

    /// The name of the host that all sources are from; `None` where several are asked.
    pub fn only_host(&self) -> Option<Rc<str>> {
        let is_one = self.several.sources.iter().all(|it| it.host.is_none());
        is_one.then(|| self.host_name(0))?
    }

    /// Why a response is of no use among streams: its status says so, or it is binary.
    pub fn failure(&self, source: usize, mut response: Response) -> Error {
        let deferred = DeferredFailure::default();
        let checked = self
            .exchange(source)
            .map(|(_, exchange)| body::check_status(&mut response, exchange, &deferred));
        match checked {
            Some(Err(error)) => error,
            _ => deferred.error().unwrap_or_else(|| Error::usage(BINARY)),
        }
    }

    fn exchange(&self, source: usize) -> Option<(&NamedExchange, &Exchange)> {
        let named = self.several.sources.get(source)?;
        Some((named, named.exchange.as_deref().ok()?))
    }
}

/// Why binary answers are refused: nothing would tell them apart.
const BINARY: &str = "the answer is binary: ask for it alone";

/// Whether the answer to a request does not end, so that all are read at once.
fn is_stream(source: &NamedExchange) -> bool {
    let Ok(exchange) = &source.exchange else {
        return false;
    };
    let (Source::Endpoint(path) | Source::Url(path)) = &exchange.request.source;
    let is_events = path
        .split('?')
        .next()
        .is_some_and(|path| path.ends_with("/events"));
    is_events || catalogue::endless_reason(path).is_some()
}
