//! Words of a POSIX shell's command line.

/// The word as a POSIX shell reads it back: unchanged where nothing in it is special, else in single quotes
/// (POSIX.1-2017, Shell Command Language, 2.2.2).
pub fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@%+,".contains(c);
    // zsh replaces a word that begins with `=` (EQUALS in zshoptions(1)).
    let is_safe = !word.is_empty() && !word.starts_with('=');
    if is_safe && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_they_must_be() {
        let cases = [
            ("", "''"),
            ("/containers/json?all=1", "'/containers/json?all=1'"),
            ("=ls", "'=ls'"),
            ("user@host:22", "user@host:22"),
            ("it's", r"'it'\''s'"),
            ("$(rm -r x)`", "'$(rm -r x)`'"),
        ];
        for (word, expected) in cases {
            assert_eq!(shell_word(word), expected);
        }
    }
}
