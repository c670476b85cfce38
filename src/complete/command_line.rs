//! The command line before the cursor. It may be incomplete or wrong.

use std::ffi::OsString;

use crate::cli;
use crate::cli::options::{self, Opt};

/// What was typed before the word at the cursor.
#[derive(Default)]
pub struct CommandLine {
    /// The words that are neither options nor values of options.
    pub words: Vec<String>,
    /// Options with all their values.
    options: Vec<String>,
    /// The option whose value is at the cursor, and the number of its values before the cursor.
    pub pending: Option<(&'static Opt, usize)>,
    /// `--` was typed: no option follows.
    pub is_words_only: bool,
    /// `--args` or `--jsonargs` was typed.
    pub has_arguments: bool,
    /// The words behind the cursor that are neither options nor values of options.
    pub words_behind: Vec<String>,
}

impl CommandLine {
    pub fn parse(before: &[&str]) -> Self {
        let mut typed = Self::default();
        let mut rest = before.iter();
        while let Some(word) = rest.next() {
            match word.as_bytes() {
                _ if typed.is_words_only => typed.words.push((*word).to_owned()),
                b"--" => typed.is_words_only = true,
                b"--args" | b"--jsonargs" => typed.has_arguments = true,
                [b'-', b'-', ..] | [b'-', b'a'..=b'z' | b'A'..=b'Z', ..] => {
                    typed.push_option(word, &mut rest);
                }
                _ => typed.words.push((*word).to_owned()),
            }
        }
        typed
    }

    /// Adds the words behind the one at the cursor.
    #[must_use]
    pub fn followed_by(self, behind: &[&str]) -> Self {
        Self {
            words_behind: Self::parse(behind).words,
            ..self
        }
    }

    fn push_option(&mut self, word: &str, rest: &mut std::slice::Iter<&str>) {
        let (option, count) = separate_values(word);
        let values: Vec<_> = rest.take(count).map(|it| (*it).to_owned()).collect();
        match option {
            Some(option) if values.len() < count => self.pending = Some((option, values.len())),
            _ => {
                self.options.push(word.to_owned());
                self.options.extend(values);
            }
        }
    }

    /// The parsed options; `None` if dq would refuse them.
    pub fn options(&self) -> Option<cli::Cli> {
        let name = std::iter::once("dq".to_owned());
        let args = name.chain(self.options.iter().cloned());
        match cli::parse(args.map(OsString::from)) {
            cli::Action::Run(cli) => Some(*cli),
            _ => None,
        }
    }

    /// Whether an option was typed, by its long name.
    pub fn has(&self, long: &str) -> bool {
        let option = options::all().find(|it| it.is_called(long));
        let mut typed = self.options.iter().filter_map(|it| it.strip_prefix('-'));
        typed.any(|it| {
            it.strip_prefix('-') == Some(long)
                || option.and_then(|it| it.short) == it.chars().next()
        })
    }

    /// The request method, if the options determine it.
    pub fn method(&self) -> Option<String> {
        let request = self.options()?.fetch.request;
        let has_body = !request.data.is_empty() || !request.fields.is_empty();
        let typed = request.method.map(|it| it.to_uppercase());
        typed.or_else(|| has_body.then(|| "POST".to_owned()))
    }
}

/// The option whose value is in the same word, behind `=` or behind its letter, and the byte offset of the value.
pub fn attached_value(word: &str) -> Option<(&'static Opt, usize)> {
    if let Some(long) = word.strip_prefix("--") {
        let (name, _) = long.split_once('=')?;
        let option = options::all().find(|it| it.is_called(name))?;
        return Some((option, "--=".len() + name.len()));
    }
    let letters = word.char_indices().skip(1);
    let mut with_value = letters.filter_map(|(at, letter)| {
        let option = options::all().find(|it| it.short == Some(letter))?;
        (option.values_behind() > 0).then_some((option, at + letter.len_utf8()))
    });
    with_value.next().filter(|(_, at)| *at < word.len())
}

/// The option of a word, and how many of the words after it are its values. In a cluster of letters it is the first
/// option that takes a value.
fn separate_values(word: &str) -> (Option<&'static Opt>, usize) {
    if let Some(long) = word.strip_prefix("--") {
        let option = options::all().find(|it| it.is_called(long));
        return (option, option.map_or(0, Opt::values_behind));
    }
    let letters: Vec<char> = word.chars().skip(1).collect();
    for (at, letter) in letters.iter().enumerate() {
        let option = options::all().find(|it| it.short == Some(*letter));
        if let Some(option) = option
            && option.values_behind() > 0
        {
            let attached = usize::from(at + 1 < letters.len());
            return (Some(option), option.values_behind() - attached);
        }
    }
    (None, 0)
}
