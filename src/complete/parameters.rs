//! Query parameters and keys of `filters`, with the values that the API lists or that the host has.

use super::candidate::Candidate;
use super::host::LiveHost;
use super::resource::matching;
use crate::catalogue::{self, Endpoint, Parameter, split_version};

const FILTERS: &str = "filters.";

/// Candidates for `-q`: the parameters of the endpoint, and their values behind `=`.
pub fn candidates(
    endpoint: &str,
    method: Option<&str>,
    current: &str,
    host: &LiveHost,
) -> Vec<Candidate> {
    let endpoints = endpoints_with_method(endpoint, method);
    let Some((key, value)) = current.split_once('=') else {
        return names(&endpoints, current);
    };
    let values = match key.strip_prefix(FILTERS) {
        Some(filter) => filter_values(&endpoints, endpoint, (filter, value), host),
        None => {
            let mut all = endpoints.iter().flat_map(Endpoint::parameters);
            let parameter = all.find(|it| it.name == key);
            listed_values(parameter.as_ref())
        }
    };
    let values = values.into_iter();
    values.map(|it| it.behind(&format!("{key}="))).collect()
}

/// Candidates for a parameter behind `?` or `&` in a path, all of which go on.
pub fn in_path(path: &str, method: Option<&str>, current: &str) -> Vec<Candidate> {
    let found = candidates(path, method, current, &LiveHost::none());
    // In a path `filters` is percent-encoded JSON, which cannot be completed.
    let is_typed_there = |it: &Candidate| !it.value.starts_with(FILTERS);
    found
        .into_iter()
        .filter(is_typed_there)
        .map(|it| Candidate {
            is_whole: false,
            ..it
        })
        .collect()
}

/// The endpoints of a path, which may have a query; one for each method.
pub fn endpoints_of(path: &str) -> Vec<Endpoint> {
    catalogue::fitting(path.split('?').next().unwrap_or_default())
}

/// The endpoints of a path with this method; those of all methods if there is none with it.
fn endpoints_with_method(path: &str, method: Option<&str>) -> Vec<Endpoint> {
    let all = endpoints_of(path);
    let has_method = |it: &&Endpoint| method.is_none_or(|method| it.method == method);
    let found: Vec<_> = all.iter().filter(has_method).copied().collect();
    if found.is_empty() { all } else { found }
}

fn names(endpoints: &[Endpoint], current: &str) -> Vec<Candidate> {
    let parameters = endpoints.iter().flat_map(Endpoint::parameters);
    let mut found: Vec<_> = parameters
        .map(|it| Candidate::beginning(format!("{}=", it.name), it.meaning()))
        .collect();
    let mut filters = endpoints.iter().flat_map(Endpoint::filters).peekable();
    if current.starts_with(FILTERS) {
        found.extend(filters.map(|it| {
            let about = it.values().collect::<Vec<_>>().join(", ");
            Candidate::beginning(format!("{FILTERS}{}=", it.name), about)
        }));
    } else if filters.peek().is_some() {
        let keys: Vec<_> = filters.map(|it| it.name).collect();
        found.push(Candidate::beginning(FILTERS, keys.join(", ")));
    }
    found
}

/// The values that the API lists for a parameter.
fn listed_values(parameter: Option<&Parameter>) -> Vec<Candidate> {
    let Some(parameter) = parameter else {
        return Vec::new();
    };
    let listed: Vec<_> = parameter.values().collect();
    let values = match parameter.kind {
        "boolean" if listed.is_empty() => vec!["true", "false"],
        _ => listed,
    };
    values
        .into_iter()
        .map(|it| Candidate::new(it, ""))
        .collect()
}

/// Values for a key of `filters`: those that the API lists, else the names and labels that the host has.
fn filter_values(
    endpoints: &[Endpoint],
    path: &str,
    (key, value): (&str, &str),
    host: &LiveHost,
) -> Vec<Candidate> {
    let mut all = endpoints.iter().flat_map(Endpoint::filters);
    let parameter = all.find(|it| it.name == key);
    if let Some(parameter) = &parameter
        && parameter.values().next().is_some()
    {
        return listed_values(Some(parameter));
    }
    let (version, path) = split_version(path);
    let Some(collection) = filtered_collection(path, key) else {
        return Vec::new();
    };
    if key == "label" {
        let labels = host.labels(version, collection).into_iter();
        return labels.map(|it| Candidate::new(it, "")).collect();
    }
    let resources = host.resources(version, collection);
    match key {
        "id" => resources
            .iter()
            .map(|it| Candidate::new(it.short_id(), &it.name))
            .collect(),
        _ => matching(&resources, value),
    }
}

/// The collection whose resources are the values of a key of `filters`.
fn filtered_collection<'a>(path: &'a str, key: &str) -> Option<&'a str> {
    let first = path.split(['/', '?']).nth(1).unwrap_or_default();
    let own = if first == "events" {
        "containers"
    } else {
        first
    };
    Some(match key {
        "before" | "since" if matches!(own, "containers" | "images") => own,
        "ancestor" | "image" | "reference" => "images",
        "container" => "containers",
        "network" => "networks",
        "volume" => "volumes",
        "node" => "nodes",
        "service" => "services",
        "id" | "name" | "label" => own,
        _ => return None,
    })
}
