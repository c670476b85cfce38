//! Parsed options become the types of [`super::typed`], one file for each stage.

mod fetch;
mod filter;
mod format;
mod request;
mod saved;
mod values;

use std::ffi::OsString;

use super::parsed_options::ParsedOptions;
use super::typed::{Cli, Exec};
use super::words::Word;
use values::text;

pub use fetch::fetch;
pub use format::{color, indent, tab};

/// Checks the values of all options; `typed` are those with their values as typed, the program's name in front.
/// `command` is that of `--exec`.
///
/// # Errors
/// The message for the first value that is wrong.
pub fn cli(
    options: &ParsedOptions,
    typed: Vec<OsString>,
    words: Vec<Word>,
    command: Vec<OsString>,
) -> Result<Cli, String> {
    Ok(Cli {
        exec: text(options, "exec")?.map(|container| Exec { container, command }),
        words,
        options: typed,
        fetch: fetch(options)?,
        filter: filter::filter(options)?,
        format: format::format(options)?,
        saved: saved::saved(options)?,
        endpoints: options.get_flag("endpoints"),
        no_defaults: options.get_flag("no-defaults"),
    })
}
