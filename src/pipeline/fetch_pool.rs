//! Worker threads that request paths of one host for `fetch`.

use std::io::Read;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::body::unreadable;
use super::logs::LogLines;
use super::server_sent_events::ServerSentEvents;
use dq_fetch::{BodyKind, Client, Logins, Payload, Request, Response, Source};
use dq_filter::InputMode;

/// The longest body that is held for a filter, in bytes.
const MAX_BODY: u64 = 256 << 20;
/// How often a request is repeated because the server asks for a pause (`Retry-After`).
const MAX_PAUSES: u32 = 5;
/// The longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What came of a request.
pub enum Answer {
    /// The body, and how its values are read.
    Body(Vec<u8>, InputMode),
    Failed(Failure),
}

/// Why there is no body.
#[derive(Clone)]
pub struct Failure {
    /// The status of the response, if there is one.
    pub status: Option<u16>,
    pub message: String,
}

impl From<&dq_fetch::Error> for Failure {
    fn from(error: &dq_fetch::Error) -> Self {
        match error {
            dq_fetch::Error::Status {
                status,
                reason,
                message,
                ..
            } => Self {
                status: Some(*status),
                message: if message.is_empty() { reason } else { message }.clone(),
            },
            other => Self {
                status: None,
                message: other.to_string(),
            },
        }
    }
}

/// A request that is under way.
#[derive(Default)]
pub struct Pending {
    answer: Mutex<Option<Arc<Answer>>>,
    has_arrived: Condvar,
}

impl Pending {
    /// The answer, if it is there.
    pub fn ready(&self) -> Option<Arc<Answer>> {
        lock(&self.answer).clone()
    }

    /// Waits for the answer.
    pub fn wait(&self) -> Arc<Answer> {
        let mut answer = lock(&self.answer);
        loop {
            if let Some(answer) = &*answer {
                return answer.clone();
            }
            answer = self
                .has_arrived
                .wait(answer)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn set(&self, answer: Answer) {
        *lock(&self.answer) = Some(Arc::new(answer));
        self.has_arrived.notify_all();
    }
}

/// What all requests of `fetch` have in common.
#[derive(Clone)]
pub struct Headers {
    pub sent: Vec<(String, String)>,
    pub without: Vec<String>,
    /// Docker's logins, for the paths that name a registry.
    pub logins: Option<Logins>,
}

/// Requests paths on worker threads, which are started when they are needed.
pub struct FetchPool {
    shared: Arc<Shared>,
    sender: Sender<Job>,
    parallel: usize,
    /// The threads that were started.
    workers: std::cell::Cell<usize>,
    /// The requests that were begun.
    begun: std::cell::Cell<usize>,
}

type Job = (String, Arc<Pending>);

struct Shared {
    client: Client,
    headers: Headers,
    jobs: Mutex<Receiver<Job>>,
    /// No request is sent before this time, because the server asks for a pause.
    pause: Mutex<Option<Instant>>,
}

impl FetchPool {
    /// A pool of at most `parallel` threads.
    pub fn new(client: Client, headers: Headers, parallel: usize) -> Self {
        let (sender, receiver) = channel();
        Self {
            shared: Arc::new(Shared {
                client,
                headers,
                jobs: Mutex::new(receiver),
                pause: Mutex::new(None),
            }),
            sender,
            parallel,
            workers: std::cell::Cell::new(0),
            begun: std::cell::Cell::new(0),
        }
    }

    /// How many requests may be under way at once.
    pub fn parallel(&self) -> usize {
        self.parallel
    }

    /// Whether the time for all requests is over.
    pub fn is_over(&self) -> bool {
        let deadline = self.shared.client.deadline();
        deadline.is_some_and(|deadline| deadline <= Instant::now())
    }

    /// Begins a request.
    pub fn begin(&self, path: &str) -> Arc<Pending> {
        let pending = Arc::new(Pending::default());
        if self.workers.get() < self.parallel && self.workers.get() <= self.begun.get() {
            self.start_worker();
        }
        self.begun.set(self.begun.get() + 1);
        let job = (path.to_owned(), pending.clone());
        if self.workers.get() == 0 {
            // The system grants no thread.
            pending.set(self.shared.answer(&job.0));
        } else if self.sender.send(job).is_err() {
            pending.set(Answer::Failed(Failure {
                status: None,
                message: "the request was not sent".into(),
            }));
        }
        pending
    }

    fn start_worker(&self) {
        let shared = self.shared.clone();
        let started = thread::Builder::new().spawn(move || shared.work());
        if started.is_ok() {
            self.workers.set(self.workers.get() + 1);
        }
    }
}

impl Shared {
    /// Takes jobs until there are none to come.
    fn work(&self) {
        loop {
            let job = lock(&self.jobs).recv();
            let Ok((path, pending)) = job else { return };
            pending.set(self.answer(&path));
        }
    }

    fn answer(&self, path: &str) -> Answer {
        let request = Request {
            method: "GET".into(),
            source: Source::Endpoint(path.to_owned()),
            headers: self.headers.sent.clone(),
            without: self.headers.without.clone(),
            payload: Payload::None,
        };
        let deadline = self.client.deadline();
        let request = match &self.headers.logins {
            Some(logins) if Logins::are_for(&request) => logins.add_to(&request, deadline),
            _ => Ok(request),
        };
        request.map_or_else(
            |error| Answer::Failed(Failure::from(&error)),
            |request| self.send(&request),
        )
    }

    /// Sends a request, again as long as the server asks for a pause.
    fn send(&self, request: &Request) -> Answer {
        for _ in 0..MAX_PAUSES {
            self.wait_for_pause();
            match self.client.send(request) {
                Ok(response) if self.asks_for_pause(&response) => {}
                result => return self.read(result),
            }
        }
        self.wait_for_pause();
        self.read(self.client.send(request))
    }

    fn read(&self, result: Result<Response, dq_fetch::Error>) -> Answer {
        let result = result.and_then(read_body);
        result.unwrap_or_else(|error| Answer::Failed(Failure::from(&error)))
    }

    /// Whether the server asks for a pause, which is one for all threads then (RFC 6585 §4, RFC 9110 §10.2.3).
    fn asks_for_pause(&self, response: &Response) -> bool {
        if !matches!(response.status, 429 | 503) {
            return false;
        }
        let seconds = response.header("retry-after");
        let Some(seconds) = seconds.and_then(|it| it.trim().parse().ok()) else {
            return false;
        };
        let pause = Duration::from_secs(seconds).min(LONGEST_PAUSE);
        let end = Instant::now() + pause;
        let mut known = lock(&self.pause);
        *known = Some(known.map_or(end, |known| known.max(end)));
        true
    }

    fn wait_for_pause(&self) {
        let end = *lock(&self.pause);
        if let Some(end) = end {
            let end = self
                .client
                .deadline()
                .map_or(end, |deadline| end.min(deadline));
            thread::sleep(end.saturating_duration_since(Instant::now()));
        }
    }
}

/// Reads the body as what a filter sees of it: values, or lines.
fn read_body(mut response: Response) -> Result<Answer, dq_fetch::Error> {
    if response.status >= 400 {
        return Err(response.failure());
    }
    response.find_filterable_kind()?;
    let mut bytes = Vec::new();
    let (read, mode) = match response.kind {
        BodyKind::Json | BodyKind::Empty => {
            let body = &mut response.body;
            (
                body.take(MAX_BODY + 1).read_to_end(&mut bytes),
                InputMode::Values,
            )
        }
        BodyKind::Text => {
            let body = &mut response.body;
            (
                body.take(MAX_BODY + 1).read_to_end(&mut bytes),
                InputMode::Lines,
            )
        }
        BodyKind::Logs => {
            let lines = LogLines::new(response.frames(), None);
            (
                lines.take(MAX_BODY + 1).read_to_end(&mut bytes),
                InputMode::Values,
            )
        }
        BodyKind::ServerSentEvents => {
            let events = ServerSentEvents::new(response.body);
            (
                events.take(MAX_BODY + 1).read_to_end(&mut bytes),
                InputMode::Values,
            )
        }
        BodyKind::Binary => return Ok(failed(unreadable(&response))),
    };
    match read {
        Err(error) => Err(dq_fetch::read_error(&error)),
        Ok(length) if length as u64 > MAX_BODY => Ok(failed(format!(
            "the answer is longer than {MAX_BODY} bytes"
        ))),
        Ok(_) => Ok(Answer::Body(bytes, mode)),
    }
}

fn failed(message: String) -> Answer {
    Answer::Failed(Failure {
        status: None,
        message,
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
