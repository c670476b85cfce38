//! Which answers do not end by themselves.

/// A body that does not end by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endless {
    /// `/events` without `until`.
    Events,
    /// A followed log of a container, a service or a task.
    Log,
    /// The statistics of containers, one sample after the other.
    Statistics,
    /// What a container reads and writes.
    Attach,
}

impl Endless {
    /// What to do about it where the body has to end.
    fn reason(self) -> String {
        match self {
            Self::Events => "/events does not end: add until=…",
            Self::Log => "a followed log does not end: leave follow out",
            Self::Statistics => "stats do not end: add stream=false",
            Self::Attach => "attach does not end",
        }
        .into()
    }
}

/// Why the body of a GET of this path does not end by itself, and what to do about it; `None` if it ends.
pub fn endless_reason(path: &str) -> Option<String> {
    endless(path).map(Endless::reason)
}

/// What makes the body of a GET of this path endless; `None` if it ends.
fn endless(path: &str) -> Option<Endless> {
    let value = |name| query_value(path, name);
    let (path, _) = path.split_once('?').unwrap_or((path, ""));
    let last = path.rsplit('/').next().unwrap_or_default();
    // Podman takes it for events too.
    let streams = value("stream").is_none_or(is_true);
    match last {
        "events" if value("until").is_none_or(str::is_empty) && streams => Some(Endless::Events),
        "logs" if value("follow").is_some_and(is_true) => Some(Endless::Log),
        "stats" if streams && path.contains("/containers/") => Some(Endless::Statistics),
        "attach" | "ws" => Some(Endless::Attach),
        _ => None,
    }
}

/// The stream that a GET of this path gives: as [`endless`], also for events that have an end.
pub fn stream(path: &str) -> Option<Endless> {
    let with_end = query_value(path, "until").is_some_and(|until| !until.is_empty());
    let is_events = || {
        path.split('?')
            .next()
            .is_some_and(|it| it.ends_with("/events"))
    };
    endless(path).or_else(|| (with_end && is_events()).then_some(Endless::Events))
}

/// The value of a parameter in the query of a path, as it is typed; the last one if it is repeated.
pub fn query_value<'p>(path: &'p str, name: &str) -> Option<&'p str> {
    let (_, query) = path.split_once('?')?;
    let mut pairs = query.split('&').rev();
    let pair = pairs.find(|pair| pair.split('=').next() == Some(name));
    pair.map(|pair| pair.split_once('=').map_or("", |(_, value)| value))
}

/// As Docker reads a boolean (moby api/server/httputils/form.go).
pub fn is_true(value: &str) -> bool {
    !matches!(
        value,
        "" | "0" | "no" | "false" | "none" | "False" | "FALSE"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endless_bodies_are_known_by_their_paths() {
        let cases = [
            ("/events", true),
            ("/v1.45/events?since=1", true),
            ("/events?until=5", false),
            ("/events?stream=false", false),
            ("/containers/web/logs?stdout=1", false),
            ("/containers/web/logs?stdout=1&follow=true", true),
            ("/containers/web/logs?follow=0", false),
            ("/containers/web/stats", true),
            ("/containers/web/stats?stream=1", true),
            ("/containers/web/stats?stream=false", false),
            ("/containers/web/json", false),
            ("/containers/events/json", false),
        ];
        for (path, expected) in cases {
            assert_eq!(endless_reason(path).is_some(), expected, "{path}");
        }
    }
}
