//! One line for each output, and for each element of an array: strings as they are, all else compact JSON.

use std::io;

use super::json::Json;
use super::{Error, Formatter, Settings};
use dq_json::value::Value;

/// jq's `-r` with `.[]` where there are elements.
pub struct Lines(Json);

impl Lines {
    pub fn new(settings: Settings) -> Self {
        Self(Json::new(settings))
    }
}

impl Formatter for Lines {
    fn write(&mut self, value: &Value, out: &mut dyn io::Write) -> Result<(), Error> {
        match value {
            Value::Arr(items) => items.iter().try_for_each(|item| self.0.write(item, out)),
            value => self.0.write(value, out),
        }
    }

    fn drain(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        self.0.drain(out)
    }

    fn finish(&mut self, out: &mut dyn io::Write) -> Result<(), Error> {
        self.0.finish(out)
    }
}
