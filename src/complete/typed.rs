//! The command line up to the cursor, which may be anything.

use std::ffi::OsString;

use crate::cli;
use crate::cli::options::{self, Opt};

/// What was typed before the word at the cursor.
#[derive(Default)]
pub struct Typed {
    /// The words that are no options, nor values of one.
    pub words: Vec<String>,
    /// Options with all their values.
    options: Vec<String>,
    /// The option whose value stands at the cursor, and how many of its values stand before.
    pub pending: Option<(&'static Opt, usize)>,
    /// `--` was typed: no option follows.
    pub only_words: bool,
    /// `--args` or `--jsonargs` was typed.
    pub has_arguments: bool,
}

impl Typed {
    pub fn read(before: &[&str]) -> Self {
        let mut typed = Self::default();
        let mut rest = before.iter();
        while let Some(word) = rest.next() {
            match word.as_bytes() {
                _ if typed.only_words => typed.words.push((*word).to_owned()),
                b"--" => typed.only_words = true,
                b"--args" | b"--jsonargs" => typed.has_arguments = true,
                [b'-', b'-', ..] | [b'-', b'a'..=b'z' | b'A'..=b'Z', ..] => {
                    typed.option(word, &mut rest);
                }
                _ => typed.words.push((*word).to_owned()),
            }
        }
        typed
    }

    fn option(&mut self, word: &str, rest: &mut std::slice::Iter<&str>) {
        let (option, wanted) = values_behind(word);
        let values: Vec<_> = rest.take(wanted).map(|it| (*it).to_owned()).collect();
        match option {
            Some(option) if values.len() < wanted => self.pending = Some((option, values.len())),
            _ => {
                self.options.push(word.to_owned());
                self.options.extend(values);
            }
        }
    }

    /// What the options say; `None` where dq would refuse them.
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
        let typed = self.options.iter();
        let known = options::all().find(|it| it.is_called(long));
        typed.filter_map(|it| it.strip_prefix('-')).any(|it| {
            it.strip_prefix('-') == Some(long) || known.and_then(|it| it.short) == it.chars().next()
        })
    }

    /// The method that is asked for, if the options tell.
    pub fn method(&self) -> Option<String> {
        let sending = self.options()?.fetch.request;
        let has_body = !sending.data.is_empty() || !sending.fields.is_empty();
        let typed = sending.method.map(|it| it.to_uppercase());
        typed.or_else(|| has_body.then(|| "POST".to_owned()))
    }
}

/// The option whose value stands in the same word, behind `=` or behind its letter, and where the value begins.
pub fn attached(word: &str) -> Option<(&'static Opt, usize)> {
    if let Some(long) = word.strip_prefix("--") {
        let (name, _) = long.split_once('=')?;
        let option = options::all().find(|it| it.is_called(name))?;
        return Some((option, "--=".len() + name.len()));
    }
    let letters = word.char_indices().skip(1);
    let mut valued = letters.filter_map(|(at, letter)| {
        let option = options::all().find(|it| it.short == Some(letter))?;
        (option.values_behind() > 0).then_some((option, at + letter.len_utf8()))
    });
    valued.next().filter(|(_, at)| *at < word.len())
}

/// The option of a word, and how many of the words behind it are its values; of a cluster the first that takes any.
fn values_behind(word: &str) -> (Option<&'static Opt>, usize) {
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
