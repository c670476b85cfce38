//! Shell completion: the candidates for the word at the cursor. The scripts in `completions/` run `dq --complete` at
//! each TAB.

mod bash;
mod candidate;
mod command_line;
mod fields;
mod files;
mod filter_input;
mod filter_word;
mod host;
mod list;
mod nushell;
mod parameters;
mod paths;
mod resource;
mod shape_of_json;
mod shells;
mod slot;

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::ffi::OsString;

use crate::environment::Variables;
use candidate::{Answer, Candidate};
use command_line::CommandLine;

/// Answers a script's question: `bash LINE WORDBREAKS TYPE REST`, where `REST` is the line behind the cursor; or the name
/// of another shell, the number of words behind the cursor and these words, `--`, and the words after `dq` up to the
/// cursor. `REST`, and the number with its words, may be missing.
///
/// The form of the answer is the one that the shell's script reads. It is empty for a malformed question, because an
/// error message would end up in the line that the user edits.
pub fn answer(question: impl Iterator<Item = OsString>, env: Variables) -> String {
    let question: Vec<String> = question
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let question: Vec<&str> = question.iter().map(String::as_str).collect();
    match question[..] {
        ["bash", line, breaks, kind, ref rest @ ..] if rest.len() <= 1 => {
            match bash::parse(line, rest.concat().as_str(), breaks) {
                Some(typed) => {
                    let (before, behind) = (borrowed(&typed.before), borrowed(&typed.behind));
                    let answer = find(&before, &typed.current.text, &behind, env);
                    bash::render(answer, &typed.current, kind)
                }
                None => String::new(),
            }
        }
        [shell, ref words @ ..] => match split(words) {
            Some((behind, before, current)) => in_words(shell, behind, before, current, env),
            None => String::new(),
        },
        _ => String::new(),
    }
}

/// Answers a shell that hands over words.
fn in_words(
    shell: &str,
    behind: &[&str],
    before: &[&str],
    current: &str,
    env: Variables,
) -> String {
    match shell {
        "nushell" => {
            let before: Vec<String> = before.iter().map(|it| nushell::unquoted(it)).collect();
            let unquoted = nushell::unquoted(current);
            let answer = find(&borrowed(&before), &unquoted, behind, env);
            nushell::render(&answer, current)
        }
        "fish" => {
            let current = bash::unquoted(current);
            shells::render(shell, &find(before, &current, behind, env))
        }
        _ => shells::render(shell, &find(before, current, behind, env)),
    }
}

/// The words behind the cursor, those before it, and the one at it.
fn split<'w>(words: &'w [&'w str]) -> Option<(&'w [&'w str], &'w [&'w str], &'w str)> {
    let (behind, rest) = match words.split_first()? {
        (&"--", _) => (&words[..0], words),
        (count, rest) => rest.split_at_checked(count.parse().ok()?)?,
    };
    match rest {
        ["--", before @ .., current] => Some((behind, before, current)),
        _ => None,
    }
}

fn borrowed(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

/// The candidates for the word `current`, given the words before and behind it.
fn find(before: &[&str], current: &str, behind: &[&str], env: Variables) -> Answer {
    let typed = CommandLine::parse(before).followed_by(behind);
    let mut answer = slot::candidates(&typed, current, env);
    if let Answer::Words(words) = &mut answer {
        // Names come from a server and must not be able to control the terminal.
        let is_safe = |it: &Candidate| !it.value.is_empty() && !it.value.chars().any(is_unsafe);
        let fits = |it: &Candidate| it.is_replacement || it.value.starts_with(current);
        words.retain(|it| fits(it) && is_safe(it));
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
