//! The endpoints of the Engine API that change something, which the sample engine refuses.

/// Method and path of each; `*` stands for one segment, `**` for one or more, as image names have them.
const WRITES: [(&str, &str); 60] = [
    ("POST", "auth"),
    ("POST", "build"),
    ("POST", "build/prune"),
    ("POST", "build/cancel"),
    ("POST", "commit"),
    ("POST", "configs/create"),
    ("DELETE", "configs/*"),
    ("POST", "configs/*/update"),
    ("POST", "containers/create"),
    ("POST", "containers/prune"),
    ("DELETE", "containers/*"),
    ("PUT", "containers/*/archive"),
    ("POST", "containers/*/attach"),
    ("POST", "containers/*/copy"),
    ("POST", "containers/*/exec"),
    ("POST", "containers/*/kill"),
    ("POST", "containers/*/pause"),
    ("POST", "containers/*/rename"),
    ("POST", "containers/*/resize"),
    ("POST", "containers/*/restart"),
    ("POST", "containers/*/start"),
    ("POST", "containers/*/stop"),
    ("POST", "containers/*/unpause"),
    ("POST", "containers/*/update"),
    ("POST", "containers/*/wait"),
    ("POST", "exec/*/resize"),
    ("POST", "exec/*/start"),
    ("POST", "images/create"),
    ("POST", "images/load"),
    ("POST", "images/prune"),
    ("POST", "images/**/push"),
    ("POST", "images/**/tag"),
    ("DELETE", "images/**"),
    ("POST", "networks/create"),
    ("POST", "networks/prune"),
    ("DELETE", "networks/*"),
    ("POST", "networks/*/connect"),
    ("POST", "networks/*/disconnect"),
    ("DELETE", "nodes/*"),
    ("POST", "nodes/*/update"),
    ("POST", "plugins/create"),
    ("POST", "plugins/pull"),
    ("DELETE", "plugins/**"),
    ("POST", "plugins/**/disable"),
    ("POST", "plugins/**/enable"),
    ("POST", "plugins/**/push"),
    ("POST", "plugins/**/set"),
    ("POST", "plugins/**/upgrade"),
    ("POST", "secrets/create"),
    ("DELETE", "secrets/*"),
    ("POST", "secrets/*/update"),
    ("POST", "services/create"),
    ("DELETE", "services/*"),
    ("POST", "services/*/update"),
    ("POST", "session"),
    ("POST", "swarm/*"),
    ("POST", "volumes/create"),
    ("POST", "volumes/prune"),
    ("DELETE", "volumes/*"),
    ("PUT", "volumes/*"),
];

/// Whether a method changes something at a path, given by its segments.
pub(crate) fn is_write(method: &str, path: &[&str]) -> bool {
    WRITES
        .iter()
        .any(|(known, pattern)| *known == method && is_match(pattern, path))
}

/// Whether some method changes something at a path, given by its segments, so that it is one of the API's.
pub(crate) fn is_known(path: &[&str]) -> bool {
    WRITES.iter().any(|(_, pattern)| is_match(pattern, path))
}

fn is_match(pattern: &str, path: &[&str]) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    match pattern.iter().position(|it| *it == "**") {
        None => pattern.len() == path.len() && is_each(&pattern, path),
        Some(at) => {
            let after = &pattern[at + 1..];
            path.len() >= pattern.len()
                && is_each(&pattern[..at], &path[..at])
                && is_each(after, &path[path.len() - after.len()..])
        }
    }
}

fn is_each(pattern: &[&str], path: &[&str]) -> bool {
    pattern
        .iter()
        .zip(path)
        .all(|(wanted, it)| *wanted == "*" && !it.is_empty() || wanted == it)
}
