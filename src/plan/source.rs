//! What each word of the command line is: source, filter, file or argument.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::text::unicode;
use super::variables;
use crate::cli::Word;
use crate::error::Error;
use dq_json::value::Value;
use dq_text::{os_reason, read_any_file};

/// The source that a saved filter brings.
pub(super) struct SavedSource {
    /// Its endpoint, or a URL.
    pub endpoint: String,
    /// The paths of the requests, one for each word that the endpoint takes several of, the first that of the endpoint;
    /// empty where nothing depends on that.
    pub paths: Vec<NamedPath>,
    /// What may stand on the command line: `dq logs NAME [FILTER]`.
    pub signature: String,
}

/// The path of a request.
#[derive(Clone)]
pub(super) struct NamedPath {
    /// The word that it has been made of.
    pub name: Rc<str>,
    pub path: String,
    /// The paths to request one after the other if this one is not found.
    pub fallbacks: Vec<String>,
    /// What may help if none is found.
    pub hint: Option<String>,
}

/// What each word of the command line is.
pub(super) struct Words {
    pub source: Option<String>,
    /// The paths of the requests, which replace that of the source.
    pub paths: Vec<NamedPath>,
    pub filter: Option<String>,
    pub files: Vec<PathBuf>,
    pub positional: Vec<Value>,
    /// How the saved filter that is the source is called.
    signature: Option<String>,
}

impl Words {
    /// The source comes first if there is one, then the filter unless it is in a file, then the rest. `saved` is the
    /// source where a saved filter brings it; its own words are not among `words`.
    ///
    /// # Errors
    /// Words that are not UTF-8 or not JSON where they must be, a filter file that cannot be read.
    pub fn sort(
        saved: Option<SavedSource>,
        words: Vec<Word>,
        from_file: Option<&Path>,
    ) -> Result<Self, Error> {
        let mut words = words.into_iter().peekable();
        let source = match &saved {
            Some(_) => None,
            None => words.next_if(|word| is_source(&word.text) && !is_input(word, from_file)),
        };
        let source = source.map(|word| unicode(&word.text)).transpose()?;
        let filter = match from_file {
            Some(file) => Some(read_program(file)?),
            None => words.next().map(|word| unicode(&word.text)).transpose()?,
        };
        let (files, positional) = variables::tail(words)?;
        let (source, paths, signature) = match saved {
            Some(saved) => (Some(saved.endpoint), saved.paths, Some(saved.signature)),
            None => (source, Vec::new(), None),
        };
        Ok(Self {
            source,
            paths,
            signature,
            filter,
            files,
            positional,
        })
    }
}

/// Whether the word is an argument or a file by jq's rules: behind `-f` every word under `--args` and every file that
/// exists.
pub(super) fn is_input(word: &Word, from_file: Option<&Path>) -> bool {
    let is_file = || std::fs::metadata(&word.text).is_ok_and(|file| !file.is_dir());
    from_file.is_some() && (!word.is_file() || is_file())
}

/// A source starts with `/` or `scheme://`, or is `-` alone.
pub(super) fn is_source(word: &OsStr) -> bool {
    word.to_str()
        .is_some_and(|word| word == "-" || word.starts_with('/') || has_scheme(word))
}

fn has_scheme(word: &str) -> bool {
    let Some((scheme, _)) = word.split_once("://") else {
        return false;
    };
    let mut letters = scheme.chars();
    letters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-'))
}

fn read_program(path: &Path) -> Result<String, Error> {
    let failed = |problem: String| Error::Usage {
        message: format!("cannot read the filter {}: {problem}", path.display()),
        hint: from_file_hint(path),
    };
    let bytes = read_any_file(path).map_err(|error| failed(os_reason(&error)))?;
    String::from_utf8(bytes).map_err(|_| failed("it is not valid UTF-8".into()))
}

/// What was probably meant by `-f` where there is no such file: docker's `--filter`, curl's `--fail`.
fn from_file_hint(path: &Path) -> Option<String> {
    if path.exists() {
        return None;
    }
    let text = path.to_str().unwrap_or_default();
    if let Some(meant) = crate::cli::hints::template("inspect", text) {
        return Some(format!("-f is jq's: the filter is in a file; {meant}"));
    }
    let pair = path.to_str().filter(|it| it.contains('='));
    let meant = match pair {
        Some(pair) => format!("docker's --filter is -q filters.{pair}"),
        // curl's `-fsSL URL`.
        None if text.chars().all(|c| "sSLk".contains(c)) => {
            "curl's -fsSL can be left out: dq is silent, fails at 400 and above, and follows redirects".into()
        }
        None if path.is_absolute() => "dq fails at 400 and above by itself".into(),
        None => return None,
    };
    Some(format!("-f is jq's: the filter is in a file; {meant}"))
}

impl Words {
    /// Refuses files behind the filter, where the source is not a file.
    pub fn refuse_files(&self) -> Result<(), Error> {
        let Some(first) = self.files.first() else {
            return Ok(());
        };
        Err(Error::Usage {
            message: format!(
                "unexpected word {} after the filter {}",
                first.display(),
                self.filter.as_deref().unwrap_or_default().trim()
            ),
            hint: Some(match &self.signature {
                Some(signature) => format!("{signature}; quote a filter that has spaces"),
                None => "dq SOURCE FILTER takes no files; quote a filter that has spaces".into(),
            }),
        })
    }
}
