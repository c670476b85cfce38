//! Runs the filter on threads where values arrive line by line and fast: each thread takes whole lines, and the outputs
//! are written in the order of the lines.
//!
//! A thread has its own filter and formatter, as values cannot be shared. It runs them on a chunk of whole lines as if
//! that were an input of its own. If anything is unusual, an error above all, nothing of the chunk is used: it goes back
//! with everything behind it, and the main thread runs the filter on it as it does without threads. So messages, places
//! and exit codes have one origin, and whether a newline stands between two values need not be known: a chunk counts
//! only if those before it were read to their ends without an error.

mod feed;
mod job;
mod worker;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};

use super::ahead::Ahead;
use super::byte_source::{BeforeBlocking, processors};
use super::output::Output;
use crate::memory;
use crate::plan::Plan;
use dq_filter::{Inputs, LastOutput};
use dq_json::read::BufferPool;
use feed::Feed;
use job::Job;
use worker::{Done, Shared};

pub use job::is_possible;

/// More threads than this have to wait for the one that reads.
const MAX_WORKERS: usize = 4;

/// How many bytes have to arrive without a pause before threads are tried again, after those of one try have met
/// something unusual: at first, and at most, with ever more tries in between.
const RETRY: (usize, usize) = (1 << 20, 1 << 28);

/// Has threads run the filter on the lines that follow, until the input ends or pauses, or something is unusual. Returns
/// whether they have taken any inputs.
///
/// # Errors
/// The outputs cannot be written.
pub fn run(
    plan: &Plan,
    output: &Output,
    last_output: &LastOutput,
    inputs: &RefCell<Inputs>,
    ahead: &Rc<RefCell<Ahead>>,
) -> Result<bool, dq_format::Error> {
    let Some(feed) = feed(inputs, ahead) else {
        return Ok(false);
    };
    let mut crew = Crew::start(plan, feed);
    while let Some(done) = crew.next(output) {
        if done.is_last {
            if crew.refused.is_empty() {
                output.formatted(&done.output)?;
            }
            memory::end_for_another_thread();
        }
        if crew.accept(&done) {
            output.formatted(&done.output)?;
            done.last
                .into_iter()
                .for_each(|it| last_output.record_last(it));
        }
        crew.reuse(done);
    }
    let (has_taken, lines, bytes) = (crew.accepted > 0, crew.lines, crew.bytes);
    inputs.borrow_mut().skip_lines(bytes, lines);
    crew.give_back(&mut ahead.borrow_mut());
    Ok(has_taken)
}

/// The rest of the current source.
fn feed(inputs: &RefCell<Inputs>, ahead: &Rc<RefCell<Ahead>>) -> Option<Feed> {
    let mut ahead = ahead.borrow_mut();
    if !ahead.returned.is_empty() || ahead.failure.is_some() || ahead.thread.is_none() {
        return None;
    }
    let (offset, buffer) = inputs.borrow_mut().take_buffer()?;
    let thread = ahead.thread.take()?;
    Some(Feed::new(thread, ahead.is_file, buffer, offset))
}

/// The threads, and what has become of the chunks that they have taken.
struct Crew {
    shared: Arc<Shared>,
    results: Receiver<Done>,
    /// Buffers for outputs: a thread takes one before it takes a chunk. `None` once no more chunks are to be taken.
    free: Option<Sender<Vec<u8>>>,
    pool: BufferPool,
    /// Chunks that are done before one that precedes them.
    early: BTreeMap<usize, Done>,
    /// Chunks that go back, in order.
    refused: Vec<Done>,
    /// The number of chunks accepted, their newlines and bytes.
    accepted: usize,
    lines: usize,
    bytes: usize,
}

impl Crew {
    fn start(plan: &Plan, feed: Feed) -> Self {
        let (sender, results) = channel();
        let (free, buffers) = channel();
        let pool = feed.pool();
        let workers = processors().clamp(1, MAX_WORKERS);
        for _ in 0..4 * workers {
            let _ = free.send(Vec::new());
        }
        let shared = Arc::new(Shared::new(Job::new(plan), feed, buffers));
        for _ in 0..workers {
            // A thread that cannot be started is one less.
            let _ = worker::spawn(shared.clone(), sender.clone());
        }
        Self {
            shared,
            results,
            free: Some(free),
            pool,
            early: BTreeMap::new(),
            refused: Vec::new(),
            accepted: 0,
            lines: 0,
            bytes: 0,
        }
    }

    /// The next chunk that is done, in the order of the input; `None` when all are.
    fn next(&mut self, output: &Output) -> Option<Done> {
        loop {
            let next = self.accepted + self.refused.len();
            if let Some(done) = self.early.remove(&next) {
                return Some(done);
            }
            let done = match self.results.try_recv() {
                Ok(done) => done,
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) => {
                    output.flush_written();
                    self.results.recv().ok()?
                }
            };
            self.early.insert(done.chunk.number, done);
        }
    }

    /// Whether the outputs of a chunk count: nothing was unusual in it or before it.
    fn accept(&mut self, done: &Done) -> bool {
        let is_accepted = done.is_complete && self.refused.is_empty();
        if is_accepted {
            self.accepted += 1;
            self.lines += done.lines;
            self.bytes += done.chunk.length;
        } else {
            self.shared.stop();
            self.free = None;
        }
        is_accepted
    }

    /// Has the buffers of a chunk used again, or keeps the chunk.
    fn reuse(&mut self, done: Done) {
        match &self.free {
            Some(free) => {
                self.pool.put(done.chunk.lines);
                // If all threads have ended, nobody needs it.
                let _ = free.send(done.output);
            }
            None => self.refused.push(done),
        }
    }

    /// Gives back the thread that reads, and what has been read and not accepted.
    fn give_back(self, ahead: &mut Ahead) {
        let feed = self.shared.take_feed();
        let has_failed = !self.refused.is_empty() || self.accepted == 0;
        let waited = ahead.offered_after.clamp(RETRY.0, RETRY.1 / 2);
        ahead.offered_after = if has_failed && self.accepted < 64 {
            2 * waited
        } else {
            RETRY.0
        };
        ahead
            .returned
            .extend(self.refused.into_iter().map(|done| done.chunk.lines));
        if let Some(feed) = feed {
            feed.give_back(ahead);
        }
        if !self.early.is_empty() && ahead.failure.is_none() {
            ahead.failure = Some(io::Error::other("a thread that filters is gone"));
        }
    }
}
