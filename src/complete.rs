//! Completion: what may stand where the cursor is. The shells' scripts, in `completions/`, ask for it at each TAB.

mod bash;
mod files;
mod listed;
mod live;
mod parameters;
mod paths;
mod shells;
mod slot;
mod typed;

#[cfg(test)]
mod tests;

use crate::environment::Variables;
use std::ffi::OsString;

/// Something that may stand where the cursor is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The whole word, as dq takes it; the shells' quoting comes later.
    value: String,
    /// What it is, in a few words; may be empty.
    about: String,
    /// The word is complete: a space follows.
    ends: bool,
}

impl Candidate {
    fn new(value: impl Into<String>, about: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            about: about.into(),
            ends: true,
        }
    }

    /// One that goes on: `/containers/`, `all=`.
    fn open(value: impl Into<String>, about: impl Into<String>) -> Self {
        Self {
            ends: false,
            ..Self::new(value, about)
        }
    }
}

/// The answer to a TAB.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Words(Vec<Candidate>),
    /// The shell's own completion of files.
    Files,
    Directories,
}

/// What a script gets for its question: `bash LINE WORDBREAKS TYPE`, or the name of another shell, `--`, the words
/// behind `dq` up to the cursor. The form of the answer is that shell's script's; there is none to a question that
/// makes no sense, for nothing may be printed into the line.
pub fn answer(question: impl Iterator<Item = OsString>, env: Variables) -> String {
    let question: Vec<String> = question
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let question: Vec<&str> = question.iter().map(String::as_str).collect();
    match question[..] {
        ["bash", line, breaks, kind] => bash::answer(line, breaks, kind, env),
        [shell, "--", ref before @ .., current] => {
            let current = match shell {
                "fish" => bash::unquoted(current),
                _ => current.to_owned(),
            };
            shells::answer(shell, &at(before, &current, env))
        }
        _ => String::new(),
    }
}

/// What may stand in the place of the word `current`, with the words before it.
fn at(before: &[&str], current: &str, env: Variables) -> Answer {
    let typed = typed::Typed::read(before);
    let mut answer = slot::answer(&typed, current, env);
    if let Answer::Words(words) = &mut answer {
        // Names come from a server: none may do anything to a terminal.
        let is_plain = |it: &Candidate| !it.value.is_empty() && !it.value.chars().any(is_unfit);
        words.retain(|it| it.value.starts_with(current) && is_plain(it));
        words
            .iter_mut()
            .for_each(|it| it.about = presentable(&it.about));
        let mut seen = std::collections::HashSet::new();
        words.retain(|it| seen.insert(it.value.clone()));
    }
    answer
}

/// Whether the character could disturb the line the shell edits.
fn is_unfit(c: char) -> bool {
    dq_text::is_dangerous(c) || dq_text::is_ambiguous(c)
}

/// One short line.
fn presentable(about: &str) -> String {
    const LONGEST: usize = 60;
    let clean: String = about
        .chars()
        .map(|it| if is_unfit(it) { ' ' } else { it })
        .collect();
    let clean = clean.trim();
    match clean.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &clean[..end]),
        None => clean.to_owned(),
    }
}
