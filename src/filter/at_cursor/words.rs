//! The marker that stands for the cursor, and the words that end with it.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::Term as T;

use crate::syntax::{Term, any_term};

/// Goes behind what was typed. It continues a name, a key, or the text of a string.
pub(super) const MARKER: &str = "CuRsOr__dq";

/// What was typed of the word at the cursor; `None` for another word.
pub(super) fn typed(word: &str) -> Option<&str> {
    word.strip_suffix(MARKER)
}

/// The text of a string without interpolations.
pub(super) fn constant(term: &Term) -> Option<String> {
    let T::Str(None, parts) = term else {
        return None;
    };
    let mut text = String::new();
    for part in parts {
        match part {
            StrPart::Str(part) => text.push_str(part),
            StrPart::Char(c) => text.push(*c),
            StrPart::Term(_) => return None,
        }
    }
    Some(text)
}

/// Whether the marker is in the term.
pub(super) fn has_marker(term: &Term) -> bool {
    any_term(term, &|term| match term {
        T::Call(name, _) | T::Var(name) => typed(name).is_some(),
        T::Str(format, parts) => {
            format.as_deref().and_then(typed).is_some()
                || matches!(parts.last(), Some(StrPart::Str(text)) if typed(text).is_some())
        }
        _ => false,
    })
}
