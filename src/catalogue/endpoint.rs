//! One line of the table: an endpoint with its parameters.

/// One endpoint with one method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub method: &'static str,
    /// The path, with `{placeholders}`.
    pub path: &'static str,
    query: &'static str,
    filters: &'static str,
    /// What the request body holds: `json`, `tar` or nothing, with a `?` if it is optional.
    pub body: &'static str,
    /// What the response body holds: `json`, `stream` (of JSON), `logs`, `tar`, `text` or nothing.
    pub answer: &'static str,
    pub summary: &'static str,
    /// The arguments of an example call of dq.
    pub example: &'static str,
}

/// A query parameter, or a key of `filters`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: &'static str,
    /// `boolean`, `integer`, `string` or `array`; empty for a key of `filters`.
    pub kind: &'static str,
    pub is_required: bool,
    /// The possible values, separated by `|`; empty if they are not listed.
    values: &'static str,
}

impl Parameter {
    /// Parses `NAME:KIND`, with `!` if it is required, or `NAME=VALUE|VALUE`.
    fn parse(text: &'static str) -> Self {
        let (text, values) = text.split_once('=').unwrap_or((text, ""));
        let (name, kind) = text.split_once(':').unwrap_or((text, ""));
        Self {
            name,
            kind: kind.trim_end_matches('!'),
            is_required: kind.ends_with('!'),
            values,
        }
    }

    /// The possible values if they are known, else the kind, and whether it is required.
    pub fn meaning(&self) -> String {
        let values: Vec<_> = self.values().collect();
        let kind = if values.is_empty() {
            self.kind.to_owned()
        } else {
            values.join(", ")
        };
        if self.is_required {
            format!("{kind}, required")
        } else {
            kind
        }
    }

    /// The possible values, if they are known.
    pub fn values(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.values.split('|').filter(|value| !value.is_empty())
    }
}

impl Endpoint {
    /// Parses a line of eight fields separated by tabs.
    pub fn parse(line: &'static str) -> Self {
        let mut fields = line.split('\t');
        let mut next = || fields.next().unwrap_or_default();
        Self {
            method: next(),
            path: next(),
            query: next(),
            filters: next(),
            body: next(),
            answer: next(),
            summary: next(),
            example: next(),
        }
    }

    /// The query parameters, without `filters`.
    pub fn parameters(&self) -> impl Iterator<Item = Parameter> + use<> {
        self.query.split_whitespace().map(Parameter::parse)
    }

    /// The keys of `filters`; none if there is no such parameter.
    pub fn filters(&self) -> impl Iterator<Item = Parameter> + use<> {
        self.filters.split_whitespace().map(Parameter::parse)
    }

    /// Whether the response arrives in pieces, and possibly without end.
    pub fn is_stream(&self) -> bool {
        matches!(self.answer, "stream" | "logs")
    }

    /// Whether a path without a query matches this endpoint. Names of images and plugins may contain slashes.
    pub fn matches_path(&self, path: &str) -> bool {
        let Some((before, rest)) = self.path.split_once('{') else {
            return self.path == path;
        };
        let (placeholder, after) = rest.split_once('}').unwrap_or((rest, ""));
        let word = path.strip_prefix(before);
        let word = word.and_then(|rest| rest.strip_suffix(after));
        let is_segment = |word: &str| placeholder == "name" || !word.contains('/');
        word.is_some_and(|word| is_segment(word) && word.split('/').all(|it| !it.is_empty()))
    }
}
