//! Tables in GitHub-flavoured Markdown.

use std::rc::Rc;

use crate::cell::{push_readable, push_visible};
use crate::columnar::{ColumnarFormatter, RowWriter, UnknownKeys};
use crate::error::Error;
use crate::formatter::Formatter;
use crate::row_buffer::{Cell, CellKind, CellStyle, RowBuffer};
use crate::settings::Settings;
use dq_json::value::Value;

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

    fn note_unknown_key(&mut self, key: Rc<str>) {
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

/// Escapes text so that Markdown shows it unchanged. Line breaks become `<br>`, because a row is one line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, line) in text.lines().enumerate() {
        out.push_str(if at > 0 { "<br>" } else { "" });
        let mut shown = String::new();
        push_visible(line, &mut shown);
        for c in shown.chars() {
            if matches!(c, '|' | '\\' | '<' | '*' | '`' | '[' | '~') {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out
}
