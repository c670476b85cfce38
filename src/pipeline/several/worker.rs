//! The threads that request several sources: each sends requests, and puts what it receives on the board.

use std::io::{self, Read};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::board::{Board, Head, Piece, PieceKind, QueuedBody};
use super::pieces::{self, Division};
use crate::error::Error;
use crate::pipeline::exchange::{LastClient, ReadyRequest};
use dq_fetch::{Body, Response};

/// Bytes received at once.
const CHUNK: usize = 64 * 1024;

/// A request that a thread is to send.
pub struct Job {
    pub source: usize,
    pub request: ReadyRequest,
    /// How what is received is divided.
    pub division: Division,
}

struct Jobs {
    jobs: Vec<Mutex<Option<Job>>>,
    next: AtomicUsize,
    /// When the first was begun: the time limit is for all.
    begun: Instant,
}

/// Starts at most `parallel` threads for these jobs, which are begun in their order. The threads end with the process
/// at the latest.
pub fn start(jobs: Vec<Job>, parallel: usize, board: &Arc<Board>) {
    let threads = parallel.min(jobs.len());
    let jobs = Arc::new(Jobs {
        jobs: jobs.into_iter().map(|job| Mutex::new(Some(job))).collect(),
        next: AtomicUsize::new(0),
        begun: Instant::now(),
    });
    let mut started = 0;
    for _ in 0..threads {
        let (jobs, board) = (jobs.clone(), board.clone());
        let spawned = thread::Builder::new().spawn(move || jobs.work(&board));
        started += usize::from(spawned.is_ok());
    }
    if started == 0 {
        // Without a thread nothing would ever arrive.
        while let Some(job) = jobs.take() {
            let problem = "the system grants no thread".into();
            let error = dq_fetch::Error::Protocol { problem };
            board.put_head(job.source, Err(error));
        }
    }
}

impl Jobs {
    fn take(&self) -> Option<Job> {
        let job = self.jobs.get(self.next.fetch_add(1, Ordering::Relaxed))?;
        job.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Takes jobs until none is left.
    fn work(&self, board: &Arc<Board>) {
        let mut last = None;
        while let Some(job) = self.take() {
            job.run(board, &mut last, self.begun.elapsed());
        }
    }
}

impl Job {
    fn run(self, board: &Arc<Board>, last: &mut LastClient, waited: Duration) {
        let source = self.source;
        let response = match self.request.send(last, waited) {
            Ok(response) => response,
            Err(error) => return board.put_head(source, Err(error)),
        };
        let is_failure = response.status >= 400;
        match self.division.of(response, is_failure) {
            Ok(pieces::Divided::Not(response)) => receive(response, source, board),
            Ok(divided) => {
                board.put_head(source, Ok(Head::Pieces));
                let ended = divided.put_all(source, board);
                board.end(source, ended.err());
            }
            Err(error) => board.put_head(source, Err(error)),
        }
    }
}

/// Puts a response and the bytes of its body.
fn receive(mut response: Response, source: usize, board: &Arc<Board>) {
    let queued: Body = Box::new(QueuedBody {
        board: board.clone(),
        source,
        piece: Vec::new(),
        read: 0,
        has_ended: false,
    });
    let mut body = std::mem::replace(&mut response.body, queued);
    board.put_head(source, Ok(Head::Response(Box::new(response))));
    let mut chunk = vec![0; CHUNK];
    loop {
        match body.read(&mut chunk) {
            Ok(0) => return board.end(source, None),
            Ok(length) => {
                let piece = Piece {
                    kind: PieceKind::Body,
                    bytes: chunk[..length].to_vec(),
                };
                if !board.put(source, piece) {
                    return;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                return board.end(source, Some(Error::Fetch(dq_fetch::read_error(&error))));
            }
        }
    }
}
