//! Query parameters that an endpoint does not know, as `-q` gives them.

use serde_json::{Map, Value};

use super::endpoint::{Endpoint, Parameter};
use super::table::fitting;
use super::undocumented::Undocumented;
use dq_text::one_line;

/// The prefix of the keys of Docker's `filters`.
const PREFIX: &str = "filters.";

/// A parameter that the endpoint does not know, or a value that the API does not list.
#[derive(Debug, PartialEq, Eq)]
pub struct Misspelling {
    /// What is wrong, as one line.
    pub message: String,
    /// What was probably meant, or what the endpoint takes.
    pub hint: String,
    /// Whether it is the name that is unknown: the engine ignores the parameter.
    pub is_name: bool,
    /// Whether a field of a body must not be sent: the endpoint has a parameter of that name, and reads no body.
    pub is_refused: bool,
}

/// Checks query parameters against the API's description and what older engines and Podman take besides. `podman` says
/// that the host is Podman's.
///
/// An endpoint that is not in the catalogue has no misspellings.
pub fn misspellings(
    method: &str,
    path: &str,
    parameters: &[(String, String)],
    podman: bool,
) -> Vec<Misspelling> {
    let path = &decoded(path);
    let found = fitting(path);
    let documented_as = if method == "HEAD" && found.iter().all(|it| it.method != "HEAD") {
        "GET"
    } else {
        method
    };
    let Some(endpoint) = found.iter().find(|it| it.method == documented_as) else {
        return Vec::new();
    };
    let check = Check {
        endpoint,
        undocumented: Undocumented::of(endpoint, podman),
        podman,
        target: format!("{method} {}", one_line(path)),
    };
    let pairs = parameters
        .iter()
        .flat_map(|(key, value)| expanded(key, value));
    pairs
        .filter_map(|(key, value)| check.pair(&key, &value))
        .collect()
}

/// A path without its query, and with the bytes that it has percent-encoded, as the server reads it.
pub(super) fn decoded(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    String::from_utf8_lossy(&dq_fetch::percent::decode(path)).into_owned()
}

/// A parameter `filters` with JSON as the keys and values in it; any other as it is.
fn expanded(key: &str, value: &str) -> Vec<(String, String)> {
    let filters = (key == "filters").then(|| serde_json::from_str::<Map<String, Value>>(value));
    match filters {
        Some(Ok(filters)) => filters
            .iter()
            .map(|(key, value)| {
                let value = value.get(0).and_then(Value::as_str).unwrap_or_default();
                (format!("{PREFIX}{key}"), value.to_owned())
            })
            .collect(),
        _ => vec![(key.to_owned(), value.to_owned())],
    }
}

struct Check<'c> {
    endpoint: &'c Endpoint,
    undocumented: Undocumented,
    podman: bool,
    /// Method and path, for messages.
    target: String,
}

impl Check<'_> {
    fn pair(&self, key: &str, value: &str) -> Option<Misspelling> {
        if key == "filters" && self.endpoint.filters().next().is_some() {
            return None;
        }
        let parameter = self.named(key);
        match parameter {
            Some(parameter) => self.value(key, value, &parameter),
            None if self.undocumented.takes(key) => None,
            // Prune takes `label!=x` for everything without the label.
            None if key == "filters.label!" && self.named("filters.label").is_some() => None,
            None => Some(self.unknown(key, value)),
        }
    }

    fn named(&self, key: &str) -> Option<Parameter> {
        match key.strip_prefix(PREFIX) {
            Some(filter) => self.endpoint.filters().find(|it| it.name == filter),
            None => self.endpoint.parameters().find(|it| it.name == key),
        }
    }

    /// All names as `-q` takes them.
    fn names(&self) -> Vec<String> {
        let plain = self.endpoint.parameters().map(|it| it.name.to_owned());
        let filters = self.endpoint.filters();
        plain
            .chain(filters.map(|it| format!("{PREFIX}{}", it.name)))
            .collect()
    }

    fn unknown(&self, key: &str, value: &str) -> Misspelling {
        let names = self.names();
        let hint = match meant(key, value, &names) {
            Some(name) => format!("did you mean {name}?"),
            None if names.is_empty() => "it takes no query parameters".into(),
            None => format!("it takes {}", names.join(", ")),
        };
        let kind = match key.strip_prefix(PREFIX) {
            Some(filter) => format!("filter {}", one_line(filter)),
            None => format!("parameter {}", one_line(key)),
        };
        Misspelling {
            message: format!("{} takes no {kind}", self.target),
            hint,
            is_name: true,
            is_refused: false,
        }
    }

    /// A value that is not among those listed. Podman has more of them.
    fn value(&self, key: &str, value: &str, parameter: &Parameter) -> Option<Misspelling> {
        let listed: Vec<_> = parameter.values().collect();
        let is_boolean = listed == ["true", "false"] && is_boolean(value);
        if self.podman
            || value.is_empty()
            || listed.is_empty()
            || listed.contains(&value)
            || is_boolean
        {
            return None;
        }
        let hint = match dq_filter::nearest(value, listed.iter().copied()) {
            Some(near) => format!("did you mean {key}={near}?"),
            None => format!("{key} is one of {}", listed.join(", ")),
        };
        Some(Misspelling {
            message: format!("{} knows no {key}={}", self.target, one_line(value)),
            hint,
            is_name: false,
            is_refused: false,
        })
    }
}

/// Whether Docker reads a filter's value as a boolean (moby api/types/filters/parse.go, `GetBoolOrDefault`).
fn is_boolean(value: &str) -> bool {
    matches!(value, "1" | "0" | "true" | "false")
}

/// The parameter that was probably meant: the same word as a filter, in another case, with few edits, or one that
/// begins alike. `filter=status=x` is the docker CLI's `--filter status=x`.
fn meant(key: &str, value: &str, names: &[String]) -> Option<String> {
    let find = |test: &dyn Fn(&str) -> bool| names.iter().find(|it| test(it)).cloned();
    // filters[label] is how -F nests.
    let wanted = key.to_lowercase().replace('[', ".").replace([']', ':'], "");
    let bare = wanted
        .strip_prefix("filters.")
        .or_else(|| wanted.strip_prefix("filter."));
    let bare = bare.unwrap_or(&wanted);
    let of_docker = value
        .split(['=', '!'])
        .next()
        .filter(|_| matches!(bare, "filter" | "f"));
    let of_docker = of_docker.and_then(|it| find(&|name| name.strip_prefix(PREFIX) == Some(it)));
    let name_of = |name: &str| name.strip_prefix(PREFIX).unwrap_or(name).to_lowercase();
    of_docker
        .or_else(|| find(&|name| name.to_lowercase() == wanted))
        .or_else(|| find(&|name| name_of(name) == bare))
        .or_else(|| find(&|name| letters(&name_of(name)) == letters(bare)))
        .or_else(|| (bare.len() > 1).then(|| nearest(bare, names)).flatten())
        .or_else(|| find(&|name| !bare.is_empty() && name_of(name).starts_with(bare)))
        .or_else(|| find(&|name| ABBREVIATED.contains(&(bare, name))))
}

/// Parameters of one letter under the names that the docker CLI gives their options.
const ABBREVIATED: [(&str, &str); 5] = [
    ("timeout", "t"),
    ("time", "t"),
    ("tag", "t"),
    ("volumes", "v"),
    ("quiet", "q"),
];

/// The letters of a word without what separates words.
fn letters(word: &str) -> String {
    word.replace(['-', '_'], "")
}

/// The name whose last part is most similar.
fn nearest(bare: &str, names: &[String]) -> Option<String> {
    let part = |name: &'_ str| {
        name.rsplit_once(PREFIX)
            .map_or(0, |(front, _)| front.len() + PREFIX.len())
    };
    let parts = names.iter().map(|name| &name[part(name)..]);
    let near = dq_filter::nearest(bare, parts)?;
    names
        .iter()
        .find(|name| &name[part(name)..] == near)
        .cloned()
}
