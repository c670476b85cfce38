//! Docker's options where jq's or curl's have the letter: a hint instead of another list than the one meant.

use std::path::Path;

use super::Call;
use crate::cli::{self, Cli};
use crate::error::Error;

/// Refuses `ps -a` and `ps -q` as docker means them.
///
/// # Errors
/// `-a` with nothing that is printed in ASCII, `-q` without a parameter.
pub(super) fn check(call: &Call, cli: &Cli) -> Result<(), Error> {
    let refused = |option: &str, meaning: &str, instead: &str| {
        Err(Error::Usage {
            message: format!("{option} is {meaning} here, not docker's {option}"),
            hint: Some(instead.into()),
        })
    };
    let name = call.saved.name.as_str();
    let all = match name {
        "ps" => Some("dq psa has the stopped containers too"),
        "psa" => Some("dq psa has the stopped containers already"),
        "images" => Some("dq images -q all=1 has the intermediate ones too"),
        _ => None,
    };
    if let Some(all) = all.filter(|_| is_only_ascii(&cli.format)) {
        return refused("-a", "--ascii-output", all);
    }
    let last = match name {
        "ps" | "psa" => Some("the last ones: dq psa -q limit=N"),
        "logs" => Some("the last lines: dq logs NAME -q tail=N"),
        _ => None,
    };
    if let Some(last) = last.filter(|_| cli.filter.null_input) {
        return refused("-n", "--null-input", last);
    }
    let lacks_value = cli
        .fetch
        .sending
        .query
        .iter()
        .any(|pair| !pair.contains('='));
    if let Some(ids) = cli::saved::quiet(name).filter(|_| lacks_value) {
        return refused("-q", "--query KEY=VALUE", &ids);
    }
    Ok(())
}

/// `-a` alone: with another of JSON's options somebody may well want ASCII.
fn is_only_ascii(format: &cli::Format) -> bool {
    let json = format.compact || format.raw || format.join || format.nul || format.tab;
    format.ascii && !json && format.indent.is_none()
}

/// `logs -f web` has taken the name for a file.
pub(super) fn too_few(name: &str, from_file: Option<&Path>) -> Option<String> {
    let file = from_file.filter(|_| name == "logs")?;
    Some(format!(
        "-f is --from-file here; to follow: dq logs {} -q follow=1",
        file.display()
    ))
}
