//! `dq NAME --help`: what one saved filter does, takes and gives.

use std::path::PathBuf;

use super::store::FilterStore;
use crate::catalogue::{self, Parameter};
use crate::cli::docker;
use crate::environment::Variables;
use crate::error::Error;
use crate::plan::saved::{column_names, signature};
use dq_filter::saved::{FilterOrigin, Metadata, SavedFilter};

/// The help of the saved filter that the first word names.
///
/// # Errors
/// A name that no saved filter has, a file with a broken header.
pub(super) fn help(words: &[&str], library: &[PathBuf], env: Variables) -> Result<String, Error> {
    let store = FilterStore::new(library, env);
    let name = words.first().copied().unwrap_or_default();
    let saved = store
        .find(name)
        .map_err(|error| match docker::instead(words, false) {
            Some(instead) => Error::Usage {
                message: format!("there is no saved filter {name}"),
                hint: Some(instead),
            },
            None => error,
        })?;
    let metadata = saved.metadata().map_err(|error| Error::Compile {
        errors: vec![error],
        hint: None,
    })?;
    Ok(described(&saved, &metadata, &store))
}

fn described(saved: &SavedFilter, metadata: &Metadata, store: &FilterStore) -> String {
    let name = &saved.name;
    let mut text = String::new();
    if let Some(about) = &metadata.about {
        text.push_str(&format!("{about}.\n\n"));
    }
    let Some(endpoint) = &metadata.endpoint else {
        text.push_str(&format!(
            "usage: dq SOURCE {name}      a function, without an endpoint\n"
        ));
        text.push_str(&place(saved));
        return text;
    };
    let usage = signature(name, metadata);
    text.push_str(&format!("usage: {usage}\n\n"));
    let method = metadata.method.as_deref().unwrap_or("GET");
    let mut line = |title: &str, content: &str| {
        if !content.is_empty() {
            text.push_str(&format!("  {title:<10}{content}\n"));
        }
    };
    let written = metadata.written_endpoint().unwrap_or_default();
    line("endpoint", &format!("{method} {written}"));
    line("or", &metadata.fallback.join(", "));
    line("host", metadata.host.as_deref().unwrap_or_default());
    line("output", metadata.output.as_deref().unwrap_or_default());
    let columns = column_names(saved, metadata, &store.saved_filters);
    line("columns", &columns.join(", "));
    let args = metadata.args.iter();
    let args: Vec<_> = args
        .map(|(name, value)| format!("--arg {name} ({})", value.to_json()))
        .collect();
    line("variables", &args.join(", "));
    text.push_str(&parameters(method, endpoint));
    let is_object = metadata.output.as_deref() == Some("record") || saved.name == "restarts";
    text.push_str(&examples(&usage, &columns, is_object));
    text.push_str(&place(saved));
    text
}

/// What `-q` takes, where the endpoint is one of Docker's.
fn parameters(method: &str, endpoint: &str) -> String {
    let path = endpoint.split('?').next().unwrap_or_default();
    let found = catalogue::fitting(path);
    let Some(endpoint) = found.iter().find(|it| it.method == method) else {
        return String::new();
    };
    let meaning = |prefix: &str, it: &Parameter| match it.name {
        "since" | "until" if prefix.is_empty() => {
            "10m, 2026-11-28T10:00, seconds since 1970".into()
        }
        _ => it.meaning(),
    };
    let row = |prefix: &str, it: Parameter| {
        let option = format!("-q {prefix}{}", it.name);
        (option, meaning(prefix, &it))
    };
    let rows = endpoint.parameters().map(|it| row("", it));
    let rows: Vec<_> = rows
        .chain(endpoint.filters().map(|it| row("filters.", it)))
        .collect();
    let Some(width) = rows.iter().map(|(option, _)| option.len()).max() else {
        return String::new();
    };
    let mut text = String::from("\nparameters:\n");
    for (option, meaning) in rows {
        let line = format!("  {option:<width$}  {meaning}");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Examples of calls; `is_object` says that the output is one object instead of rows.
fn examples(usage: &str, columns: &[String], is_object: bool) -> String {
    let call = usage.trim_end_matches(" [FILTER]").replace(" [NAME…]", "");
    let call = call.replace('…', "");
    let mut text = format!("\nexamples:\n  {call}\n");
    if let [first, second, ..] = columns {
        text.push_str(&format!("  {call} -o json\n"));
        text.push_str(&format!("  {call} --columns {first},{second}\n"));
        let each = if is_object { "" } else { ".[]" };
        text.push_str(&format!("  {call} -r '{each}.{first}'\n"));
    }
    text
}

/// Where the text is, and what shows it.
fn place(saved: &SavedFilter) -> String {
    let place = match saved.origin {
        FilterOrigin::BuiltIn => "built in",
        _ => &saved.path,
    };
    format!(
        "\nThe filter ({place}): dq --show {}. All options: dq --help\n",
        saved.name
    )
}
