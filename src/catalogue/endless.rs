//! Which answers do not end by themselves.

/// Why the body of a GET of this path does not end by itself, and what to do about it; `None` if it ends.
pub fn endless_reason(path: &str) -> Option<String> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let value = |name: &str| {
        let mut pairs = query.split('&').rev();
        let pair = pairs.find(|pair| pair.split('=').next() == Some(name));
        pair.map(|pair| pair.split_once('=').map_or("", |(_, value)| value))
    };
    // As Docker reads a boolean (moby api/server/httputils/form.go).
    let is_true = |value: &str| {
        !matches!(
            value,
            "" | "0" | "no" | "false" | "none" | "False" | "FALSE"
        )
    };
    let last = path.rsplit('/').next().unwrap_or_default();
    match last {
        "events" if value("until").is_none_or(str::is_empty) => {
            Some("/events does not end: add until=…".into())
        }
        "logs" if value("follow").is_some_and(is_true) => {
            Some("a followed log does not end: leave follow out".into())
        }
        "stats" if value("stream").is_none_or(is_true) && path.contains("/containers/") => {
            Some("stats do not end: add stream=false".into())
        }
        "attach" | "ws" => Some("attach does not end".into()),
        _ => None,
    }
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
