//! What is to be compiled.

use std::path::PathBuf;

use crate::saved::{SavedFilter, SavedFilters};
use dq_json::value::Value;

/// A jq program, and what it may refer to.
pub struct Program<'p> {
    /// The text of the filter.
    pub text: &'p str,
    /// The file that the text was read from (`-f`). `None` for the command line.
    pub path: Option<&'p str>,
    /// The variables of `--arg` and similar options, without their `$`. The first of a name counts.
    pub named: Vec<(String, Value)>,
    /// `$ARGS.positional`.
    pub positional: Vec<Value>,
    /// The directories of `-L`.
    pub library: Vec<PathBuf>,
    /// The home directory, for `~/.jq`.
    pub home: Option<PathBuf>,
    /// The saved filter that is the source: it runs before the filter.
    pub saved: Option<&'p SavedFilter>,
    /// Whether `text` was given. If not, the saved filter is the whole program.
    pub is_given: bool,
    /// The saved filters that the program can call.
    pub saved_filters: SavedFilters,
    /// Whether the inputs come from hosts: `$host` is the name of the one that the input is from, unless `named` has a
    /// variable of that name.
    pub has_host: bool,
    /// Whether the filter may run on the elements of an input one by one, where the outputs are the same.
    pub may_stream_elements: bool,
    /// Whether the caller accepts [`dq_json::value::FilterOutput::ArrayPart`]: a long array in parts.
    pub may_split_arrays: bool,
    /// Gives the environment for `$ENV`. Called only if the filter uses it.
    pub environment: &'p dyn Fn() -> Vec<(String, String)>,
}

impl<'p> Program<'p> {
    /// A program that refers to nothing but builtins.
    pub fn new(text: &'p str) -> Self {
        Self {
            text,
            path: None,
            named: Vec::new(),
            positional: Vec::new(),
            library: Vec::new(),
            home: None,
            saved: None,
            is_given: true,
            saved_filters: SavedFilters::default(),
            has_host: false,
            may_stream_elements: false,
            may_split_arrays: false,
            environment: &Vec::new,
        }
    }

    /// A saved filter as a whole program. It can call the other saved filters and use the variables `named`.
    pub fn of_saved_filter(
        saved: &'p SavedFilter,
        named: &[(String, Value)],
        saved_filters: &SavedFilters,
        home: Option<PathBuf>,
    ) -> Self {
        Self {
            named: named.to_vec(),
            library: saved_filters.library().to_vec(),
            home,
            saved: Some(saved),
            is_given: false,
            saved_filters: saved_filters.clone(),
            has_host: true,
            ..Self::new("")
        }
    }

    /// The value of a variable of `--arg` and similar options; `name` has its `$`.
    pub(crate) fn variable(&self, name: &str) -> Option<&Value> {
        let name = name.strip_prefix('$')?;
        let mut named = self.named.iter();
        named
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }
}
