//! The saved filters that come with dq: the files of `filters/`, which nothing parses before their name is used.

macro_rules! files {
    ($($name:literal)+) => {
        &[$(($name, include_str!(concat!("../../../filters/", $name, ".jq")))),+]
    };
}

/// Name and text of each, sorted.
pub(super) const FILES: &[(&str, &str)] = files![
    "dangling"
    "df"
    "diff"
    "environment"
    "events"
    "health"
    "history"
    "ids"
    "images"
    "info"
    "inspect"
    "ips"
    "labelled"
    "layers"
    "logs"
    "mounts"
    "names"
    "networks"
    "nodes"
    "ps"
    "psa"
    "published"
    "restarts"
    "running"
    "services"
    "stats"
    "tasks"
    "top"
    "version"
    "volumes"
];

pub(super) fn text(name: &str) -> Option<&'static str> {
    let at = FILES.binary_search_by_key(&name, |(known, _)| known).ok()?;
    Some(FILES[at].1)
}

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}
