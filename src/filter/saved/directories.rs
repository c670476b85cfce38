//! Where saved filters are: the user's directory, those of `-L`, dq itself. Never the working directory.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{FilterOrigin, SavedFilter, is_identifier};
use crate::{report, syntax};
use dq_text::os_reason;

/// Where a name is looked up, in this order.
const PLACES: [FilterOrigin; 3] = [
    FilterOrigin::User,
    FilterOrigin::Library,
    FilterOrigin::BuiltIn,
];

/// Name and text of each built-in saved filter, sorted by name.
pub type BuiltInFilters = &'static [(&'static str, &'static str)];

/// The saved filters, in the order that decides what a name means.
#[derive(Clone, Debug, Default)]
pub struct SavedFilters {
    built_in: BuiltInFilters,
    user: Option<PathBuf>,
    library: Vec<PathBuf>,
    /// Looked up once: most people's filters name many functions and have saved none.
    user_exists: OnceCell<bool>,
}

impl SavedFilters {
    /// `built_in` are the filters that come with the program, `user` is the user's own directory, `library` those of
    /// `-L`. Nothing is read yet.
    pub fn new(built_in: BuiltInFilters, user: Option<PathBuf>, library: Vec<PathBuf>) -> Self {
        Self {
            built_in,
            user,
            library,
            user_exists: OnceCell::new(),
        }
    }

    /// The user's own directory; `None` where there is no home.
    pub fn user_directory(&self) -> Option<&Path> {
        self.user.as_deref()
    }

    /// The directories of `-L`.
    pub fn library(&self) -> &[PathBuf] {
        &self.library
    }

    /// Where the name is from, even if nothing can be made of what is there.
    pub fn origin(&self, name: &str) -> Option<FilterOrigin> {
        let is_there = |origin: &FilterOrigin| !matches!(self.find_in(*origin, name), Ok(None));
        PLACES.into_iter().find(is_there)
    }

    /// The saved filter of that name.
    ///
    /// # Errors
    /// A file that is there and cannot be read; the text names it.
    pub fn find(&self, name: &str) -> Result<Option<SavedFilter>, String> {
        for origin in PLACES {
            if let Some(found) = self.find_in(origin, name)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The saved filter of that name in one of the places.
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
    fn built_in(&self, name: &str) -> Option<&'static str> {
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

    /// A directory of `-L` holds modules too: those have definitions and no program.
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

    /// Whether there is a file of that name, or one that comes with dq; nothing is read.
    pub(crate) fn has(&self, name: &str) -> bool {
        let mut directories = self
            .user_files()
            .into_iter()
            .chain(self.library.iter().map(PathBuf::as_path));
        self.built_in(name).is_some()
            || directories.any(|directory| directory.join(format!("{name}.jq")).is_file())
    }

    /// The name that is nearest to a misspelt one, if any is near.
    pub fn nearest(&self, name: &str) -> Option<String> {
        if name.len() < 2 {
            return None;
        }
        report::nearest(name, self.names().iter().map(String::as_str)).map(str::to_owned)
    }

    /// Every name, sorted, each once.
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

/// A text that is broken counts as a program, so that what is wrong with it is told.
fn has_program(text: &str) -> bool {
    syntax::parse_module(text).map_or(true, |module| module.main.is_some())
}

fn read(directory: &Path, name: &str, origin: FilterOrigin) -> Result<Option<SavedFilter>, String> {
    let path = directory.join(format!("{name}.jq"));
    let failed = |problem: String| format!("cannot read {}: {problem}", path.display());
    // To open a pipe waits for its writer, and a device may never end.
    let bytes = match std::fs::metadata(&path).map(|it| it.file_type()) {
        Ok(kind) if kind.is_file() => std::fs::read(&path),
        Ok(kind) if kind.is_dir() => return Ok(None),
        Ok(_) => return Err(failed("it is a pipe, a socket or a device".into())),
        Err(error) => Err(error),
    };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(error) if is_absent(&error) => return Ok(None),
        // In a directory that may not be entered there is nothing to be seen.
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
    use std::io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}
