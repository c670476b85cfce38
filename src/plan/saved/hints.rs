//! docker's letters behind a saved filter, where jq's or curl's option has the letter: an error with a hint instead of
//! a list that was not meant.

use std::path::Path;

use crate::cli::hints::ids_only;
use crate::cli::{FilterOptions, FormatOptions, RequestOptions, Word};
use crate::error::Error;

/// Refuses `ps -a`, `ps -n` and `ps -q` as docker means them.
///
/// # Errors
/// `-a` without another option about JSON, `-n`, `-q` without a parameter.
pub(super) fn refuse_docker_letters(
    name: &str,
    request: &RequestOptions,
    filter: &FilterOptions,
    format: &FormatOptions,
) -> Result<(), Error> {
    let refused = |option: &str, meaning: &str, instead: &str| {
        Err(Error::Usage {
            message: format!("{option} is {meaning} here, not docker's {option}"),
            hint: Some(instead.into()),
        })
    };
    let all = match name {
        "ps" => Some("dq psa has the stopped containers too"),
        "psa" => Some("dq psa has the stopped containers already"),
        "images" => Some("dq images -q all=1 has the intermediate ones too"),
        _ => None,
    };
    if let Some(all) = all.filter(|_| is_ascii_alone(format)) {
        return refused("-a", "--ascii-output", all);
    }
    let last = match name {
        "ps" | "psa" => Some("the last ones: dq psa -q limit=N"),
        "logs" => Some("the last lines: dq logs NAME -q tail=N"),
        _ => None,
    };
    if let Some(last) = last.filter(|_| filter.null_input) {
        return refused("-n", "--null-input", last);
    }
    let lacks_value = request.query.iter().any(|pair| !pair.contains('='));
    if let Some(ids) = ids_only(name).filter(|_| lacks_value) {
        return refused("-q", "--query KEY=VALUE", &ids);
    }
    Ok(())
}

/// Whether `-a` stands alone: with another option about JSON it probably means ASCII.
fn is_ascii_alone(format: &FormatOptions) -> bool {
    let json = format.compact || format.raw || format.join || format.nul || format.tab;
    format.ascii && !json && format.indent.is_none()
}

/// In `logs -f web`, `-f` has taken the name for a file.
pub(super) fn too_few_words(name: &str, from_file: Option<&Path>) -> Option<String> {
    let file = from_file.filter(|_| name == "logs")?;
    Some(format!(
        "-f is --from-file here; to follow: dq logs {} -q follow=1",
        file.display()
    ))
}

/// Refuses a number in the place of a filter: it was probably meant as one to look for.
pub(super) fn refuse_bare_number(name: &str, words: &[Word]) -> Result<(), Error> {
    let first = words.first().and_then(|word| word.text.to_str());
    let Some(number) = first.filter(|word| is_number(word)) else {
        return Ok(());
    };
    let key = if name == "published" {
        "published"
    } else {
        "KEY"
    };
    Err(Error::Usage {
        message: format!("{number} is a filter that ignores its input"),
        hint: Some(match name {
            "logs" => format!("the last lines: -q tail={number}"),
            _ => format!("dq {name} 'map(select(.{key} == {number}))'"),
        }),
    })
}

/// Whether a word is a number that is too short for the ID of a container as docker prints it.
pub(super) fn is_short_number(word: &str) -> bool {
    word.len() < 12 && is_number(word)
}

fn is_number(word: &str) -> bool {
    !word.is_empty()
        && word.chars().all(|c| c.is_ascii_digit() || c == '.')
        && word.parse::<f64>().is_ok()
}
