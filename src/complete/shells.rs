//! Answers for zsh, fish, elvish and PowerShell: a line that says what follows, then a candidate a line.

use super::{Answer, Candidate};

/// `files`, `directories` or `words`, then for each candidate a line with tabs: the word, `1` where it ends and `0`
/// where it goes on, what it is.
pub fn answer(shell: &str, answer: &Answer) -> String {
    match (shell, answer) {
        (_, Answer::Files) => "files\n".into(),
        (_, Answer::Directories) => "directories\n".into(),
        ("fish", Answer::Words(words)) => lines(words, |it| format!("{}\t{}", it.value, it.about)),
        ("powershell", Answer::Words(words)) => lines(words, |it| {
            let quoted = quoted_for_powershell(&it.value);
            format!("{quoted}\t{}\t{}", it.value, tip(it))
        }),
        (_, Answer::Words(words)) => lines(words, |it| {
            format!("{}\t{}\t{}", it.value, u8::from(it.ends), it.about)
        }),
    }
}

fn lines(words: &[Candidate], line: impl Fn(&Candidate) -> String) -> String {
    let lines: String = words.iter().map(|it| line(it) + "\n").collect();
    format!("words\n{lines}")
}

/// PowerShell refuses an empty one.
fn tip(candidate: &Candidate) -> &str {
    match candidate.about.is_empty() {
        true => &candidate.value,
        false => &candidate.about,
    }
}

/// A word as PowerShell takes it; it inserts what it is given.
fn quoted_for_powershell(word: &str) -> String {
    let plain = |it: char| it.is_alphanumeric() || "/-_.:=+%?*".contains(it);
    if word.chars().all(plain) {
        return word.to_owned();
    }
    let mut quoted = String::from("'");
    for letter in word.chars() {
        quoted.push(letter);
        // Typographic ones end a string there, too.
        if matches!(letter, '\'' | '\u{2018}'..='\u{201b}') {
            quoted.push(letter);
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powershell_takes_a_word_as_it_is() {
        let cases = [
            ("/containers/web/", "/containers/web/"),
            ("a b", "'a b'"),
            ("it's", "'it''s'"),
            ("it\u{2019}s; x", "'it\u{2019}\u{2019}s; x'"),
            ("$(x)", "'$(x)'"),
        ];
        for (word, expected) in cases {
            assert_eq!(quoted_for_powershell(word), expected);
        }
    }
}
