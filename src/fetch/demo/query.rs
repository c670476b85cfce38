//! The query parameters of a request to the sample engine.

use crate::percent;

/// The decoded query parameters, in their order.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Splits and decodes a query string; `+` is a space, as Go's net/url reads it.
    pub(crate) fn new(query: &str) -> Self {
        let pairs = query.split('&').filter(|it| !it.is_empty());
        Self(
            pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(key, value)| (decoded(key), decoded(value)))
                .collect(),
        )
    }

    /// The first value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether there are no other parameters than this one.
    pub(crate) fn has_only(&self, name: &str) -> bool {
        self.0.iter().all(|(key, _)| key == name)
    }

    /// All values of a parameter.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let found = self.0.iter().filter(move |(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A boolean parameter as dockerd reads it (moby, api/server/httputils/form.go); `default` if it is not given.
    pub(crate) fn flag(&self, name: &str, default: bool) -> bool {
        let Some(value) = self.get(name) else {
            return default;
        };
        let value = value.trim().to_ascii_lowercase();
        !["", "0", "no", "false", "none"].contains(&value.as_str())
    }
}

fn decoded(text: &str) -> String {
    String::from_utf8_lossy(&percent::decode(&text.replace('+', " "))).into_owned()
}
