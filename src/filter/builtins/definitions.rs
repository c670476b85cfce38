//! The text of the builtins that are written in jq.

use super::builtin::{Builtin, Implementation};

/// jq's library, as far as it is written in jq.
const LIBRARY: &str = include_str!("builtins.jq");

/// Definitions that jq does not have. Each runs in plain jq together with those of this file that it calls.
const HELPERS: &str = include_str!("helpers.jq");

/// The definition of a builtin that is written in jq, `def` and all; `None` for one that is not.
pub(crate) fn text(builtin: &Builtin) -> Option<&'static str> {
    let file = match builtin.implementation {
        Implementation::Jq => LIBRARY,
        Implementation::Helper | Implementation::NativeHelper => HELPERS,
        Implementation::Native | Implementation::Jaq(_) => return None,
    };
    find(file, builtin.name, builtin.arity)
}

fn find(file: &'static str, name: &str, arity: usize) -> Option<&'static str> {
    let start = format!("\ndef {name}");
    memchr::memmem::find_iter(file.as_bytes(), &start).find_map(|at| {
        let rest = &file[at + start.len()..];
        let is_found = parameter_count(rest) == Some(arity);
        is_found.then(|| &file[at + 1..at + start.len() + length(rest)])
    })
}

/// The length of a definition: it ends before the next one, or before the comment in front of that.
fn length(rest: &str) -> usize {
    let end = rest.find("\ndef ").unwrap_or(rest.len());
    rest[..end].find("\n# ").unwrap_or(end)
}

/// The number of parameters in `(a; $b): …` or `: …`; `None` where the name goes on.
fn parameter_count(rest: &str) -> Option<usize> {
    match rest.as_bytes().first()? {
        b':' => Some(0),
        b'(' => Some(1 + rest[..rest.find(')')?].matches(';').count()),
        _ => None,
    }
}

/// Name and number of parameters of every definition in a file: that of the helpers, or that of the library.
#[cfg(test)]
pub(super) fn signatures(of_helpers: bool) -> impl Iterator<Item = (&'static str, usize)> {
    let file = if of_helpers { HELPERS } else { LIBRARY };
    file.split("\ndef ").skip(1).filter_map(|text| {
        let end = text.find([':', '('])?;
        Some((&text[..end], parameter_count(&text[end..])?))
    })
}
