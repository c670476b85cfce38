//! Whether what writes a log or statistics still runs, so that the end of their stream is not its end.

use std::io::Read;

use dq_fetch::{Response, Source};
use serde_json::Value;

/// The longest description that is read, in bytes.
const LIMIT: u64 = 8 << 20;

/// The endpoint that describes what a stream is of: a container, a service or a task.
pub fn endpoint(stream: &Source) -> Option<Source> {
    let described = |path: &str| {
        let path = path.split('?').next().unwrap_or_default();
        let (parent, _) = path.rsplit_once('/')?;
        let is_container = parent.contains("/containers/");
        Some(format!(
            "{parent}{}",
            if is_container { "/json" } else { "" }
        ))
    };
    Some(match stream {
        Source::Endpoint(path) => Source::Endpoint(described(path)?),
        Source::Url(url) => Source::Url(described(url)?),
    })
}

/// Whether a description says that its subject runs, or is about to.
pub fn is_running(response: &mut Response) -> bool {
    let mut text = Vec::new();
    let read = response.body.by_ref().take(LIMIT).read_to_end(&mut text);
    let described: Value = match read {
        Ok(_) => serde_json::from_slice(&text).unwrap_or_default(),
        Err(_) => Value::Null,
    };
    let is_true = |value: &Value| value.as_bool() == Some(true);
    let container = &described["State"];
    let task = &described["Status"]["State"];
    // A service writes for as long as it exists.
    let is_service = described["Spec"]["TaskTemplate"].is_object();
    is_true(&container["Running"])
        || is_true(&container["Restarting"])
        || task.as_str() == Some("running")
        || is_service
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_of_a_stream_is_found() {
        let cases = [
            (
                "/v1.41/containers/web/logs?follow=1",
                "/v1.41/containers/web/json",
            ),
            ("/containers/web/stats", "/containers/web/json"),
            ("/services/x/logs?follow=1", "/services/x"),
            ("/tasks/x/logs", "/tasks/x"),
        ];
        for (stream, expected) in cases {
            let found = endpoint(&Source::Endpoint(stream.into()));
            assert!(matches!(found, Some(Source::Endpoint(path)) if path == expected));
        }
    }
}
