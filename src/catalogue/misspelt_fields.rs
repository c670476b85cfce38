//! Fields of a request body that an endpoint does not know, as `-F` gives them.

use super::fields::{Field, body};
use super::misspelt::Misspelling;
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
    let root = body(method, path)?;
    let path = one_line(path.split(['?', '#']).next().unwrap_or_default());
    let mut field = &root;
    let mut is_map = root.is_map();
    let mut known = String::new();
    for part in key.split('[').map(|part| part.trim_end_matches(']')) {
        if !part.is_empty() && !is_map {
            if !field.has_fields() {
                return None;
            }
            let Some(next) = field.field(part) else {
                return Some(unknown(method, &path, field, &known, part));
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
    })
}
