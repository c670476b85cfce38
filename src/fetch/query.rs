//! Query parameters (`-q KEY=VALUE`): appends them to an endpoint and builds Docker's `filters` from them.

use serde_json::{Map, Value};

use super::error::Error;
use super::percent::{self, encode};
use dq_text::one_line;

/// The prefix of the keys that are names of Docker's filters.
const FILTER_PREFIX: &str = "filters.";

/// Splits a parameter into key and value at its first `=`.
///
/// # Errors
/// `Usage` without an `=` or a key. A bare name is refused because Docker reads it as false.
pub fn parse_parameter(text: &str) -> Result<(String, String), Error> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(Error::usage(format!(
            "--query takes KEY=VALUE, not {}",
            // What follows a colon may be a secret.
            one_line(text.split_inclusive(':').next().unwrap_or_default())
        ))),
    }
}

/// Appends parameters, keys and values not yet encoded, to an endpoint or URL. Those whose key starts with `filters.`
/// become one parameter `filters`, a JSON object of arrays, as Docker's API takes it.
///
/// # Errors
/// `Usage` for `filters.…` together with a parameter `filters`.
pub fn append(source: &str, parameters: &[(String, String)]) -> Result<String, Error> {
    let (filters, plain): (Vec<_>, Vec<_>) = parameters
        .iter()
        .partition(|(key, _)| key.starts_with(FILTER_PREFIX));
    let mut query: Vec<String> = plain.iter().map(|(key, value)| pair(key, value)).collect();
    if !filters.is_empty() {
        let is_literal = plain.iter().any(|(key, _)| key == "filters");
        if is_literal || has_filters(source) {
            return Err(Error::usage(
                "filters.KEY=VALUE and a parameter filters exclude each other",
            ));
        }
        query.push(pair("filters", &filters_json(&filters)));
    }
    Ok(with_query(source, &query.join("&")))
}

/// The endpoint without the parameters that [`append`] is going to add again.
pub fn without_parameters(source: &str, parameters: &[(String, String)]) -> String {
    let Some((path, query)) = source.split_once('?') else {
        return source.to_owned();
    };
    let is_replaced = |pair: &&str| {
        let key = pair.split('=').next().unwrap_or_default();
        parameters.iter().any(|(new, _)| {
            let new = if new.starts_with(FILTER_PREFIX) {
                "filters"
            } else {
                new
            };
            key == new || key == encode(new)
        })
    };
    let kept: Vec<_> = query.split('&').filter(|pair| !is_replaced(pair)).collect();
    if kept.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", kept.join("&"))
    }
}

/// Docker's filters in the query of an endpoint, as parameters `filters.NAME`, without those that `parameters` replace.
///
/// They are kept because one more filter should narrow a list: it must not bring back what the others left out.
pub fn remaining_filters(source: &str, parameters: &[(String, String)]) -> Vec<(String, String)> {
    let is_merged = parameters
        .iter()
        .any(|(key, _)| key.starts_with(FILTER_PREFIX))
        && parameters.iter().all(|(key, _)| key != "filters");
    let query = source.split_once('?').map_or("", |(_, query)| query);
    let given = query
        .split('&')
        .filter_map(|pair| pair.strip_prefix("filters="));
    given
        .filter(|_| is_merged)
        .filter_map(|text| serde_json::from_slice(&percent::decode(text)).ok())
        .flat_map(|filters: Map<String, Value>| filters)
        .map(|(name, values)| (format!("{FILTER_PREFIX}{name}"), values))
        .filter(|(key, _)| parameters.iter().all(|(new, _)| new != key))
        .flat_map(|(key, values)| values_of(values).map(move |value| (key.clone(), value)))
        .collect()
}

/// The values of a filter: `["a"]`, or `{"a":true}` as the docker CLI sends them.
fn values_of(values: Value) -> Box<dyn Iterator<Item = String>> {
    match values {
        Value::Array(values) => Box::new(values.into_iter().filter_map(|value| match value {
            Value::String(value) => Some(value),
            _ => None,
        })),
        Value::Object(values) => Box::new(values.into_iter().map(|(value, _)| value)),
        _ => Box::new(std::iter::empty()),
    }
}

/// The filters as JSON, such as `{"status":["exited"],"label":["a=b","c"]}`.
fn filters_json(filters: &[&(String, String)]) -> String {
    let mut object = Map::new();
    for (key, value) in filters {
        let name = key.strip_prefix(FILTER_PREFIX).unwrap_or(key);
        let values = object
            .entry(name)
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(values) = values {
            values.push(Value::String(value.clone()));
        }
    }
    Value::Object(object).to_string()
}

fn has_filters(source: &str) -> bool {
    let query = source.split_once('?').map_or("", |(_, query)| query);
    query
        .split('&')
        .any(|pair| pair.split('=').next() == Some("filters"))
}

/// Appends an encoded query, before the fragment of a URL. In an endpoint, `#` starts no fragment.
fn with_query(source: &str, query: &str) -> String {
    if query.is_empty() {
        return source.to_owned();
    }
    let end = if source.starts_with('/') {
        source.len()
    } else {
        source.find('#').unwrap_or(source.len())
    };
    let (front, fragment) = source.split_at(end);
    let separator = match front.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{front}{separator}{query}{fragment}")
}

fn pair(key: &str, value: &str) -> String {
    format!("{}={}", encode(key), encode(value))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn replaced_parameters_are_removed() {
        let cases = [
            ("/x", "a=1", "/x"),
            ("/x?a=1&b=2&a=3", "a=4", "/x?b=2"),
            ("/x?a=1", "a=", "/x"),
            (
                "/x?filters={\"a\":[\"b\"]}&all=1",
                "filters.c=d",
                "/x?all=1",
            ),
            ("/x?a%20b=1&c", "a b=2 c=1", "/x"),
            ("/x?ab=1", "a=1", "/x?ab=1"),
        ];
        for (source, parameters, expected) in cases {
            let parameters = match parameters {
                "a b=2 c=1" => vec!["a b=2", "c=1"],
                one => vec![one],
            };
            let parameters: Vec<_> = parameters
                .into_iter()
                .map(|it| parse_parameter(it).unwrap())
                .collect();
            assert_eq!(without_parameters(source, &parameters), expected);
        }
    }

    #[test]
    fn filters_that_are_not_replaced_remain() {
        let cases: [(&str, &[&str], &str); 8] = [
            (
                r#"/x?filters={"a":["1","2"]}"#,
                &["filters.b=3"],
                "filters.a=1 filters.a=2",
            ),
            (
                r#"/x?filters={"a":["1"],"b":["2"]}"#,
                &["filters.b=3"],
                "filters.a=1",
            ),
            (
                "/x?filters=%7B%22a%22:%7B%221%22:true%7D%7D",
                &["filters.b=3"],
                "filters.a=1",
            ),
            (
                r#"/x?filters={"a":["1"]}"#,
                &["filters={}", "filters.b=3"],
                "",
            ),
            (r#"/x?filters={"a":["1"]}"#, &["all=1"], ""),
            (r#"/x?filters={"a":[1],"b":true}"#, &["filters.b=3"], ""),
            ("/x?filters=oops&filters", &["filters.b=3"], ""),
            ("/x", &["filters.b=3"], ""),
        ];
        for (source, parameters, expected) in cases {
            let parameters: Vec<_> = parameters
                .iter()
                .map(|it| parse_parameter(it).unwrap())
                .collect();
            let kept = remaining_filters(source, &parameters);
            let kept: Vec<_> = kept
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            assert_eq!(kept.join(" "), expected, "{source}");
        }
    }

    fn appended(source: &str, parameters: &str) -> Result<String, Error> {
        let parameters: Result<Vec<_>, _> = parameters
            .split(' ')
            .filter(|it| !it.is_empty())
            .map(parse_parameter)
            .collect();
        append(source, &parameters?)
    }

    #[test]
    fn parameters_are_appended_and_encoded() {
        let cases = [
            ("/x", "", "/x"),
            ("/x", "all=1", "/x?all=1"),
            ("/x?a=1", "b=2", "/x?a=1&b=2"),
            ("/x?", "b=2", "/x?b=2"),
            ("/x?a=1&", "b=2", "/x?a=1&b=2"),
            ("/x", "a=b=c", "/x?a=b%3Dc"),
            ("/x", "a=", "/x?a="),
            ("/x", "a=1 a=2", "/x?a=1&a=2"),
            ("/x", "a+b=&é/?#%41", "/x?a%2Bb=%26%C3%A9%2F%3F%23%2541"),
            ("/x#y", "a=1", "/x#y?a=1"),
            ("http://h/x#y", "a=1", "http://h/x?a=1#y"),
            ("http://h", "a=1", "http://h?a=1"),
        ];
        for (source, parameters, expected) in cases {
            assert_eq!(appended(source, parameters).unwrap(), expected);
        }
    }

    #[test]
    fn filters_become_one_parameter() {
        let cases = [
            ("filters.status=exited", r#"{"status":["exited"]}"#),
            (
                "filters.label=a=b filters.status=dead filters.label=c",
                r#"{"label":["a=b","c"],"status":["dead"]}"#,
            ),
            ("filters.a.b=c", r#"{"a.b":["c"]}"#),
            ("filters.name=\"é\"", r#"{"name":["\"é\""]}"#),
            ("filters.=x", r#"{"":["x"]}"#),
        ];
        for (parameters, filters) in cases {
            let expected = format!("/x?filters={}", encode(filters));
            assert_eq!(appended("/x", parameters).unwrap(), expected);
        }
        let both = appended("/x", "filters.a=b all=1 filters.c=d").unwrap();
        assert!(both.starts_with("/x?all=1&filters=%7B"), "{both}");
        assert_eq!(appended("/x", "filters=y").unwrap(), "/x?filters=y");
        assert_eq!(appended("/x", "filtersx=y").unwrap(), "/x?filtersx=y");
    }

    #[test]
    fn ambiguous_parameters_are_refused() {
        for (source, parameters) in [
            ("/x", "all"),
            ("/x", "=1"),
            ("/x", "filters=y filters.a=b"),
            ("/x?filters={}", "filters.a=b"),
            ("/x?a=1&filters=", "filters.a=b"),
        ] {
            let error = appended(source, parameters).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{source} {parameters}");
        }
    }
}
