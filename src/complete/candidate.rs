//! The candidates for a word, before any shell quotes them.

/// A word that may stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The whole word as dq takes it, not quoted for a shell.
    pub value: String,
    /// What the word means, in one short line; may be empty.
    pub about: String,
    /// Whether a space follows the word. `/containers/` and `all=` go on.
    pub is_whole: bool,
    /// The byte offset in `value` of what a list shows: of a filter only its last part.
    pub shown_from: usize,
    /// It stands in the place of what was typed, with which it does not begin.
    pub is_replacement: bool,
    /// What probably follows the word if it goes on, for shells that would end the only candidate.
    pub next: &'static str,
}

impl Candidate {
    pub fn new(value: impl Into<String>, about: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            about: about.into(),
            is_whole: true,
            shown_from: 0,
            is_replacement: false,
            next: "",
        }
    }

    /// The beginning of a word: `/containers/`, `all=`.
    pub fn beginning(value: impl Into<String>, about: impl Into<String>) -> Self {
        Self {
            is_whole: false,
            ..Self::new(value, about)
        }
    }

    /// The part of the word that a list shows.
    pub fn shown(&self) -> &str {
        let part = self.value.get(self.shown_from..);
        part.filter(|it| !it.is_empty()).unwrap_or(&self.value)
    }

    /// The candidate with text before it in the same word.
    pub fn behind(self, text: &str) -> Self {
        Self {
            value: format!("{text}{}", self.value),
            ..self
        }
    }
}

/// What to offer for the word at the cursor.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    Words(Vec<Candidate>),
    /// The shell completes file names itself.
    Files,
    /// The shell completes names of directories itself.
    Directories,
}

impl Answer {
    /// No candidates.
    pub fn none() -> Self {
        Self::Words(Vec::new())
    }

    /// Whole words without descriptions.
    pub fn plain<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let words = values.into_iter().map(|it| Candidate::new(it, ""));
        Self::Words(words.collect())
    }
}

/// The width of a column of words, in characters. Words of more than 60 characters do not count: they would push the
/// descriptions of all others out of the terminal.
pub fn column_width<'a>(words: impl Iterator<Item = &'a str>) -> usize {
    const LIMIT: usize = 60;
    let widths = words.map(|it| it.chars().count());
    widths.filter(|it| *it <= LIMIT).max().unwrap_or(0)
}
