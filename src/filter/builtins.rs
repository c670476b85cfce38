//! jq's library as far as it is written in jq: looked up by name, read only where it is used.

const SOURCE: &str = include_str!("builtins.jq");

/// The text of the library's definition of that name and number of arguments.
pub fn source(name: &str, arity: usize) -> Option<&'static str> {
    let mut from = 0;
    while let Some(found) = memchr::memmem::find(&SOURCE.as_bytes()[from..], b"\ndef ") {
        let start = from + found + 1;
        from = start;
        let Some(rest) = SOURCE[start + 4..].strip_prefix(name) else {
            continue;
        };
        if signature_length(rest) == Some(arity) {
            let end = memchr::memmem::find(rest.as_bytes(), b"\ndef ").unwrap_or(rest.len());
            return Some(&SOURCE[start..start + 4 + name.len() + end]);
        }
    }
    None
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
    SOURCE.split("\ndef ").skip(1).filter_map(|text| {
        let end = text.find([':', '('])?;
        Some((&text[..end], signature_length(&text[end..])?))
    })
}
