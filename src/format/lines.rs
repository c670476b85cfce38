//! One line per output, and per element of an array: strings without quotes, everything else as compact JSON.

use std::io;

use crate::error::Error;
use crate::formatter::Formatter;
use crate::json::JsonFormatter;
use crate::settings::Settings;
use dq_json::value::Value;

/// jq's `-r`, with `.[]` applied to arrays.
pub struct LinesFormatter(JsonFormatter);

impl LinesFormatter {
    pub fn new(settings: Settings) -> Self {
        Self(JsonFormatter::new(settings))
    }
}

impl Formatter for LinesFormatter {
    fn write(&mut self, value: &Value, out: &mut dyn io::Write) -> Result<(), Error> {
        match value {
            Value::Arr(items) => items.iter().try_for_each(|item| self.0.write(item, out)),
            value => self.0.write(value, out),
        }
    }

    fn flush_pending(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        self.0.flush_pending(out)
    }

    fn finish(&mut self, out: &mut dyn io::Write) -> Result<(), Error> {
        self.0.finish(out)
    }
}
