//! The formatter behind every format that has columns: it holds rows until the columns are known, then writes each
//! row as it arrives.

use std::io;

use crate::error::Error;
use crate::formatter::{Formatter, LineLayout, MissingColumnNames};
use crate::row_buffer::{Cell, RowBuffer};
use crate::rows::for_each_row;
use dq_json::value::{FilterOutput, SharedStr, Value, ValueKind};
use dq_text::sanitize_data;

/// How one format writes headers and rows.
pub trait RowWriter {
    /// Writes what stands above the rows. Called once, when the columns are fixed; the buffer has the rows held so far.
    fn write_header(&mut self, rows: &RowBuffer, out: &mut String);

    /// Writes one row of the buffer.
    fn write_row(
        &mut self,
        rows: &RowBuffer,
        cells: &[Cell],
        out: &mut String,
    ) -> Result<(), Error>;

    /// Notes that there is only one output, which is an object. Called before [`RowWriter::write_header`].
    fn note_single_object(&mut self) {}

    /// Notes a key that first appeared after the columns were fixed, and whose cells are left out.
    fn note_unknown_key(&mut self, _key: SharedStr) {}

    /// The number of lines above the rows, if each row has a line of its own.
    fn header_lines(&self) -> Option<usize> {
        None
    }

    /// Writes what stands below the last row.
    fn finish(&mut self, _out: &mut String) -> Result<(), Error> {
        Ok(())
    }
}

/// Keys that first appeared after the header was written, for formats that report them as an error.
#[derive(Default)]
pub struct UnknownKeys {
    keys: Vec<SharedStr>,
}

/// At most this many keys are named in the message.
const MAX_NAMED: usize = 10;

impl UnknownKeys {
    pub fn add(&mut self, key: SharedStr) {
        if self.keys.len() < MAX_NAMED && !self.keys.contains(&key) {
            self.keys.push(key);
        }
    }

    /// Fails if there are any.
    pub fn check(&self) -> Result<(), Error> {
        if self.keys.is_empty() {
            Ok(())
        } else {
            Err(Error::UnknownKeys(self.keys.join(",")))
        }
    }
}

/// Holds rows, then writes them with a [`RowWriter`].
///
/// The columns are fixed when the outputs end, before the input blocks, or when 32 MiB are held. So a live stream
/// shows its rows at once, and all rows of a finite response contribute columns.
pub struct ColumnarFormatter<W> {
    rows: RowBuffer,
    writer: W,
    sort_keys: bool,
    /// Escapes control characters, because the output is a terminal.
    sanitize: bool,
    outputs: Outputs,
    /// The number of rows that were written.
    written: usize,
    buf: String,
}

/// What the outputs were until now.
enum Outputs {
    None,
    SingleObject,
    Other,
}

impl Outputs {
    fn add(&mut self, output: &FilterOutput) {
        let is_object = match output {
            FilterOutput::Raw(text) => text.kind() == ValueKind::Object,
            FilterOutput::Value(value) => matches!(value, Value::Obj(_)),
            FilterOutput::Object(_) => true,
            FilterOutput::ArrayPart(_) => false,
        };
        *self = match self {
            Self::None if is_object => Self::SingleObject,
            _ => Self::Other,
        };
    }
}

impl<W: RowWriter> ColumnarFormatter<W> {
    pub fn new(rows: RowBuffer, writer: W, sort_keys: bool, sanitize: bool) -> Self {
        Self {
            rows,
            writer,
            sort_keys,
            sanitize,
            outputs: Outputs::None,
            written: 0,
            buf: String::new(),
        }
    }

    fn fix_columns(&mut self) {
        if !self.rows.has_fixed_columns() {
            self.rows.fix_columns(self.sort_keys);
            if self.rows.has_columns() {
                self.writer.write_header(&self.rows, &mut self.buf);
            }
        }
    }

    /// Writes the rows held.
    fn write_rows(&mut self, out: &mut dyn io::Write) -> Result<(), Error> {
        self.fix_columns();
        let mut result = Ok(());
        for cells in self.rows.rows() {
            let written = self.writer.write_row(&self.rows, cells, &mut self.buf);
            result = result.and(written);
            self.written += 1;
            if self.buf.len() > CHUNK {
                flush(&mut self.buf, self.sanitize, out)?;
            }
        }
        self.rows.clear();
        flush(&mut self.buf, self.sanitize, out)?;
        result
    }
}

/// Bytes buffered before they are passed on.
const CHUNK: usize = 64 << 10;

fn flush(buf: &mut String, sanitizes: bool, out: &mut dyn io::Write) -> io::Result<()> {
    let result = if sanitizes {
        out.write_all(sanitize_data(buf).as_bytes())
    } else {
        out.write_all(buf.as_bytes())
    };
    buf.clear();
    result
}

impl<W: RowWriter> Formatter for ColumnarFormatter<W> {
    fn write(&mut self, value: &Value, out: &mut dyn io::Write) -> Result<(), Error> {
        self.write_output(FilterOutput::Value(value.clone()), out)
    }

    fn write_output(&mut self, output: FilterOutput, out: &mut dyn io::Write) -> Result<(), Error> {
        let mut result = Ok(());
        self.outputs.add(&output);
        for_each_row(output, self.rows.explode_arrays, &mut |row| {
            if let Some(key) = self.rows.push(row) {
                self.writer.note_unknown_key(key);
            }
            if result.is_ok() && (self.rows.has_fixed_columns() || self.rows.is_full()) {
                result = self.write_rows(out);
            }
        });
        result
    }

    fn set_host(&mut self, host: &str) {
        self.rows.set_host(host);
    }

    fn holds_values(&self) -> bool {
        true
    }

    fn before_blocking(&mut self, out: &mut dyn io::Write) -> Result<(), Error> {
        if self.rows.is_empty() || !self.rows.has_columns() {
            Ok(())
        } else {
            self.write_rows(out)
        }
    }

    fn missing_columns(&self) -> Vec<MissingColumnNames> {
        self.rows.missing_columns()
    }

    fn line_layout(&self) -> LineLayout {
        let layout = self.writer.header_lines().map(|header| LineLayout {
            header,
            rows: self.written,
        });
        layout.unwrap_or_default()
    }

    fn finish(&mut self, out: &mut dyn io::Write) -> Result<(), Error> {
        if matches!(self.outputs, Outputs::SingleObject) {
            self.writer.note_single_object();
        }
        self.write_rows(out)?;
        let result = self.writer.finish(&mut self.buf);
        flush(&mut self.buf, self.sanitize, out)?;
        result?;
        match self.rows.take_errors() {
            errors if errors.is_empty() => Ok(()),
            errors => Err(Error::Cells(errors)),
        }
    }
}
