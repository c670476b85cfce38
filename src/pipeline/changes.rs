//! Waits until what an endpoint returns may have changed: events of the engine say so, or time has passed.

use std::io::Read;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::catalogue;
use crate::plan::{Exchange, Input};
use dq_fetch::{Client, ClientSettings, Payload, Request, Source};

/// The shortest time between two requests, however many events there are.
const MIN_INTERVAL: Duration = Duration::from_millis(250);
/// How often to ask while events are reported: they may be lost, and some changes have none.
const WITH_EVENTS: Duration = Duration::from_secs(5);
/// How often to ask without events.
const WITHOUT_EVENTS: Duration = Duration::from_secs(1);
/// How long to wait before the events are requested again.
const RECONNECT: Duration = Duration::from_secs(1);

/// What the thread that reads the events reports.
enum Signal {
    /// The events are reported from now on.
    Connected,
    Event,
    Disconnected,
}

/// The changes of what an endpoint returns.
pub struct Changes {
    signals: Option<Receiver<Signal>>,
    /// The hosts whose events are read, and how many of them report events now.
    subscriptions: usize,
    connected: usize,
    /// When the last wait ended.
    last: Instant,
}

impl Changes {
    /// Subscribes to the events that concern the endpoints of a source, once for each host, where an engine reports
    /// some.
    pub fn subscribe(input: &Input) -> Self {
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
            signals: (!hosts.is_empty()).then_some(signals),
            subscriptions: hosts.len(),
            connected: 0,
            last: Instant::now(),
        }
    }

    /// Waits for a change, for at most `limit`.
    pub fn wait(&mut self, limit: Option<Duration>) {
        let limit = limit.map(|limit| Instant::now() + limit);
        let interval = if self.connected > 0 && self.connected == self.subscriptions {
            WITH_EVENTS
        } else {
            WITHOUT_EVENTS
        };
        let end = Instant::now() + interval;
        let end = limit.map_or(end, |limit| limit.min(end));
        self.wait_for_signal(end);
        let earliest = self.last + MIN_INTERVAL;
        let earliest = limit.map_or(earliest, |limit| limit.min(earliest));
        thread::sleep(earliest.saturating_duration_since(Instant::now()));
        while self.take_signal() {}
        self.last = Instant::now();
    }

    fn wait_for_signal(&mut self, end: Instant) {
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Some(signals) = &self.signals else {
                return thread::sleep(left);
            };
            match signals.recv_timeout(left) {
                Ok(signal) => {
                    let is_change = !matches!(signal, Signal::Disconnected);
                    self.note(&signal);
                    if is_change {
                        return;
                    }
                }
                Err(RecvTimeoutError::Timeout) => return,
                Err(RecvTimeoutError::Disconnected) => self.signals = None,
            }
        }
    }

    /// Takes a signal that is there already.
    fn take_signal(&mut self) -> bool {
        let signal = self.signals.as_ref().and_then(|it| it.try_recv().ok());
        signal.map(|signal| self.note(&signal)).is_some()
    }

    fn note(&mut self, signal: &Signal) {
        match signal {
            Signal::Connected => self.connected += 1,
            Signal::Disconnected => self.connected = self.connected.saturating_sub(1),
            Signal::Event => {}
        }
    }
}

/// The types of the events that concern the endpoint, for the filter of `/events`; `None` if there are none, or if the
/// source is a URL, behind which any server may be.
fn event_types(exchange: &Exchange) -> Option<&'static str> {
    let Source::Endpoint(endpoint) = &exchange.request.source else {
        return None;
    };
    let (_, path) = catalogue::split_version(endpoint);
    match path.split(['/', '?']).nth(1)? {
        "containers" => Some("container"),
        "images" => Some("image"),
        "volumes" => Some("volume"),
        "networks" => Some("network"),
        "services" | "tasks" => Some("service"),
        "nodes" => Some("node"),
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
        source: Source::Endpoint(format!("/events?filters={{\"type\":{{\"{types}\":true}}}}")),
        headers: exchange.request.headers.clone(),
        without: exchange.request.without.clone(),
        payload: Payload::None,
    };
    let read = move || while read_events(&client, &request, &sender) {};
    thread::Builder::new().spawn(read).is_ok()
}

/// Reads events until the connection ends. Returns whether to try again.
fn read_events(client: &Client, request: &Request, sender: &SyncSender<Signal>) -> bool {
    let Ok(mut response) = client.send(request) else {
        thread::sleep(RECONNECT);
        return true;
    };
    if response.status != 200 {
        return false;
    }
    if !report(sender, Signal::Connected) {
        return false;
    }
    let mut chunk = [0; 4096];
    while matches!(response.body.read(&mut chunk), Ok(1..)) {
        if !report(sender, Signal::Event) {
            return false;
        }
    }
    let is_wanted = sender.send(Signal::Disconnected).is_ok();
    thread::sleep(RECONNECT);
    is_wanted
}

/// Reports a signal. If many are waiting, one more says nothing new.
fn report(sender: &SyncSender<Signal>, signal: Signal) -> bool {
    !matches!(sender.try_send(signal), Err(TrySendError::Disconnected(_)))
}
