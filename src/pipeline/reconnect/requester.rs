//! Requests a stream again after its loss, for as long as it takes, and says so on stderr.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, Instant};

use super::notices::Notices;
use super::since::{path, seconds, until, with_parameters};
use super::state;
use crate::catalogue::{Endless, query_value};
use crate::pipeline::stdout_monitor::StdoutMonitor;
use dq_fetch::{
    Client, ClientSettings, Error, EventHandler, Host, Request, Response, WaitHook, http_date,
};

/// The first pause between two attempts; each one after is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How often to look whether the socket is a new one.
const SOCKET_INTERVAL: Duration = Duration::from_millis(100);
/// Two attempts are at least so far apart.
const LEAST: Duration = Duration::from_millis(50);
/// A connection that has lasted for this long was good, whatever it carried.
const GOOD: Duration = Duration::from_secs(10);

/// How requests are sent.
pub struct Sender {
    pub host: Host,
    pub settings: ClientSettings,
    /// The end of `--max-time`, which is for the whole run.
    pub deadline: Option<Instant>,
    pub events: EventHandler,
    pub wait_hook: WaitHook,
    /// Ends the pauses where nobody reads stdout any more.
    pub stdout_monitor: Option<StdoutMonitor>,
}

impl Sender {
    fn send(&self, request: &Request) -> Result<Response, Error> {
        // Zero would mean no limit.
        let least = Duration::from_millis(1);
        let left = |end: Instant| end.saturating_duration_since(Instant::now()).max(least);
        let settings = ClientSettings {
            max_time: self.deadline.map(left),
            retries: 0,
            ..self.settings.clone()
        };
        let client = Client::new(self.host.clone(), settings);
        let client = client.with_wait_hook(self.wait_hook.clone());
        client.with_event_handler(self.events.clone()).send(request)
    }

    /// Whether the time limit of the run is over.
    fn is_late(&self) -> bool {
        self.deadline.is_some_and(|end| Instant::now() >= end)
    }

    /// Waits. Fails where nobody reads stdout any more.
    fn sleep(&self, time: Duration) -> Result<(), Error> {
        match &self.stdout_monitor {
            Some(monitor) if monitor.is_closed_within(time) => Err(Error::Cancelled),
            Some(_) => Ok(()),
            None => {
                std::thread::sleep(time);
                Ok(())
            }
        }
    }

    /// What tells one socket file from another at the same path.
    fn socket_identity(&self) -> Option<(u64, i64, i64)> {
        let file = fs::metadata(self.host.socket()?).ok()?;
        Some((file.ino(), file.ctime(), file.ctime_nsec()))
    }
}

/// What the end of a body means.
pub enum End {
    /// The stream has ended.
    Final,
    /// The stream goes on with another request.
    GoesOn,
    /// The engine is not there.
    Lost,
}

/// Requests one stream.
pub struct Requester {
    sender: Sender,
    stream: Endless,
    /// The request without what has been seen.
    request: Request,
    notices: Notices,
    pause: Duration,
    /// The current connection has brought nothing new.
    is_fruitless: bool,
    connected: Instant,
    /// The time of the engine's clock, in seconds since 1970, when the first and when the last connection began.
    began: Option<u64>,
    date: Option<u64>,
}

impl Requester {
    /// Requests a stream to which the engine has just responded for the first time.
    pub fn new(
        sender: Sender,
        stream: Endless,
        request: Request,
        notices: Notices,
        response: &Response,
    ) -> Self {
        let date = response.header("date").and_then(http_date);
        Self {
            sender,
            stream,
            request,
            notices,
            pause: FIRST_PAUSE,
            is_fruitless: true,
            connected: Instant::now(),
            began: date,
            date,
        }
    }

    /// The connection has brought something new.
    pub fn note_progress(&mut self) {
        self.is_fruitless = false;
    }

    /// Whether an error of reading the body means that the connection was lost.
    pub fn is_loss(&self, error: &Error) -> bool {
        match error {
            Error::Lost { .. } | Error::EmptyReply { .. } => true,
            Error::Timeout { .. } => !self.sender.is_late(),
            _ => false,
        }
    }

    /// What the end of the body means. An engine that is stopped ends its bodies properly.
    pub fn end(&self) -> Result<End, Error> {
        match until(&self.request) {
            Some(Ok(until)) if self.now().is_some_and(|now| now >= until) => return Ok(End::Final),
            Some(Err(())) => return Ok(End::Final),
            _ => {}
        }
        let described = match self.stream {
            Endless::Events => return Ok(End::Lost),
            _ => state::endpoint(&self.request.source),
        };
        let Some(source) = described else {
            return Ok(End::Final);
        };
        let request = Request {
            source,
            ..self.request.clone()
        };
        match self.sender.send(&request) {
            Ok(response) if is_starting(response.status) => Ok(End::Lost),
            Ok(mut response) => {
                let is_running = response.status == 200 && state::is_running(&mut response);
                Ok(if is_running { End::GoesOn } else { End::Final })
            }
            Err(error) if self.is_absence(&error) => Ok(End::Lost),
            Err(error) => Err(error),
        }
    }

    /// The current time of the engine's clock, in seconds since 1970. It counts whole seconds, so the next one may have
    /// begun.
    fn now(&self) -> Option<u64> {
        Some(self.date? + self.connected.elapsed().as_secs() + 1)
    }

    /// Requests the stream from this time on, in nanoseconds since 1970, until there is an answer. `is_lost`: the
    /// engine is not there.
    ///
    /// # Errors
    /// An answer that is none to wait for, the end of the time limit, and `Cancelled` where nobody reads stdout.
    pub fn request_again(&mut self, since: Option<u64>, is_lost: bool) -> Result<Response, Error> {
        let begun = Instant::now();
        let mut is_told = false;
        let mut tell = |notices: &Notices| {
            if !std::mem::replace(&mut is_told, true) {
                notices.lost();
            }
        };
        if is_lost {
            tell(&self.notices);
        }
        let request = self.continued(since);
        let lasted = self.connected.elapsed();
        if !self.is_fruitless || lasted >= GOOD {
            self.pause = FIRST_PAUSE;
            // A server that ends each connection after one item is not asked without a pause.
            self.sender.sleep(LEAST.saturating_sub(lasted))?;
        } else {
            let socket = self.sender.socket_identity();
            self.wait(socket)?;
        }
        let response = loop {
            let socket = self.sender.socket_identity();
            match self.sender.send(&request) {
                Ok(response) if !is_starting(response.status) => break response,
                Ok(_) => {}
                Err(error) if self.is_absence(&error) => {}
                Err(error) => return Err(error),
            }
            tell(&self.notices);
            self.wait(socket)?;
        };
        if is_told {
            self.notices.connected(begun.elapsed());
        }
        self.connected = Instant::now();
        self.is_fruitless = true;
        self.date = response.header("date").and_then(http_date);
        Ok(response)
    }

    /// The request for what comes after a time. Where nothing has been seen and the stream has no past, it goes on from
    /// the beginning of the first connection, by the engine's clock.
    fn continued(&self, since: Option<u64>) -> Request {
        let path = path(&self.request);
        let has_past = match self.stream {
            Endless::Events => query_value(path, "since").is_some_and(|it| !it.is_empty()),
            Endless::Log => query_value(path, "tail") != Some("0"),
            _ => true,
        };
        let began = self
            .began
            .filter(|_| !has_past)
            .map(|seconds| seconds * 1_000_000_000);
        match since.or(began) {
            None => self.request.clone(),
            Some(time) => with_parameters(
                &self.request,
                &[("since", Some(seconds(time))), ("tail", None)],
            ),
        }
    }

    /// Whether an error of sending a request means that the engine is not there yet.
    fn is_absence(&self, error: &Error) -> bool {
        let is_unconnected = matches!(
            error,
            Error::Connect { .. } | Error::Resolve { .. } | Error::Handshake { .. }
        );
        is_unconnected || self.is_loss(error)
    }

    /// Waits before the next attempt: for as long as the pause says, or until the socket is another than that of the
    /// last one.
    fn wait(&mut self, socket: Option<(u64, i64, i64)>) -> Result<(), Error> {
        let end = Instant::now() + self.pause;
        loop {
            if self.sender.is_late() {
                let doing = format!("waiting for {}", self.notices.host());
                return Err(Error::Timeout { doing });
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                self.pause = (self.pause * 2).min(LONGEST_PAUSE);
                return Ok(());
            }
            self.sender.sleep(left.min(SOCKET_INTERVAL))?;
            if self.sender.socket_identity() != socket {
                self.pause = FIRST_PAUSE;
                return Ok(());
            }
        }
    }
}

/// Whether a status means that the engine, or a proxy in front of it, is not ready.
fn is_starting(status: u16) -> bool {
    matches!(status, 429 | 502..=504)
}
