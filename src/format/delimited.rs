//! CSV (RFC 4180, lines end in LF) and TSV (jq's `@tsv`: tabs and line ends as escapes).

use std::rc::Rc;

use csv_core::Writer;

use crate::columnar::{ColumnarFormatter, RowWriter, UnknownKeys};
use crate::error::Error;
use crate::format::Format;
use crate::formatter::Formatter;
use crate::row_buffer::{Cell, ColumnOrigin, RowBuffer};
use crate::settings::Settings;
use dq_json::value::Value;

/// The formatter.
pub fn formatter(settings: &Settings) -> Box<dyn Formatter> {
    let grid = RowBuffer::new(&settings.columns, exact);
    let style = Delimited {
        has_header: settings.columns.has_header,
        fields: if settings.format == Format::Tsv {
            Fields::Tsv
        } else {
            Fields::Csv(Box::default())
        },
        late: UnknownKeys::default(),
    };
    Box::new(ColumnarFormatter::new(
        grid,
        style,
        settings.sort_keys,
        settings.sanitize,
    ))
}

/// Text as it is; arrays and objects as JSON, which the next program can read.
fn exact(value: &Value, out: &mut String) {
    match value {
        Value::Str(text) => out.push_str(text),
        other => out.push_str(&other.to_json()),
    }
}

struct Delimited {
    has_header: bool,
    fields: Fields,
    late: UnknownKeys,
}

enum Fields {
    Csv(Box<Quoting>),
    Tsv,
}

#[derive(Default)]
struct Quoting {
    writer: Writer,
    buf: Vec<u8>,
}

impl RowWriter for Delimited {
    /// The names of the columns, if any of them has one: arrays and scalars have none.
    fn begin(&mut self, grid: &RowBuffer, out: &mut String) {
        let has_names = grid
            .names()
            .any(|(_, origin)| matches!(origin, ColumnOrigin::Key | ColumnOrigin::Chosen));
        if self.has_header && has_names {
            self.fields.line(grid.names().map(|(name, _)| name), out);
        }
    }

    fn row(&mut self, grid: &RowBuffer, cells: &[Cell], out: &mut String) -> Result<(), Error> {
        self.fields.line(grid.fields(cells), out);
        Ok(())
    }

    fn late(&mut self, key: Rc<str>) {
        self.late.add(key);
    }

    fn end(&mut self, _out: &mut String) -> Result<(), Error> {
        self.late.check()
    }
}

impl Fields {
    fn line<'a>(&mut self, fields: impl Iterator<Item = &'a str>, out: &mut String) {
        for (at, field) in fields.enumerate() {
            match self {
                Self::Tsv => {
                    out.push_str(if at > 0 { "\t" } else { "" });
                    escape(field, out);
                }
                Self::Csv(quoting) => quoting.field(at, field),
            }
        }
        match self {
            Self::Tsv => out.push('\n'),
            Self::Csv(quoting) => quoting.end(out),
        }
    }
}

impl Quoting {
    fn field(&mut self, at: usize, field: &str) {
        if at > 0 {
            self.write(2, |writer, room| writer.delimiter(room).1);
        }
        let quoted = 2 + 2 * field.len();
        self.write(quoted, |writer, room| {
            writer.field(field.as_bytes(), room).2
        });
    }

    fn end(&mut self, out: &mut String) {
        self.write(5, |writer, room| writer.terminator(room).1);
        out.push_str(&String::from_utf8_lossy(&self.buf));
        self.buf.clear();
    }

    /// Gives the writer as much room as it can need; it tells how much of that it has filled.
    fn write(&mut self, room: usize, step: impl FnOnce(&mut Writer, &mut [u8]) -> usize) {
        let start = self.buf.len();
        self.buf.resize(start + room, 0);
        let written = step(&mut self.writer, &mut self.buf[start..]);
        self.buf.truncate(start + written);
    }
}

/// jq's `@tsv`.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\\' => out.push_str("\\\\"),
            c => out.push(c),
        }
    }
}
