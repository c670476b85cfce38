//! What a filter may refer to: variables, positional arguments, modules.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::text::unicode;
use crate::cli::{TypedVariable, VariableKind, Word};
use crate::error::Error;
use dq_json::read::from_slice;
use dq_json::value::Value;

/// The values of `--arg` and the like; the first of a name counts, as in jq.
pub(super) fn values(typed: Vec<TypedVariable>) -> Result<Vec<(String, Value)>, Error> {
    let mut variables: Vec<(String, Value)> = Vec::new();
    for TypedVariable { kind, name, value } in typed {
        if variables.iter().all(|(known, _)| *known != name) {
            let value = value_of(kind, &name, &value)?;
            variables.push((name, value));
        }
    }
    Ok(variables)
}

fn value_of(kind: VariableKind, name: &str, value: &OsStr) -> Result<Value, Error> {
    match kind {
        VariableKind::Text => Ok(Value::from(unicode(value)?)),
        VariableKind::Json => {
            let text = unicode(value)?;
            let parsed = from_slice(text.as_bytes());
            parsed.map_err(|error| {
                Error::usage(format!(
                    "invalid JSON text passed to --argjson {name}: {error}"
                ))
            })
        }
        VariableKind::SlurpFile => dq_filter::read_values(Path::new(value))
            .map_err(|problem| Error::usage(format!("bad JSON in --slurpfile {name} {problem}"))),
        VariableKind::RawFile => dq_filter::read_text(Path::new(value))
            .map_err(|problem| Error::usage(format!("bad file in --rawfile {name} {problem}"))),
    }
}

/// Refuses a `-L` that is not a directory: curl's `-L /endpoint` would otherwise lose its endpoint.
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

/// The remaining words: files, and the arguments behind `--args` and `--jsonargs`.
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
