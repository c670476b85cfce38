//! JSON as jq prints it. This module writes raw strings and what stands between the texts; `writer` writes JSON without
//! colours, `colored` with.

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

/// RS, which starts each text of a JSON text sequence (RFC 7464).
const RECORD_SEPARATOR: u8 = 0x1e;

/// Writes values as JSON texts, or strings raw if the settings say so.
pub struct JsonFormatter {
    raw: RawOutput,
    seq: bool,
    sanitize: bool,
    options: JsonOptions,
    colored: Option<ColoredWriter>,
    /// Bytes that were written here and not passed on yet.
    buf: Vec<u8>,
    keys: KeyCache,
}

impl JsonFormatter {
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
            colored: settings
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

    fn write_output(&mut self, output: FilterOutput, out: &mut dyn io::Write) -> Result<(), Error> {
        let mut buffer = OutputBuffer::new(std::mem::take(&mut self.buf), out);
        let result = self.write_to(output, &mut buffer);
        if result.is_err() {
            buffer.discard();
        }
        self.buf = buffer.buf;
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
    fn write_to(&mut self, output: FilterOutput, buffer: &mut OutputBuffer) -> Result<(), Error> {
        let is_array_element = matches!(
            output,
            FilterOutput::ArrayPart(ArrayPart::First(_) | ArrayPart::Next(_))
        );
        match &output {
            // Like jq, without a record separator and without colours.
            FilterOutput::Value(Value::Str(text)) if self.raw != RawOutput::Off => {
                self.write_raw(text, buffer)?
            }
            FilterOutput::Raw(text)
                if self.raw != RawOutput::Off && text.kind() == ValueKind::String =>
            {
                let literal = text.string_literal().map(StringLiteral::decode);
                self.write_raw(&literal.unwrap_or_default(), buffer)?;
            }
            _ => self.write_json(output, buffer)?,
        }
        match self.raw {
            _ if is_array_element => {}
            RawOutput::Off | RawOutput::Lines => buffer.buf.push(b'\n'),
            RawOutput::Joined => {}
            RawOutput::Nul => buffer.buf.push(0),
        }
        Ok(buffer.flush_if_large()?)
    }

    fn write_json(&mut self, output: FilterOutput, buffer: &mut OutputBuffer) -> Result<(), Error> {
        let is_continued = matches!(
            output,
            FilterOutput::ArrayPart(ArrayPart::Next(_) | ArrayPart::End { is_empty: false })
        );
        if self.seq && !is_continued {
            buffer.buf.push(RECORD_SEPARATOR);
        }
        match &mut self.colored {
            Some(colored) => colored.write(&output.into_value(), buffer),
            None => writer::write(&output, self.options, &mut self.keys, buffer),
        }
    }

    /// Writes a string without quotes, except that jq quotes it with `-a`.
    fn write_raw(&self, text: &str, buffer: &mut OutputBuffer) -> Result<(), Error> {
        if self.options.escapes == Escapes::Ascii {
            escape::quote(text, Escapes::Ascii, &mut buffer.buf);
        } else if self.raw == RawOutput::Nul && text.contains('\0') {
            return Err(Error::NulInString);
        } else if self.sanitize {
            buffer.buf.extend_from_slice(sanitize(text).as_bytes());
        } else {
            buffer.buf.extend_from_slice(text.as_bytes());
        }
        Ok(())
    }
}
