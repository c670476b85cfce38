//! Candidates for the word that is the filter: what can stand at its end.

use std::rc::Rc;

use super::candidate::Candidate;
use super::filter_input::{FilterInput, Outside};
use crate::cli::FilterOptions;
use dq_filter::at_cursor::{OuterNames, Shape, Shapes, Suggestion, Unfinished};
use dq_filter::saved::SavedFilters;

/// Candidates for a filter that has been typed up to the cursor.
///
/// What is there counts more than what is documented, which is offered where the answer is missing, empty or late.
pub fn candidates(
    typed: &str,
    input: &FilterInput,
    options: &FilterOptions,
    saved_filters: &SavedFilters,
    names: impl FnOnce() -> OuterNames,
) -> Vec<Candidate> {
    let Some(unfinished) = Unfinished::new(typed) else {
        return Vec::new();
    };
    let unfinished = unfinished.with_null_input(options.null_input);
    let lookup = Outside(saved_filters);
    if !unfinished.wants_keys(&lookup) {
        let found = unfinished.suggestions(&[], &lookup, &names());
        return found.into_iter().map(candidate).collect();
    }
    let names = OuterNames::default();
    let of = |shapes| unfinished.suggestions(&as_read(shapes, options), &lookup, &names);
    let mut found = of(input.present(&lookup));
    if found.is_empty() {
        found = of(input.documented(&lookup));
    }
    found.into_iter().map(candidate).collect()
}

/// The shapes of the inputs as the options have the filter get them.
fn as_read(shapes: Shapes, options: &FilterOptions) -> Shapes {
    if options.raw_input || options.stream || options.stream_errors {
        Vec::new()
    } else if options.slurp {
        vec![Rc::new(Shape::array(shapes))]
    } else {
        shapes
    }
}

fn candidate(suggestion: Suggestion) -> Candidate {
    Candidate {
        is_whole: suggestion.is_whole,
        shown_from: suggestion.start,
        is_replacement: suggestion.is_replacement,
        next: suggestion.next,
        ..Candidate::new(suggestion.text, suggestion.about)
    }
}
