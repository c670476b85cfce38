//! Tables in Markdown, as GitHub and its like read them.

use std::rc::Rc;

use crate::cell::{readable, visible};
use crate::columnar::{ColumnarFormatter, RowWriter, UnknownKeys};
use crate::error::Error;
use crate::formatter::Formatter;
use crate::row_buffer::{Cell, CellKind, RowBuffer};
use crate::settings::Settings;
use dq_json::value::Value;

/// The formatter.
pub fn formatter(settings: &Settings) -> Box<dyn Formatter> {
    let grid = RowBuffer::new(&settings.columns, literal);
    Box::new(ColumnarFormatter::new(
        grid,
        Markdown::default(),
        settings.sort_keys,
        settings.sanitize,
    ))
}

#[derive(Default)]
struct Markdown {
    late: UnknownKeys,
}

impl RowWriter for Markdown {
    fn begin(&mut self, grid: &RowBuffer, out: &mut String) {
        let names: Vec<String> = grid.names().map(|(name, _)| escaped(name)).collect();
        line(names.iter().map(String::as_str), out);
        let mut kinds: Vec<Option<bool>> = vec![None; names.len()];
        for cell in grid.rows().flatten() {
            let are_numbers = &mut kinds[cell.column];
            *are_numbers = Some(are_numbers.unwrap_or(true) && cell.kind == CellKind::Number);
        }
        let rules = kinds
            .iter()
            .map(|it| if *it == Some(true) { "--:" } else { "---" });
        line(rules, out);
    }

    fn row(&mut self, grid: &RowBuffer, cells: &[Cell], out: &mut String) -> Result<(), Error> {
        line(grid.fields(cells), out);
        Ok(())
    }

    fn late(&mut self, key: Rc<str>) {
        self.late.add(key);
    }

    fn end(&mut self, _out: &mut String) -> Result<(), Error> {
        self.late.check()
    }
}

fn line<'a>(fields: impl Iterator<Item = &'a str>, out: &mut String) {
    for field in fields {
        out.push_str("| ");
        out.push_str(field);
        out.push_str(if field.is_empty() { "" } else { " " });
    }
    out.push_str("|\n");
}

/// A value as in any table, its text standing for itself.
fn literal(value: &Value, out: &mut String) {
    match value {
        Value::Str(text) => out.push_str(&escaped(text)),
        other => {
            let mut text = String::new();
            readable(other, &mut text);
            out.push_str(&escaped(&text));
        }
    }
}

/// Text that Markdown leaves alone; its line breaks are those of HTML, for a row has but one line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, line) in text.lines().enumerate() {
        out.push_str(if at > 0 { "<br>" } else { "" });
        let mut shown = String::new();
        visible(line, &mut shown);
        for c in shown.chars() {
            if matches!(c, '|' | '\\' | '<' | '*' | '`' | '[' | '~') {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out
}
