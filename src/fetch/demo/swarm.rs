//! The swarm of the sample engine: nodes, services, tasks, secrets and configs, selected as swarmkit selects.

use serde_json::Value;

use super::filters::Filters;
use super::query::Query;
use super::recorded;
use super::response::Refusal;

const NODE_KEYS: [&str; 6] = ["id", "label", "membership", "name", "node.label", "role"];
const SERVICE_KEYS: [&str; 5] = ["id", "label", "mode", "name", "runtime"];
const TASK_KEYS: [&str; 8] = [
    "_up-to-date",
    "desired-state",
    "id",
    "label",
    "name",
    "node",
    "runtime",
    "service",
];
/// The states of a task, any of which may be desired.
const STATES: [&str; 14] = [
    "accepted",
    "assigned",
    "complete",
    "failed",
    "new",
    "orphaned",
    "pending",
    "preparing",
    "ready",
    "rejected",
    "remove",
    "running",
    "shutdown",
    "starting",
];
const ITEM_KEYS: [&str; 4] = ["id", "label", "name", "names"];

/// The nodes that the query selects.
///
/// # Errors
/// A filter that dockerd refuses.
pub(crate) fn nodes(query: &Query) -> Result<Value, Refusal> {
    let filters = Filters::new(query, &NODE_KEYS)?;
    check_word(&filters, "role", &["manager", "worker"])?;
    check_word(&filters, "membership", &["accepted", "pending"])?;
    Ok(selected(recorded::NODES, |node| {
        filters.is_prefix("id", text(&node["ID"]))
            && filters.is_prefix("name", text(&node["Description"]["Hostname"]))
            && filters.is("role", text(&node["Spec"]["Role"]))
            && filters.is("membership", "accepted")
            && filters.has_labels("node.label", &node["Spec"]["Labels"])
            // Labels of the node's own daemon, of which the sample engine has none.
            && filters.has_labels("label", &Value::Null)
    }))
}

/// The services that the query selects, with their `ServiceStatus` if it asks for it.
///
/// # Errors
/// A filter that dockerd refuses.
pub(crate) fn services(query: &Query) -> Result<Value, Refusal> {
    let filters = Filters::new(query, &SERVICE_KEYS)?;
    let mut services = selected(recorded::SERVICES, |service| {
        filters.is_prefix("id", text(&service["ID"]))
            && filters.is_prefix("name", text(&service["Spec"]["Name"]))
            && filters.is("mode", mode(service))
            && filters.is("runtime", "container")
            && filters.has_labels("label", &service["Spec"]["Labels"])
    });
    if !query.flag("status", false) {
        for service in services.as_array_mut().into_iter().flatten() {
            remove(service, "ServiceStatus");
        }
    }
    Ok(services)
}

/// The tasks that the query selects.
///
/// # Errors
/// A filter that dockerd refuses, and a service or a node that there is not.
pub(crate) fn tasks(query: &Query) -> Result<Value, Refusal> {
    let filters = Filters::new(query, &TASK_KEYS)?;
    check_word(&filters, "desired-state", &STATES)?;
    let ids = |key: &str, find: fn(&str) -> Result<Value, Refusal>| {
        let names = filters.values(key).iter();
        names
            .map(|name| find(name))
            .collect::<Result<Vec<Value>, Refusal>>()
    };
    let (services, nodes) = (ids("service", service)?, ids("node", node)?);
    let is_of =
        |them: &[Value], id: &Value| them.is_empty() || them.iter().any(|it| it["ID"] == *id);
    Ok(selected(recorded::TASKS, |task| {
        is_of(&services, &task["ServiceID"])
            && is_of(&nodes, &task["NodeID"])
            && filters.is_prefix("id", text(&task["ID"]))
            && filters.is_prefix("name", &task_name(task))
            && filters.is("desired-state", text(&task["DesiredState"]))
            && filters.is("runtime", "container")
            && filters.has_labels("label", &task["Labels"])
    }))
}

/// The secrets or configs in `lines` that the query selects.
///
/// # Errors
/// A filter that dockerd refuses.
pub(crate) fn items(lines: &str, query: &Query) -> Result<Value, Refusal> {
    let filters = Filters::new(query, &ITEM_KEYS)?;
    Ok(selected(lines, |item| {
        let name = text(&item["Spec"]["Name"]);
        filters.is_prefix("id", text(&item["ID"]))
            && filters.is_prefix("name", name)
            && filters.is("names", name)
            && filters.has_labels("label", &item["Spec"]["Labels"])
    }))
}

/// A node by its ID, its host name, `self`, or the beginning of its ID.
///
/// # Errors
/// There is none: 404.
pub(crate) fn node(name: &str) -> Result<Value, Refusal> {
    if name == "self" {
        let itself = recorded::parse(recorded::INFO);
        return node(text(&itself["Swarm"]["NodeID"]));
    }
    find("node", recorded::NODES, name, |it| {
        text(&it["Description"]["Hostname"]).to_owned()
    })
}

/// A service by its ID, its name, or the beginning of its ID.
///
/// # Errors
/// There is none: 404.
pub(crate) fn service(name: &str) -> Result<Value, Refusal> {
    let mut service = find("service", recorded::SERVICES, name, spec_name)?;
    remove(&mut service, "ServiceStatus");
    Ok(service)
}

/// A task by its ID, its name such as `backup.1`, or the beginning of its ID.
///
/// # Errors
/// There is none: 404.
pub(crate) fn task(name: &str) -> Result<Value, Refusal> {
    find("task", recorded::TASKS, name, task_name)
}

/// A secret or config in `lines`, by its ID, its name, or the beginning of its ID.
///
/// # Errors
/// There is none: 404.
pub(crate) fn item(kind: &str, lines: &str, name: &str) -> Result<Value, Refusal> {
    find(kind, lines, name, spec_name)
}

fn find(
    kind: &str,
    lines: &str,
    name: &str,
    name_of: impl Fn(&Value) -> String,
) -> Result<Value, Refusal> {
    let mut all = recorded::parse_lines(lines);
    let position = all
        .iter()
        .position(|it| it["ID"] == name || name_of(it) == name)
        .or_else(|| {
            all.iter()
                .position(|it| !name.is_empty() && text(&it["ID"]).starts_with(name))
        });
    match position {
        Some(position) => Ok(all.swap_remove(position)),
        None => Err(Refusal::not_found(format!("{kind} {name} not found"))),
    }
}

/// Refuses values of a filter that are not among `words`, as dockerd does: with 500.
fn check_word(filters: &Filters, key: &str, words: &[&str]) -> Result<(), Refusal> {
    filters.check(
        key,
        |value| words.contains(&value),
        |value| Refusal::server_error(format!("Invalid {key} filter: '{value}'")),
    )
}

fn selected(lines: &str, is_wanted: impl Fn(&Value) -> bool) -> Value {
    let mut all = recorded::parse_lines(lines);
    all.retain(is_wanted);
    Value::Array(all)
}

fn mode(service: &Value) -> &'static str {
    let modes = [
        ("Replicated", "replicated"),
        ("Global", "global"),
        ("ReplicatedJob", "replicated-job"),
        ("GlobalJob", "global-job"),
    ];
    let found = modes
        .iter()
        .find(|(key, _)| service["Spec"]["Mode"].get(key).is_some());
    found.map_or("", |(_, mode)| mode)
}

/// The name of a task: its service's, with the slot or the node.
fn task_name(task: &Value) -> String {
    let services = recorded::parse_lines(recorded::SERVICES);
    let service = services.iter().find(|it| it["ID"] == task["ServiceID"]);
    let part = match task.get("Slot") {
        Some(slot) => slot.to_string(),
        None => text(&task["NodeID"]).to_owned(),
    };
    format!("{}.{part}", service.map(spec_name).unwrap_or_default())
}

fn spec_name(value: &Value) -> String {
    text(&value["Spec"]["Name"]).to_owned()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn remove(object: &mut Value, key: &str) {
    if let Some(object) = object.as_object_mut() {
        object.shift_remove(key);
    }
}
