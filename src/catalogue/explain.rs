//! Describes an endpoint in words: its parameters and bodies, and an example.

use super::endpoint::{Endpoint, Parameter};
use super::table::fitting;

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
    section(&mut text, "answer", answer(endpoint.answer));
    text.push_str("\n  example\n");
    line(&mut text, &format!("  dq {}", endpoint.example));
    text
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
