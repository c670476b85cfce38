//! Errors of a filter that does not compile, shown with the source line and a caret under the offending text.

use std::fmt;
use std::ops::Range;

use crate::syntax::SyntaxError;

/// An error of a filter that cannot be compiled.
///
/// Its `Display` form is the message, then the source line and a caret under the text that the message is about.
#[derive(Debug)]
pub struct CompileError {
    /// The file that the text is from; empty for the command line.
    pub path: String,
    /// What is wrong, in one line.
    pub message: String,
    /// What the user may try instead.
    pub hint: Option<String>,
    excerpt: Option<Excerpt>,
}

/// The source line that an error is about.
#[derive(Debug)]
struct Excerpt {
    /// The line's number in the file, from 1.
    line_number: usize,
    /// The line, or the part of it around the offending text.
    text: String,
    /// The first character to mark, from 0.
    column: usize,
    /// The number of characters to mark.
    width: usize,
}

/// The longest part of a source line that is shown, in characters.
const MAX_EXCERPT: usize = 100;

impl CompileError {
    /// An error about `part`, a slice of `source`. Without an excerpt if it is no slice of it.
    pub(crate) fn at(
        path: &str,
        source: &str,
        part: &str,
        message: String,
        hint: Option<String>,
    ) -> Self {
        let offset = (part.as_ptr() as usize).checked_sub(source.as_ptr() as usize);
        let offset = offset.filter(|offset| offset + part.len() <= source.len());
        Self {
            path: path.to_owned(),
            message,
            hint,
            excerpt: offset.map(|offset| Excerpt::new(source, offset, part.len())),
        }
    }

    /// An error about the bytes `range` of a text that is not a filter. `path` is the file that the text is from; empty for
    /// the command line.
    pub fn in_text(path: &str, text: &str, range: Range<usize>, message: String) -> Self {
        Self {
            path: path.to_owned(),
            message,
            hint: None,
            excerpt: Some(Excerpt::new(text, range.start, range.len())),
        }
    }

    /// An error of the parser.
    pub(crate) fn syntax(path: &str, source: &str, error: SyntaxError) -> Self {
        Self {
            path: path.to_owned(),
            message: error.message,
            hint: None,
            excerpt: Some(Excerpt::new(source, error.offset, error.length)),
        }
    }

    /// An error that no text can be shown for.
    pub(crate) fn new(message: String) -> Self {
        Self {
            path: String::new(),
            message,
            hint: None,
            excerpt: None,
        }
    }
}

impl Excerpt {
    fn new(source: &str, offset: usize, length: usize) -> Self {
        let start = source[..offset]
            .rfind('\n')
            .map_or(0, |newline| newline + 1);
        let end = source[offset..]
            .find('\n')
            .map_or(source.len(), |newline| offset + newline);
        let before = source[start..offset].chars().count();
        let skipped = before.saturating_sub(MAX_EXCERPT / 2);
        let text: String = source[start..end]
            .chars()
            .skip(skipped)
            .take(MAX_EXCERPT)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let width = source[offset..(offset + length).min(end)].chars().count();
        Self {
            line_number: 1 + source[..offset].matches('\n').count(),
            column: before - skipped,
            width: width.clamp(1, MAX_EXCERPT.saturating_sub(before - skipped).max(1)),
            text,
        }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.message)?;
        let Some(excerpt) = &self.excerpt else {
            return Ok(());
        };
        let line_number = excerpt.line_number;
        if !self.path.is_empty() {
            write!(f, " ({}, line {line_number})", self.path)?;
        } else if line_number != 1 {
            write!(f, " (line {line_number})")?;
        }
        let margin = " ".repeat(excerpt.column);
        let carets = "^".repeat(excerpt.width);
        write!(f, "\n    {}\n    {margin}{carets}", excerpt.text)
    }
}

impl std::error::Error for CompileError {}
