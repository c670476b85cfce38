//! Answers for zsh, fish, elvish and PowerShell: a line that says what follows, then the candidates.

use super::{Answer, Candidate};

/// `files`, `directories` or `words`, then for each candidate a line with tabs: the word, `1` where it ends and `0`
/// where it goes on, what it is.
pub fn answer(shell: &str, answer: &Answer) -> String {
    match (shell, answer) {
        (_, Answer::Files) => "files\n".into(),
        (_, Answer::Directories) => "directories\n".into(),
        ("zsh", Answer::Words(words)) => zsh(words),
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

/// `words`, or `described` where there is anything to say of one; how many end; all words, those that end first, a
/// line each; the same as they are to be shown. So the script has nothing to do for each, of which there may be thousands.
fn zsh(words: &[Candidate]) -> String {
    let (ended, open): (Vec<_>, Vec<_>) = words.iter().partition(|it| it.ends);
    let is_described = words.iter().any(|it| !it.about.is_empty());
    let kind = if is_described { "described" } else { "words" };
    let width = column(words.iter().map(|it| it.value.as_str()));
    let mut values = format!("{kind}\n{}\n", ended.len());
    let mut shown = String::new();
    for it in ended.iter().chain(&open) {
        values += &format!("{}\n", it.value);
        shown += &if it.about.is_empty() {
            format!("{}\n", it.value)
        } else {
            format!("{:width$}  -- {}\n", it.value, it.about)
        };
    }
    values + &shown
}

/// The width of a column of words. A longer one stands out of it, or one that is longer than the terminal is wide would
/// move what stands behind all others.
pub fn column<'a>(words: impl Iterator<Item = &'a str>) -> usize {
    const WIDEST: usize = 60;
    let widths = words.map(|it| it.chars().count());
    widths.filter(|it| *it <= WIDEST).max().unwrap_or(0)
}

/// PowerShell refuses an empty one.
fn tip(candidate: &Candidate) -> &str {
    if candidate.about.is_empty() {
        &candidate.value
    } else {
        &candidate.about
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
