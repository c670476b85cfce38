//! The options about the output.

use crate::cli::parsed_options::ParsedOptions;
use crate::cli::typed::{FormatOptions, Paths};
use crate::terminal::ColorWhen;

use super::values::{text, texts};

/// Reads the format stage's options.
pub fn format(options: &ParsedOptions) -> Result<FormatOptions, String> {
    Ok(FormatOptions {
        output: texts(options, "output", "the value of --output")?,
        table: options.get_flag("table"),
        columns: columns(options)?,
        paths: text(options, "paths")?.map(|word| Paths {
            word: Some(word).filter(|word| !word.is_empty()),
        }),
        no_header: options.get_flag("no-header"),
        wide: options.get_flag("wide"),
        raw: options.get_flag("raw-output"),
        join: options.get_flag("join-output"),
        nul: options.get_flag("raw-output0"),
        ascii: options.get_flag("ascii-output"),
        compact: options.get_flag("compact-output"),
        sort_keys: options.get_flag("sort-keys"),
        tab: tab(options)?,
        indent: indent(options)?,
        unbuffered: options.get_flag("unbuffered"),
        color: color(options)?,
    })
}

/// `--tab`, or `--indent -1`, which is the same in jq.
pub fn tab(options: &ParsedOptions) -> Result<bool, String> {
    let is_tab = text(options, "indent")?.is_some_and(|value| value == "-1");
    Ok(is_tab || options.get_flag("tab"))
}

/// `--columns`: the lists of all of them, one behind the other.
fn columns(options: &ParsedOptions) -> Result<Option<String>, String> {
    let lists = texts(options, "columns", "the value of --columns")?;
    Ok((!lists.is_empty()).then(|| lists.join(", ")))
}

/// `--indent`, within jq's bounds: 0 to 7 spaces.
pub fn indent(options: &ParsedOptions) -> Result<Option<u8>, String> {
    let Some(value) = text(options, "indent")?.filter(|value| value != "-1") else {
        return Ok(None);
    };
    let number = value.parse::<u8>().ok().filter(|number| *number <= 7);
    number
        .map(Some)
        .ok_or_else(|| format!("--indent takes a number from 0 to 7, not {value}"))
}

/// `-M`, else `-C`, else `--color`.
pub fn color(options: &ParsedOptions) -> Result<Option<ColorWhen>, String> {
    let when = match text(options, "color")?.as_deref() {
        None => None,
        Some("auto") => Some(ColorWhen::Auto),
        Some("always") => Some(ColorWhen::Always),
        Some("never") => Some(ColorWhen::Never),
        Some(other) => return Err(format!("--color takes auto, always or never, not {other}")),
    };
    if options.get_flag("monochrome-output") {
        Ok(Some(ColorWhen::Never))
    } else if options.get_flag("color-output") {
        Ok(Some(ColorWhen::Always))
    } else {
        Ok(when)
    }
}
