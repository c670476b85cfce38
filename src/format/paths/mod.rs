//! The shape of the outputs instead of the outputs: a row for each path, written by any other format.

mod node;
mod path_text;
mod shape;
mod walk;
mod word;

#[cfg(test)]
mod tests;

use std::io;
use std::rc::Rc;

use crate::error::Error;
use crate::format::Format;
use crate::formatter::{Formatter, MissingColumnNames};
use dq_json::value::{ArrayPart, FilterOutput, RawValue, Value};
use shape::{MAX_LEVELS, MAX_PATHS, Row, Shape};

/// Which paths are shown.
#[derive(Clone, Debug, Default)]
pub struct PathSettings {
    /// Only those that have this word in the path or in a value; ASCII letters match in either case.
    pub word: Option<String>,
    /// What may help where the word is not found.
    pub hint: Option<String>,
}

/// Collects the shape of everything that is written, and passes its rows to another formatter at the end.
pub struct PathsFormatter {
    rows: Box<dyn Formatter>,
    /// Examples are JSON text, and counts are words, for people.
    is_readable: bool,
    settings: PathSettings,
    /// The shape of the outputs of each host.
    shapes: Vec<(Option<Rc<str>>, Shape)>,
    /// The shape that outputs are added to.
    current: usize,
    is_empty: bool,
}

impl PathsFormatter {
    /// A formatter that has seen nothing yet; `rows` writes the rows in `format`.
    pub fn new(settings: PathSettings, format: Format, rows: Box<dyn Formatter>) -> Self {
        Self {
            rows,
            is_readable: matches!(format, Format::Table | Format::Record | Format::Markdown),
            shapes: vec![(None, Shape::new(settings.word.as_deref()))],
            settings,
            current: 0,
            is_empty: true,
        }
    }

    fn shape(&mut self) -> &mut Shape {
        &mut self.shapes[self.current].1
    }
}

/// A row as an object. People see `4 of 6` and strings in quotes, programs numbers and the values themselves.
fn object(row: Row, is_readable: bool) -> Value {
    let mut members = vec![
        ("path", Value::str(row.path)),
        ("type", Value::from(row.types)),
    ];
    let number = |count: u64| Value::from(usize::try_from(count).unwrap_or(usize::MAX));
    if is_readable {
        let example = row.example.map_or(String::new(), |it| it.to_json());
        let of = row.of.map_or(String::new(), |of| format!(" of {of}"));
        members.push(("example", Value::from(example)));
        members.push(("count", Value::from(format!("{}{of}", row.count))));
    } else {
        members.push(("example", row.example.unwrap_or(Value::Null)));
        members.push(("count", number(row.count)));
        members.push(("of", row.of.map_or(Value::Null, number)));
    }
    Value::object(members)
}

impl Formatter for PathsFormatter {
    fn write(&mut self, value: &Value, _: &mut dyn io::Write) -> Result<(), Error> {
        let text = value.to_json();
        self.shape().add(RawValue::from_valid(text.as_bytes()));
        Ok(())
    }

    fn write_output(&mut self, output: FilterOutput, out: &mut dyn io::Write) -> Result<(), Error> {
        match output {
            FilterOutput::Raw(text) => self.shape().add(text),
            FilterOutput::ArrayPart(ArrayPart::First(text)) => {
                self.shape().add_array();
                self.shape().add_element(text);
            }
            FilterOutput::ArrayPart(ArrayPart::Next(text)) => self.shape().add_element(text),
            FilterOutput::ArrayPart(ArrayPart::End { is_empty: true }) => self.shape().add_array(),
            FilterOutput::ArrayPart(ArrayPart::End { is_empty: false }) => {}
            other => self.write(&other.into_value(), out)?,
        }
        Ok(())
    }

    fn set_host(&mut self, host: &str) {
        let mut known = self.shapes.iter();
        let known = known.position(|(it, _)| it.as_deref().is_none_or(|it| it == host));
        self.current = known.unwrap_or_else(|| {
            let shape = Shape::new(self.settings.word.as_deref());
            self.shapes.push((None, shape));
            self.shapes.len() - 1
        });
        self.shapes[self.current].0 = Some(host.into());
    }

    fn flush_pending(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        self.rows.flush_pending(out)
    }

    fn missing_columns(&self) -> Vec<MissingColumnNames> {
        self.rows.missing_columns()
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(word) = self.settings.word.as_ref().filter(|_| self.is_empty) {
            notes.push(format!("no path and no value has {word} in it"));
            let hint = self.settings.hint.iter();
            notes.extend(hint.map(|hint| format!("hint: {hint}")));
        }
        if self.shapes.iter().any(|(_, shape)| shape.is_incomplete()) {
            notes.push(format!(
                "there are more paths than these: at most {MAX_PATHS} of at most {MAX_LEVELS} levels are kept"
            ));
        }
        notes
    }

    fn finish(&mut self, out: &mut dyn io::Write) -> Result<(), Error> {
        for (host, shape) in &self.shapes {
            if let Some(host) = host {
                self.rows.set_host(host);
            }
            shape.each_row(&mut |row| {
                self.is_empty = false;
                self.rows.write(&object(row, self.is_readable), out)
            })?;
        }
        self.rows.finish(out)
    }
}
