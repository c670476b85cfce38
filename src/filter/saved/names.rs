//! What a saved filter may be called: a jq identifier that means nothing else yet.

use crate::builtins::is_builtin;
use crate::syntax::KEYWORDS;

/// Words that stand for values.
const CONSTANTS: [&str; 3] = ["null", "true", "false"];

/// Letters, digits and `_`, no digit first.
pub fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A name jq can call: no word of its grammar (jq manual, "Variables").
pub fn is_identifier(name: &str) -> bool {
    is_name(name) && !KEYWORDS.contains(&name) && !CONSTANTS.contains(&name)
}

/// Why a filter cannot be saved under this name, if it cannot.
pub fn name_problem(name: &str) -> Option<String> {
    if !is_identifier(name) {
        return Some(format!(
            "{name} cannot name a filter: letters, digits and _ only, and no word of jq's grammar"
        ));
    }
    is_builtin(name).then(|| format!("{name} is a function already: choose another name"))
}

/// What to say where a saved filter has the name of a function, which may have come later than the filter.
pub fn shadowing_warning(name: &str) -> Option<String> {
    is_builtin(name).then(|| format!("the saved filter {name} hides the function of that name"))
}
