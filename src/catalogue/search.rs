//! Finds endpoints by a word, and by a path that is almost right.

use super::endpoint::Endpoint;
use super::table::{endpoints, fitting, split_version};

/// The endpoints with the word in their path or summary, ignoring case. The name of a method in capitals finds that
/// method's endpoints, and an empty word finds all.
pub fn matching(word: &str) -> Vec<Endpoint> {
    let of_method: Vec<_> = endpoints().filter(|it| it.method == word).collect();
    if !of_method.is_empty() {
        return of_method;
    }
    let word = word.to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&word);
    endpoints()
        .filter(|it| has(it.path) || has(it.summary))
        .collect()
}

/// A hint for a path that the server does not know; `None` if it is an endpoint of Docker's, or resembles none. A query
/// is ignored.
pub fn hint(method: &str, path: &str) -> Option<String> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let found = fitting(path);
    if found.iter().any(|it| it.method == method) {
        return None;
    }
    if let Some(hint) = wrong_method(method, path) {
        return Some(hint);
    }
    if let Some(near) = nearest(method, path) {
        return Some(format!("did you mean {near}?"));
    }
    takes(method, path, &found)
}

/// A hint for a path that only other methods take, such as GET of `/containers/create`; `None` for a path that ends in a
/// name, which may be one of another kind. A query is ignored.
pub fn wrong_method(method: &str, path: &str) -> Option<String> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let found = fitting(path);
    let is_wrong = found
        .iter()
        .all(|it| it.method != method && !it.path.ends_with('}'));
    is_wrong.then(|| takes(method, path, &found)).flatten()
}

/// The hint for a request of a documented endpoint that a proxy in front of the engine has refused.
pub fn forbidden_by_proxy(method: &str, path: &str) -> Option<String> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let is_documented = fitting(path)
        .iter()
        .any(|it| it.method == method || method == "HEAD");
    is_documented.then(|| format!("a proxy in front of the engine forbids {method} {path}"))
}

fn takes(method: &str, path: &str, found: &[Endpoint]) -> Option<String> {
    let methods: Vec<_> = found.iter().map(|it| it.method).collect();
    let first = methods.first()?;
    Some(format!(
        "{path} takes {}, not {method}: -X {first}",
        methods.join(" and ")
    ))
}

/// The endpoint that a path without a query most likely means: one with words spelt differently, with `/json` at its
/// end, or without a trailing slash.
pub fn nearest(method: &str, path: &str) -> Option<String> {
    let trimmed = path.trim_end_matches('/');
    if trimmed != path && fitting(trimmed).iter().any(|it| it.method == method) {
        return Some(trimmed.to_owned());
    }
    let (version, path) = split_version(path);
    let found = endpoints()
        .filter(|it| it.method == method)
        .filter_map(|it| corrected(it.path, path));
    let (_, path) = found.min_by_key(|(edits, _)| *edits)?;
    Some(format!("{version}{path}"))
}

/// The path changed to match an endpoint, and how many words that changes; `None` if it is too far or no change is
/// needed.
fn corrected(endpoint: &str, path: &str) -> Option<(usize, String)> {
    let wanted: Vec<_> = endpoint.split('/').skip(1).collect();
    let given: Vec<_> = path.split('/').skip(1).collect();
    let is_short = given.len() + 1 == wanted.len() && wanted.last() == Some(&"json");
    if given.len() != wanted.len() && !is_short {
        return None;
    }
    let mut edits = usize::from(is_short);
    let mut corrected = String::new();
    for (at, wanted) in wanted.iter().enumerate() {
        let given = given.get(at).copied().unwrap_or(wanted);
        let is_placeholder = wanted.starts_with('{');
        if is_placeholder && given.is_empty() {
            return None;
        }
        let word = if is_placeholder || *wanted == given {
            given
        } else {
            edits += 1;
            dq_filter::nearest(given, std::iter::once(*wanted))?
        };
        corrected.push('/');
        corrected.push_str(word);
    }
    (edits > 0).then_some((edits, corrected))
}
