//! What a filter can refer to: variables, positional arguments, modules.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::unicode;
use crate::cli::{Named, NamedKind, Word};
use crate::error::Error;
use dq_json::read::from_slice;
use dq_json::value::Value;

pub(super) fn named(named: Vec<Named>) -> Result<Vec<(String, Value)>, Error> {
    let mut variables: Vec<(String, Value)> = Vec::new();
    for Named { kind, name, value } in named {
        if variables.iter().all(|(known, _)| *known != name) {
            let value = named_value(kind, &name, &value)?;
            variables.push((name, value));
        }
    }
    Ok(variables)
}

pub(super) fn named_value(kind: NamedKind, name: &str, value: &OsStr) -> Result<Value, Error> {
    match kind {
        NamedKind::Text => Ok(Value::from(unicode(value)?)),
        NamedKind::Json => {
            let text = unicode(value)?;
            let parsed = from_slice(text.as_bytes());
            parsed.map_err(|error| {
                Error::usage(format!(
                    "invalid JSON text passed to --argjson {name}: {error}"
                ))
            })
        }
        NamedKind::SlurpFile => dq_filter::read_values(Path::new(value))
            .map_err(|problem| Error::usage(format!("bad JSON in --slurpfile {name} {problem}"))),
        NamedKind::RawFile => dq_filter::read_text(Path::new(value))
            .map_err(|problem| Error::usage(format!("bad file in --rawfile {name} {problem}"))),
    }
}

/// `-L` takes a directory: a header typed behind it would pass unnoticed, and curl's `-L /endpoint` too.
pub(super) fn library(directories: Vec<PathBuf>, reads_stdin: bool) -> Result<Vec<PathBuf>, Error> {
    let endpoint = |it: &&PathBuf| reads_stdin && it.is_absolute() && !it.exists();
    if let Some(endpoint) = directories.iter().find(endpoint) {
        return Err(Error::Usage {
            message: format!(
                "-L takes a directory of modules, and there is no {}",
                endpoint.display()
            ),
            hint: Some("leave -L out: dq follows redirects on the same host by itself".into()),
        });
    }
    match directories.iter().find(|directory| directory.is_file()) {
        Some(file) => Err(Error::usage(format!(
            "-L takes a directory of modules, and {} is a file",
            file.display()
        ))),
        None => Ok(directories),
    }
}

/// What is left of the words: files, and arguments behind `--args` and `--jsonargs`.
pub(super) fn tail(words: impl Iterator<Item = Word>) -> Result<(Vec<PathBuf>, Vec<Value>), Error> {
    let (mut files, mut positional) = (Vec::new(), Vec::new());
    for word in words {
        if word.is_file() {
            files.push(PathBuf::from(word.text));
            continue;
        }
        let text = unicode(&word.text)?;
        if !word.is_json() {
            positional.push(Value::from(text));
            continue;
        }
        let value = from_slice(text.as_bytes());
        positional.push(value.map_err(|error| {
            Error::usage(format!(
                "invalid JSON text behind --jsonargs: {text}: {error}"
            ))
        })?);
    }
    Ok((files, positional))
}
