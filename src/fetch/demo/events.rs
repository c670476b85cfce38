//! `GET /events` of the sample engine, selected as moby's daemon/events/filter.go selects.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::filters::Filters;
use super::query::Query;
use super::recorded;
use super::response::{DemoResponse, Refusal, stream};
use super::times::{self, Nanoseconds};

/// The kinds of objects that a filter names by ID or name.
const OBJECTS: [&str; 9] = [
    "config",
    "container",
    "daemon",
    "network",
    "node",
    "plugin",
    "secret",
    "service",
    "volume",
];

/// The recorded events that the query selects. The stream ends after them, or at `until` if that is to come.
///
/// # Errors
/// Times and filters that dockerd refuses.
pub(crate) fn respond(query: &Query) -> Result<DemoResponse, Refusal> {
    let time = |name: &str| times::parse(query.get(name).unwrap_or_default());
    let (since, until) = (time("since")?, time("until")?);
    if let (Some(first), Some(last)) = (since, until)
        && first > last
    {
        return Err(Refusal::bad_request(format!(
            "`since` time ({}) cannot be after `until` time ({})",
            query.get("since").unwrap_or_default(),
            query.get("until").unwrap_or_default()
        )));
    }
    let filters = Filters::of_any_key(query)?;
    let mut lines = String::new();
    for event in recorded::parse_lines(recorded::EVENTS) {
        let time = event["timeNano"]
            .as_i64()
            .map(Nanoseconds::from)
            .unwrap_or_default();
        if since.is_none_or(|since| since <= time)
            && until.is_none_or(|until| time <= until)
            && includes(&filters, &event)
        {
            // Writing to a string does not fail.
            let _ = writeln!(lines, "{event}");
        }
    }
    Ok(stream(lines, until.and_then(system_time)))
}

fn includes(filters: &Filters, event: &Value) -> bool {
    let text = |value: &'_ Value| value.as_str().unwrap_or_default().to_owned();
    let actor = &event["Actor"];
    let (id, name) = (text(&actor["ID"]), text(&actor["Attributes"]["name"]));
    let action = text(&event["Action"]);
    filters.any("event", |wanted| {
        wanted == action || action.split(':').next() == Some(wanted)
    }) && filters.is("type", &text(&event["Type"]))
        && filters.is("scope", &text(&event["scope"]))
        && filters.has_labels("label", &actor["Attributes"])
        && OBJECTS
            .iter()
            .all(|kind| filters.is_prefix(kind, &id) || filters.is_prefix(kind, &name))
        && filters.any("image", |wanted| is_image(wanted, event, &id))
}

/// Whether an event is about an image, or about a container of that image; with or without its tag.
fn is_image(wanted: &str, event: &Value, id: &str) -> bool {
    let field = if event["Type"] == "image" {
        "name"
    } else {
        "image"
    };
    let name = event["Actor"]["Attributes"][field]
        .as_str()
        .unwrap_or_default();
    let repository = name
        .rsplit_once(':')
        .map_or(name, |(repository, _)| repository);
    [id, name, repository].contains(&wanted)
}

fn system_time(time: Nanoseconds) -> Option<SystemTime> {
    let since_1970 = Duration::from_nanos(u64::try_from(time).ok()?);
    UNIX_EPOCH.checked_add(since_1970)
}
