//! The trait behind which every format stands.

use std::io;

use dq_json::value::{FilterOutput, Value};

use crate::error::Error;

/// The paths of selected columns that no row had, and the keys where they end in the first row.
#[derive(Debug, PartialEq, Eq)]
pub struct MissingColumnNames {
    /// The paths of the columns, in order.
    pub columns: Vec<String>,
    /// The path of the value where they end; empty for the row itself.
    pub parent: String,
    /// The keys that there are, in order.
    pub keys: Vec<String>,
}

/// How the lines that a formatter has written are to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineLayout {
    /// The number of lines above the rows, with the names of the columns.
    pub header: usize,
    /// The number of rows below them, if each has a line of its own. Other lines follow them, if any.
    pub rows: usize,
}

/// Writes values, one at a time. After the last one, [`Formatter::finish`] must be called.
///
/// A formatter may buffer bytes and hold values. After any error but [`Error::Io`] it accepts the next value as if
/// the failed one had not been there.
pub trait Formatter {
    /// Writes a value, or holds it until more is known.
    ///
    /// # Errors
    /// The writer fails, or the format cannot express the value.
    fn write(&mut self, value: &Value, out: &mut dyn io::Write) -> Result<(), Error>;

    /// As [`Formatter::write`], for an output of a filter. Formats that can write JSON text directly do so without
    /// building its value.
    ///
    /// # Errors
    /// As [`Formatter::write`].
    fn write_output(&mut self, output: FilterOutput, out: &mut dyn io::Write) -> Result<(), Error> {
        self.write(&output.into_value(), out)
    }

    /// Names the host that the next values are from, for the column of hosts ([`crate::Columns::has_host`]).
    fn set_host(&mut self, _host: &str) {}

    /// Whether this format holds values until more is known, as tables do to find their columns.
    fn holds_values(&self) -> bool {
        false
    }

    /// Passes buffered bytes on to the writer. Held values stay.
    ///
    /// # Errors
    /// The writer fails.
    fn flush_pending(&mut self, _out: &mut dyn io::Write) -> io::Result<()> {
        Ok(())
    }

    /// Writes the held values because the input is about to block, so that a live stream shows its rows at once.
    ///
    /// # Errors
    /// As [`Formatter::write`].
    fn before_blocking(&mut self, _out: &mut dyn io::Write) -> Result<(), Error> {
        Ok(())
    }

    /// The selected columns that no row had, once all values are written.
    fn missing_columns(&self) -> Vec<MissingColumnNames> {
        Vec::new()
    }

    /// What is to be said about the output as a whole, once all values are written, one line each; some are hints, and
    /// begin with `hint: `.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// What the lines are, once all values are written.
    fn line_layout(&self) -> LineLayout {
        LineLayout::default()
    }

    /// Writes everything that is left after the last value.
    ///
    /// # Errors
    /// As [`Formatter::write`]; also [`Error::UnknownKeys`].
    fn finish(&mut self, _out: &mut dyn io::Write) -> Result<(), Error> {
        Ok(())
    }
}
