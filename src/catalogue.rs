//! The endpoints of Docker's Engine API, for people, completion and hints; nothing is read before it is asked for.

mod explain;
mod search;
#[cfg(test)]
mod tests;

pub use explain::explanation;
pub use search::{hint, matching, nearest};

/// One line for each, as of API 1.56; older engines know most of them.
const TABLE: &str = include_str!("../completions/endpoints.tsv");

/// One endpoint with one method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub method: &'static str,
    /// With `{placeholders}`.
    pub path: &'static str,
    query: &'static str,
    filters: &'static str,
    /// What it takes: `json`, `tar`, nothing; with `?` where it may be left out.
    pub body: &'static str,
    /// What it gives: `json`, `stream` (of JSON), `logs`, `tar`, `text`, nothing.
    pub answer: &'static str,
    pub summary: &'static str,
    /// What stands behind `dq`.
    pub example: &'static str,
}

/// A parameter of the query, or a key of `filters`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: &'static str,
    /// `boolean`, `integer`, `string`, `array`.
    pub kind: &'static str,
    pub is_required: bool,
    /// The values it may have, with `|` between; empty where they are not listed.
    values: &'static str,
}

impl Parameter {
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

    /// What it takes, in words: its values where they are known, else its kind.
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

    /// The values it may have, where they are known.
    pub fn values(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.values.split('|').filter(|value| !value.is_empty())
    }
}

impl Endpoint {
    fn parse(line: &'static str) -> Self {
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

    /// The parameters of its query, without `filters`.
    pub fn parameters(&self) -> impl Iterator<Item = Parameter> + use<> {
        self.query.split_whitespace().map(Parameter::parse)
    }

    /// The keys of its `filters`; none where it has no such parameter.
    pub fn filters(&self) -> impl Iterator<Item = Parameter> + use<> {
        self.filters.split_whitespace().map(Parameter::parse)
    }

    /// What it sends comes bit by bit, and may go on without end.
    pub fn is_stream(&self) -> bool {
        matches!(self.answer, "stream" | "logs")
    }

    /// Whether a path without its query is one of this endpoint's. Names of images and plugins hold slashes.
    pub fn fits(&self, path: &str) -> bool {
        let Some((before, rest)) = self.path.split_once('{') else {
            return self.path == path;
        };
        let (name, after) = rest.split_once('}').unwrap_or((rest, ""));
        let middle = path.strip_prefix(before);
        let middle = middle.and_then(|rest| rest.strip_suffix(after));
        let may_go_on = |word: &str| name == "name" || !word.contains('/');
        middle.is_some_and(|word| may_go_on(word) && word.split('/').all(|it| !it.is_empty()))
    }
}

/// All of them, in the order of the API's description.
pub fn endpoints() -> impl Iterator<Item = Endpoint> {
    TABLE.lines().skip(1).map(Endpoint::parse)
}

/// The endpoints that a path may be, one for each method; the path may begin with a version, such as `/v1.41`.
pub fn fitting(path: &str) -> Vec<Endpoint> {
    let (_, path) = split_version(path);
    let fit: Vec<_> = endpoints().filter(|it| it.fits(path)).collect();
    // `/images/json` is no image of the name json, `/images/a/b/json` none of the name a/b/json.
    let rank = |it: &Endpoint| (it.path == path, it.path.matches('/').count());
    let best = fit.iter().map(rank).max();
    fit.into_iter()
        .filter(|it| Some(rank(it)) == best)
        .collect()
}

/// `/v1.41` in front of a path, if it is there, and the rest.
pub fn split_version(path: &str) -> (&str, &str) {
    let rest = path.strip_prefix("/v").unwrap_or_default();
    let (version, _) = rest.split_once('/').unwrap_or_default();
    let is_version = version.starts_with(|it: char| it.is_ascii_digit())
        && version.chars().all(|it| it.is_ascii_digit() || it == '.');
    if is_version {
        path.split_at("/v".len() + version.len())
    } else {
        ("", path)
    }
}
