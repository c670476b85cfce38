//! Asks the host for the resources it has, and for the answer that a filter gets: one request per TAB at most, with a
//! short time limit.

use std::io::Read;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::candidate::Candidate;
use super::list;
use super::resource::{Resource, labels, matching, resources};
use crate::catalogue::split_version;
use crate::cli::FetchOptions;
use crate::environment::Variables;
use dq_fetch::{ClientSettings, EnvVars, Payload, Source};

/// How long a TAB waits for the host. Together with the start of dq it is short enough not to be felt as a delay.
const TIMEOUT: Duration = Duration::from_millis(200);

/// The longest list that is read, in bytes.
const LIST_LIMIT: u64 = 16 << 20;

/// How many bytes are handed over at once.
const PIECE: usize = 256 << 10;

/// The host of a command line. It is asked only when a list is needed.
pub struct LiveHost(Option<dq_fetch::Host>);

impl LiveHost {
    /// A host that has nothing.
    pub fn none() -> Self {
        Self(None)
    }

    /// The host that these options choose, of several the first one. A host behind ssh is never asked: a login takes
    /// longer than a TAB may.
    pub fn of(options: FetchOptions, env: Variables) -> Self {
        let env = EnvVars { var: env };
        let host = if options.has_several_hosts() {
            first_of_several(&options, &env)
        } else {
            dq_fetch::resolve_host(&options.host_flags(), &env).ok()
        };
        let host = host.filter(|it| !it.is_ssh());
        Self(host.map(dq_fetch::Host::for_completion))
    }

    /// The host of a URL, and what is asked of it. Nothing is asked of one whose URL has a password.
    pub fn of_url(url: &str, options: &FetchOptions, env: Variables) -> Option<(Self, Source)> {
        if dq_fetch::has_userinfo(url) {
            return None;
        }
        let env = EnvVars { var: env };
        let (host, source) = dq_fetch::resolve_url(url, &options.host_flags(), &env).ok()?;
        Some((Self(Some(host.for_completion())), source))
    }

    /// What a GET answers within the time, maybe not to its end; empty if it fails.
    pub fn answer(&self, source: Source) -> Vec<u8> {
        self.get(source).map(|(body, _)| body).unwrap_or_default()
    }

    /// Candidates for the placeholder of an endpoint: containers for `/containers/{id}/logs`.
    pub fn names_for(&self, path: &str, current: &str) -> Vec<Candidate> {
        let (version, path) = split_version(path);
        let collection = path.split('/').nth(1).unwrap_or_default();
        matching(&self.resources(version, collection), current)
    }

    /// All resources of a collection (`containers`, `images`, …), running ones first. Empty if the host does not answer
    /// in time.
    pub fn resources(&self, version: &str, collection: &str) -> Vec<Resource> {
        let body = self.list(version, collection);
        let list = body.map(|it| list::parse::<false>(&it)).unwrap_or_default();
        let found = list.iter().flat_map(|it| resources(it, collection));
        let mut found: Vec<_> = found.collect();
        found.sort_by_cached_key(|it| (!it.about.ends_with("running"), it.name.clone()));
        found
    }

    /// The labels of all resources of a collection, sorted and without duplicates.
    pub fn labels(&self, version: &str, collection: &str) -> Vec<String> {
        let body = self.list(version, collection);
        let list = body.map(|it| list::parse::<true>(&it)).unwrap_or_default();
        let mut found: Vec<_> = list.iter().flat_map(labels).collect();
        found.sort();
        found.dedup();
        found
    }

    /// The response body of a collection's list.
    fn list(&self, version: &str, collection: &str) -> Option<Vec<u8>> {
        let endpoint = match collection {
            "containers" => "/containers/json?all=1",
            "images" | "distribution" => "/images/json",
            "networks" => "/networks",
            "volumes" => "/volumes",
            "services" => "/services",
            "nodes" => "/nodes",
            "tasks" => "/tasks",
            "secrets" => "/secrets",
            "configs" => "/configs",
            "plugins" => "/plugins",
            _ => return None,
        };
        let (body, is_complete) = self.get(Source::Endpoint(format!("{version}{endpoint}")))?;
        is_complete.then_some(body)
    }

    /// Sends the request in a thread that is left behind when the time is over: name resolution has no time limit.
    /// Returns the body and whether it is complete.
    ///
    /// The body is kept and parsed in the calling thread, because glibc allocates a second thread's memory page by page.
    fn get(&self, source: Source) -> Option<(Vec<u8>, bool)> {
        let host = self.0.clone()?;
        let end = Instant::now() + TIMEOUT;
        let (sender, pieces) = mpsc::channel();
        std::thread::Builder::new()
            .spawn(move || get(host, source, &sender))
            .ok()?;
        let mut body = None;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match pieces.recv_timeout(left) {
                Ok(Piece::Bytes(bytes)) => body.get_or_insert_with(Vec::new).extend(bytes),
                Ok(Piece::End) => return Some((body.unwrap_or_default(), true)),
                Err(_) => return body.map(|body| (body, false)),
            }
        }
    }
}

/// What the thread that asks the host hands over.
enum Piece {
    Bytes(Vec<u8>),
    /// The body was complete.
    End,
}

/// The first host that can be determined.
fn first_of_several(options: &FetchOptions, env: &EnvVars) -> Option<dq_fetch::Host> {
    let hosts = dq_fetch::resolve_hosts(options.host_choice(), &options.tls, env);
    hosts.ok()?.into_iter().find_map(|it| it.host.ok())
}

/// Sends the pieces of the body of a successful response, and `End` behind the last one. Stops where the receiver is
/// gone: the time is over.
fn get(host: dq_fetch::Host, source: Source, to: &mpsc::Sender<Piece>) -> Option<()> {
    let settings = ClientSettings {
        connect_timeout: Some(TIMEOUT),
        max_time: Some(TIMEOUT),
        ..ClientSettings::default()
    };
    let request = dq_fetch::Request {
        method: "GET".into(),
        source,
        headers: Vec::new(),
        without: Vec::new(),
        payload: Payload::None,
    };
    let client = dq_fetch::Client::new(host, settings);
    let response = client.send(&request).ok()?;
    if response.status != 200 {
        return None;
    }
    let mut body = response.body.take(LIST_LIMIT);
    let mut buffer = vec![0; PIECE];
    loop {
        match body.read(&mut buffer).ok()? {
            0 => return to.send(Piece::End).ok(),
            count => to.send(Piece::Bytes(buffer[..count].to_vec())).ok()?,
        }
    }
}
