//! Filters that read inputs on their own.

use jaq_core::load::parse::Term as T;

use crate::builtins;
use crate::syntax::{Term, any_term};

/// Whether a call in the term may read inputs, or ask for the position of their reader.
pub(super) fn reads_inputs(term: &Term) -> bool {
    any_term(
        term,
        &|term| matches!(term, T::Call(name, _) if builtins::may_read_inputs(name)),
    )
}
