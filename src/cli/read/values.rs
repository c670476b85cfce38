//! Values of options: text, paths, durations, counts.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

use crate::cli::parsed_options::ParsedOptions;

/// The value of an option that is text.
pub fn text(options: &ParsedOptions, name: &str) -> Result<Option<String>, String> {
    let value = options.get_one::<OsString>(name);
    value
        .map(|value| utf8(value, || format!("the value of --{name}")))
        .transpose()
}

/// All values of an option that may be repeated; `what` names one of them in the error.
pub fn texts(options: &ParsedOptions, name: &str, what: &str) -> Result<Vec<String>, String> {
    let values = options.get_many::<OsString>(name).into_iter().flatten();
    values
        .map(|value| utf8(value, || what.to_owned()))
        .collect()
}

/// The value as text; `what` names it in the error.
pub fn utf8(value: &OsStr, what: impl FnOnce() -> String) -> Result<String, String> {
    value
        .to_str()
        .map(str::to_owned)
        .ok_or_else(|| format!("{} is not valid UTF-8", what()))
}

/// The value of an option that is a path.
pub fn path(options: &ParsedOptions, name: &str) -> Option<PathBuf> {
    options.get_one::<OsString>(name).map(PathBuf::from)
}

/// The longest time limit, in seconds: what ssh can be told. It is 68 years, so it limits nothing, and no sum with a time
/// of today overflows.
const LONGEST: f64 = i32::MAX as f64;

/// The value of an option in seconds, fractions included.
pub fn seconds(options: &ParsedOptions, name: &str) -> Result<Option<Duration>, String> {
    let Some(value) = text(options, name)? else {
        return Ok(None);
    };
    let number = value.parse::<f64>().ok().filter(|number| *number > 0.0);
    let duration = number.map(|number| Duration::from_secs_f64(number.min(LONGEST)));
    duration
        .map(Some)
        .ok_or_else(|| format!("--{name} takes a number of seconds, not {value}"))
}
