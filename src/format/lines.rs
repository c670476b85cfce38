//! One line per output, and per element of an array: strings without quotes, everything else as compact JSON. Where
//! there are columns, an object's line is their cells.

use std::io;

use crate::cell::push_readable;
use crate::column::Column;
use crate::columns::{CellFilters, Selection};
use crate::error::{CellError, Error};
use crate::formatter::Formatter;
use crate::json::JsonFormatter;
use crate::settings::Settings;
use dq_json::value::Value;

/// jq's `-r`, with `.[]` applied to arrays.
pub struct LinesFormatter {
    json: JsonFormatter,
    cells: Option<LineCells>,
}

/// What a line shows of a row.
struct LineCells {
    columns: Vec<Column>,
    filters: Option<CellFilters>,
    selection: Selection,
}

impl LinesFormatter {
    pub fn new(settings: Settings) -> Self {
        let columns = &settings.columns;
        let cells = columns.selected.clone().map(|selected| LineCells {
            columns: selected,
            filters: columns.filters.clone(),
            selection: columns.selection,
        });
        Self {
            cells,
            json: JsonFormatter::new(settings),
        }
    }

    fn write_row(&mut self, row: &Value, out: &mut dyn io::Write) -> Result<(), Error> {
        match self.cells.as_ref().map(|cells| cells.line(row)) {
            None => self.json.write(row, out),
            Some(Ok(line)) => self.json.write(&Value::from(line), out),
            Some(Err(error)) => {
                self.json.write(row, out)?;
                error.map_or(Ok(()), |error| Err(Error::Cells(vec![error])))
            }
        }
    }
}

impl LineCells {
    /// The cells with spaces between them.
    ///
    /// # Errors
    /// The row is to be written as it is: it is not one that the columns are for, or a filter has failed on it.
    fn line(&self, row: &Value) -> Result<String, Option<CellError>> {
        let is_for_row = |column: &Column| column.is_present_in(row);
        if self.selection != Selection::Fixed && !self.columns.iter().all(is_for_row) {
            return Err(None);
        }
        let mut line = String::new();
        for column in &self.columns {
            let value = self.shown(column, column.value_in(row))?;
            line.push_str(if line.is_empty() { "" } else { " " });
            match value {
                Value::Str(text) => line.push_str(&text),
                other => push_readable(&other, &mut line),
            }
        }
        Ok(line)
    }

    fn shown(&self, column: &Column, value: Value) -> Result<Value, Option<CellError>> {
        let Some((filters, filter)) = self.filters.as_ref().zip(column.filter()) else {
            return Ok(value);
        };
        filters.run(filter, &value).map_err(|message| {
            let is_error = self.selection == Selection::Fixed;
            is_error.then(|| CellError {
                column: column.path(),
                message,
            })
        })
    }
}

impl Formatter for LinesFormatter {
    fn write(&mut self, value: &Value, out: &mut dyn io::Write) -> Result<(), Error> {
        match value {
            Value::Arr(items) => items.iter().try_for_each(|item| self.write_row(item, out)),
            value => self.write_row(value, out),
        }
    }

    fn flush_pending(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        self.json.flush_pending(out)
    }

    fn finish(&mut self, out: &mut dyn io::Write) -> Result<(), Error> {
        self.json.finish(out)
    }
}
