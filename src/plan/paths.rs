//! `--paths`: the word that is searched for, among the words of the command line.

use std::path::Path;

use super::saved::is_object_name;
use super::source::is_source;
use crate::cli::{Cli, Word};
use dq_filter::saved::{SavedFilters, shadowing_warning};
use dq_format::PathSettings;

/// What `--paths` shows, if it was typed. Removes the word that is searched for from `words`, which begin with the source
/// unless `has_source` says that it is not among them.
///
/// A word is searched for if it could be a name: letters, digits and `_.-/:@`, the first a letter or a digit, as in
/// `dq logs NAME… FILTER`. With `-n` none is searched for, as `inputs` is the filter there. Without a source it is the
/// first word, as those behind a filter are files.
pub(super) fn settings(
    cli: &Cli,
    words: &mut Vec<Word>,
    has_source: bool,
    stdin_is_terminal: bool,
    saved_filters: &SavedFilters,
) -> Option<PathSettings> {
    let typed = cli.format.paths.as_ref()?;
    if let Some(word) = &typed.word {
        return Some(PathSettings {
            word: Some(word.clone()),
            hint: None,
        });
    }
    let first = usize::from(!has_source);
    let is_name = |word: &Word| {
        !cli.filter.null_input && word.is_file() && word.text.to_str().is_some_and(is_object_name)
    };
    let found = if has_source || words.first().is_some_and(|it| is_source(&it.text)) {
        let behind = words.iter().skip(first).position(is_name);
        behind.map(|at| at + first)
    } else if cli.filter.from_file.is_some() || !words.first().is_some_and(is_name) {
        None
    } else if Path::new(&words[0].text).is_file() {
        words.insert(0, Word::filter("."));
        None
    } else {
        // A terminal is not read: the word is then explained as a filter without an input.
        (words.len() > 1 || !stdin_is_terminal).then_some(0)
    };
    let word = found.map(|at| words.remove(at).text.to_string_lossy().into_owned());
    Some(PathSettings {
        hint: word.as_ref().and_then(|it| filter_hint(it, saved_filters)),
        word,
    })
}

/// What a word was perhaps meant as: a function is a filter, too.
fn filter_hint(word: &str, saved_filters: &SavedFilters) -> Option<String> {
    let is_name = word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let is_function = is_name
        && !word.starts_with(|c: char| c.is_ascii_digit())
        && (shadowing_warning(word).is_some() || matches!(saved_filters.find(word), Ok(Some(_))));
    is_function.then(|| format!("{word} is searched for; as a filter it is '({word})'"))
}
