//! Tables in GitHub-flavoured Markdown.

use crate::cell::{push_readable, push_visible};
use crate::columnar::{ColumnarFormatter, RowWriter, UnknownKeys};
use crate::error::Error;
use crate::formatter::Formatter;
use crate::row_buffer::{Cell, CellKind, CellStyle, RowBuffer};
use crate::settings::Settings;
use dq_json::value::{SharedStr, Value};

/// The formatter of Markdown tables.
pub fn formatter(settings: &Settings) -> Box<dyn Formatter> {
    let rows = RowBuffer::new(&settings.columns, escaped_cell, CellStyle::Readable);
    Box::new(ColumnarFormatter::new(
        rows,
        MarkdownWriter::default(),
        settings.sort_keys,
        settings.sanitize,
    ))
}

#[derive(Default)]
struct MarkdownWriter {
    unknown_keys: UnknownKeys,
}

impl RowWriter for MarkdownWriter {
    fn write_header(&mut self, rows: &RowBuffer, out: &mut String) {
        let names: Vec<String> = rows.names().map(|name| escaped(name.title())).collect();
        push_line(names.iter().map(String::as_str), out);
        let mut is_numeric: Vec<Option<bool>> = vec![None; names.len()];
        for cell in rows.rows().flatten() {
            let are_numbers = &mut is_numeric[cell.column];
            *are_numbers = Some(are_numbers.unwrap_or(true) && cell.kind == CellKind::Number);
        }
        let rules = is_numeric
            .iter()
            .map(|it| if *it == Some(true) { "--:" } else { "---" });
        push_line(rules, out);
    }

    fn write_row(
        &mut self,
        rows: &RowBuffer,
        cells: &[Cell],
        out: &mut String,
    ) -> Result<(), Error> {
        push_line(rows.fields(cells), out);
        Ok(())
    }

    fn note_unknown_key(&mut self, key: SharedStr) {
        self.unknown_keys.add(key);
    }

    fn finish(&mut self, _out: &mut String) -> Result<(), Error> {
        self.unknown_keys.check()
    }
}

fn push_line<'a>(fields: impl Iterator<Item = &'a str>, out: &mut String) {
    for field in fields {
        out.push_str("| ");
        out.push_str(field);
        out.push_str(if field.is_empty() { "" } else { " " });
    }
    out.push_str("|\n");
}

/// The text of a cell, escaped.
fn escaped_cell(value: &Value, out: &mut String) {
    match value {
        Value::Str(text) => out.push_str(&escaped(text)),
        other => {
            let mut text = String::new();
            push_readable(other, &mut text);
            out.push_str(&escaped(&text));
        }
    }
}

/// Escapes text so that Markdown shows it unchanged: a backslash before each character that begins markup (CommonMark
/// §2.4, GitHub's tables and strikethrough), and before the marker of a heading, a quote or a list that begins a line.
/// Line breaks become `<br>`, because a row is one line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, line) in text.lines().enumerate() {
        out.push_str(if at > 0 { "<br>" } else { "" });
        let mut shown = String::new();
        push_visible(line, &mut shown);
        let marker = marker(&shown);
        for (at, c) in shown.char_indices() {
            if is_markup(c) || marker == Some(at) {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out
}

/// Whether Markdown may read the character, wherever it is.
fn is_markup(c: char) -> bool {
    matches!(
        c,
        '|' | '\\' | '<' | '*' | '_' | '`' | '[' | ']' | '~' | '&'
    )
}

/// The place of the character that makes a line a heading, a quote, a rule or an element of a list.
fn marker(line: &str) -> Option<usize> {
    let text = line.trim_start_matches(' ');
    let start = line.len() - text.len();
    let is_number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    match text.chars().next()? {
        '#' | '>' | '=' => Some(start),
        // A sign belongs to its number.
        '+' | '-' => (!is_number(&text[1..])).then_some(start),
        _ => {
            let digits = text.find(|c: char| !c.is_ascii_digit())?;
            let behind = &text[digits..];
            let is_list = digits > 0
                && behind.starts_with(['.', ')'])
                && matches!(behind.as_bytes().get(1), None | Some(b' '));
            is_list.then_some(start + digits)
        }
    }
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

    use super::*;

    /// The text of the one cell of a table, and of the same text as a paragraph; markup in it is shown as `{…}`.
    fn rendered(cell: &str) -> [String; 2] {
        let table = format!("| a |\n| --- |\n| {cell} |\n");
        let text = |markdown: &str| {
            let mut text = String::new();
            let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
            for event in Parser::new_ext(markdown, options) {
                match event {
                    Event::Text(part) => text.push_str(&part),
                    Event::Start(Tag::TableHead) => text.push('('),
                    Event::End(TagEnd::TableHead) => text.push(')'),
                    Event::InlineHtml(tag) if &*tag == "<br>" => text.push('\n'),
                    Event::Start(
                        Tag::Table(_) | Tag::TableRow | Tag::TableCell | Tag::Paragraph,
                    )
                    | Event::End(_) => {}
                    other => text.push_str(&format!("{{{other:?}}}")),
                }
            }
            text
        };
        [text(&table), format!("(a){}", text(cell))]
    }

    #[test]
    fn cells_are_shown_as_they_are() {
        let texts = [
            "plain",
            "a|b",
            "_a_",
            "__init__",
            "a_b_c",
            "*a*",
            "**a**",
            "`a`",
            "``",
            "<b>",
            "<none>:<none>",
            "<a@b.c>",
            "&amp;",
            "&lt;b&gt;",
            "a & b",
            "~~a~~",
            "~a~",
            "[a](b)",
            "![a](b)",
            "[a]: b",
            "\\",
            "\\|",
            "a\\",
            "# a",
            "#",
            "###### a",
            "#1",
            "+ a",
            "- a",
            "-",
            "---",
            "===",
            "-1",
            "+1.5",
            "-.5",
            "--flag",
            "1. a",
            "1.",
            "12) a",
            "1.5",
            "10.0.0.1",
            "> a",
            "* a",
            "a * b",
            "<!-- a -->",
            "a\nb",
            "a\n# b",
            "a\n- b",
            "&#32;",
            "&",
            "grün 日本",
            "C:\\a",
            "$HOME",
            "a!",
            "http://x/a_b_c?d=e&f=g",
        ];
        for text in texts {
            let shown = format!("(a){text}");
            assert_eq!(rendered(&escaped(text)), [shown.clone(), shown], "{text}");
        }
    }
}
