//! bash hands over the line as it was typed, for its own words end at `:` and `=`; here it is taken apart, and what is
//! inserted is cut and quoted so that readline puts it where it belongs.

use super::shells::column;
use super::{Answer, Candidate, at};
use crate::environment::Variables;

/// Where the cursor's word stands in the line, and what it says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// The quote that is open at its end.
    pub(super) open: Option<char>,
    /// How much of `text` readline keeps: all before its last break, or before the quote.
    pub(super) kept: usize,
}

/// The answer for the line up to the cursor: `files`, `directories`, `word` (one, a space follows) or `words`, then
/// what to insert, one a line. `kind` is `COMP_TYPE`.
pub fn answer(line: &str, breaks: &str, kind: &str, env: Variables) -> String {
    let mut words = split(line, breaks);
    let Some(current) = words.pop() else {
        return String::new();
    };
    let before: Vec<&str> = words.iter().skip(1).map(|it| it.text.as_str()).collect();
    if words.is_empty() {
        return String::new();
    }
    match at(&before, &current.text, env) {
        Answer::Files => "files\n".into(),
        Answer::Directories => "directories\n".into(),
        Answer::Words(found) => shown(found, &current, lists(kind)),
    }
}

/// TAB, and listing what there is; the others put one candidate after the other into the line.
fn lists(kind: &str) -> bool {
    matches!(kind, "9" | "33" | "63" | "64")
}

pub(super) fn shown(mut found: Vec<Candidate>, current: &Word, lists: bool) -> String {
    // There is no way to write this one there: bash puts a line of its history in its place.
    found.retain(|it| current.open != Some('"') || !it.value.contains('!'));
    let insert = |it: &Candidate| quoted(&it.value[current.kept..], current.open);
    match &found[..] {
        [only] if only.ends => {
            let mut word = insert(only);
            // readline takes a quote at the end of the word for the one that closes it.
            word.extend(current.open.filter(|quote| word.ends_with(*quote)));
            format!("word\n{word}\n")
        }
        // readline closes the quote behind a single candidate; of two it inserts what they share.
        [only] if current.open.is_some() => {
            format!("words\n{0}\n{0}…\n", insert(only))
        }
        [only] => format!("words\n{}\n", insert(only)),
        all => {
            let inserts: Vec<_> = all.iter().map(insert).collect();
            let width = column(inserts.iter().map(String::as_str));
            let lines = all.iter().zip(&inserts).map(|(it, insert)| {
                if lists && !it.about.is_empty() {
                    // A list is only shown: readline never inserts the parts in which its entries differ.
                    format!("{insert:width$}  ({})\n", it.about)
                } else {
                    format!("{insert}\n")
                }
            });
            format!("words\n{}", lines.collect::<String>())
        }
    }
}

/// The words of a line, by the shell's rules for quotes and backslashes; the last is the one at the cursor.
fn split(line: &str, breaks: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        let open = word.as_ref().and_then(|it| it.open);
        if open.is_none() && matches!(letter, ' ' | '\t' | '\n') {
            words.extend(word.take());
            continue;
        }
        word.get_or_insert_default()
            .take(letter, &mut letters, breaks);
    }
    words.push(word.unwrap_or_default());
    words
}

impl Word {
    fn take(&mut self, letter: char, rest: &mut std::str::Chars, breaks: &str) {
        match (self.open, letter) {
            (Some(quote), letter) if quote == letter => self.open = None,
            (None, '\'' | '"') => {
                self.open = Some(letter);
                self.kept = self.text.len();
            }
            (None, '\\') => self.text.extend(rest.next()),
            (Some('"'), '\\') => match rest.clone().next() {
                Some('"' | '\\' | '$' | '`') => self.text.extend(rest.next()),
                _ => self.text.push('\\'),
            },
            // readline keeps this one with what follows, a host's name (its rl_special_prefixes).
            (None, '@') if breaks.contains('@') => {
                self.kept = self.text.len();
                self.text.push('@');
            }
            (open, letter) => {
                self.text.push(letter);
                if open.is_none() && breaks.contains(letter) {
                    self.kept = self.text.len();
                }
            }
        }
    }
}

/// A word without the shell's quotes, of which one may be open.
pub fn unquoted(word: &str) -> String {
    let mut whole = Word::default();
    let mut letters = word.chars();
    while let Some(letter) = letters.next() {
        whole.take(letter, &mut letters, "");
    }
    whole.text
}

/// A text as it has to stand in the line.
fn quoted(text: &str, open: Option<char>) -> String {
    let is_special = |it: char| match open {
        Some('\'') => false,
        Some(_) => matches!(it, '"' | '$' | '`' | '\\'),
        None => !(it.is_alphanumeric() || "/-_.:=+%@,^".contains(it)),
    };
    let mut quoted = String::with_capacity(text.len());
    for letter in text.chars() {
        match (open, letter) {
            (Some('\''), '\'') => quoted.push_str("'\\''"),
            (_, letter) if is_special(letter) => quoted.extend(['\\', letter]),
            _ => quoted.push(letter),
        }
    }
    quoted
}
