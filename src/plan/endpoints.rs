//! The list that `--endpoints` gives.

use crate::catalogue::{self, Endpoint, Parameter};
use crate::cli::{Cli, Word};
use crate::error::Error;
use dq_json::value::Value;

use super::columns::SavedColumns;
use super::format::SavedFormat;
use super::text::unicode;

/// The explanation of one endpoint, where `--endpoints` is followed by its path alone, or of one of its fields, where the
/// field follows.
pub fn explanation(cli: &Cli) -> Option<String> {
    match &cli.words[..] {
        [word] if cli.endpoints => word.text.to_str().and_then(catalogue::explanation),
        [word, field] if cli.endpoints => {
            catalogue::field_explanation(word.text.to_str()?, field.text.to_str()?)
        }
        _ => None,
    }
}

/// The endpoints that match the first word, which is removed, as JSON text.
///
/// # Errors
/// A word that no endpoint contains.
pub(super) fn list(words: &mut Vec<Word>) -> Result<String, Error> {
    let word = if words.is_empty() {
        String::new()
    } else {
        unicode(&words.remove(0).text)?
    };
    let found = catalogue::matching(&word);
    if found.is_empty() {
        let near = catalogue::nearest("GET", &word).map(|path| format!("did you mean {path}?"));
        return Err(Error::Usage {
            message: format!("no endpoint has {word} in its path or summary"),
            hint: near.or_else(|| Some("dq --endpoints lists them all".into())),
        });
    }
    let rows: Value = found.iter().map(row).collect();
    Ok(rows.to_json())
}

/// The list is a table of the columns that most people look for, unless a filter makes something else of it.
pub(super) fn format(is_filtered: bool) -> SavedFormat {
    let columns = SavedColumns {
        text: "method,path,about".into(),
        saved: None,
        is_filtered: false,
    };
    SavedFormat {
        output: Some("table".into()),
        columns: (!is_filtered).then_some(columns),
    }
}

/// One row. What the table has no room for shows with other columns or another format.
fn row(endpoint: &Endpoint) -> Value {
    Value::object([
        ("method", Value::str(endpoint.method)),
        ("path", Value::str(endpoint.path)),
        ("about", Value::str(endpoint.summary)),
        ("query", names(&mut endpoint.parameters())),
        ("filters", names(&mut endpoint.filters())),
        ("stream", Value::Bool(endpoint.is_stream())),
        ("example", Value::from(format!("dq {}", endpoint.example))),
    ])
}

fn names(parameters: &mut dyn Iterator<Item = Parameter>) -> Value {
    parameters.map(|it| Value::str(it.name)).collect()
}
