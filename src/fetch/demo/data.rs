//! The recorded answers; `record` beside this file makes them anew.

pub const VERSION: &str = include_str!("data/version.json");
pub const INFO: &str = include_str!("data/info.json");
pub const IMAGES: &str = include_str!("data/images/list.json");
pub const NETWORKS: &str = include_str!("data/networks/list.json");
pub const VOLUMES: &str = include_str!("data/volumes.json");
pub const DISK_USAGE: &str = include_str!("data/df.json");
/// One event a line.
pub const EVENTS: &str = include_str!("data/events.jsonl");

pub struct Container {
    pub name: &'static str,
    /// Its row in the list.
    pub summary: &'static str,
    pub inspect: &'static str,
    /// Its processes; `None` where it does not run.
    pub top: Option<&'static str>,
    /// One line each: time, `stdout` or `stderr`, text.
    log: &'static str,
}

pub struct Line<'a> {
    pub time: &'a str,
    /// 1 for stdout, 2 for stderr.
    pub kind: u8,
    pub text: &'a str,
}

impl Container {
    pub fn lines(&self) -> impl Iterator<Item = Line<'static>> {
        self.log.lines().filter_map(|line| {
            let (time, rest) = line.split_once(' ')?;
            let (stream, text) = rest.split_once(' ')?;
            Some(Line {
                time,
                kind: if stream == "stderr" { 2 } else { 1 },
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

/// Youngest first, as dockerd lists them.
pub static CONTAINERS: [Container; 6] = [
    container!("api"),
    container!("worker"),
    container!("migrate", None),
    container!("web"),
    container!("cache"),
    container!("db"),
];

/// Tags and inspect answer of every image.
static IMAGE: [(&[&str], &str); 8] = [
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

static NETWORK: [(&str, &str); 5] = [
    ("bridge", file!("networks/bridge.json")),
    ("host", file!("networks/host.json")),
    ("none", file!("networks/none.json")),
    ("shop_back", file!("networks/shop_back.json")),
    ("shop_front", file!("networks/shop_front.json")),
];

/// The container of a name (with its slash or without), an id or the beginning of one.
pub fn container(name: &str) -> Option<&'static Container> {
    let bare = name.strip_prefix('/').unwrap_or(name);
    CONTAINERS
        .iter()
        .find(|it| it.name == bare)
        .or_else(|| CONTAINERS.iter().find(|it| has_id(it.inspect, bare)))
}

pub fn image(name: &str) -> Option<&'static str> {
    let tag = tagged(name);
    let found = IMAGE
        .iter()
        .find(|(tags, inspect)| tags.contains(&tag.as_str()) || has_id(inspect, name));
    found.map(|(_, inspect)| *inspect)
}

pub fn network(name: &str) -> Option<&'static str> {
    let found = NETWORK
        .iter()
        .find(|(known, inspect)| *known == name || has_id(inspect, name));
    found.map(|(_, inspect)| *inspect)
}

/// The image name with `:latest` where it has no tag.
pub fn tagged(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or(name);
    if last.contains(':') {
        name.to_owned()
    } else {
        format!("{name}:latest")
    }
}

/// The `Id` of an inspect answer.
pub fn id(inspect: &'static str) -> &'static str {
    let (_, rest) = inspect.split_once("\"Id\": \"").unwrap_or_default();
    rest.split('"').next().unwrap_or_default()
}

fn has_id(inspect: &'static str, prefix: &str) -> bool {
    let id = id(inspect);
    !prefix.is_empty()
        && (id.starts_with(prefix)
            || id
                .strip_prefix("sha256:")
                .is_some_and(|it| it.starts_with(prefix)))
}
