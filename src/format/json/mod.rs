//! JSON as jq prints it: what stands around each value; its inside is written by `plain` or `color`.

mod colored;
pub mod escape;
pub mod key_cache;
pub mod options;
mod reformat;
pub mod text;
pub mod writer;

use std::io;

use self::colored::ColoredWriter;
use self::escape::Escapes;
use self::key_cache::KeyCache;
use self::options::JsonOptions;
use crate::error::Error;
use crate::formatter::Formatter;
use crate::output_buffer::OutputBuffer;
use crate::settings::{RawOutput, Settings};
use dq_json::value::{ArrayPart, FilterOutput, StringLiteral, Value, ValueKind};
use dq_text::sanitize;

/// RS, which starts each text of a JSON text sequence.
const RECORD_SEPARATOR: u8 = 0x1e;

/// JSON texts one after the other, strings raw where that is asked for.
pub struct JsonFormatter {
    raw: RawOutput,
    seq: bool,
    sanitize: bool,
    options: JsonOptions,
    painter: Option<ColoredWriter>,
    /// What is written and not yet handed on.
    buf: Vec<u8>,
    keys: KeyCache,
}

impl JsonFormatter {
    /// A formatter for JSON and raw strings.
    pub fn new(settings: Settings) -> Self {
        let escapes = match settings {
            Settings { ascii: true, .. } => Escapes::Ascii,
            Settings { sanitize: true, .. } => Escapes::Terminal,
            _ => Escapes::Json,
        };
        let options = JsonOptions {
            layout: settings.layout,
            sort_keys: settings.sort_keys,
            escapes,
        };
        Self {
            raw: settings.raw,
            seq: settings.seq,
            sanitize: settings.sanitize,
            options,
            painter: settings
                .palette
                .map(|palette| ColoredWriter::new(&palette, options)),
            buf: Vec::new(),
            keys: KeyCache::default(),
        }
    }
}

impl Formatter for JsonFormatter {
    fn write(&mut self, value: &Value, out: &mut dyn io::Write) -> Result<(), Error> {
        self.write_output(FilterOutput::Value(value.clone()), out)
    }

    fn write_output(&mut self, item: FilterOutput, out: &mut dyn io::Write) -> Result<(), Error> {
        let mut sink = OutputBuffer::new(std::mem::take(&mut self.buf), out);
        let result = self.write_to(item, &mut sink);
        if result.is_err() {
            sink.forget();
        }
        self.buf = sink.buf;
        result
    }

    fn flush_pending(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        let result = out.write_all(&self.buf);
        self.buf.clear();
        result
    }

    fn finish(&mut self, out: &mut dyn io::Write) -> Result<(), Error> {
        Ok(self.flush_pending(out)?)
    }
}

impl JsonFormatter {
    fn write_to(&mut self, item: FilterOutput, sink: &mut OutputBuffer) -> Result<(), Error> {
        let is_within = matches!(
            item,
            FilterOutput::ArrayPart(ArrayPart::First(_) | ArrayPart::Next(_))
        );
        match &item {
            // jq gives these strings neither a separator nor a colour.
            FilterOutput::Value(Value::Str(text)) if self.raw != RawOutput::Off => {
                self.write_raw(text, sink)?
            }
            FilterOutput::Raw(text)
                if self.raw != RawOutput::Off && text.kind() == ValueKind::String =>
            {
                let literal = text.string_literal().map(StringLiteral::decode);
                self.write_raw(&literal.unwrap_or_default(), sink)?;
            }
            _ => self.write_json(item, sink)?,
        }
        match self.raw {
            _ if is_within => {}
            RawOutput::Off | RawOutput::Lines => sink.buf.push(b'\n'),
            RawOutput::Joined => {}
            RawOutput::Nul => sink.buf.push(0),
        }
        Ok(sink.spill()?)
    }

    fn write_json(&mut self, item: FilterOutput, sink: &mut OutputBuffer) -> Result<(), Error> {
        let is_begun = matches!(
            item,
            FilterOutput::ArrayPart(ArrayPart::Next(_) | ArrayPart::End { is_empty: false })
        );
        if self.seq && !is_begun {
            sink.buf.push(RECORD_SEPARATOR);
        }
        match &mut self.painter {
            Some(painter) => painter.write(&item.into_value(), sink),
            None => writer::write(&item, self.options, &mut self.keys, sink),
        }
    }

    /// A string without quotes, except that with `-a` jq writes it as JSON after all.
    fn write_raw(&self, text: &str, sink: &mut OutputBuffer) -> Result<(), Error> {
        if self.options.escapes == Escapes::Ascii {
            escape::quote(text, Escapes::Ascii, &mut sink.buf);
        } else if self.raw == RawOutput::Nul && text.contains('\0') {
            return Err(Error::NulInString);
        } else if self.sanitize {
            sink.buf.extend_from_slice(sanitize(text).as_bytes());
        } else {
            sink.buf.extend_from_slice(text.as_bytes());
        }
        Ok(())
    }
}
