//! Finding endpoints: by a word, and by a path that is not quite one.

use super::{Endpoint, endpoints, fitting, split_version};

/// The endpoints that have the word in their path or their summary, in any case; all without a word; those of a
/// method for its name in capitals.
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

/// What to say about a path that the server does not know; `None` where it is one of Docker's and far from all.
///
/// The path may have a query, which does not matter.
pub fn hint(method: &str, path: &str) -> Option<String> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let fit = fitting(path);
    if fit.iter().any(|it| it.method == method) {
        return None;
    }
    if let Some(near) = nearest(method, path) {
        return Some(format!("did you mean {near}?"));
    }
    let methods: Vec<_> = fit.iter().map(|it| it.method).collect();
    let first = methods.first()?;
    Some(format!(
        "{path} takes {}, not {method}: -X {first}",
        methods.join(" and ")
    ))
}

/// The endpoint nearest to a path without a query: some words misspelt, the `/json` at its end missing, or a slash too
/// many there.
pub fn nearest(method: &str, path: &str) -> Option<String> {
    let whole = path.trim_end_matches('/');
    if whole != path && fitting(whole).iter().any(|it| it.method == method) {
        return Some(whole.to_owned());
    }
    let (version, path) = split_version(path);
    let found = endpoints()
        .filter(|it| it.method == method)
        .filter_map(|it| corrected(it.path, path));
    let (_, path) = found.min_by_key(|(edits, _)| *edits)?;
    Some(format!("{version}{path}"))
}

/// The path made one of the endpoint's, and how many words had to be changed.
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
        let word = match wanted.starts_with('{') {
            true if given.is_empty() => return None,
            true => given,
            false if *wanted == given => wanted,
            false => {
                edits += 1;
                dq_filter::nearest(given, std::iter::once(*wanted))?
            }
        };
        corrected.push('/');
        corrected.push_str(word);
    }
    (edits > 0).then_some((edits, corrected))
}
