//! The parser of a list of columns: `[HEADER:] PATH [| FILTER], …`.

use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

use crate::column::Column;

/// A parsed list of columns.
#[derive(Debug)]
pub struct ColumnList {
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// Where in the text the filters are; a column refers to its filter by the index in this list.
    pub filters: Vec<Range<usize>>,
}

impl ColumnList {
    /// Gives each column that is no more than a path the header and the filter that `saved` has for the path, if any.
    /// The indexes of those filters come after the list's own. Returns whether there is such a column.
    pub fn present_as(&mut self, saved: &ColumnList) -> bool {
        let offset = self.filters.len();
        let mut has_presented = false;
        for column in &mut self.columns {
            let same = saved.columns.iter().find(|it| it.presents(column));
            if let Some(same) = same.filter(|_| column.is_bare()) {
                let filter = same.filter().map(|filter| filter + offset);
                has_presented |= filter.is_some();
                *column = same.clone().with_filter(filter);
            }
        }
        has_presented
    }
}

/// What is wrong with a list of columns.
#[derive(Debug, PartialEq, Eq)]
pub struct ColumnListError {
    /// What is wrong, in one line.
    pub message: &'static str,
    /// The offending bytes of the text.
    pub range: Range<usize>,
}

/// Parses a list of columns, separated by commas, each `[HEADER:] PATH [| FILTER]`.
///
/// PATH is `.` for the whole row, keys separated by dots as in `State.Health.Status` (an index is a key, and `Names[0]`
/// and `.Names[0]` are other spellings of `Names.0`), or `{PATH, PATH, …}` for an object of several values. FILTER is a
/// jq filter; a comma in it stands in brackets or in a string. HEADER is text, in quotes if it has a comma.
///
/// # Errors
/// An empty column, and a path that is none.
pub fn parse_columns(text: &str) -> Result<ColumnList, ColumnListError> {
    let mut list = ColumnList {
        columns: Vec::new(),
        filters: Vec::new(),
    };
    for range in split(text, 0..text.len(), ',') {
        let column = column(text, range, &mut list.filters)?;
        list.columns.push(column);
    }
    Ok(list)
}

fn column(
    text: &str,
    range: Range<usize>,
    filters: &mut Vec<Range<usize>>,
) -> Result<Column, ColumnListError> {
    let mut parts = split(text, range.clone(), '|').into_iter();
    let front = parts.next().unwrap_or(range.clone());
    let filter = (front.end < range.end).then(|| front.end + 1..range.end);
    let mut pieces = split(text, front.clone(), ':');
    let path = match pieces.len() {
        0 | 1 => front.clone(),
        // A header may contain colons; a path does not.
        _ => pieces.pop().unwrap_or(front.clone()),
    };
    let header = (path.start > front.start).then(|| unquoted(&text[front.start..path.start - 1]));
    if header.as_deref() == Some("") {
        return Err(error("the header is empty", front));
    }
    let column = path_column(text, trimmed(text, path), &range)?.with_header(header);
    let Some(filter) = filter else {
        return Ok(column);
    };
    if text[filter.clone()].trim().is_empty() {
        return Err(error("a filter is missing after the |", range));
    }
    filters.push(filter);
    Ok(column.with_filter(Some(filters.len() - 1)))
}

/// The column that shows a path; `whole` is what to point at where the path is empty.
fn path_column(
    text: &str,
    path: Range<usize>,
    whole: &Range<usize>,
) -> Result<Column, ColumnListError> {
    let source = &text[path.clone()];
    if source.is_empty() {
        let whole = if whole.is_empty() {
            whole.start.saturating_sub(1)..whole.end
        } else {
            whole.clone()
        };
        return Err(error("a path is missing", whole));
    }
    if source == "." {
        return Ok(Column::new("."));
    }
    let Some(inner) = source.strip_prefix('{') else {
        return Ok(Column::new(&keys(text, path)?));
    };
    if !inner.ends_with('}') {
        return Err(error("the { is not closed", path));
    }
    let mut paths = Vec::new();
    for part in split(text, path.start + 1..path.end - 1, ',') {
        let part = trimmed(text, part);
        paths.push(keys(text, part)?);
    }
    Ok(Column::object(paths))
}

/// How many keys a path may have. Keys may contain dots, so that many ways to divide a path are tried in each row.
const MAX_KEYS: usize = 100;

/// The keys of a path, separated by dots: `Names.0` for `.Names[0]`, `Mounts.Source` for `Mounts[].Source`.
///
/// # Errors
/// Too many keys, or none; brackets or quotes that are not closed, or hold something else than a key.
fn keys(text: &str, path: Range<usize>) -> Result<String, ColumnListError> {
    match joined_keys(&text[path.clone()]) {
        Some(keys) if keys.matches('.').count() < MAX_KEYS => Ok(keys),
        Some(_) => Err(error("a path has at most 100 keys", path)),
        None => Err(error("this is not a path", path)),
    }
}

fn joined_keys(path: &str) -> Option<String> {
    let mut keys = String::new();
    let mut rest = path.strip_prefix('.').unwrap_or(path);
    while !rest.is_empty() {
        let (key, after) = next_key(rest)?;
        if !key.is_empty() {
            keys.push_str(if keys.is_empty() { "" } else { "." });
            keys.push_str(key);
        }
        rest = after;
    }
    (!keys.is_empty()).then_some(keys)
}

/// The first key of a path, and what follows it.
fn next_key(path: &str) -> Option<(&str, &str)> {
    if let Some(rest) = path.strip_prefix('[') {
        let (inner, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once("\"]")?,
            None => rest.split_once(']').filter(|(inner, _)| is_index(inner))?,
        };
        return Some((inner, after.strip_prefix('.').unwrap_or(after)));
    }
    if let Some(quoted) = path.strip_prefix('"') {
        let (inner, after) = quoted.split_once('"')?;
        return Some((inner, after.strip_prefix('.').unwrap_or(after)));
    }
    let end = path.find(['.', '[']).unwrap_or(path.len());
    let (key, after) = path.split_at(end);
    let is_key = !key.is_empty() && !key.contains(['"', ']', '{', '}', '(', ')']);
    is_key.then(|| (key, after.strip_prefix('.').unwrap_or(after)))
}

/// Nothing, as in `Mounts[]`, or digits.
fn is_index(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn unquoted(text: &str) -> String {
    let text = text.trim();
    let inner = text.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    inner.unwrap_or(text).to_owned()
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + part.len() - part.trim_start().len();
    start..start + part.trim().len()
}

fn error(message: &'static str, range: Range<usize>) -> ColumnListError {
    ColumnListError { message, range }
}

/// The parts of a range between separators that are in no bracket and no string.
fn split(text: &str, range: Range<usize>, separator: char) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = range.start;
    let mut depth = 0usize;
    let mut chars = text[range.clone()].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => skip_string(&mut chars),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            c if c == separator && depth == 0 => {
                parts.push(start..range.start + at);
                start = range.start + at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(start..range.end);
    parts
}

/// Skips a jq string whose opening quote was read, with the filters interpolated in it.
fn skip_string(chars: &mut Peekable<CharIndices>) {
    while let Some((_, c)) = chars.next() {
        match c {
            '"' => return,
            '\\' if chars.next().is_some_and(|(_, escaped)| escaped == '(') => {
                skip_interpolation(chars);
            }
            _ => {}
        }
    }
}

fn skip_interpolation(chars: &mut Peekable<CharIndices>) {
    let mut depth = 1;
    while let Some((_, c)) = chars.next() {
        match c {
            '"' => skip_string(chars),
            '(' => depth += 1,
            ')' if depth == 1 => return,
            ')' => depth -= 1,
            _ => {}
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The columns as `header:path|filter`, separated by spaces, or the error with the offending text.
    fn parsed(text: &str) -> String {
        let list = match parse_columns(text) {
            Ok(list) => list,
            Err(error) => return format!("{}: <{}>", error.message, &text[error.range]),
        };
        let columns = list.columns.iter().map(|column| {
            let header = column.header().map_or(String::new(), |it| format!("{it}:"));
            let filter = column.filter().map_or(String::new(), |at| {
                format!("|{}", text[list.filters[at].clone()].trim())
            });
            format!("<{header}{}{filter}>", column.path())
        });
        columns.collect()
    }

    #[test]
    fn a_path_has_a_limited_number_of_keys() {
        let path = |keys| vec!["a"; keys].join(".");
        assert_eq!(parsed(&path(MAX_KEYS)), format!("<{}>", path(MAX_KEYS)));
        for text in [path(MAX_KEYS + 1), format!("{{b, {}}}", path(8000))] {
            let error = parse_columns(&text).unwrap_err();
            assert_eq!(error.message, "a path has at most 100 keys");
        }
    }

    #[test]
    fn columns_have_headers_paths_and_filters() {
        let cases = [
            ("a", "<a>"),
            ("a, b.c ,.d", "<a><b.c><d>"),
            ("ID: Id|short_id,name", "<ID:Id|short_id><name>"),
            (
                "Names[0], .Names[0], Names.0",
                "<Names.0><Names.0><Names.0>",
            ),
            ("Mounts[].Source, .Ports[]", "<Mounts.Source><Ports>"),
            ("Labels[\"a.b\"], .\"a b\".c", "<Labels.a.b><a b.c>"),
            (
                "NET I/O: {in, out}|\"\\(.in) / \\(.out)\"",
                "<NET I/O:{in, out}|\"\\(.in) / \\(.out)\">",
            ),
            ("a|(1, 2), b", "<a|(1, 2)><b>"),
            ("a|split(\", \")[0]|x, b", "<a|split(\", \")[0]|x><b>"),
            (
                "a|\"\\(if . then \",)\" else 1 end),\"",
                "<a|\"\\(if . then \",)\" else 1 end),\">",
            ),
            ("line: .|tojson", "<line:.|tojson>"),
            (".|tojson", "<.|tojson>"),
            ("\"A, B\": a", "<A, B:a>"),
            ("12:30: a", "<12:30:a>"),
            ("a|{b: 1, c: 2}", "<a|{b: 1, c: 2}>"),
            ("com.docker.x-y/z_1@é", "<com.docker.x-y/z_1@é>"),
        ];
        for (text, expected) in cases {
            assert_eq!(parsed(text), expected, "{text}");
        }
    }

    #[test]
    fn lists_that_are_none() {
        let cases = [
            ("", "a path is missing: <>"),
            ("a,,b", "a path is missing: <,>"),
            ("a,", "a path is missing: <,>"),
            ("a, ", "a path is missing: < >"),
            ("H:", "a path is missing: <H:>"),
            (": a", "the header is empty: <: a>"),
            ("a|", "a filter is missing after the |: <a|>"),
            ("a, b[x]", "this is not a path: <b[x]>"),
            ("a[0", "this is not a path: <a[0>"),
            ("a..b", "this is not a path: <a..b>"),
            ("[]", "this is not a path: <[]>"),
            ("{a, }", "this is not a path: <>"),
            ("{a", "the { is not closed: <{a>"),
            ("a\"b", "this is not a path: <a\"b>"),
        ];
        for (text, expected) in cases {
            assert_eq!(parsed(text), expected, "{text}");
        }
    }
}
