//! Where saved filters are found: in the user's directory, in those of `-L`, and in the program. Never in the working
//! directory.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::names::is_identifier;
use super::saved_filter::{FilterOrigin, SavedFilter};
use crate::{suggestion, syntax};
use dq_text::{os_reason, read_file};

/// Where a name is looked up, in this order.
const ORIGINS: [FilterOrigin; 3] = [
    FilterOrigin::User,
    FilterOrigin::Library,
    FilterOrigin::BuiltIn,
];

/// The name and the text of each built-in saved filter, sorted by name.
pub type BuiltInFilters = &'static [(&'static str, &'static str)];

/// The saved filters that can be found by name.
#[derive(Clone, Debug, Default)]
pub struct SavedFilters {
    built_in: BuiltInFilters,
    user: Option<PathBuf>,
    library: Vec<PathBuf>,
    /// Whether the user's directory exists. Looked up once: a filter may name many functions, and few users have one.
    user_exists: OnceCell<bool>,
}

impl SavedFilters {
    /// The filters that come with the program, those in the user's own directory, and those in the directories of `-L`.
    /// Nothing is read yet.
    pub fn new(built_in: BuiltInFilters, user: Option<PathBuf>, library: Vec<PathBuf>) -> Self {
        Self {
            built_in,
            user,
            library,
            user_exists: OnceCell::new(),
        }
    }

    /// The user's own directory; `None` for a user without a home directory.
    pub fn user_directory(&self) -> Option<&Path> {
        self.user.as_deref()
    }

    /// The directories of `-L`.
    pub fn library(&self) -> &[PathBuf] {
        &self.library
    }

    /// Where the filter of that name is, even if it cannot be read; `None` if there is none.
    pub fn origin(&self, name: &str) -> Option<FilterOrigin> {
        let exists = |origin: &FilterOrigin| !matches!(self.find_in(*origin, name), Ok(None));
        ORIGINS.into_iter().find(exists)
    }

    /// The saved filter of that name.
    ///
    /// # Errors
    /// A message that names the file, if it exists and cannot be read.
    pub fn find(&self, name: &str) -> Result<Option<SavedFilter>, String> {
        for origin in ORIGINS {
            if let Some(found) = self.find_in(origin, name)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The built-in saved filter of that name.
    pub fn find_built_in(&self, name: &str) -> Option<SavedFilter> {
        self.find_in(FilterOrigin::BuiltIn, name).ok().flatten()
    }

    /// The saved filter of that name from one origin.
    pub(crate) fn find_in(
        &self,
        origin: FilterOrigin,
        name: &str,
    ) -> Result<Option<SavedFilter>, String> {
        if !is_identifier(name) {
            return Ok(None);
        }
        match origin {
            FilterOrigin::User => match self.user_files() {
                Some(directory) => read(directory, name, origin),
                None => Ok(None),
            },
            FilterOrigin::Library => self.find_in_library(name),
            FilterOrigin::BuiltIn => Ok(self.built_in(name).map(|text| SavedFilter {
                name: name.to_owned(),
                text: Cow::Borrowed(text),
                origin,
                path: format!("built-in {name}"),
            })),
        }
    }

    /// The text of the built-in filter of that name.
    pub(crate) fn built_in(&self, name: &str) -> Option<&'static str> {
        let at = self
            .built_in
            .binary_search_by_key(&name, |(known, _)| known)
            .ok()?;
        Some(self.built_in[at].1)
    }

    fn user_files(&self) -> Option<&Path> {
        let user = self.user.as_deref()?;
        let exists = *self.user_exists.get_or_init(|| user.is_dir());
        exists.then_some(user)
    }

    /// A directory of `-L` also holds modules, which have definitions and no main filter.
    fn find_in_library(&self, name: &str) -> Result<Option<SavedFilter>, String> {
        for directory in &self.library {
            if let Some(found) = read(directory, name, FilterOrigin::Library)?
                && has_program(&found.text)
            {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Whether a text may call a saved filter, as far as its words tell. Such a call can hide a builtin or read inputs,
    /// so nothing follows from the text alone then.
    pub(crate) fn may_be_called_in(&self, text: &str) -> bool {
        words_that_may_be_calls(text).any(|word| self.has(word))
    }

    /// Whether there is a built-in filter or a file of that name. Nothing is read.
    fn has(&self, name: &str) -> bool {
        let mut directories = self
            .user_files()
            .into_iter()
            .chain(self.library.iter().map(PathBuf::as_path));
        self.built_in(name).is_some()
            || directories.any(|directory| directory.join(format!("{name}.jq")).is_file())
    }

    /// The name that is most similar to a misspelt one, if any is.
    pub fn nearest(&self, name: &str) -> Option<String> {
        if name.len() < 2 {
            return None;
        }
        suggestion::nearest(name, self.names().iter().map(String::as_str)).map(str::to_owned)
    }

    /// All names, sorted, each once.
    pub fn names(&self) -> BTreeSet<String> {
        let directories = self
            .user_files()
            .into_iter()
            .chain(self.library.iter().map(PathBuf::as_path));
        let entries = directories.filter_map(|directory| directory.read_dir().ok());
        let files = entries.flatten().filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            name.strip_suffix(".jq").map(str::to_owned)
        });
        files
            .filter(|name| is_identifier(name))
            .chain(self.built_in.iter().map(|(name, _)| (*name).to_owned()))
            .collect()
    }
}

/// A text that does not parse counts as a program, so that its error is reported.
fn has_program(text: &str) -> bool {
    syntax::parse_module(text).map_or(true, |module| module.main.is_some())
}

fn read(directory: &Path, name: &str, origin: FilterOrigin) -> Result<Option<SavedFilter>, String> {
    let path = directory.join(format!("{name}.jq"));
    let failed = |problem: String| format!("cannot read {}: {problem}", path.display());
    let bytes = match read_file(&path) {
        Ok(bytes) => bytes,
        Err(error) if is_absent(&error) => return Ok(None),
        // In a directory without search permission nothing can be found.
        Err(_) if path.symlink_metadata().is_err() => return Ok(None),
        Err(error) => return Err(failed(os_reason(&error))),
    };
    let text = String::from_utf8(bytes).map_err(|_| failed("it is not valid UTF-8".into()))?;
    Ok(Some(SavedFilter {
        name: name.to_owned(),
        text: Cow::Owned(text),
        origin,
        path: path.display().to_string(),
    }))
}

fn is_absent(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{IsADirectory, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory | IsADirectory)
}

/// The words of a text that may be calls: not keys, variables or formats.
fn words_that_may_be_calls(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(move |c| !is_part(c)).filter(move |word| {
        let at = word.as_ptr() as usize - text.as_ptr() as usize;
        let before = text[..at].chars().next_back();
        !word.is_empty() && !matches!(before, Some('.' | '$' | '@' | '"'))
    })
}
