//! Tables for outputs that have rows, JSON for the others: `dq ps length` prints a number, not a table.

use std::io;

use crate::column::Column;
use crate::columns::Selection;
use crate::error::Error;
use crate::format::Format;
use crate::formatter::{Formatter, LineLayout, MissingColumnNames};
use crate::json::JsonFormatter;
use crate::settings::Settings;
use crate::{rows, table};
use dq_json::value::Value;

/// Sends every output to one of two formatters.
pub struct TableOrJson {
    table: Box<dyn Formatter>,
    json: JsonFormatter,
    /// The columns of a record that only some objects are shown as.
    record: Option<Vec<Column>>,
    has_rows: bool,
    has_json: bool,
}

impl TableOrJson {
    pub fn new(settings: Settings) -> Self {
        let is_of_other_filter = settings.columns.selection != Selection::Fixed;
        let selected = settings.columns.selected.clone();
        Self {
            table: table::formatter(&settings),
            record: selected.filter(|_| settings.format == Format::Record && is_of_other_filter),
            json: JsonFormatter::new(settings),
            has_rows: false,
            has_json: false,
        }
    }

    /// Whether the output is for the table. What a filter takes out of the object that a record was made for, as
    /// `dq info .Plugins` does, is JSON, unless it has some of the record's columns.
    fn is_for(&self, output: &Value) -> bool {
        let Some(record) = &self.record else {
            return true;
        };
        let has_some = |row: &Value| record.iter().any(|column| column.is_present_in(row));
        match output {
            Value::Arr(items) => items.iter().any(has_some),
            row => has_some(row),
        }
    }
}

impl Formatter for TableOrJson {
    fn write(&mut self, value: &Value, out: &mut dyn io::Write) -> Result<(), Error> {
        if rows::is_tabular(value) && self.is_for(value) {
            self.has_rows = true;
            return self.table.write(value, out);
        }
        self.table.before_blocking(out)?;
        self.has_json = true;
        self.json.write(value, out)?;
        Ok(self.json.flush_pending(out)?)
    }

    fn set_host(&mut self, host: &str) {
        self.table.set_host(host);
    }

    fn holds_values(&self) -> bool {
        self.table.holds_values()
    }

    fn before_blocking(&mut self, out: &mut dyn io::Write) -> Result<(), Error> {
        self.table.before_blocking(out)
    }

    fn missing_columns(&self) -> Vec<MissingColumnNames> {
        self.table.missing_columns()
    }

    fn line_layout(&self) -> LineLayout {
        if self.has_json {
            LineLayout::default()
        } else {
            self.table.line_layout()
        }
    }

    fn finish(&mut self, out: &mut dyn io::Write) -> Result<(), Error> {
        if self.has_json && !self.has_rows {
            // Not even the column headers of an empty table.
            return Ok(());
        }
        self.table.finish(out)
    }
}
