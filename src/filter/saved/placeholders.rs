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
