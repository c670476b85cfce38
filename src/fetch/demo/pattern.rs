//! The regular expressions of the sample engine's filters: Oniguruma's, where dockerd has Go's.

use onig::{MatchParam, Regex, RegexOptions, SearchOptions, Syntax};

/// A compiled regular expression.
pub(super) struct Pattern(Regex);

impl Pattern {
    /// Compiles a pattern; `None` if it is none.
    pub(super) fn new(pattern: &str) -> Option<Self> {
        let options = RegexOptions::REGEX_OPTION_NONE;
        let regex = Regex::with_options(pattern, options, Syntax::perl_ng());
        regex.ok().map(Self)
    }

    /// Whether it matches a part of the text. A match that takes too many steps is none.
    pub(super) fn is_match(&self, text: &str) -> bool {
        let (end, options) = (text.len(), SearchOptions::SEARCH_OPTION_NONE);
        let limits = MatchParam::default();
        let found = self
            .0
            .search_with_param(text, 0, end, options, None, limits);
        found.is_ok_and(|start| start.is_some())
    }
}
