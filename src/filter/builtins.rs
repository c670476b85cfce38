//! jq's library as far as it is written in jq, and dq's helpers: looked up by name, read only where they are used.

const LIBRARY: &str = include_str!("builtins.jq");
/// Definitions that jq does not have; each runs in plain jq together with those of this text it calls.
const HELPERS: &str = include_str!("helpers.jq");

/// The text of the definition of that name and number of arguments, in jq's library or among dq's helpers.
pub fn source(name: &str, arity: usize) -> Option<&'static str> {
    find(LIBRARY, name, arity).or_else(|| helper(name, arity))
}

/// The text of dq's helper of that name and number of arguments.
pub fn helper(name: &str, arity: usize) -> Option<&'static str> {
    find(HELPERS, name, arity)
}

/// Whether a definition's text is one of dq's helpers.
pub fn is_helper(definition: &'static str) -> bool {
    HELPERS
        .as_bytes()
        .as_ptr_range()
        .contains(&definition.as_ptr())
}

fn find(text: &'static str, name: &str, arity: usize) -> Option<&'static str> {
    let start = format!("\ndef {name}");
    memchr::memmem::find_iter(text.as_bytes(), &start).find_map(|at| {
        let rest = &text[at + start.len()..];
        let is_it = signature_length(rest) == Some(arity);
        is_it.then(|| &text[at + 1..at + start.len() + length(rest)])
    })
}

/// How far a definition goes: to the next one, or to the comment in front of that.
fn length(rest: &str) -> usize {
    let end = rest.find("\ndef ").unwrap_or(rest.len());
    rest[..end].find("\n# ").unwrap_or(end)
}

/// The number of parameters in `(a; $b): …` or `: …`; `None` where the name goes on.
fn signature_length(rest: &str) -> Option<usize> {
    match rest.as_bytes().first()? {
        b':' => Some(0),
        b'(' => Some(1 + rest[..rest.find(')')?].matches(';').count()),
        _ => None,
    }
}

/// Name and number of arguments of every definition.
pub fn signatures() -> impl Iterator<Item = (&'static str, usize)> {
    signatures_in(LIBRARY).chain(signatures_in(HELPERS))
}

fn signatures_in(text: &'static str) -> impl Iterator<Item = (&'static str, usize)> {
    text.split("\ndef ").skip(1).filter_map(|text| {
        let end = text.find([':', '('])?;
        Some((&text[..end], signature_length(&text[end..])?))
    })
}
