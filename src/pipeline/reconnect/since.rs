//! The query of a stream: times in it, and the query with which the stream goes on.

use crate::catalogue::query_value;
use dq_fetch::{Request, Source, query};

/// The path or URL of a request, query included.
pub fn path(request: &Request) -> &str {
    match &request.source {
        Source::Endpoint(path) | Source::Url(path) => path,
    }
}

/// The same request with these parameters instead of its own, and without those of no value.
pub fn with_parameters(request: &Request, parameters: &[(&str, Option<String>)]) -> Request {
    let named: Vec<_> = parameters
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone().unwrap_or_default()))
        .collect();
    let (given, removed): (Vec<_>, Vec<_>) =
        named.into_iter().partition(|(_, value)| !value.is_empty());
    let replaced: Vec<_> = given.iter().chain(&removed).cloned().collect();
    let source = query::without_parameters(path(request), &replaced);
    // Plain parameters are always appended.
    let source = query::append(&source, &given).unwrap_or(source);
    Request {
        source: match request.source {
            Source::Endpoint(_) => Source::Endpoint(source),
            Source::Url(_) => Source::Url(source),
        },
        ..request.clone()
    }
}

/// A time in nanoseconds since 1970 as engines take it: seconds with a fraction.
pub fn seconds(nanoseconds: u64) -> String {
    format!(
        "{}.{:09}",
        nanoseconds / 1_000_000_000,
        nanoseconds % 1_000_000_000
    )
}

/// The `until` of a request in whole seconds since 1970. `None` without one; an error for one in another form.
pub fn until(request: &Request) -> Option<Result<u64, ()>> {
    let until = query_value(path(request), "until").filter(|until| !until.is_empty())?;
    let whole = until.split('.').next().unwrap_or_default();
    Some(whole.parse().map_err(drop))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dq_fetch::Payload;

    fn request(path: &str) -> Request {
        Request {
            method: "GET".into(),
            source: Source::Endpoint(path.into()),
            headers: Vec::new(),
            without: Vec::new(),
            payload: Payload::None,
        }
    }

    #[test]
    fn a_stream_goes_on_from_a_time() {
        let cases = [
            ("/events", "/events?since=5.000000001"),
            (
                "/events?since=1&filters={\"a\":[]}",
                "/events?filters={\"a\":[]}&since=5.000000001",
            ),
            (
                "/c/logs?tail=5&follow=1",
                "/c/logs?follow=1&since=5.000000001",
            ),
        ];
        for (before, after) in cases {
            let since = Some(seconds(5_000_000_001));
            let request = with_parameters(&request(before), &[("since", since), ("tail", None)]);
            assert_eq!(path(&request), after);
        }
    }

    #[test]
    fn the_end_is_read() {
        assert_eq!(until(&request("/events")), None);
        assert_eq!(until(&request("/events?until=")), None);
        assert_eq!(until(&request("/events?until=12.5")), Some(Ok(12)));
        assert_eq!(until(&request("/events?until=2026-11-28")), Some(Err(())));
    }
}
