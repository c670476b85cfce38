//! A table of what has rows, and JSON of what has none: `dq ps length` is a number and no table.

use std::io;

use super::json::Json;
use super::{Error, Formatter, Settings, rows, table};
use dq_json::value::Value;

/// The two formatters, each for its outputs.
pub struct Loose {
    table: Box<dyn Formatter>,
    json: Json,
}

impl Loose {
    pub fn new(settings: Settings) -> Self {
        Self {
            table: table::formatter(&settings),
            json: Json::new(settings),
        }
    }
}

impl Formatter for Loose {
    fn write(&mut self, value: &Value, out: &mut dyn io::Write) -> Result<(), Error> {
        if rows::has_keys(value) {
            return self.table.write(value, out);
        }
        self.table.pause(out)?;
        self.json.write(value, out)?;
        Ok(self.json.drain(out)?)
    }

    fn holds_values(&self) -> bool {
        self.table.holds_values()
    }

    fn pause(&mut self, out: &mut dyn io::Write) -> Result<(), Error> {
        self.table.pause(out)
    }

    fn finish(&mut self, out: &mut dyn io::Write) -> Result<(), Error> {
        self.table.finish(out)
    }
}
