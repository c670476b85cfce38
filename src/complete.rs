//! Shell completion: the candidates for the word at the cursor. The scripts in `completions/` run `dq --complete` at
//! each TAB.

mod bash;
mod candidate;
mod command_line;
mod fields;
mod files;
mod host;
mod list;
mod nushell;
mod parameters;
mod paths;
mod resource;
mod shells;
mod slot;

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::ffi::OsString;

use crate::environment::Variables;
use candidate::{Answer, Candidate};
use command_line::CommandLine;

/// Answers a script's question: `bash LINE WORDBREAKS TYPE`, or the name of another shell, `--` and the words after
/// `dq` up to the cursor.
///
/// The form of the answer is the one that the shell's script reads. It is empty for a malformed question, because an
/// error message would end up in the line that the user edits.
pub fn answer(question: impl Iterator<Item = OsString>, env: Variables) -> String {
    let question: Vec<String> = question
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let question: Vec<&str> = question.iter().map(String::as_str).collect();
    match question[..] {
        ["bash", line, breaks, kind] => match bash::parse(line, breaks) {
            Some((before, current)) => {
                let before: Vec<&str> = before.iter().map(String::as_str).collect();
                bash::render(find(&before, &current.text, env), &current, kind)
            }
            None => String::new(),
        },
        ["nushell", "--", ref before @ .., current] => {
            let before: Vec<String> = before.iter().map(|it| nushell::unquoted(it)).collect();
            let before: Vec<&str> = before.iter().map(String::as_str).collect();
            nushell::render(&find(&before, &nushell::unquoted(current), env))
        }
        ["fish", "--", ref before @ .., current] => {
            shells::render("fish", &find(before, &bash::unquoted(current), env))
        }
        [shell, "--", ref before @ .., current] => {
            shells::render(shell, &find(before, current, env))
        }
        _ => String::new(),
    }
}

/// The candidates for the word `current`, given the words before it.
fn find(before: &[&str], current: &str, env: Variables) -> Answer {
    let typed = CommandLine::parse(before);
    let mut answer = slot::candidates(&typed, current, env);
    if let Answer::Words(words) = &mut answer {
        // Names come from a server and must not be able to control the terminal.
        let is_safe = |it: &Candidate| !it.value.is_empty() && !it.value.chars().any(is_unsafe);
        words.retain(|it| it.value.starts_with(current) && is_safe(it));
        words
            .iter_mut()
            .for_each(|it| it.about = one_line(&it.about));
        let mut seen = HashSet::new();
        words.retain(|it| seen.insert(it.value.clone()));
    }
    answer
}

/// Whether the character could disturb the line that the shell edits.
fn is_unsafe(c: char) -> bool {
    dq_text::is_dangerous(c) || dq_text::is_ambiguous(c)
}

/// A description in one line of at most 60 characters.
fn one_line(about: &str) -> String {
    const LIMIT: usize = 60;
    let clean: String = about
        .chars()
        .map(|it| if is_unsafe(it) { ' ' } else { it })
        .collect();
    let clean = clean.trim();
    match clean.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}…", &clean[..end]),
        None => clean.to_owned(),
    }
}
