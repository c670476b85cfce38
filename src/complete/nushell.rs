//! Nushell hands over the words as they were typed, quotes included, and puts a candidate in the place of the whole
//! word at the cursor.

use serde_json::{Value, json};

use super::candidate::{Answer, Candidate};

/// JSON for the script: an array of records as an external completer returns them, or `null` to let Nushell complete
/// file names.
pub fn render(answer: &Answer, typed: &str) -> String {
    match answer {
        Answer::Files | Answer::Directories => "null\n".into(),
        Answer::Words(words) => {
            let records: Vec<Value> = words
                .iter()
                .map(|it| json!({"value": insertion(it, typed), "description": it.about}))
                .collect();
            format!("{}\n", Value::from(records))
        }
    }
}

/// The text that replaces the word: quoted where needed, with a space behind a whole word. Behind the beginning of a
/// word the quote stays open, for the user types on within it: the one that was typed, if the word may stand in it.
fn insertion(candidate: &Candidate, typed: &str) -> String {
    let quote = match quote(&candidate.value) {
        "" if typed.starts_with('\'') => "'",
        "" if typed.starts_with('"') => "\"",
        needed => needed,
    };
    let text = match quote {
        "\"" => candidate.value.replace('\\', r"\\").replace('"', "\\\""),
        _ => candidate.value.clone(),
    };
    if candidate.is_whole {
        format!("{quote}{text}{quote} ")
    } else {
        format!("{quote}{text}")
    }
}

/// The quote that a word needs in Nushell; empty for a bare word. Only double quotes have escapes.
fn quote(word: &str) -> &'static str {
    let is_plain = |it: char| it.is_alphanumeric() || "/-_.:=+%@,".contains(it);
    // Three dots would spread a list.
    if word.chars().all(is_plain) && !word.starts_with("...") {
        ""
    } else if word.contains('\'') {
        "\""
    } else {
        "'"
    }
}

/// A word without its quotes; the closing quote may be missing.
pub fn unquoted(word: &str) -> String {
    let mut text = String::with_capacity(word.len());
    let mut open = None;
    let mut letters = word.chars();
    while let Some(letter) = letters.next() {
        match (open, letter) {
            (Some(quote), letter) if quote == letter => open = None,
            (None, '\'' | '"' | '`') => open = Some(letter),
            (Some('"'), '\\') => text.extend(unescaped(letters.next())),
            (_, letter) => text.push(letter),
        }
    }
    text
}

/// The character that a backslash and this letter stand for within double quotes.
fn unescaped(letter: Option<char>) -> Option<char> {
    letter.map(|it| match it {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        it => it,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_nushell_needs_it() {
        let cases = [
            (
                Candidate::new("/containers/web/logs", ""),
                "/containers/web/logs ",
            ),
            (Candidate::beginning("/containers/", ""), "/containers/"),
            (Candidate::beginning("/info?a=", ""), "'/info?a="),
            (Candidate::new("role=front door", ""), "'role=front door' "),
            (Candidate::new("$(touch x)", ""), "'$(touch x)' "),
            (
                Candidate::new("it's a \"b\\c\"", ""),
                "\"it's a \\\"b\\\\c\\\"\" ",
            ),
            (Candidate::new("...x", ""), "'...x' "),
            (Candidate::new("~", ""), "'~' "),
        ];
        for (candidate, expected) in cases {
            assert_eq!(insertion(&candidate, ""), expected);
            // The word is read back as it was.
            assert_eq!(unquoted(expected.trim_end()), candidate.value);
        }
    }

    #[test]
    fn words_are_read_without_their_quotes() {
        let cases = [
            ("'a b", "a b"),
            ("\"a\\\"b\\tc", "a\"b\tc"),
            ("`a b`", "a b"),
            ("a\\b", "a\\b"),
            ("--output='a b'", "--output=a b"),
        ];
        for (word, expected) in cases {
            assert_eq!(unquoted(word), expected);
        }
    }

    #[test]
    fn answers_are_json() {
        let words = vec![
            Candidate::new("web", "nginx \"1\""),
            Candidate::beginning("/", ""),
        ];
        assert_eq!(
            render(&Answer::Words(words), ""),
            "[{\"value\":\"web \",\"description\":\"nginx \\\"1\\\"\"},{\"value\":\"/\",\"description\":\"\"}]\n"
        );
        assert_eq!(render(&Answer::Files, ""), "null\n");
        assert_eq!(render(&Answer::none(), ""), "[]\n");
    }
}
