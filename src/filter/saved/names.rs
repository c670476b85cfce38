//! Which names a saved filter may have: jq identifiers that are not the name of a builtin.

use crate::builtins::is_builtin;
use crate::syntax::KEYWORDS;

/// Words that are values in jq.
const CONSTANTS: [&str; 3] = ["null", "true", "false"];

/// Whether the text has only ASCII letters, digits and `_`, and does not begin with a digit.
pub fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether jq can call something by this name: it is not a keyword either.
pub(crate) fn is_identifier(name: &str) -> bool {
    is_name(name) && !KEYWORDS.contains(&name) && !CONSTANTS.contains(&name)
}

/// Why a filter cannot be saved under this name; `None` if it can.
pub fn name_problem(name: &str) -> Option<String> {
    if !is_identifier(name) {
        return Some(format!(
            "{name} cannot name a filter: letters, digits and _ only, and no word of jq's grammar"
        ));
    }
    is_builtin(name).then(|| format!("{name} is a function already: choose another name"))
}

/// The warning for a saved filter with the name of a builtin, which may be newer than the filter; `None` if it has not.
pub fn shadowing_warning(name: &str) -> Option<String> {
    is_builtin(name).then(|| format!("the saved filter {name} hides the function of that name"))
}
