//! Parameters of the query and keys of `filters`, with the values that are known or that the host has.

use super::Candidate;
use super::live::{Live, named};
use super::paths::fitting;
use crate::catalogue::{Endpoint, Parameter, split_version};

const FILTERS: &str = "filters.";

/// Candidates for `-q`: the parameters of the endpoint.
pub fn candidates(
    endpoint: &str,
    method: Option<&str>,
    current: &str,
    live: &Live,
) -> Vec<Candidate> {
    let found = of_method(endpoint, method);
    let Some((key, value)) = current.split_once('=') else {
        return names(&found, current);
    };
    let values = match key.strip_prefix(FILTERS) {
        Some(key) => filter_values(&found, endpoint, (key, value), live),
        None => {
            let all = found.iter().flat_map(Endpoint::parameters);
            let parameter = all.into_iter().find(|it| it.name == key);
            known_values(parameter.as_ref())
        }
    };
    let values = values.into_iter();
    values
        .map(|it| Candidate {
            value: format!("{key}={}", it.value),
            ..it
        })
        .collect()
}

/// Candidates for what stands behind `?` or `&` in a path.
pub fn in_path(path: &str, method: Option<&str>, current: &str) -> Vec<Candidate> {
    let found = candidates(path, method, current, &Live::none());
    // `filters` is JSON there, which nobody wants to complete.
    let is_fit = |it: &Candidate| !it.value.starts_with(FILTERS);
    found
        .into_iter()
        .filter(is_fit)
        .map(|it| Candidate { ends: false, ..it })
        .collect()
}

fn of_method(endpoint: &str, method: Option<&str>) -> Vec<Endpoint> {
    let all = fitting(endpoint);
    let is_wanted = |it: &&Endpoint| method.is_none_or(|method| it.method == method);
    let wanted: Vec<_> = all.iter().filter(is_wanted).copied().collect();
    if wanted.is_empty() { all } else { wanted }
}

fn names(endpoints: &[Endpoint], current: &str) -> Vec<Candidate> {
    let own = endpoints.iter().flat_map(Endpoint::parameters);
    let mut found: Vec<_> = own
        .map(|it| Candidate::open(format!("{}=", it.name), it.meaning()))
        .collect();
    let mut filters = endpoints.iter().flat_map(Endpoint::filters).peekable();
    if current.starts_with(FILTERS) {
        found.extend(filters.map(|it| {
            let about = it.values().collect::<Vec<_>>().join(", ");
            Candidate::open(format!("{FILTERS}{}=", it.name), about)
        }));
    } else if filters.peek().is_some() {
        let keys: Vec<_> = filters.map(|it| it.name).collect();
        found.push(Candidate::open(FILTERS, keys.join(", ")));
    }
    found
}

fn known_values(parameter: Option<&Parameter>) -> Vec<Candidate> {
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

/// Values of a key of `filters`: those the API lists, else what the host has of that kind.
fn filter_values(
    endpoints: &[Endpoint],
    endpoint: &str,
    (key, value): (&str, &str),
    live: &Live,
) -> Vec<Candidate> {
    let all = endpoints.iter().flat_map(Endpoint::filters);
    let parameter = all.into_iter().find(|it| it.name == key);
    if let Some(parameter) = &parameter
        && parameter.values().next().is_some()
    {
        return known_values(Some(parameter));
    }
    let (version, path) = split_version(endpoint);
    let first = path.split(['/', '?']).nth(1).unwrap_or_default();
    let own = if first == "events" {
        "containers"
    } else {
        first
    };
    let collection = match key {
        "before" | "since" if matches!(own, "containers" | "images") => own,
        "ancestor" | "image" | "reference" => "images",
        "container" => "containers",
        "network" => "networks",
        "volume" => "volumes",
        "node" => "nodes",
        "service" => "services",
        "id" | "name" | "label" => own,
        _ => return Vec::new(),
    };
    if key == "label" {
        let labels = live.labels(version, collection).into_iter();
        return labels.map(|it| Candidate::new(it, "")).collect();
    }
    let items = live.items(version, collection);
    match key {
        "id" => items
            .iter()
            .map(|it| Candidate::new(it.id.get(..12).unwrap_or(&it.id), &it.name))
            .collect(),
        _ => named(&items, value),
    }
}
