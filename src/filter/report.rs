//! What is wrong with a filter, shown at the character.

use std::fmt;

use super::builtins;
use super::syntax::SyntaxError;

/// A filter that cannot be compiled.
#[derive(Debug)]
pub struct CompileError {
    /// The file the text is from; empty for the command line.
    pub path: String,
    pub message: String,
    pub hint: Option<String>,
    /// The line it is on, 1-based, with its text, and the columns to mark (0-based, in characters).
    place: Option<Place>,
}

#[derive(Debug)]
struct Place {
    number: usize,
    line: String,
    column: usize,
    width: usize,
}

/// Longest part of a source line that is shown, in characters.
const LINE: usize = 100;

impl CompileError {
    /// An error about the text `part`, which is a slice of `source` or else has no place to show.
    pub fn at(path: &str, source: &str, part: &str, message: String, hint: Option<String>) -> Self {
        let offset = (part.as_ptr() as usize).checked_sub(source.as_ptr() as usize);
        let place = offset.filter(|offset| offset + part.len() <= source.len());
        let place = place.map(|offset| Place::new(source, offset, part.len()));
        Self {
            path: path.to_owned(),
            message,
            hint,
            place,
        }
    }

    pub fn syntax(path: &str, source: &str, error: SyntaxError) -> Self {
        let place = Some(Place::new(source, error.offset, error.length));
        Self {
            path: path.to_owned(),
            message: error.message,
            hint: None,
            place,
        }
    }

    pub fn new(message: String) -> Self {
        Self {
            path: String::new(),
            message,
            hint: None,
            place: None,
        }
    }
}

impl Place {
    fn new(source: &str, offset: usize, length: usize) -> Self {
        let start = source[..offset]
            .rfind('\n')
            .map_or(0, |newline| newline + 1);
        let end = source[offset..]
            .find('\n')
            .map_or(source.len(), |newline| offset + newline);
        let before = source[start..offset].chars().count();
        let skip = before.saturating_sub(LINE / 2);
        let shown: String = source[start..end]
            .chars()
            .skip(skip)
            .take(LINE)
            .map(visible)
            .collect();
        let width = source[offset..(offset + length).min(end)].chars().count();
        Self {
            number: 1 + source[..offset].matches('\n').count(),
            column: before - skip,
            width: width.clamp(1, LINE.saturating_sub(before - skip).max(1)),
            line: shown,
        }
    }
}

fn visible(c: char) -> char {
    if c.is_control() { ' ' } else { c }
}

impl fmt::Display for CompileError {
    /// The message, the line it is about, and a caret under the place.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.message)?;
        let Some(place) = &self.place else {
            return Ok(());
        };
        match self.path.is_empty() {
            true if place.number == 1 => {}
            true => write!(f, " (line {})", place.number)?,
            false => write!(f, " ({}, line {})", self.path, place.number)?,
        }
        let (margin, carets) = (" ".repeat(place.column), "^".repeat(place.width));
        write!(f, "\n    {}\n    {margin}{carets}", place.line)
    }
}

/// A hint for a call to something that is not there.
pub fn suggestion<'a>(
    name: &str,
    arity: usize,
    local: impl Iterator<Item = &'a str>,
) -> Option<String> {
    let arities: Vec<_> = builtins::arities(name).collect();
    if !arities.is_empty() {
        let forms: Vec<_> = arities.iter().map(|n| form(name, *n)).collect();
        return Some(format!(
            "there is {}, not one with {arity} arguments",
            forms.join(" and ")
        ));
    }
    if matches!(name, "print" | "echo" | "puts") {
        return Some("did you mean debug?".into());
    }
    let public = builtins::all().filter(|builtin| !builtin.is_private());
    nearest(name, local.chain(public.map(|builtin| builtin.name)))
        .map(|name| format!("did you mean {name}?"))
}

fn form(name: &str, arity: usize) -> String {
    match arity {
        0 => name.to_owned(),
        n => format!("{name}({})", ["f", "g", "h", "i"][..n.min(4)].join("; ")),
    }
}

/// The known name that is nearest to a misspelt one, if any is near.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).clamp(1, 3);
    let scored = known
        .filter(|known| *known != name)
        .map(|known| (distance(name, known), known));
    scored
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// Edits (insert, delete, replace, swap of neighbours) between two words.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replace = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replace.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}
