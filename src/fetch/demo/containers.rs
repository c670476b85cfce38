//! `GET /containers/json` of the sample engine, selected as moby's daemon/list.go selects.

use std::ops::{Range, RangeInclusive};

use serde_json::Value;

use super::filters::{Filters, invalid};
use super::images;
use super::query::Query;
use super::recorded::{self, CONTAINERS};
use super::response::{DemoResponse, Refusal, bytes, ok};

const KEYS: [&str; 15] = [
    "ancestor",
    "before",
    "exited",
    "expose",
    "health",
    "id",
    "is-task",
    "isolation",
    "label",
    "name",
    "network",
    "publish",
    "since",
    "status",
    "volume",
];
const STATES: [&str; 7] = [
    "created",
    "dead",
    "exited",
    "paused",
    "removing",
    "restarting",
    "running",
];
const HEALTH: [&str; 4] = ["healthy", "none", "starting", "unhealthy"];

/// The answer to a request, newest first.
///
/// # Errors
/// Those of [`list`].
pub(crate) fn respond(query: &Query) -> Result<DemoResponse, Refusal> {
    if !query.has_only("all") {
        return list(query).map(|rows| ok(&rows));
    }
    // Most requests select nothing else, and need not pay for parsing.
    let all = query.flag("all", false);
    let rows = CONTAINERS.iter().filter(|it| all || it.is_running());
    let mut body = vec![b'['];
    for (at, row) in rows.enumerate() {
        if at > 0 {
            body.push(b',');
        }
        recorded::push_compact(row.summary, &mut body);
    }
    body.extend(b"]\n");
    Ok(bytes("application/json", body))
}

/// The containers that the query selects, newest first.
///
/// # Errors
/// A filter or a `limit` that dockerd refuses, and a container of `before` or `since` that there is not.
pub(crate) fn list(query: &Query) -> Result<Value, Refusal> {
    let selection = Selection::new(query)?;
    let found = CONTAINERS.iter().enumerate().filter_map(|(position, it)| {
        let row = recorded::parse(it.summary);
        selection.includes(position, &row).then_some(row)
    });
    let mut rows: Vec<Value> = found.take(selection.limit.unwrap_or(usize::MAX)).collect();
    if query.flag("size", false) {
        add_sizes(&mut rows);
    }
    Ok(Value::Array(rows))
}

/// Which containers to list.
struct Selection {
    filters: Filters,
    all: bool,
    limit: Option<usize>,
    is_task: Option<bool>,
    /// The IDs of the images of `ancestor`.
    ancestors: Vec<String>,
    /// The positions between `since` and `before`.
    positions: Range<usize>,
    published: Vec<PortRange>,
    exposed: Vec<PortRange>,
}

impl Selection {
    fn new(query: &Query) -> Result<Self, Refusal> {
        let filters = Filters::new(query, &KEYS)?;
        check_values(&filters)?;
        let limit = limit(query)?;
        let image_ids = filters.values("ancestor").iter();
        Ok(Self {
            all: query.flag("all", false) || limit.is_some() || filters.has("status"),
            limit,
            is_task: filters.flag("is-task")?,
            ancestors: image_ids.filter_map(|name| images::id(name)).collect(),
            positions: positions(&filters)?,
            published: port_ranges(&filters, "publish")?,
            exposed: port_ranges(&filters, "expose")?,
            filters,
        })
    }

    fn includes(&self, position: usize, row: &Value) -> bool {
        (self.all || row["State"] == "running")
            && self.positions.contains(&position)
            && self.is_task != Some(true)
            && self.has_identity(row)
            && self.has_state(position, row)
            && has_mount(&self.filters, row)
            && has_network(&self.filters, row)
            && self.has_port(row)
    }

    /// Whether a port is published **or** exposed as the filters ask for, or they ask for none.
    fn has_port(&self, row: &Value) -> bool {
        let is_in = |ranges: &[PortRange], port: &Value, field: &str| {
            let number = port[field].as_u64().and_then(|it| u16::try_from(it).ok());
            let is_number = |range: &PortRange| number.is_some_and(|it| range.ports.contains(&it));
            let mut ranges = ranges.iter();
            ranges.any(|range| is_number(range) && port["Type"] == range.protocol.as_str())
        };
        let mut ports = row["Ports"].as_array().into_iter().flatten();
        self.published.is_empty() && self.exposed.is_empty()
            || ports.any(|port| {
                is_in(&self.published, port, "PublicPort")
                    || is_in(&self.exposed, port, "PrivatePort")
            })
    }

    fn has_identity(&self, row: &Value) -> bool {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let name = text(&row["Names"][0]);
        let filters = &self.filters;
        (filters.matches("name", &name) || filters.matches("name", name.trim_start_matches('/')))
            && filters.matches("id", &text(&row["Id"]))
            && filters.has_labels("label", &row["Labels"])
            && (!filters.has("ancestor") || self.ancestors.contains(&text(&row["ImageID"])))
    }

    fn has_state(&self, position: usize, row: &Value) -> bool {
        if !["status", "exited", "health"]
            .iter()
            .any(|key| self.filters.has(key))
        {
            return true;
        }
        let state = &recorded::parse(CONTAINERS[position].inspect)["State"];
        let status = row["State"].as_str().unwrap_or_default();
        let health = state["Health"]["Status"].as_str().unwrap_or("none");
        let code = state["ExitCode"].to_string();
        self.filters.matches("status", status)
            && self.filters.is("health", health)
            && (!self.filters.has("exited")
                || status == "exited" && self.filters.is("exited", &code))
    }
}

fn check_values(filters: &Filters) -> Result<(), Refusal> {
    filters.check(
        "exited",
        |value| value.parse::<i64>().is_ok(),
        |value| {
            Refusal::bad_request(format!(
                "invalid filter 'exited={value}': strconv.Atoi: parsing \"{value}\": invalid syntax"
            ))
        },
    )?;
    filters.check(
        "status",
        |value| STATES.contains(&value),
        |value| invalid(&format!("status={value}")),
    )?;
    filters.check(
        "health",
        |value| HEALTH.contains(&value),
        |value| Refusal::bad_request(format!("unrecognized filter value for health: {value}")),
    )
}

/// `limit`: as many of the newest containers, stopped ones included. Zero and less is no limit.
fn limit(query: &Query) -> Result<Option<usize>, Refusal> {
    let text = query.get("limit").unwrap_or_default();
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<i64>() {
        Ok(limit) => Ok(usize::try_from(limit).ok().filter(|limit| *limit > 0)),
        Err(_) => Err(Refusal::server_error(format!(
            "strconv.Atoi: parsing \"{text}\": invalid syntax"
        ))),
    }
}

/// The positions of the containers created after `since` and before `before`. A `since` that is newer than `before` has
/// no effect, as in dockerd, which looks for it only behind `before`.
fn positions(filters: &Filters) -> Result<Range<usize>, Refusal> {
    let of = |key: &str| {
        let name = filters.values(key).last();
        name.map(|name| recorded::position(name)).transpose()
    };
    let first = of("before")?.map_or(0, |position| position + 1);
    let end = of("since")?.filter(|position| *position >= first);
    Ok(first..end.unwrap_or(CONTAINERS.len()))
}

fn has_mount(filters: &Filters, row: &Value) -> bool {
    filters.any("volume", |wanted| {
        let mut mounts = row["Mounts"].as_array().into_iter().flatten();
        mounts.any(|mount| {
            let name = if mount["Name"].is_string() {
                &mount["Name"]
            } else {
                &mount["Source"]
            };
            name == wanted || mount["Destination"] == wanted
        })
    })
}

fn has_network(filters: &Filters, row: &Value) -> bool {
    filters.any("network", |wanted| {
        let mut networks = row["NetworkSettings"]["Networks"]
            .as_object()
            .into_iter()
            .flatten();
        networks.any(|(name, network)| {
            let id = network["NetworkID"].as_str().unwrap_or_default();
            name == wanted || id.starts_with(wanted)
        })
    })
}

/// The ports of a `publish` or `expose` filter: `PORT[-PORT][/PROTOCOL]`.
struct PortRange {
    ports: RangeInclusive<u16>,
    protocol: String,
}

fn port_ranges(filters: &Filters, key: &str) -> Result<Vec<PortRange>, Refusal> {
    let ranges = filters.values(key).iter().map(|value| {
        port_range(value).map_err(|why| {
            Refusal::server_error(format!("error while looking up for {key} {value}: {why}"))
        })
    });
    ranges.collect()
}

fn port_range(value: &str) -> Result<PortRange, String> {
    let (ports, protocol) = value.split_once('/').unwrap_or((value, "tcp"));
    if ports.is_empty() {
        return Err("Empty string specified for ports.".to_owned());
    }
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    let ports = port(first)?..=port(last)?;
    if ports.is_empty() {
        return Err(format!(
            "Invalid range specified for the Port: {first}-{last}"
        ));
    }
    Ok(PortRange {
        ports,
        protocol: protocol.to_ascii_lowercase(),
    })
}

fn port(text: &str) -> Result<u16, String> {
    let is_number = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let why = if is_number {
        "value out of range"
    } else {
        "invalid syntax"
    };
    text.parse()
        .map_err(|_| format!("strconv.ParseUint: parsing \"{text}\": {why}"))
}

/// Adds `SizeRw` and `SizeRootFs` to the rows, as `size=1` asks for.
fn add_sizes(rows: &mut [Value]) {
    let usage = recorded::parse(recorded::DISK_USAGE);
    for row in rows {
        let mut known = usage["Containers"].as_array().into_iter().flatten();
        let sized = known.find(|it| it["Id"] == row["Id"]);
        for size in ["SizeRw", "SizeRootFs"] {
            if let Some(value) = sized.and_then(|it| it.get(size)) {
                row[size] = value.clone();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::response::DemoBody;

    #[test]
    fn the_answer_is_the_list() {
        for text in ["", "all=1", "all=0", "all=1&limit=3", "filters="] {
            let query = Query::new(text);
            let body = respond(&query).map(|it| it.body);
            let Ok(DemoBody::Whole(body)) = body else {
                unreachable!("{text} has an answer");
            };
            assert!(body.ends_with(b"}]\n"), "{text}");
            let body = String::from_utf8_lossy(&body).into_owned();
            assert_eq!(Ok(recorded::parse(&body)), list(&query), "{text}");
        }
    }
}
