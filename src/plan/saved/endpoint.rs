//! The endpoint of a saved filter: its placeholders, and the words that fill them.

use std::borrow::Cow;

use crate::error::Error;

/// The names of the `{placeholders}`, each once. Braces around anything but a name are JSON of a query.
pub fn placeholders(endpoint: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for part in endpoint.split('{').skip(1) {
        if let Some((name, _)) = part.split_once('}')
            && is_name(name)
            && !found.contains(&name)
        {
            found.push(name);
        }
    }
    found
}

/// Letters, digits and `_`, no digit first: nothing that JSON has alone between braces.
fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The endpoint with a word for each of its placeholders.
///
/// # Errors
/// Words that would make another path of it.
pub(super) fn filled(endpoint: &str, names: &[&str], words: &[String]) -> Result<String, Error> {
    let mut endpoint = Cow::Borrowed(endpoint);
    for (name, word) in names.iter().zip(words) {
        let placeholder = format!("{{{name}}}");
        let path = endpoint.split('?').next().unwrap_or_default();
        let is_wrong = match path.contains(&placeholder) {
            true => word.split('/').any(is_no_segment),
            false => matches!(&**word, "." | ".."),
        };
        if is_wrong || word.contains(['\0', '\r', '\n']) {
            return Err(Error::usage(format!(
                "{} cannot be \"{}\": it becomes a part of {endpoint}",
                name.to_uppercase(),
                word.escape_debug()
            )));
        }
        endpoint = Cow::Owned(endpoint.replace(&placeholder, &encoded(word)));
    }
    Ok(endpoint.into_owned())
}

/// Servers take these away, and what is left is another path (RFC 3986, section 5.2.4).
fn is_no_segment(segment: &str) -> bool {
    matches!(segment, "" | "." | "..")
}

/// A word as one segment of a path or one value of a query: all but RFC 3986's unreserved characters, `:` and `@` as
/// `%XX`.
fn encoded(word: &str) -> String {
    let mut text = String::with_capacity(word.len());
    for byte in word.bytes() {
        match byte {
            b'-' | b'.' | b'_' | b'~' | b':' | b'@' => text.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => text.push(char::from(byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

/// An endpoint of a file must be what it looks like.
pub fn check(endpoint: &str, place: &str) -> Result<(), Error> {
    let path = endpoint.split('?').next().unwrap_or_default();
    let wrong = endpoint.contains(['\0', '\r', '\n'])
        || path.contains("//")
        || path.split('/').any(|segment| matches!(segment, "." | ".."));
    match wrong {
        true => Err(Error::usage(format!(
            "{place}: the endpoint {} has . or .., // or a line break in it",
            endpoint.escape_debug()
        ))),
        false => Ok(()),
    }
}

/// The endpoint with the punctuation of its query as people write it: `filters={"status":["exited"]}`. It is encoded
/// again when it is sent.
pub(super) fn readable(endpoint: &str) -> String {
    let Some((path, query)) = endpoint.split_once('?') else {
        return endpoint.to_owned();
    };
    let mut parts = query.split('%');
    let mut text = format!("{path}?{}", parts.next().unwrap_or_default());
    for part in parts {
        let byte = part
            .get(..2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte.filter(|byte| b"{}[]\":,=/<>!*^$|()".contains(byte)) {
            Some(byte) => {
                text.push(char::from(byte));
                text.push_str(&part[2..]);
            }
            None => text.push_str(&format!("%{part}")),
        }
    }
    // A value that looks like a placeholder must not become one.
    match placeholders(&text) == placeholders(endpoint) {
        true => text,
        false => endpoint.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_names_in_braces() {
        let cases: [(&str, &[&str]); 6] = [
            ("/a/{label}/{end}", &["label", "end"]),
            ("/x", &[]),
            ("/a/{b}/c?d={e}", &["b", "e"]),
            ("/a/{b}/{b}", &["b"]),
            ("/x?filters={\"a\":[\"b\"]}", &[]),
            ("/x?f={}&g={a-b}&h={", &[]),
        ];
        for (endpoint, expected) in cases {
            assert_eq!(placeholders(endpoint), expected, "{endpoint}");
        }
    }

    #[test]
    fn a_query_is_kept_as_people_write_it() {
        let cases = [
            ("/x", "/x"),
            ("/x%7B?a=b", "/x%7B?a=b"),
            (
                "/x?f=%7B%22a%22%3A%5B%22b%3Dc%22%5D%7D",
                "/x?f={\"a\":[\"b=c\"]}",
            ),
            ("/x?a=%20%26%2B%C3%A9%", "/x?a=%20%26%2B%C3%A9%"),
            ("/x?a=%7Bb%7D", "/x?a=%7Bb%7D"),
            ("/x?a=%zz%2", "/x?a=%zz%2"),
        ];
        for (endpoint, expected) in cases {
            assert_eq!(readable(endpoint), expected, "{endpoint}");
        }
    }
}
