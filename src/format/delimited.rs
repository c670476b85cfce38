//! CSV (RFC 4180, but lines end in LF) and TSV (jq's `@tsv`: tabs and line ends are escaped).

use csv_core::Writer;

use crate::columnar::{ColumnarFormatter, RowWriter, UnknownKeys};
use crate::error::Error;
use crate::format::Format;
use crate::formatter::Formatter;
use crate::row_buffer::{Cell, CellStyle, RowBuffer};
use crate::row_columns::ColumnOrigin;
use crate::settings::Settings;
use dq_json::value::{SharedStr, Value};

/// The formatter of CSV and TSV.
pub fn formatter(settings: &Settings) -> Box<dyn Formatter> {
    let rows = RowBuffer::new(&settings.columns, exact, CellStyle::Data);
    let writer = DelimitedWriter {
        has_header: settings.columns.has_header,
        syntax: if settings.format == Format::Tsv {
            FieldSyntax::Tsv
        } else {
            FieldSyntax::Csv(Box::default())
        },
        unknown_keys: UnknownKeys::default(),
    };
    Box::new(ColumnarFormatter::new(
        rows,
        writer,
        settings.sort_keys,
        settings.sanitize,
    ))
}

/// Strings unchanged; arrays and objects as JSON, which the next program can parse.
fn exact(value: &Value, out: &mut String) {
    match value {
        Value::Str(text) => out.push_str(text),
        other => out.push_str(&other.to_json()),
    }
}

struct DelimitedWriter {
    has_header: bool,
    syntax: FieldSyntax,
    unknown_keys: UnknownKeys,
}

enum FieldSyntax {
    Csv(Box<CsvQuoting>),
    Tsv,
}

#[derive(Default)]
struct CsvQuoting {
    writer: Writer,
    buf: Vec<u8>,
}

impl RowWriter for DelimitedWriter {
    /// The names of the columns, unless all rows are arrays or scalars, whose columns have no names.
    fn write_header(&mut self, rows: &RowBuffer, out: &mut String) {
        let has_names = rows
            .names()
            .any(|name| matches!(name.origin, ColumnOrigin::Key | ColumnOrigin::Selected));
        if self.has_header && has_names {
            self.syntax
                .write_line(rows.names().map(|name| name.title()), out);
        }
    }

    fn write_row(
        &mut self,
        rows: &RowBuffer,
        cells: &[Cell],
        out: &mut String,
    ) -> Result<(), Error> {
        self.syntax.write_line(rows.fields(cells), out);
        Ok(())
    }

    fn note_unknown_key(&mut self, key: SharedStr) {
        self.unknown_keys.add(key);
    }

    fn finish(&mut self, _out: &mut String) -> Result<(), Error> {
        self.unknown_keys.check()
    }
}

impl FieldSyntax {
    fn write_line<'a>(&mut self, fields: impl Iterator<Item = &'a str>, out: &mut String) {
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

impl CsvQuoting {
    fn field(&mut self, at: usize, field: &str) {
        if at > 0 {
            self.write(2, |writer, buf| writer.delimiter(buf).1);
        }
        let quoted = 2 + 2 * field.len();
        self.write(quoted, |writer, buf| writer.field(field.as_bytes(), buf).2);
    }

    fn end(&mut self, out: &mut String) {
        self.write(5, |writer, buf| writer.terminator(buf).1);
        out.push_str(&String::from_utf8_lossy(&self.buf));
        self.buf.clear();
    }

    /// Calls `step` with a buffer of `capacity` bytes, the most that csv_core can need; it returns how many it wrote.
    fn write(&mut self, capacity: usize, step: impl FnOnce(&mut Writer, &mut [u8]) -> usize) {
        let start = self.buf.len();
        self.buf.resize(start + capacity, 0);
        let written = step(&mut self.writer, &mut self.buf[start..]);
        self.buf.truncate(start + written);
    }
}

/// Escapes text as jq's `@tsv` does.
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
