//! The recorded responses. The scripts `record` and `compose` beside this file make them again.

use serde_json::Value;

use super::response::Refusal;

/// `GET /version`.
pub(crate) const VERSION: &str = include_str!("data/version.json");
/// `GET /info`.
pub(crate) const INFO: &str = include_str!("data/info.json");
/// `GET /images/json`.
pub(crate) const IMAGES: &str = include_str!("data/images/list.json");
/// `GET /networks`.
pub(crate) const NETWORKS: &str = include_str!("data/networks/list.json");
/// `GET /volumes`.
pub(crate) const VOLUMES: &str = include_str!("data/volumes.json");
/// `GET /system/df`.
pub(crate) const DISK_USAGE: &str = include_str!("data/df.json");
/// `GET /events`, one event per line.
pub(crate) const EVENTS: &str = include_str!("data/events.jsonl");
/// `GET /swarm`.
pub(crate) const SWARM: &str = include_str!("data/swarm/swarm.json");
/// The elements of `GET /nodes`, one per line.
pub(crate) const NODES: &str = include_str!("data/swarm/nodes.jsonl");
/// The elements of `GET /services?status=1`, one per line.
pub(crate) const SERVICES: &str = include_str!("data/swarm/services.jsonl");
/// The elements of `GET /tasks`, one per line.
pub(crate) const TASKS: &str = include_str!("data/swarm/tasks.jsonl");
/// The elements of `GET /secrets`, one per line.
pub(crate) const SECRETS: &str = include_str!("data/swarm/secrets.jsonl");
/// The elements of `GET /configs`, one per line.
pub(crate) const CONFIGS: &str = include_str!("data/swarm/configs.jsonl");

/// The responses about one container.
pub(crate) struct Container {
    /// Its name, without the slash.
    pub name: &'static str,
    /// Its element of `GET /containers/json`.
    pub summary: &'static str,
    /// `GET /containers/NAME/json`.
    pub inspect: &'static str,
    /// `GET /containers/NAME/top`; `None` if it is not running.
    pub top: Option<&'static str>,
    /// `GET /containers/NAME/stats?stream=0`; `None` if it is not running.
    pub stats: Option<&'static str>,
    /// `GET /containers/NAME/changes`.
    pub changes: &'static str,
    /// Its log. Each line holds the time, `stdout` or `stderr`, and the text.
    log: &'static str,
}

/// One line of a log.
pub(crate) struct LogLine<'a> {
    /// When it was written, in RFC 3339.
    pub time: &'a str,
    /// The stream's number in a frame: 1 for stdout, 2 for stderr.
    pub stream: u8,
    /// The text, without the line feed.
    pub text: &'a str,
}

impl Container {
    /// Whether it is running.
    pub(crate) fn is_running(&self) -> bool {
        self.top.is_some()
    }

    /// The lines of its log, oldest first.
    pub(crate) fn log_lines(&self) -> impl Iterator<Item = LogLine<'static>> {
        self.log.lines().filter_map(|line| {
            let (time, rest) = line.split_once(' ')?;
            let (stream, text) = rest.split_once(' ')?;
            Some(LogLine {
                time,
                stream: if stream == "stderr" { 2 } else { 1 },
                text,
            })
        })
    }
}

macro_rules! file {
    ($($part:literal),+) => { include_str!(concat!("data/", $($part),+)) };
}

macro_rules! container {
    ($name:literal, $top:expr, $stats:expr) => {
        Container {
            name: $name,
            summary: file!("containers/", $name, "/summary.json"),
            inspect: file!("containers/", $name, "/inspect.json"),
            top: $top,
            stats: $stats,
            changes: file!("containers/", $name, "/changes.json"),
            log: file!("containers/", $name, "/log"),
        }
    };
    ($name:literal) => {
        container!(
            $name,
            Some(file!("containers/", $name, "/top.json")),
            Some(file!("containers/", $name, "/stats.json"))
        )
    };
}

/// All containers, newest first, as dockerd lists them.
pub(crate) static CONTAINERS: [Container; 6] = [
    container!("api"),
    container!("worker"),
    container!("migrate", None, None),
    container!("web"),
    container!("cache"),
    container!("db"),
];

/// The responses about one image.
pub(crate) struct Image {
    /// Its tags.
    pub tags: &'static [&'static str],
    /// `GET /images/NAME/json`.
    pub inspect: &'static str,
    /// `GET /images/NAME/history`.
    pub history: &'static str,
}

macro_rules! image {
    ($file:literal $(, $tag:literal)*) => {
        Image {
            tags: &[$($tag),*],
            inspect: file!("images/", $file, ".json"),
            history: file!("images/", $file, ".history.json"),
        }
    };
}

/// All images, newest first.
pub(crate) static IMAGE_DETAILS: [Image; 8] = [
    image!("worker", "shop/worker:2.3.1"),
    image!("api", "shop/api:2.3.1", "shop/api:latest"),
    image!("dangling"),
    image!("backup", "registry.shop.example:5000/backup:2026-11"),
    image!("redis", "redis:7.4"),
    image!("nginx", "nginx:1.27"),
    image!("postgres", "postgres:16"),
    image!("busybox", "busybox:1.36"),
];

/// The name of each network, and `GET /networks/NAME`.
pub(crate) static NETWORK_DETAILS: [(&str, &str); 8] = [
    ("bridge", file!("networks/bridge.json")),
    ("docker_gwbridge", file!("networks/docker_gwbridge.json")),
    ("host", file!("networks/host.json")),
    ("ingress", file!("networks/ingress.json")),
    ("metrics_default", file!("networks/metrics_default.json")),
    ("none", file!("networks/none.json")),
    ("shop_back", file!("networks/shop_back.json")),
    ("shop_front", file!("networks/shop_front.json")),
];

/// A recorded response as a value; null if it is no JSON, which the tests exclude.
pub(crate) fn parse(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_default()
}

/// Appends a recorded response without the spaces between its tokens, as dockerd sends it.
pub(crate) fn push_compact(json: &str, out: &mut Vec<u8>) {
    let (mut is_in_string, mut is_escaped) = (false, false);
    for byte in json.bytes() {
        if is_in_string || !byte.is_ascii_whitespace() {
            out.push(byte);
        }
        is_in_string ^= byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
    }
}

/// The values of JSON lines.
pub(crate) fn parse_lines(lines: &str) -> Vec<Value> {
    lines.lines().map(parse).collect()
}

/// The elements of a list that was recorded as a JSON array.
pub(crate) fn parse_list(json: &str) -> Vec<Value> {
    match parse(json) {
        Value::Array(elements) => elements,
        _ => Vec::new(),
    }
}

/// The position in [`CONTAINERS`] of the container with a name (with or without its slash), an ID or the beginning of
/// an ID.
///
/// # Errors
/// There is none: 404.
pub(crate) fn position(name: &str) -> Result<usize, Refusal> {
    let bare = name.strip_prefix('/').unwrap_or(name);
    let named = CONTAINERS.iter().position(|it| it.name == bare);
    named
        .or_else(|| CONTAINERS.iter().position(|it| has_id(it.inspect, bare)))
        .ok_or_else(|| Refusal::not_found(format!("No such container: {name}")))
}

/// The container that [`position`] finds.
///
/// # Errors
/// There is none: 404.
pub(crate) fn container(name: &str) -> Result<&'static Container, Refusal> {
    position(name).map(|position| &CONTAINERS[position])
}

/// A network by its name, its ID or the beginning of an ID.
///
/// # Errors
/// There is none: 404.
pub(crate) fn network(name: &str) -> Result<Value, Refusal> {
    let found = NETWORK_DETAILS
        .iter()
        .find(|(known, _)| *known == name)
        .or_else(|| NETWORK_DETAILS.iter().find(|(_, it)| has_id(it, name)));
    match found {
        Some((_, inspect)) => Ok(parse(inspect)),
        None => Err(Refusal::not_found(format!("network {name} not found"))),
    }
}

/// The `Id` of an inspect response.
pub(crate) fn id(inspect: &'static str) -> &'static str {
    let (_, rest) = inspect.split_once("\"Id\": \"").unwrap_or_default();
    rest.split('"').next().unwrap_or_default()
}

/// Whether the ID of an inspect response starts with `prefix`, which may lack `sha256:`.
pub(crate) fn has_id(inspect: &'static str, prefix: &str) -> bool {
    let id = id(inspect);
    let hash = id.strip_prefix("sha256:").unwrap_or(id);
    !prefix.is_empty() && (id.starts_with(prefix) || hash.starts_with(prefix))
}
