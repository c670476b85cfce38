//! The `{placeholders}` of a saved filter's endpoint.

use super::names::is_name;

/// The names of the `{placeholders}`, each once, in order. Braces around anything but a name are JSON of a query.
pub fn placeholders(endpoint: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for part in endpoint.split('{').skip(1) {
        if let Some((name, _)) = part.split_once('}')
            && is_name(name)
            && !found.contains(&name)
        {
            found.push(name);
        }
    }
    found
}

/// The endpoint with `{name}` in place of `{name...}`, and the name of that placeholder: it takes one or more words, one
/// request each.
pub fn split_repeated(endpoint: &str) -> (String, Option<String>) {
    for part in endpoint.split('{').skip(1) {
        if let Some((name, _)) = part.split_once("...}")
            && is_name(name)
        {
            let single = endpoint.replace(&repeated(name), &format!("{{{name}}}"));
            return (single, Some(name.to_owned()));
        }
    }
    (endpoint.to_owned(), None)
}

/// How a placeholder is written that takes several words.
pub(super) fn repeated(name: &str) -> String {
    format!("{{{name}...}}")
}
