//! bash hands over the line as it was typed, because its own words also end at the characters of `COMP_WORDBREAKS`,
//! such as `:` and `=`. The line is split here by the shell's rules, and candidates are cut and quoted for readline.

use super::candidate::{Answer, Candidate, column_width};

/// The word at the cursor.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ShellWord {
    /// Without quotes.
    pub text: String,
    /// The quote that is open at the cursor.
    pub open: Option<char>,
    /// How many bytes of `text` readline keeps: up to its last word break, or up to the open quote.
    pub kept: usize,
}

/// The words after `dq`.
pub struct Typed {
    pub before: Vec<String>,
    pub current: ShellWord,
    /// The words behind the one at the cursor.
    pub behind: Vec<String>,
}

/// Splits the line up to the cursor and the rest behind it. `None` while `dq` itself is being typed.
pub fn parse(line: &str, rest: &str, breaks: &str) -> Option<Typed> {
    let mut words = split(line, breaks);
    let all = split(&format!("{line}{rest}"), breaks);
    let behind = all.into_iter().skip(words.len()).map(|it| it.text);
    let current = words.pop()?;
    let mut before = words.into_iter().map(|it| it.text);
    before.next()?;
    Some(Typed {
        before: before.collect(),
        current,
        behind: behind.filter(|it| !it.is_empty()).collect(),
    })
}

/// The first line is `files`, `directories`, `word` (a single one, a space follows) or `words`; the lines after it are
/// what to insert. `kind` is `COMP_TYPE`.
pub fn render(answer: Answer, current: &ShellWord, kind: &str) -> String {
    match answer {
        Answer::Files => "files\n".into(),
        Answer::Directories => "directories\n".into(),
        Answer::Words(words) => render_words(words, current, kind),
    }
}

/// The type of a completion that only lists the candidates and inserts nothing.
const LIST_ONLY: &str = "63";

/// Whether bash shows a list of the candidates. The other types of completion insert one candidate after the other.
fn is_list(kind: &str) -> bool {
    // TAB, `?`, `!` and `@` (bash(1), COMP_TYPE).
    matches!(kind, "9" | "33" | LIST_ONLY | "64")
}

pub fn render_words(mut words: Vec<Candidate>, current: &ShellWord, kind: &str) -> String {
    // Within double quotes an exclamation mark calls for the history, and no escape prevents it.
    words.retain(|it| current.open != Some('"') || !it.value.contains('!'));
    words.retain(|it| it.value.is_char_boundary(current.kept));
    let insertion = |it: &Candidate| quoted(&it.value[current.kept..], current.open);
    match &words[..] {
        [only] if only.is_whole => {
            let mut word = insertion(only);
            // readline takes a quote at the end of the word for the closing one.
            word.extend(current.open.filter(|quote| word.ends_with(*quote)));
            format!("word\n{word}\n")
        }
        // readline closes the quote after a single candidate; of two candidates it inserts the common beginning.
        [only] if current.open.is_some() => {
            format!("words\n{0}\n{0}…\n", insertion(only))
        }
        [only] => format!("words\n{}\n", insertion(only)),
        all => {
            let is_list = is_list(kind);
            let text = |it: &Candidate| match kind {
                LIST_ONLY if it.shown_from > 0 => it.shown().to_owned(),
                _ => insertion(it),
            };
            let insertions: Vec<_> = all.iter().map(text).collect();
            let width = column_width(insertions.iter().map(String::as_str));
            let lines = all.iter().zip(&insertions).map(|(it, insertion)| {
                if is_list && !it.about.is_empty() {
                    // readline inserts only the common beginning of a list, never a description.
                    format!("{insertion:width$}  ({})\n", it.about)
                } else {
                    format!("{insertion}\n")
                }
            });
            format!("words\n{}", lines.collect::<String>())
        }
    }
}

/// Splits a line by the shell's rules for quotes and backslashes. The last word is the one at the cursor, maybe empty.
fn split(line: &str, breaks: &str) -> Vec<ShellWord> {
    let mut words = Vec::new();
    let mut word: Option<ShellWord> = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        let open = word.as_ref().and_then(|it| it.open);
        if open.is_none() && matches!(letter, ' ' | '\t' | '\n') {
            words.extend(word.take());
            continue;
        }
        word.get_or_insert_default()
            .push(letter, &mut letters, breaks);
    }
    words.push(word.unwrap_or_default());
    words
}

impl ShellWord {
    /// Adds a letter of the line; an escape takes its second letter from `rest`.
    fn push(&mut self, letter: char, rest: &mut std::str::Chars, breaks: &str) {
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
            // readline keeps an @ together with what follows it, a host name (rl_special_prefixes).
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

/// A word without its quotes; the closing quote may be missing.
pub fn unquoted(word: &str) -> String {
    let mut whole = ShellWord::default();
    let mut letters = word.chars();
    while let Some(letter) = letters.next() {
        whole.push(letter, &mut letters, "");
    }
    whole.text
}

/// A text quoted for its place in the line: within an open quote, or outside of quotes.
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
