//! What the threads that request several sources have received, in bounded queues, for the thread that runs the filter.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::Error;
use dq_fetch::Response;

/// How much may be received of a source and not yet taken, in bytes.
const CAPACITY: usize = 1 << 20;

/// The beginning of what a source gives.
pub enum Head {
    /// A response whose body is in the queue, as it is.
    Response(Box<Response>),
    /// What is in the queue has been divided into pieces.
    Pieces,
}

/// What kind of text a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// Part of a body.
    Body,
    /// Whole values.
    Values,
    /// Whole lines for stdout.
    Stdout,
    /// Whole lines for stderr.
    Stderr,
}

/// A part of what a source gives.
pub struct Piece {
    pub kind: PieceKind,
    pub bytes: Vec<u8>,
}

/// What comes next of a source.
pub enum Next {
    Head(Result<Head, dq_fetch::Error>),
    Piece(Piece),
    /// It has ended, perhaps too early.
    End(Option<Error>),
}

#[derive(Default)]
struct Queue {
    head: Option<Result<Head, dq_fetch::Error>>,
    pieces: VecDeque<Piece>,
    /// The bytes of the pieces.
    length: usize,
    end: Option<Option<Error>>,
    /// A piece has had to wait for room.
    is_full: bool,
    /// Nothing more of it is wanted.
    is_closed: bool,
}

impl Queue {
    /// Takes what comes next, if it is there.
    fn take(&mut self) -> Option<Next> {
        if let Some(head) = self.head.take() {
            return Some(Next::Head(head));
        }
        if let Some(piece) = self.pieces.pop_front() {
            self.length -= piece.bytes.len();
            return Some(Next::Piece(piece));
        }
        self.end.take().map(Next::End)
    }

    /// Whether taking all of it would not wait for long: it is complete, or as much as fits is there.
    fn is_ready(&self) -> bool {
        self.is_full || self.end.is_some() || matches!(self.head, Some(Err(_)))
    }
}

/// The queues of all sources, by their indexes.
pub struct Board {
    queues: Mutex<Vec<Queue>>,
    /// Something was put into a queue.
    arrived: Condvar,
    /// There is room in a queue.
    taken: Condvar,
}

impl Board {
    /// A board for this many sources.
    pub fn new(sources: usize) -> Arc<Self> {
        Arc::new(Self {
            queues: Mutex::new((0..sources).map(|_| Queue::default()).collect()),
            arrived: Condvar::new(),
            taken: Condvar::new(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the head of a source.
    pub fn put_head(&self, source: usize, head: Result<Head, dq_fetch::Error>) {
        if let Some(queue) = self.lock().get_mut(source) {
            queue.head = Some(head);
        }
        self.arrived.notify_one();
    }

    /// Puts a piece of a source, after waiting for room. Returns whether more is wanted.
    pub fn put(&self, source: usize, piece: Piece) -> bool {
        let mut queues = self.lock();
        loop {
            let Some(queue) = queues.get_mut(source).filter(|queue| !queue.is_closed) else {
                return false;
            };
            if queue.pieces.is_empty() || queue.length + piece.bytes.len() <= CAPACITY {
                queue.length += piece.bytes.len();
                queue.pieces.push_back(piece);
                drop(queues);
                self.arrived.notify_one();
                return true;
            }
            if !std::mem::replace(&mut queue.is_full, true) {
                self.arrived.notify_one();
            }
            queues = self
                .taken
                .wait(queues)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ends a source.
    pub fn end(&self, source: usize, error: Option<Error>) {
        if let Some(queue) = self.lock().get_mut(source) {
            queue.end = Some(error);
        }
        self.arrived.notify_one();
    }

    /// Drops what there is of a source, and refuses more.
    pub fn close(&self, source: usize) {
        let closed = Queue {
            is_closed: true,
            ..Queue::default()
        };
        let queue = self
            .lock()
            .get_mut(source)
            .map(|it| std::mem::replace(it, closed));
        // A body in it closes its queue, which takes the lock.
        drop(queue);
        self.taken.notify_all();
    }

    /// Waits until `find` finds something, for at most `limit`.
    fn wait<T>(
        &self,
        limit: Option<Duration>,
        find: &mut dyn FnMut(&mut [Queue]) -> Option<T>,
    ) -> Option<T> {
        let mut queues = self.lock();
        loop {
            let found = find(&mut queues);
            if found.is_some() {
                drop(queues);
                self.taken.notify_all();
                return found;
            }
            let is_late;
            (queues, is_late) = match limit {
                None => (
                    self.arrived
                        .wait(queues)
                        .unwrap_or_else(PoisonError::into_inner),
                    false,
                ),
                Some(limit) => {
                    let waited = self.arrived.wait_timeout(queues, limit);
                    let (queues, waited) = waited.unwrap_or_else(PoisonError::into_inner);
                    (queues, waited.timed_out())
                }
            };
            if is_late {
                return find(&mut queues);
            }
        }
    }

    /// Waits for at most `limit` for what comes next of one of these sources. The first that has something is taken, so
    /// the order of the sources is that of their priority.
    pub fn next(&self, sources: &[usize], limit: Option<Duration>) -> Option<(usize, Next)> {
        self.wait(limit, &mut |queues| {
            let mut sources = sources.iter();
            sources.find_map(|&source| Some((source, queues.get_mut(source)?.take()?)))
        })
    }

    /// Waits for at most `limit` for one of these sources that is ready: complete, or with a full queue.
    pub fn ready(&self, sources: &[usize], limit: Option<Duration>) -> Option<usize> {
        self.wait(limit, &mut |queues| {
            let mut sources = sources.iter().copied();
            sources.find(|&source| queues.get(source).is_some_and(Queue::is_ready))
        })
    }
}

/// The body of a response, read from the queue of its source.
pub struct QueuedBody {
    pub board: Arc<Board>,
    pub source: usize,
    /// The piece that is being read.
    pub piece: Vec<u8>,
    /// How much of it has been read.
    pub read: usize,
    pub has_ended: bool,
}

impl Read for QueuedBody {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.read == self.piece.len() && !self.has_ended {
            self.read = 0;
            self.piece.clear();
            match self.board.next(&[self.source], None) {
                Some((_, Next::Piece(piece))) => self.piece = piece.bytes,
                Some((_, Next::End(error))) => {
                    self.has_ended = true;
                    return match error {
                        Some(Error::Fetch(error)) => Err(io::Error::other(error)),
                        Some(error) => Err(io::Error::other(error.to_string())),
                        None => Ok(0),
                    };
                }
                _ => {}
            }
        }
        let length = (&self.piece[self.read..]).read(buffer)?;
        self.read += length;
        Ok(length)
    }
}

impl Drop for QueuedBody {
    fn drop(&mut self) {
        self.board.close(self.source);
    }
}
