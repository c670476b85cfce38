//! jq's options for the input and the program.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::cli::parsed_options::ParsedOptions;
use crate::cli::typed::{FilterOptions, TypedVariable, VariableKind};

use super::values::{path, utf8};

/// Reads the filter stage's options.
pub fn filter(options: &ParsedOptions) -> Result<FilterOptions, String> {
    let library = options.get_many::<OsString>("library-path");
    Ok(FilterOptions {
        null_input: options.get_flag("null-input"),
        raw_input: options.get_flag("raw-input"),
        slurp: options.get_flag("slurp"),
        exit_status: options.get_flag("exit-status"),
        from_file: path(options, "from-file"),
        library: library.into_iter().flatten().map(PathBuf::from).collect(),
        variables: variables(options)?,
        stream: options.get_flag("stream"),
        stream_errors: options.get_flag("stream-errors"),
        seq: options.get_flag("seq"),
    })
}

/// `--arg` and the like, in the order typed.
fn variables(options: &ParsedOptions) -> Result<Vec<TypedVariable>, String> {
    let kinds = [
        ("arg", VariableKind::Text),
        ("argjson", VariableKind::Json),
        ("slurpfile", VariableKind::SlurpFile),
        ("rawfile", VariableKind::RawFile),
    ];
    let mut found = Vec::new();
    for (option, kind) in kinds {
        let positions = options.indices_of(option).into_iter().flatten().step_by(2);
        let pairs = options.get_occurrences::<OsString>(option);
        for (position, mut pair) in positions.zip(pairs.into_iter().flatten()) {
            let (Some(name), Some(value)) = (pair.next(), pair.next()) else {
                continue;
            };
            let variable = TypedVariable {
                kind,
                name: utf8(name, || format!("the name behind --{option}"))?,
                value: value.clone(),
            };
            found.push((position, variable));
        }
    }
    found.sort_by_key(|(position, _)| *position);
    Ok(found.into_iter().map(|(_, variable)| variable).collect())
}
