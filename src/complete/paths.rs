//! Endpoints, completed segment by segment as a shell completes files, with the host's names in placeholders.

use super::candidate::Candidate;
use super::host::LiveHost;
use super::parameters;
use super::resource::{Resource, matching};
use crate::catalogue::{Endpoint, endpoints, split_version};

/// Candidates for a word that starts with a slash.
///
/// Without a method the endpoints of all methods are offered, because `-X` may follow.
pub fn candidates(current: &str, method: Option<&str>, host: &LiveHost) -> Vec<Candidate> {
    if let Some((path, query)) = current.split_once('?') {
        return in_query(path, query, method);
    }
    let (version, path) = split_version(current);
    let completer = PathCompleter {
        path,
        version,
        method,
        host,
    };
    let found = completer.candidates().into_iter();
    found.map(|it| it.behind(version)).collect()
}

/// Candidates for `--endpoints`: the paths of the catalogue, placeholders included.
pub fn templates(current: &str) -> Vec<Candidate> {
    let found = endpoints().filter(|it| it.path.starts_with(current));
    found
        .map(|it| Candidate::new(it.path, it.summary))
        .collect()
}

/// Names of parameters behind `?` and `&`.
fn in_query(path: &str, query: &str, method: Option<&str>) -> Vec<Candidate> {
    let (before, last) = match query.rfind('&') {
        Some(at) => query.split_at(at + 1),
        None => ("", query),
    };
    let found = parameters::in_path(path, method, last).into_iter();
    found
        .map(|it| it.behind(&format!("{path}?{before}")))
        .collect()
}

struct PathCompleter<'a> {
    /// The path up to the cursor, without its version.
    path: &'a str,
    version: &'a str,
    method: Option<&'a str>,
    host: &'a LiveHost,
}

impl PathCompleter<'_> {
    fn candidates(&self) -> Vec<Candidate> {
        // GET comes first: it cannot change anything.
        let (get, others): (Vec<_>, Vec<_>) = endpoints()
            .filter(|it| self.has_method(it))
            .partition(|it| it.method == "GET");
        let all: Vec<_> = get.into_iter().chain(others).collect();
        let mut found: Vec<_> = all.iter().filter_map(|it| self.literal(it)).collect();
        found.extend(self.placeholders(&all));
        found
    }

    fn has_method(&self, endpoint: &Endpoint) -> bool {
        self.method.is_none_or(|method| method == endpoint.method)
    }

    /// The next segment of an endpoint, if it lies before the endpoint's placeholder.
    fn literal(&self, endpoint: &Endpoint) -> Option<Candidate> {
        let (before, _) = endpoint.path.split_once('{').unwrap_or((endpoint.path, ""));
        let goes_on = before.starts_with(self.path) && before != self.path;
        // An endpoint that was typed to its end is offered beside those that continue it.
        let is_typed = endpoint.path == self.path;
        (goes_on || is_typed).then(|| self.next_segment(before, self.path.len(), endpoint))
    }

    /// What fills a placeholder, and what follows it.
    fn placeholders(&self, all: &[Endpoint]) -> Vec<Candidate> {
        let mut prefixes: Vec<&str> = Vec::new();
        for (prefix, _) in all.iter().filter_map(|it| it.path.split_once('{')) {
            if self.path.starts_with(prefix) && !prefixes.contains(&prefix) {
                prefixes.push(prefix);
            }
        }
        let with_prefix = |prefix| {
            let start = format!("{prefix}{{");
            let found = all.iter().filter(|it| it.path.starts_with(&start));
            found.collect::<Vec<_>>()
        };
        prefixes
            .into_iter()
            .flat_map(|prefix| self.after_prefix(prefix, &with_prefix(prefix)))
            .collect()
    }

    /// Candidates for the endpoints that share the text before their placeholder.
    fn after_prefix(&self, prefix: &str, endpoints: &[&Endpoint]) -> Vec<Candidate> {
        let collection = prefix.trim_matches('/');
        let mut resources = self.host.resources(self.version, collection);
        for it in &mut resources {
            it.name = encoded(&it.name);
        }
        let typed = &self.path[prefix.len()..];
        let mut found = self.names(prefix, typed, &resources, endpoints);
        let names = resources.iter().map(|it| it.name.as_str());
        let Some(end) = end_of_name(typed, names, endpoints) else {
            return found;
        };
        let (name, rest) = typed.split_at(end);
        for it in endpoints {
            if suffix(it).starts_with(rest) {
                let path = format!("{prefix}{name}{}", suffix(it));
                let at = prefix.len() + name.len() + rest.len();
                found.push(self.next_segment(&path, at, it));
            }
        }
        found
    }

    /// The names that may fill the placeholder.
    fn names(
        &self,
        prefix: &str,
        typed: &str,
        resources: &[Resource],
        endpoints: &[&Endpoint],
    ) -> Vec<Candidate> {
        let method = self.method.unwrap_or("GET");
        let goes_on = endpoints.iter().any(|it| !suffix(it).is_empty());
        let is_endpoint = endpoints
            .iter()
            .any(|it| suffix(it).is_empty() && it.method == method);
        let mut found = Vec::new();
        for name in matching(resources, typed) {
            let path = format!("{prefix}{}", name.value);
            if is_endpoint {
                found.push(Candidate::new(&path, &name.about));
            }
            // If the path is an endpoint itself, what continues it is offered once the whole name was typed.
            if goes_on && (!is_endpoint || typed == name.value) {
                found.push(Candidate::beginning(format!("{path}/"), &name.about));
            }
        }
        found
    }

    /// The path up to the end of the segment at this position, with a slash if the path goes on.
    fn next_segment(&self, path: &str, at: usize, endpoint: &Endpoint) -> Candidate {
        let path = match path[at..].find('/') {
            Some(end) => &path[..=at + end],
            None => path,
        };
        if path.ends_with('/') {
            let segments = path.matches('/').count();
            Candidate::beginning(path, self.describe_group(endpoint, segments))
        } else {
            Candidate::new(path, describe(endpoint))
        }
    }

    /// Describes the endpoints that share this many leading segments with this one: the only one, or their number.
    fn describe_group(&self, endpoint: &Endpoint, segments: usize) -> String {
        let mut slashes = endpoint.path.match_indices('/');
        let end = slashes.nth(segments - 1).map_or(0, |(at, _)| at);
        let start = &endpoint.path[..=end];
        let group = endpoints()
            .filter(|it| it.path.starts_with(start))
            .filter(|it| self.has_method(it));
        match group.count() {
            1 => endpoint.summary.to_owned(),
            count => format!("{count} endpoints"),
        }
    }
}

/// Where the name at the start of the text ends, if a slash follows it. Names of images contain slashes: if the host
/// knows the name it ends there, else at the last slash.
fn end_of_name<'n>(
    typed: &str,
    mut names: impl Iterator<Item = &'n str> + Clone,
    endpoints: &[&Endpoint],
) -> Option<usize> {
    let starts_known = names.clone().any(|it| it != typed && it.starts_with(typed));
    let is_typed = |name: &&str| {
        typed
            .strip_prefix(name)
            .is_some_and(|it| it.starts_with('/'))
    };
    if let Some(name) = names.find(is_typed) {
        return Some(name.len());
    }
    if starts_known {
        return None;
    }
    let may_contain_slashes = endpoints.iter().any(|it| it.path.contains("{name}"));
    if may_contain_slashes {
        typed.rfind('/')
    } else {
        typed.find('/')
    }
}

/// The text behind the endpoint's placeholder.
fn suffix(endpoint: &Endpoint) -> &'static str {
    endpoint.path.split_once('}').map_or("", |(_, rest)| rest)
}

fn describe(endpoint: &Endpoint) -> String {
    match endpoint.method {
        "GET" => endpoint.summary.to_owned(),
        method => format!("{method}: {}", endpoint.summary),
    }
}

/// A name as part of a path. Only characters that would end the path or be decoded are encoded, so that the name stays
/// readable.
fn encoded(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for it in name.chars() {
        match it {
            '%' => text.push_str("%25"),
            '?' => text.push_str("%3F"),
            '#' => text.push_str("%23"),
            it => text.push(it),
        }
    }
    text
}
