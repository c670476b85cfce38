//! The networks and volumes of the sample engine, selected as moby's daemon/network/filter.go and
//! volume/service/convert.go select.

use serde_json::{Value, json};

use super::filters::Filters;
use super::query::Query;
use super::recorded;
use super::response::Refusal;

const NETWORK_KEYS: [&str; 7] = ["dangling", "driver", "id", "label", "name", "scope", "type"];
const VOLUME_KEYS: [&str; 4] = ["dangling", "driver", "label", "name"];
/// The networks that every engine has.
const BUILT_IN: [&str; 3] = ["bridge", "host", "none"];

/// The networks that the query selects.
///
/// # Errors
/// A filter that dockerd refuses.
pub(crate) fn list(query: &Query) -> Result<Value, Refusal> {
    let filters = Filters::new(query, &NETWORK_KEYS)?;
    let is_dangling = filters.flag("dangling").map_err(|_| {
        Refusal::bad_request(
            "invalid value for filter 'dangling', must be \"true\" (or \"1\"), or \"false\" (or \"0\")",
        )
    })?;
    filters.check(
        "type",
        |value| ["builtin", "custom"].contains(&value),
        |value| Refusal::server_error(format!("invalid filter: 'type'='{value}'")),
    )?;
    let mut rows = recorded::parse_list(recorded::NETWORKS);
    rows.retain(|row| {
        let text = |field: &str| row[field].as_str().unwrap_or_default();
        let kind = if BUILT_IN.contains(&text("Name")) {
            "builtin"
        } else {
            "custom"
        };
        filters.matches("name", text("Name"))
            && filters.matches("id", text("Id"))
            && filters.is("driver", text("Driver"))
            && filters.is("scope", text("Scope"))
            && filters.is("type", kind)
            && filters.has_labels("label", &row["Labels"])
            && is_dangling
                .is_none_or(|wanted| wanted == (kind == "custom" && is_unused(text("Name"))))
    });
    Ok(Value::Array(rows))
}

/// Whether no container of this engine is in a network.
fn is_unused(name: &str) -> bool {
    let network = recorded::network(name).unwrap_or_default();
    network["Containers"]
        .as_object()
        .is_none_or(|them| them.is_empty())
}

/// The volumes that the query selects.
///
/// # Errors
/// A filter that dockerd refuses.
pub(crate) fn volumes(query: &Query) -> Result<Value, Refusal> {
    let filters = Filters::new(query, &VOLUME_KEYS)?;
    let is_dangling = filters.flag("dangling")?;
    let mut rows = all_volumes();
    rows.retain(|row| {
        let text = |field: &str| row[field].as_str().unwrap_or_default();
        filters.matches("name", text("Name"))
            && filters.is("driver", text("Driver"))
            && filters.has_labels("label", &row["Labels"])
            && is_dangling.is_none_or(|wanted| wanted == is_unreferenced(text("Name")))
    });
    Ok(json!({"Volumes": rows, "Warnings": null}))
}

/// A volume by its name.
///
/// # Errors
/// There is none: 404.
pub(crate) fn volume(name: &str) -> Result<Value, Refusal> {
    let mut volumes = all_volumes().into_iter();
    volumes
        .find(|it| it["Name"] == name)
        .ok_or_else(|| Refusal::not_found(format!("volume {name} not found")))
}

fn all_volumes() -> Vec<Value> {
    match recorded::parse(recorded::VOLUMES)["Volumes"].take() {
        Value::Array(volumes) => volumes,
        _ => Vec::new(),
    }
}

/// Whether no container uses a volume.
fn is_unreferenced(name: &str) -> bool {
    let usage = recorded::parse(recorded::DISK_USAGE);
    let mut volumes = usage["Volumes"].as_array().into_iter().flatten();
    volumes.any(|it| it["Name"] == name && it["UsageData"]["RefCount"] == 0)
}
