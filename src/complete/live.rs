//! What the host has at the moment: names and labels, asked for at most once and for a moment only.

use std::io::Read;
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

use super::{Candidate, listed};
use crate::cli::FetchOptions;
use crate::environment::Variables;
use dq_fetch::{self, ClientSettings, EnvVars, HostFlags, Payload, Source};

/// How long a TAB waits for the host: with dq's own start it stays below what a hand notices.
const PATIENCE: Duration = Duration::from_millis(200);

/// The longest list that is read, in bytes.
const LONGEST: u64 = 16 << 20;

/// A host, not yet asked.
pub struct Live(Option<dq_fetch::Host>);

/// One thing of a list.
pub struct Item {
    pub name: String,
    /// 64 digits, or what the server has.
    pub id: String,
    pub about: String,
}

impl Live {
    pub fn none() -> Self {
        Self(None)
    }

    /// The host of these options. One behind ssh is left alone: logging in takes longer than a TAB may.
    pub fn of(options: FetchOptions, env: Variables) -> Self {
        let flags = HostFlags {
            host: options.host,
            context: options.context,
            unix_socket: options.unix_socket,
            demo: options.demo,
            tls: options.tls,
        };
        let host = dq_fetch::resolve_host(&flags, &EnvVars { var: env }).ok();
        Self(host.filter(|it| !it.to_string().starts_with("ssh:")))
    }

    /// The things that an endpoint names: `/containers/{id}/logs` is about containers.
    pub fn names_at(&self, path: &str, current: &str) -> Vec<Candidate> {
        let (version, path) = crate::catalogue::split_version(path);
        let collection = path.split('/').nth(1).unwrap_or_default();
        let items = self.items(version, collection);
        named(&items, current)
    }

    /// All things of a collection (`containers`, `images`, …); none where the host does not say at once.
    pub fn items(&self, version: &str, collection: &str) -> Vec<Item> {
        let answer = self.list(version, collection);
        let things = answer.map(|it| listed::things::<false>(&it));
        let things = things.iter().flatten();
        let mut items: Vec<_> = things.flat_map(|it| items(it, collection)).collect();
        // What runs comes first.
        items.sort_by_cached_key(|it| (!it.about.ends_with("running"), it.name.clone()));
        items
    }

    /// The labels of all things of a collection, each once.
    pub fn labels(&self, version: &str, collection: &str) -> Vec<String> {
        let answer = self.list(version, collection);
        let things = answer.map(|it| listed::things::<true>(&it));
        let mut all: Vec<_> = things.iter().flatten().flat_map(labels).collect();
        all.sort();
        all.dedup();
        all
    }

    /// The body of the list of a collection.
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
        self.ask(&format!("{version}{endpoint}"))
    }

    /// Asks in a thread of its own, which is not waited for: names that do not resolve, too, take their time.
    ///
    /// Memory is better filled here than there: glibc asks the system for each page of a thread's.
    fn ask(&self, endpoint: &str) -> Option<Vec<u8>> {
        let host = self.0.clone()?;
        let source = Source::Endpoint(endpoint.to_owned());
        let (sender, answer) = mpsc::channel();
        let ask = move || {
            // Nobody waits any more where this fails.
            let _ = sender.send(get(host, source));
        };
        std::thread::Builder::new().spawn(ask).ok()?;
        answer.recv_timeout(PATIENCE).ok()?
    }
}

fn get(host: dq_fetch::Host, source: Source) -> Option<Vec<u8>> {
    let settings = ClientSettings {
        connect_timeout: Some(PATIENCE),
        max_time: Some(PATIENCE),
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
    let mut body = Vec::new();
    let is_list = response.status == 200;
    let mut limited = response.body.take(LONGEST);
    limited.read_to_end(&mut body).ok()?;
    is_list.then_some(body)
}

/// Names that begin as the word does; where none does, IDs.
pub fn named(items: &[Item], start: &str) -> Vec<Candidate> {
    let by_name = items.iter().filter(|it| it.name.starts_with(start));
    let mut found: Vec<_> = by_name
        .map(|it| Candidate::new(&it.name, &it.about))
        .collect();
    if found.is_empty() && !start.is_empty() {
        let by_id = items.iter().filter(|it| it.id.starts_with(start));
        found = by_id
            .map(|it| Candidate::new(short(&it.id, start), format!("{}  {}", it.name, it.about)))
            .collect();
    }
    found
}

/// docker's twelve digits, or more where more were typed.
fn short<'a>(id: &'a str, start: &str) -> &'a str {
    if start.len() > 12 {
        id
    } else {
        id.get(..12).unwrap_or(id)
    }
}

/// The things of one element of a list: an image has as many as it has names.
fn items(thing: &Value, collection: &str) -> Vec<Item> {
    let text = |pointer: &str| thing.pointer(pointer).and_then(Value::as_str);
    let owned = |pointer| text(pointer).unwrap_or_default().to_owned();
    let of_spec = || text("/Spec/Name").unwrap_or_default().to_owned();
    let id = text("/Id").or_else(|| text("/ID")).unwrap_or_default();
    let id = id.trim_start_matches("sha256:").to_owned();
    let (names, about) = match collection {
        "containers" => (
            container_names(thing),
            format!("{}  {}", owned("/Image"), owned("/State")),
        ),
        "images" | "distribution" => (strings(thing, "/RepoTags"), megabytes(thing)),
        "networks" | "volumes" => (vec![owned("/Name")], owned("/Driver")),
        "plugins" => (vec![owned("/Name")], owned("/Config/Description")),
        "services" => (
            vec![of_spec()],
            owned("/Spec/TaskTemplate/ContainerSpec/Image"),
        ),
        "nodes" => (
            vec![owned("/Description/Hostname")],
            format!("{}  {}", owned("/Spec/Role"), owned("/Status/State")),
        ),
        "tasks" => (vec![id.clone()], owned("/Status/State")),
        _ => (vec![of_spec()], String::new()),
    };
    let item = |name| Item {
        name,
        id: id.clone(),
        about: about.clone(),
    };
    let is_named = |name: &String| !matches!(&**name, "" | "." | ".." | "<none>:<none>");
    let mut found: Vec<_> = names.into_iter().filter(is_named).map(item).collect();
    if found.is_empty() && !id.is_empty() {
        let name = id.get(..12).unwrap_or(&id).to_owned();
        found.push(item(name));
    }
    found
}

/// The first of its names: the others are links.
fn container_names(thing: &Value) -> Vec<String> {
    let own = |name: &String| name.matches('/').count() == 1;
    let name = strings(thing, "/Names").into_iter().find(own);
    name.map(|it| it.trim_start_matches('/').to_owned())
        .into_iter()
        .collect()
}

fn strings(thing: &Value, pointer: &str) -> Vec<String> {
    let list = thing.pointer(pointer).and_then(Value::as_array);
    let texts = list.into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

fn megabytes(thing: &Value) -> String {
    let size = thing.get("Size").and_then(Value::as_f64);
    size.map_or_else(String::new, |it| format!("{:.1} MB", it / 1e6))
}

fn labels(thing: &Value) -> Vec<String> {
    let own = thing
        .get("Labels")
        .or_else(|| thing.pointer("/Spec/Labels"));
    let pairs = own.and_then(Value::as_object).into_iter().flatten();
    pairs
        .map(|(key, value)| match value.as_str() {
            Some("") | None => key.clone(),
            Some(value) => format!("{key}={value}"),
        })
        .collect()
}
