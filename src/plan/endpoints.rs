//! The list that `--endpoints` gives.

use crate::catalogue::{self, Endpoint, Parameter};
use crate::cli::Cli;
use crate::error::Error;
use dq_json::value::Value;

use super::choice::Remembered;
use super::words::unicode;

/// The list as JSON text, if it is asked for: the first word, which is taken away, says of which endpoints.
///
/// # Errors
/// A word that no endpoint has.
pub(super) fn asked(cli: &mut Cli) -> Result<Option<String>, Error> {
    if !cli.endpoints {
        return Ok(None);
    }
    let word = if cli.words.is_empty() {
        String::new()
    } else {
        unicode(&cli.words.remove(0).text)?
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
    Ok(Some(rows.to_json()))
}

/// The list is a table of what is most looked for, unless a filter makes something else of it.
pub(super) fn remembered(cli: &Cli) -> Option<Remembered<'static>> {
    cli.endpoints.then(|| Remembered {
        output: Some("table"),
        columns: cli.words.is_empty().then_some("method,path,about"),
        is_filtered: false,
    })
}

/// What the table has no room for comes when columns or another format are asked for.
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
