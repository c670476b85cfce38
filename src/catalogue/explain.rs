//! Describes an endpoint in words: its parameters and bodies, and an example.

use super::endpoint::{Endpoint, Parameter};
use super::fields::{self, Field};
use super::table::fitting;

/// The width that lists of names are wrapped to.
const WIDTH: usize = 78;

/// Describes the endpoint of a path, for each of its methods; `None` if there is no such endpoint. The path may have
/// its placeholders filled in (`/containers/web/logs`).
pub fn explanation(path: &str) -> Option<String> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let found = fitting(path);
    let texts: Vec<_> = found.iter().map(description).collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

fn description(endpoint: &Endpoint) -> String {
    let mut text = format!("{} {}\n", endpoint.method, endpoint.path);
    line(&mut text, endpoint.summary);
    list(&mut text, "query", "-q ", endpoint.parameters());
    list(&mut text, "filters", "-q filters.", endpoint.filters());
    section(&mut text, "body", body(endpoint.body));
    if let Some(body) = fields::body(endpoint.method, endpoint.path) {
        list_fields(&mut text, &body, Some(""));
        if body.fields.iter().any(Field::has_fields) {
            let path = endpoint.path;
            line(
                &mut text,
                &format!("  dq --endpoints {path} FIELD lists those of one field"),
            );
        }
    }
    section(&mut text, "answer", answer(endpoint.answer));
    if endpoint.method == "GET"
        && let Some(answer) = fields::answer(endpoint.path)
    {
        name_fields(&mut text, &answer);
    }
    text.push_str("\n  example\n");
    line(&mut text, &format!("  dq {}", endpoint.example));
    text
}

/// Describes one field of the request body or of the answer of an endpoint, given by its path in them, such as
/// `HostConfig` or `State.Health`; `None` if there is no such field.
pub fn field_explanation(path: &str, field: &str) -> Option<String> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut text = String::new();
    for endpoint in fitting(path) {
        let body = fields::body(endpoint.method, endpoint.path);
        let answer = fields::answer(endpoint.path).filter(|_| endpoint.method == "GET");
        for (part, root) in [("body", body), ("answer", answer)] {
            if let Some(found) = root.as_ref().and_then(|root| find(root, field)) {
                text.push_str(&format!(
                    "{} {} {part} {field}: {}\n",
                    endpoint.method,
                    endpoint.path,
                    found.type_name()
                ));
                let typed = as_typed(field);
                list_fields(&mut text, found, (part == "body").then_some(&typed));
            }
        }
    }
    (!text.is_empty()).then_some(text)
}

/// A path as `-F` takes it: `HostConfig[Mounts]`.
fn as_typed(path: &str) -> String {
    let mut keys = path.split(['.', '[', ']']).filter(|key| !key.is_empty());
    let first = keys.next().unwrap_or_default().to_owned();
    keys.fold(first, |path, key| format!("{path}[{key}]"))
}

/// The field at a path, `State.Health` or `HostConfig[Mounts][]`.
fn find<'f>(root: &'f Field, path: &str) -> Option<&'f Field> {
    let keys = path.split(['.', '[', ']']).filter(|key| !key.is_empty());
    keys.into_iter().try_fold(root, |field, key| {
        let mut fields = field.fields.iter();
        fields.find(|it| it.name.eq_ignore_ascii_case(key))
    })
}

/// Lists fields with their types, and names those below them. Those of a body are written as `-F` takes them, below the
/// field `parent` of the body.
fn list_fields(text: &mut String, root: &Field, parent: Option<&str>) {
    let name = |field: &Field| match parent {
        Some(parent) => format!("-F {}", typed_name(root, parent, field)),
        None => field.name.to_owned(),
    };
    let names: Vec<String> = root.fields.iter().map(name).collect();
    let width = names.iter().map(|name| name.chars().count()).max();
    let width = width.unwrap_or(0);
    for (field, name) in root.fields.iter().zip(names) {
        let start = format!("  {name:<width$}  {}", field.type_name());
        line(text, &start);
        if field.has_fields() {
            wrap(text, "", field, "    ".len() + width + "  ".len());
        }
    }
}

/// The name of a field as `-F` takes it, without the `=`, below the field `parent`, which is `root`.
fn typed_name(root: &Field, parent: &str, field: &Field) -> String {
    let suffix = match (field.is_array(), field.is_map() || field.has_fields()) {
        (true, true) => "[][…]",
        (true, false) => "[]",
        (false, true) => "[…]",
        (false, false) => "",
    };
    let name = field.name;
    match (parent, root.is_array(), root.is_map()) {
        ("", ..) => format!("{name}{suffix}"),
        (_, true, _) => format!("{parent}[][{name}]{suffix}"),
        (_, _, true) => format!("{parent}[KEY][{name}]{suffix}"),
        _ => format!("{parent}[{name}]{suffix}"),
    }
}

fn name_fields(text: &mut String, answer: &Field) {
    let start = if answer.is_array() { "each with " } else { "" };
    wrap(text, start, answer, "    ".len());
}

/// Appends the names of the fields below, wrapped and indented.
fn wrap(text: &mut String, start: &str, field: &Field, indent: usize) {
    let mut current = start.to_owned();
    for (at, below) in field.fields.iter().enumerate() {
        let comma = if at + 1 < field.fields.len() {
            ", "
        } else {
            ""
        };
        let word = format!("{}{comma}", below.name);
        if indent + current.len() + word.trim_end().len() > WIDTH && !current.is_empty() {
            line(
                text,
                &format!("{:indent$}{}", "", current.trim_end(), indent = indent - 2),
            );
            current.clear();
        }
        current.push_str(&word);
    }
    line(
        text,
        &format!("{:indent$}{current}", "", indent = indent - 2),
    );
}

fn line(text: &mut String, line: &str) {
    text.push_str(&format!("  {line}\n"));
}

fn section(text: &mut String, title: &str, content: &str) {
    if !content.is_empty() {
        text.push_str(&format!("\n  {title}\n"));
        line(text, &format!("  {content}"));
    }
}

fn list(text: &mut String, title: &str, option: &str, all: impl Iterator<Item = Parameter>) {
    let rows: Vec<_> = all.map(|it| (it.name, it.meaning())).collect();
    let width = rows.iter().map(|(name, _)| name.len()).max();
    let Some(width) = width else { return };
    text.push_str(&format!("\n  {title}\n"));
    for (name, meaning) in rows {
        let row = format!("  {option}{name:<width$}  {meaning}");
        line(text, row.trim_end());
    }
}

fn body(body: &str) -> &'static str {
    match body {
        "json" => "a JSON object: -F KEY=VALUE, or -d",
        "json?" => "a JSON object, or none: -F KEY=VALUE, or -d",
        "tar" => "a tar: -d @FILE, or -d @- for standard input",
        "tar?" => "none, or a tar: -d @FILE, or -d @- for standard input",
        _ => "",
    }
}

fn answer(answer: &str) -> &'static str {
    match answer {
        "json" => "JSON",
        "stream" => "a stream of JSON objects, filtered as they arrive",
        "logs" => "stdout and stderr; a filter sees each line as {stream, line}",
        "tar" => "a tar: > FILE, or a pipe",
        "text" => "text",
        _ => "nothing on success",
    }
}
