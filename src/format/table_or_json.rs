//! Tables for outputs that have rows, JSON for the others: `dq ps length` prints a number, not a table.

use std::io;

use crate::error::Error;
use crate::formatter::Formatter;
use crate::json::JsonFormatter;
use crate::settings::Settings;
use crate::{rows, table};
use dq_json::value::Value;

/// Sends every output to one of two formatters.
pub struct TableOrJson {
    table: Box<dyn Formatter>,
    json: JsonFormatter,
}

impl TableOrJson {
    pub fn new(settings: Settings) -> Self {
        Self {
            table: table::formatter(&settings),
            json: JsonFormatter::new(settings),
        }
    }
}

impl Formatter for TableOrJson {
    fn write(&mut self, value: &Value, out: &mut dyn io::Write) -> Result<(), Error> {
        if rows::is_tabular(value) {
            return self.table.write(value, out);
        }
        self.table.before_blocking(out)?;
        self.json.write(value, out)?;
        Ok(self.json.flush_pending(out)?)
    }

    fn holds_values(&self) -> bool {
        self.table.holds_values()
    }

    fn before_blocking(&mut self, out: &mut dyn io::Write) -> Result<(), Error> {
        self.table.before_blocking(out)
    }

    fn finish(&mut self, out: &mut dyn io::Write) -> Result<(), Error> {
        self.table.finish(out)
    }
}
