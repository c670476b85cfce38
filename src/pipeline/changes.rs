//! Waits until what an endpoint returns may have changed: events of the engine say so, or time has passed.

use std::io::Read;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::catalogue;
use crate::plan::{Exchange, Input};
use dq_fetch::{Client, ClientSettings, Payload, Request, Source};

/// The shortest time between two requests, however many events there are.
const MIN_INTERVAL: Duration = Duration::from_millis(250);
/// An engine may tell of a change shortly before its lists have it: `docker pause` of Docker 20.10 does. After an event
/// the endpoint is requested at once, and again after this time.
const SETTLED: Duration = Duration::from_millis(500);
/// The time before the events are requested again, first and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How often to ask where no event says that something has changed.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// While events are reported: they may be lost, and some changes have none.
    pub with_events: Duration,
    pub without_events: Duration,
}

/// What a wait has ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// Something may have changed, or it is time to ask again.
    Ask,
    /// The screen has another size.
    Layout,
    /// Nobody reads the outputs any more.
    Closed,
}

/// What other threads report.
enum Signal {
    /// The events are reported from now on.
    Connected,
    Event,
    Disconnected,
    Wake(Wake),
}

/// The changes of what the endpoints of a source return.
pub struct Changes {
    signals: Receiver<Signal>,
    sender: SyncSender<Signal>,
    pace: Pace,
    /// How many hosts should report events, and how many of them do now.
    subscriptions: usize,
    connected: usize,
    /// When the last wait ended.
    last: Instant,
    /// When to ask again after an event.
    settled: Option<Instant>,
}

impl Changes {
    /// Subscribes to the events that concern the endpoints of a source, once for each host, where an engine reports
    /// some.
    pub fn subscribe(input: &Input, pace: Pace) -> Self {
        let (sender, signals) = sync_channel(64);
        let mut hosts = Vec::new();
        for exchange in input.exchanges() {
            let is_new = !hosts.contains(&&exchange.host);
            if let Some(types) = event_types(exchange).filter(|_| is_new)
                && start(exchange, types, sender.clone())
            {
                hosts.push(&exchange.host);
            }
        }
        Self {
            signals,
            sender,
            pace,
            subscriptions: hosts.len(),
            connected: 0,
            last: Instant::now(),
            settled: None,
        }
    }

    /// What ends a wait from another thread, without blocking.
    pub fn waker(&self) -> impl Fn(Wake) + Send + use<> {
        let sender = self.sender.clone();
        move |wake| {
            report(&sender, Signal::Wake(wake));
        }
    }

    /// Waits for a change, for at most `limit`.
    pub fn wait(&mut self, limit: Option<Duration>) -> Wake {
        let limit = limit.map(|limit| Instant::now() + limit);
        let interval = if self.connected > 0 && self.connected == self.subscriptions {
            self.pace.with_events
        } else {
            self.pace.without_events
        };
        let mut end = Instant::now() + interval;
        end = self.settled.map_or(end, |settled| end.min(settled));
        let mut has_event = false;
        let mut may_ask_from = self.last + MIN_INTERVAL;
        if let Some(limit) = limit {
            end = end.min(limit);
            may_ask_from = may_ask_from.min(limit);
        }
        while let Some(signal) = self.signal_before(end) {
            match signal {
                Signal::Wake(wake @ (Wake::Layout | Wake::Closed)) => return wake,
                // A host that is gone is noticed at once, too.
                signal => {
                    has_event |= matches!(signal, Signal::Event);
                    end = end.min(may_ask_from);
                }
            }
        }
        self.last = Instant::now();
        self.settled = has_event.then(|| self.last + SETTLED);
        Wake::Ask
    }

    /// The next signal before a time.
    fn signal_before(&mut self, end: Instant) -> Option<Signal> {
        let left = end.checked_duration_since(Instant::now())?;
        let signal = self.signals.recv_timeout(left).ok()?;
        match signal {
            Signal::Connected => self.connected += 1,
            Signal::Disconnected => self.connected = self.connected.saturating_sub(1),
            Signal::Event | Signal::Wake(_) => {}
        }
        Some(signal)
    }
}

/// The types of the events that concern the endpoint, as members of the filter of `/events`; `None` if there are none,
/// or if the source is a URL, behind which any server may be.
fn event_types(exchange: &Exchange) -> Option<&'static str> {
    let Source::Endpoint(endpoint) = &exchange.request.source else {
        return None;
    };
    let (_, path) = catalogue::split_version(endpoint);
    let mut segments = path.split(['/', '?']).skip(1);
    match segments.next()? {
        // The addresses of a container change with its networks.
        "containers" => Some(r#""container":true,"network":true"#),
        "images" => Some(r#""image":true"#),
        "volumes" => Some(r#""volume":true"#),
        "networks" => Some(r#""network":true"#),
        // Tasks have no events. Those that this node runs are containers.
        "services" | "tasks" => Some(r#""service":true,"container":true"#),
        "nodes" => Some(r#""node":true"#),
        "secrets" => Some(r#""secret":true"#),
        "configs" => Some(r#""config":true"#),
        "plugins" => Some(r#""plugin":true"#),
        "system" if segments.next() == Some("df") => {
            Some(r#""container":true,"image":true,"volume":true,"builder":true"#)
        }
        _ => None,
    }
}

/// Starts the thread that reads the events, if one can be started; it ends with the process.
fn start(exchange: &Exchange, types: &'static str, sender: SyncSender<Signal>) -> bool {
    let settings = ClientSettings {
        connect_timeout: exchange.settings.connect_timeout,
        ..ClientSettings::default()
    };
    let client = Client::new(exchange.host.clone(), settings);
    let request = Request {
        method: "GET".into(),
        source: Source::Endpoint(format!("/events?filters={{\"type\":{{{types}}}}}")),
        headers: exchange.request.headers.clone(),
        without: exchange.request.without.clone(),
        payload: Payload::None,
    };
    let read = move || {
        let mut pause = FIRST_PAUSE;
        loop {
            match read_events(&client, &request, &sender) {
                Subscription::Refused => return,
                Subscription::Failed => pause = (pause * 2).min(LONGEST_PAUSE),
                Subscription::Ended => pause = FIRST_PAUSE,
            }
            thread::sleep(pause);
        }
    };
    thread::Builder::new().spawn(read).is_ok()
}

/// What became of a request for the events.
enum Subscription {
    /// They were reported until the connection ended.
    Ended,
    /// The host has not answered.
    Failed,
    /// There is no use in asking again.
    Refused,
}

/// Reads events until the connection ends.
fn read_events(client: &Client, request: &Request, sender: &SyncSender<Signal>) -> Subscription {
    let Ok(mut response) = client.send(request) else {
        return Subscription::Failed;
    };
    match response.status {
        200 => {}
        // The engine starts, or is too busy.
        429 | 500.. => return Subscription::Failed,
        _ => return Subscription::Refused,
    }
    if sender.send(Signal::Connected).is_err() {
        return Subscription::Refused;
    }
    let mut chunk = [0; 16 << 10];
    while let Ok(length @ 1..) = response.body.read(&mut chunk) {
        if changes_something(&chunk[..length]) && !report(sender, Signal::Event) {
            return Subscription::Refused;
        }
    }
    match sender.send(Signal::Disconnected) {
        Ok(()) => Subscription::Ended,
        Err(_) => Subscription::Refused,
    }
}

/// Whether there is an event that says more than that somebody looks: health checks alone are an `exec_create`, an
/// `exec_start` and an `exec_die` each. An engine writes each event at once, so that none is torn apart; a part of one
/// counts as a change.
fn changes_something(events: &[u8]) -> bool {
    const ACTION: &[u8] = b"\"Action\":\"";
    let mut actions = memchr::memmem::find_iter(events, ACTION)
        .map(|at| &events[at + ACTION.len()..])
        .peekable();
    let is_quiet = |action: &[u8]| {
        let quiet: [&[u8]; 5] = [b"exec_", b"top\"", b"attach\"", b"detach\"", b"resize\""];
        quiet.iter().any(|it| action.starts_with(it))
    };
    actions.peek().is_none() || !actions.all(is_quiet)
}

/// Reports a signal. If many are waiting, one more says nothing new.
fn report(sender: &SyncSender<Signal>, signal: Signal) -> bool {
    !matches!(sender.try_send(signal), Err(TrySendError::Disconnected(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_observers_change_nothing() {
        let event = |action: &str| format!("{{\"Type\":\"container\",\"Action\":\"{action}\"}}\n");
        for quiet in [
            "exec_create: sh -c x",
            "exec_die",
            "top",
            "attach",
            "resize",
        ] {
            assert!(!changes_something(event(quiet).as_bytes()), "{quiet}");
        }
        for change in ["start", "die", "health_status: healthy", "rename", "exec"] {
            assert!(changes_something(event(change).as_bytes()), "{change}");
            let both = event("exec_start") + &event(change);
            assert!(changes_something(both.as_bytes()), "{change}");
        }
        assert!(changes_something(b"{\"Type\":"));
    }
}
