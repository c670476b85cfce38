//! Answers for zsh, fish, elvish and PowerShell: lines that the shell's script splits at tabs.

use super::candidate::{Answer, Candidate, column_width};

/// The first line is `files`, `directories` or `words`. For each candidate a line follows with the word, `1` if it is
/// whole and `0` if it goes on, and its description; fish and PowerShell need other fields, zsh another form.
pub fn render(shell: &str, answer: &Answer) -> String {
    match (shell, answer) {
        (_, Answer::Files) => "files\n".into(),
        (_, Answer::Directories) => "directories\n".into(),
        ("zsh", Answer::Words(words)) => zsh(words),
        ("fish", Answer::Words(words)) => fish(words),
        ("powershell", Answer::Words(words)) => lines(words, |it| {
            let quoted = quoted_for_powershell(&it.value);
            format!("{quoted}\t{}\t{}", it.shown(), tool_tip(it))
        }),
        (_, Answer::Words(words)) => lines(words, |it| {
            format!("{}\t{}\t{}", it.value, u8::from(it.is_whole), it.about)
        }),
    }
}

fn lines(words: &[Candidate], line: impl Fn(&Candidate) -> String) -> String {
    let lines: String = words.iter().map(|it| line(it) + "\n").collect();
    format!("words\n{lines}")
}

/// fish closes the quote behind the only candidate and inserts a space, unless that is two.
fn fish(words: &[Candidate]) -> String {
    let mut answer = lines(words, |it| format!("{}\t{}", it.value, it.about));
    if let [only] = words
        && !only.is_whole
        && !only.next.is_empty()
    {
        answer += &format!("{}{}\t\n", only.value, only.next);
    }
    answer
}

/// `replacements` if the words begin otherwise than what was typed, else `described` if any has a description, else
/// `words`; the number of whole words; all words, the whole ones
/// first, one per line; the same words as they are displayed. The script works on arrays and has no loop over the
/// candidates, of which there may be thousands.
fn zsh(words: &[Candidate]) -> String {
    let (whole, beginnings): (Vec<_>, Vec<_>) = words.iter().partition(|it| it.is_whole);
    let is_described = words.iter().any(|it| !it.about.is_empty());
    let kind = match words {
        [first, ..] if first.is_replacement => "replacements",
        _ if is_described => "described",
        _ => "words",
    };
    let width = column_width(words.iter().map(Candidate::shown));
    let mut values = format!("{kind}\n{}\n", whole.len());
    let mut displayed = String::new();
    for it in whole.iter().chain(&beginnings) {
        values += &format!("{}\n", it.value);
        displayed += &if it.about.is_empty() {
            format!("{}\n", it.shown())
        } else {
            format!("{:width$}  -- {}\n", it.shown(), it.about)
        };
    }
    values + &displayed
}

/// The description; the word itself if there is none, because PowerShell refuses an empty tool tip.
fn tool_tip(candidate: &Candidate) -> &str {
    if candidate.about.is_empty() {
        &candidate.value
    } else {
        &candidate.about
    }
}

/// A word quoted for PowerShell, which inserts a candidate unchanged.
fn quoted_for_powershell(word: &str) -> String {
    let is_plain = |it: char| it.is_alphanumeric() || "/-_.:=+%?*".contains(it);
    if word.chars().all(is_plain) {
        return word.to_owned();
    }
    let mut quoted = String::from("'");
    for letter in word.chars() {
        quoted.push(letter);
        // Typographic quotes end a string too (about_Quoting_Rules).
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
    fn words_are_quoted_where_powershell_needs_it() {
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
