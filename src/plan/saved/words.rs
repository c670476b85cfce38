//! The words behind those that fill an endpoint's placeholders: names for a variable, or for further requests.

use super::endpoint::{check, filled};
use super::hints;
use crate::cli::Word;
use crate::error::Error;
use crate::plan::source::NamedPath;
use dq_filter::saved::{Metadata, SavedFilter, SavedFilters, name_problem, placeholders};

/// Removes the further words that a saved filter takes; `given` fill its placeholders. Returns those that its variable
/// has, and the paths to request.
///
/// # Errors
/// Words that cannot be part of a path.
pub(super) fn further(
    saved: &SavedFilter,
    metadata: &Metadata,
    given: &[String],
    words: &mut Vec<Word>,
    saved_filters: &SavedFilters,
) -> Result<(Vec<String>, Vec<NamedPath>), Error> {
    let further = match (&metadata.repeated, &metadata.words) {
        (None, None) => Vec::new(),
        _ => take_names(words),
    };
    let (further, variable) = match &metadata.repeated {
        Some(_) => (further, Vec::new()),
        None => (Vec::new(), further),
    };
    let endpoint = metadata.endpoint.as_deref().unwrap_or_default();
    let paths = Paths {
        name: &saved.name,
        metadata,
        wanted: &placeholders(endpoint),
        saved_filters,
    };
    let paths = paths.of(given, further)?;
    for path in paths.iter().flat_map(|it| &it.fallbacks) {
        check(path, &saved.path)?;
    }
    Ok((variable, paths))
}

/// Makes the paths for the words of a call.
struct Paths<'c> {
    name: &'c str,
    metadata: &'c Metadata,
    /// The names of the placeholders.
    wanted: &'c [&'c str],
    saved_filters: &'c SavedFilters,
}

impl Paths<'_> {
    /// The paths for the word that fills the last placeholder and for the further ones; empty if there is one word
    /// and nothing to request instead of its path.
    fn of(&self, given: &[String], further: Vec<String>) -> Result<Vec<NamedPath>, Error> {
        if further.is_empty() && self.metadata.fallback.is_empty() {
            return Ok(Vec::new());
        }
        let (mut given, mut paths) = (given.to_vec(), Vec::new());
        paths.push(self.path(&given, None)?);
        for word in further {
            given.pop();
            let hint = self.hint_about_filter(&word, &given, &paths);
            given.push(word);
            paths.push(self.path(&given, hint)?);
        }
        Ok(paths)
    }

    fn path(&self, given: &[String], hint: Option<String>) -> Result<NamedPath, Error> {
        let filled = |endpoint: &str| filled(endpoint, self.wanted, given);
        let endpoint = filled(self.metadata.endpoint.as_deref().unwrap_or_default())?;
        let word = given.last().map_or("", String::as_str);
        let fallbacks = self.metadata.fallback.iter().map(|path| filled(path));
        Ok(NamedPath {
            name: word.strip_prefix('/').unwrap_or(word).into(),
            path: endpoint.split('?').next().unwrap_or_default().to_owned(),
            fallbacks: fallbacks.collect::<Result<_, _>>()?,
            hint,
        })
    }

    /// How to write a word as a filter that has been taken for a name and is the name of a function.
    fn hint_about_filter(
        &self,
        word: &str,
        given: &[String],
        before: &[NamedPath],
    ) -> Option<String> {
        let is_function = name_problem(word).is_some_and(|it| it.contains("function"))
            || self.saved_filters.origin(word).is_some();
        let words = given.iter().map(String::as_str);
        let words = words.chain(before.iter().map(|it| &*it.name));
        let words: String = words.map(|it| format!("{it} ")).collect();
        is_function.then(|| format!("as a filter: dq {} {words}'. | {word}'", self.name))
    }
}

/// Removes the words that may be names of containers or images, up to the first that may not: that is a filter.
fn take_names(words: &mut Vec<Word>) -> Vec<String> {
    let names = words.iter().map(|word| word.text.to_str());
    let is_name = |word: &&str| is_object_name(word) && !hints::is_short_number(word);
    let names = names.map_while(|word| word.filter(is_name));
    let names: Vec<String> = names.map(str::to_owned).collect();
    words.drain(..names.len());
    names
}

/// Whether a word may be the name or the ID of a container or an image: letters, digits and `_.-/:@`, the first a letter
/// or a digit (moby daemon/names). A slash in front is how the API returns names.
pub fn is_object_name(word: &str) -> bool {
    let word = word.strip_prefix('/').unwrap_or(word);
    word.starts_with(|c: char| c.is_ascii_alphanumeric())
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_.-/:@".contains(c))
}
