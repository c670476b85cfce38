//! Fields of a request body that an endpoint does not know, as `-F` gives them.

use super::endpoint::Endpoint;
use super::fields::{Field, body};
use super::misspelt::{Misspelling, decoded};
use super::table::fitting;
use dq_text::one_line;

/// Checks one field of a body: `key` is spelt as in `-F KEY=VALUE`, such as `HostConfig[Binds][]`. `value` is the text of
/// a value that is no JSON; `None` for JSON.
///
/// An endpoint whose body is not documented has no misspellings.
pub fn misspelt_field(
    method: &str,
    path: &str,
    key: &str,
    value: Option<&str>,
) -> Option<Misspelling> {
    let path = decoded(path);
    let endpoint = fitting(&path).into_iter().find(|it| it.method == method)?;
    if endpoint.body.is_empty() {
        return Some(without_body(&endpoint, &path, key));
    }
    let root = body(method, &path)?;
    let path = one_line(&path);
    let mut field = &root;
    let mut is_map = root.is_map();
    let mut known = String::new();
    for part in key.split('[').map(|part| part.trim_end_matches(']')) {
        if !part.is_empty() && !is_map {
            if !field.has_fields() {
                return None;
            }
            let Some(next) = field.field(part) else {
                let parameter = known
                    .is_empty()
                    .then(|| parameter(&endpoint, key))
                    .flatten();
                return Some(unknown(method, &path, field, &known, part).or_parameter(parameter));
            };
            field = next;
            is_map = next.is_map();
        } else if !part.is_empty() {
            is_map = false;
        }
        known = joined(&known, part);
    }
    value
        .filter(|value| *value != "null" && !key.ends_with(']'))
        .and_then(|value| wrong_type(field, key, value))
}

/// What is wrong with a key in the body of a request whose endpoint reads none; `None` if it reads one, or is unknown.
pub fn field_without_body(method: &str, path: &str, key: &str) -> Option<Misspelling> {
    let path = decoded(path);
    let endpoint = fitting(&path).into_iter().find(|it| it.method == method)?;
    endpoint
        .body
        .is_empty()
        .then(|| without_body(&endpoint, &path, key))
}

/// A field for an endpoint that reads no body. One that is a query parameter must not pass: without it the request does
/// something else.
fn without_body(endpoint: &Endpoint, path: &str, key: &str) -> Misspelling {
    let parameter = parameter(endpoint, key);
    let names: Vec<_> = endpoint.parameters().map(|it| it.name).collect();
    Misspelling {
        message: format!("{} {} takes no body", endpoint.method, one_line(path)),
        is_name: true,
        is_refused: parameter.is_some(),
        hint: match parameter {
            Some(name) => format!("did you mean -q {name}=…?"),
            None if names.is_empty() => "it takes no parameters either: leave the body out".into(),
            None => format!("it takes -q with {}", names.join(", ")),
        },
    }
}

/// The query parameter that a field is probably meant for.
fn parameter(endpoint: &Endpoint, key: &str) -> Option<String> {
    if key == "filters" {
        let filter = endpoint.filters().next()?;
        return Some(format!("filters.{}", filter.name));
    }
    if let Some(filter) = key
        .strip_prefix("filters[")
        .or(key.strip_prefix("filters."))
    {
        let name = filter.split(']').next().unwrap_or_default();
        let mut filters = endpoint.filters();
        return filters
            .find(|it| it.name == name)
            .map(|it| format!("filters.{}", it.name));
    }
    let mut parameters = endpoint.parameters();
    let found = parameters.find(|it| it.name.eq_ignore_ascii_case(key));
    found.map(|it| it.name.to_owned())
}

impl Misspelling {
    /// The same, where the name is that of a query parameter.
    fn or_parameter(self, parameter: Option<String>) -> Self {
        match parameter {
            Some(name) => Self {
                hint: format!("did you mean -q {name}=…?"),
                ..self
            },
            None => self,
        }
    }
}

/// The key with one more part in brackets.
fn joined(key: &str, part: &str) -> String {
    if key.is_empty() {
        part.to_owned()
    } else {
        format!("{key}[{part}]")
    }
}

fn unknown(method: &str, path: &str, field: &Field, known: &str, part: &str) -> Misspelling {
    let names = || field.fields.iter().map(|it| it.name);
    let near = names()
        .find(|name| name.eq_ignore_ascii_case(part))
        .or_else(|| dq_filter::nearest(part, names()));
    let hint = match near {
        Some(near) => format!("did you mean {}?", joined(known, near)),
        None => format!("dq --endpoints '{path}' describes it"),
    };
    Misspelling {
        message: format!(
            "the body of {method} {path} has no {}",
            one_line(&joined(known, part))
        ),
        hint,
        is_name: true,
        is_refused: false,
    }
}

/// A plain value where an array or an object is wanted.
fn wrong_type(field: &Field, key: &str, value: &str) -> Option<Misspelling> {
    if field.is_scalar() != Some(false) {
        return None;
    }
    let form = if field.is_array() {
        one_line(&dq_text::shell_word(&format!("{key}[]={value}")))
    } else {
        format!("'{key}[KEY]={}'", one_line(value))
    };
    Some(Misspelling {
        message: format!("{key} is an {}", field.type_name()).replace("an map", "a map"),
        hint: format!("-F {form}, or {key}:=JSON"),
        is_name: false,
        is_refused: false,
    })
}
