//! The recorded responses. The script `record` beside this file records them again.

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
    ($name:literal, $top:expr) => {
        Container {
            name: $name,
            summary: file!("containers/", $name, "/summary.json"),
            inspect: file!("containers/", $name, "/inspect.json"),
            top: $top,
            log: file!("containers/", $name, "/log"),
        }
    };
    ($name:literal) => {
        container!($name, Some(file!("containers/", $name, "/top.json")))
    };
}

/// All containers, newest first, as dockerd lists them.
pub(crate) static CONTAINERS: [Container; 6] = [
    container!("api"),
    container!("worker"),
    container!("migrate", None),
    container!("web"),
    container!("cache"),
    container!("db"),
];

/// The tags of each image, and `GET /images/NAME/json`.
static IMAGE_DETAILS: [(&[&str], &str); 8] = [
    (&["shop/worker:2.3.1"], file!("images/worker.json")),
    (
        &["shop/api:2.3.1", "shop/api:latest"],
        file!("images/api.json"),
    ),
    (&[], file!("images/dangling.json")),
    (
        &["registry.shop.example:5000/backup:2026-11"],
        file!("images/backup.json"),
    ),
    (&["redis:7.4"], file!("images/redis.json")),
    (&["nginx:1.27"], file!("images/nginx.json")),
    (&["postgres:16"], file!("images/postgres.json")),
    (&["busybox:1.36"], file!("images/busybox.json")),
];

/// The name of each network, and `GET /networks/NAME`.
static NETWORK_DETAILS: [(&str, &str); 5] = [
    ("bridge", file!("networks/bridge.json")),
    ("host", file!("networks/host.json")),
    ("none", file!("networks/none.json")),
    ("shop_back", file!("networks/shop_back.json")),
    ("shop_front", file!("networks/shop_front.json")),
];

/// The container with a name (with or without its slash), an ID or the beginning of an ID.
pub(crate) fn container(name: &str) -> Option<&'static Container> {
    let bare = name.strip_prefix('/').unwrap_or(name);
    CONTAINERS
        .iter()
        .find(|it| it.name == bare)
        .or_else(|| CONTAINERS.iter().find(|it| has_id(it.inspect, bare)))
}

/// The inspect response for an image by a tag, an ID or the beginning of an ID.
pub(crate) fn image(name: &str) -> Option<&'static str> {
    let tag = tagged(name);
    let found = IMAGE_DETAILS
        .iter()
        .find(|(tags, inspect)| tags.contains(&tag.as_str()) || has_id(inspect, name));
    found.map(|(_, inspect)| *inspect)
}

/// The inspect response for a network by its name, its ID or the beginning of an ID.
pub(crate) fn network(name: &str) -> Option<&'static str> {
    let found = NETWORK_DETAILS
        .iter()
        .find(|(known, inspect)| *known == name || has_id(inspect, name));
    found.map(|(_, inspect)| *inspect)
}

/// The name of an image, with `:latest` added if it has no tag.
pub(crate) fn tagged(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or(name);
    if last.contains(':') {
        name.to_owned()
    } else {
        format!("{name}:latest")
    }
}

/// The `Id` of an inspect response.
pub(crate) fn id(inspect: &'static str) -> &'static str {
    let (_, rest) = inspect.split_once("\"Id\": \"").unwrap_or_default();
    rest.split('"').next().unwrap_or_default()
}

/// Whether the ID of an inspect response starts with `prefix`, which may lack `sha256:`.
fn has_id(inspect: &'static str, prefix: &str) -> bool {
    let id = id(inspect);
    !prefix.is_empty()
        && (id.starts_with(prefix)
            || id
                .strip_prefix("sha256:")
                .is_some_and(|it| it.starts_with(prefix)))
}
