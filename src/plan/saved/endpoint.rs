//! The endpoint of a saved filter: its placeholders, and the words that fill them.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, utf8_percent_encode};

use crate::error::Error;
use dq_fetch::percent::RESERVED;
use dq_filter::saved::placeholders;

/// The endpoint with a word in place of each placeholder.
///
/// # Errors
/// Words that would change the path: `.`, `..`, line breaks.
pub(super) fn filled(endpoint: &str, names: &[&str], words: &[String]) -> Result<String, Error> {
    let mut endpoint = Cow::Borrowed(endpoint);
    for (name, word) in names.iter().zip(words) {
        let placeholder = format!("{{{name}}}");
        let path = endpoint.split('?').next().unwrap_or_default();
        let is_in_path = path.contains(&placeholder);
        // Docker's lists have names with a slash in front, and the docker CLI takes them.
        let bare = word.strip_prefix('/').filter(|_| is_in_path);
        let typed = word;
        let word = bare.unwrap_or(typed);
        let is_wrong = if is_in_path {
            word.split('/').any(is_removed_segment)
        } else {
            matches!(word, "." | "..")
        };
        if is_wrong || word.contains(['\0', '\r', '\n']) {
            return Err(Error::usage(format!(
                "{} cannot be \"{}\": it becomes a part of {endpoint}",
                name.to_uppercase(),
                typed.escape_debug()
            )));
        }
        endpoint = Cow::Owned(replaced(&endpoint, &placeholder, word));
    }
    Ok(endpoint.into_owned())
}

/// The endpoint with the first of the words in place of its placeholders; `None` if there are too few, or they would
/// change the path.
pub fn filled_with(endpoint: &str, words: &[String]) -> Option<String> {
    let names = placeholders(endpoint);
    let words = words.get(..names.len())?;
    filled(endpoint, &names, words).ok()
}

fn replaced(endpoint: &str, placeholder: &str, word: &str) -> String {
    let mut parts = endpoint.split(placeholder);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let word = if is_in_json(&text) {
            word.replace('\\', "\\\\").replace('"', "\\\"")
        } else {
            word.to_owned()
        };
        text.push_str(&encoded(&word));
        text.push_str(part);
    }
    text
}

/// Whether what follows is inside a JSON string, as in `?filters={"label":["{label}"]}`. There quotes are escaped, so
/// that a word stays one string.
fn is_in_json(before: &str) -> bool {
    let value = before.rsplit(['?', '&']).next().unwrap_or_default();
    let value = value.replace("%22", "\"");
    before.contains('?') && value.matches('"').count() % 2 == 1
}

/// Servers remove these segments, which leaves another path (RFC 3986, section 5.2.4).
fn is_removed_segment(segment: &str) -> bool {
    matches!(segment, "" | "." | "..")
}

/// A word as one path segment or query value: everything but RFC 3986's unreserved characters, `:` and `@` is
/// percent-encoded.
fn encoded(word: &str) -> String {
    const IN_A_SEGMENT: &AsciiSet = &RESERVED.remove(b':').remove(b'@');
    utf8_percent_encode(word, IN_A_SEGMENT).to_string()
}

/// Refuses the endpoint of a file that a server would read differently from a person.
pub fn check(endpoint: &str, place: &str) -> Result<(), Error> {
    let path = endpoint.split('?').next().unwrap_or_default();
    let wrong = endpoint.contains(['\0', '\r', '\n'])
        || path.contains("//")
        || path.split('/').any(|segment| matches!(segment, "." | ".."));
    if wrong {
        Err(Error::usage(format!(
            "{place}: the endpoint {} has . or .., // or a line break in it",
            endpoint.escape_debug()
        )))
    } else {
        Ok(())
    }
}

/// The endpoint with the punctuation of its query decoded, as people write it: `filters={"status":["exited"]}`. It is
/// encoded again before it is sent.
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
    if placeholders(&text) == placeholders(endpoint) {
        text
    } else {
        endpoint.to_owned()
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
    fn words_fill_placeholders() {
        let cases: [(&str, &[&str], &str); 6] = [
            (
                "/a/{b}/{b}?c={d}",
                &["x y", "1&2"],
                "/a/x%20y/x%20y?c=1%262",
            ),
            (r#"/a/{b}?c="{b}""#, &[r#"x"y"#], r#"/a/x%22y?c="x%5C%22y""#),
            (
                r#"/x?f={"l":["{l}"]}"#,
                &[r#"a="\b""#],
                r#"/x?f={"l":["a%3D%5C%22%5C%5Cb%5C%22"]}"#,
            ),
            (
                "/x?f=%7B%22l%22:%5B%22{l}%22%5D%7D",
                &["\""],
                "/x?f=%7B%22l%22:%5B%22%5C%22%22%5D%7D",
            ),
            (
                r#"/x?f={"l":["a"]}&g={l}"#,
                &["\""],
                r#"/x?f={"l":["a"]}&g=%22"#,
            ),
            ("/x/{a}?y={b}", &["{b}", "{a}"], "/x/%7Bb%7D?y=%7Ba%7D"),
        ];
        for (endpoint, words, expected) in cases {
            let words: Vec<String> = words.iter().map(|&it| it.to_owned()).collect();
            let filled = filled(endpoint, &placeholders(endpoint), &words);
            assert_eq!(filled.ok().as_deref(), Some(expected), "{endpoint}");
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
