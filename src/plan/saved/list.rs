//! The list of saved filters that `--list` gives.

use dq_filter::saved::{FilterOrigin, SavedFilter, SavedFilters};
use dq_json::value::Value;

/// The rows of `--list`, an array of objects as JSON text. A broken filter is listed with its error as its summary.
pub fn list(saved_filters: &SavedFilters) -> String {
    let rows: Value = saved_filters
        .names()
        .into_iter()
        .filter_map(|name| match saved_filters.find(&name) {
            Ok(saved) => Some(row(&saved?)),
            Err(problem) => {
                let origin = saved_filters.origin(&name)?;
                Some(entry(
                    &name,
                    Some(format!("broken: {problem}")),
                    None,
                    origin,
                ))
            }
        })
        .collect();
    rows.to_json()
}

fn row(saved: &SavedFilter) -> Value {
    let (about, endpoint) = match saved.metadata() {
        Ok(metadata) => (metadata.about.clone(), metadata.written_endpoint()),
        Err(error) => (Some(format!("broken: {}", error.message)), None),
    };
    entry(&saved.name, about, endpoint, saved.origin)
}

fn entry(
    name: &str,
    about: Option<String>,
    endpoint: Option<String>,
    origin: FilterOrigin,
) -> Value {
    let from = match origin {
        FilterOrigin::User => "yours",
        FilterOrigin::Library => "-L",
        FilterOrigin::BuiltIn => "built in",
    };
    let text = |text: Option<String>| text.map_or(Value::Null, Value::from);
    Value::object([
        ("name", Value::str(name)),
        ("about", text(about)),
        ("endpoint", text(endpoint)),
        ("from", Value::str(from)),
    ])
}
