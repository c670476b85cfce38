//! Formats that have columns: rows are held until it is known which columns there are, then written as they come.

use std::io;
use std::rc::Rc;

use crate::error::Error;
use crate::formatter::Formatter;
use crate::row_buffer::{Cell, RowBuffer};
use crate::rows::each_row;
use dq_json::value::{FilterOutput, Value};
use dq_text::sanitize;

/// How such a format writes.
pub trait RowWriter {
    /// The columns are settled: what stands above the rows. The grid has those that were held.
    fn begin(&mut self, grid: &RowBuffer, out: &mut String);

    /// One row.
    fn row(&mut self, grid: &RowBuffer, cells: &[Cell], out: &mut String) -> Result<(), Error>;

    /// A key came after the columns were settled, and is left out.
    fn late(&mut self, _key: Rc<str>) {}

    /// The last row is written.
    fn end(&mut self, _out: &mut String) -> Result<(), Error> {
        Ok(())
    }
}

/// Keys that came too late, for formats whose readers must not miss them.
#[derive(Default)]
pub struct UnknownKeys {
    keys: Vec<Rc<str>>,
}

/// Keys named in the message.
const NAMED: usize = 10;

impl UnknownKeys {
    pub fn add(&mut self, key: Rc<str>) {
        if self.keys.len() < NAMED && !self.keys.contains(&key) {
            self.keys.push(key);
        }
    }

    /// Fails if there were any.
    pub fn check(&self) -> Result<(), Error> {
        if self.keys.is_empty() {
            Ok(())
        } else {
            Err(Error::UnknownKeys(self.keys.join(",")))
        }
    }
}

/// Holds rows and has them written in a style.
///
/// The columns are settled when the outputs end, when the input is quiet, or when 32 MiB are held:
/// a live stream shows its rows at once, and the rows of one answer all have their say.
pub struct ColumnarFormatter<S> {
    grid: RowBuffer,
    style: S,
    sort_keys: bool,
    /// Show control characters instead of sending them.
    sanitize: bool,
    buf: String,
}

impl<S: RowWriter> ColumnarFormatter<S> {
    pub fn new(grid: RowBuffer, style: S, sort_keys: bool, sanitize: bool) -> Self {
        Self {
            grid,
            style,
            sort_keys,
            sanitize,
            buf: String::new(),
        }
    }

    fn settle(&mut self) {
        if !self.grid.is_settled() {
            self.grid.settle(self.sort_keys);
            if self.grid.names().len() > 0 {
                self.style.begin(&self.grid, &mut self.buf);
            }
        }
    }

    /// Writes the rows held.
    fn drain(&mut self, out: &mut dyn io::Write) -> Result<(), Error> {
        self.settle();
        let mut result = Ok(());
        for cells in self.grid.rows() {
            let written = self.style.row(&self.grid, cells, &mut self.buf);
            result = result.and(written);
            if self.buf.len() > SPILL {
                spill(&mut self.buf, self.sanitize, out)?;
            }
        }
        self.grid.clear();
        spill(&mut self.buf, self.sanitize, out)?;
        result
    }
}

/// Bytes gathered before they are handed on.
const SPILL: usize = 64 << 10;

fn spill(buf: &mut String, is_unsafe: bool, out: &mut dyn io::Write) -> io::Result<()> {
    let result = if is_unsafe {
        out.write_all(sanitize(buf).as_bytes())
    } else {
        out.write_all(buf.as_bytes())
    };
    buf.clear();
    result
}

impl<S: RowWriter> Formatter for ColumnarFormatter<S> {
    fn write(&mut self, value: &Value, out: &mut dyn io::Write) -> Result<(), Error> {
        self.write_output(FilterOutput::Value(value.clone()), out)
    }

    fn write_output(&mut self, item: FilterOutput, out: &mut dyn io::Write) -> Result<(), Error> {
        let mut result = Ok(());
        each_row(item, self.grid.explode_arrays, &mut |row| {
            if let Some(late) = self.grid.push(row) {
                self.style.late(late);
            }
            if result.is_ok() && (self.grid.is_settled() || self.grid.is_full()) {
                result = self.drain(out);
            }
        });
        result
    }

    fn holds_values(&self) -> bool {
        true
    }

    fn before_blocking(&mut self, out: &mut dyn io::Write) -> Result<(), Error> {
        if self.grid.is_empty() || self.grid.names().len() == 0 {
            Ok(())
        } else {
            self.drain(out)
        }
    }

    fn finish(&mut self, out: &mut dyn io::Write) -> Result<(), Error> {
        self.drain(out)?;
        let result = self.style.end(&mut self.buf);
        spill(&mut self.buf, self.sanitize, out)?;
        result
    }
}
