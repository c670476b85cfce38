//! JSON as jq prints it: what stands around each value; its inside is written by `plain` or `color`.

use std::io;

use super::color::Painter;
use super::escape::{self, Escapes};
use super::keys::Keys;
use super::plain::{self, Notation};
use super::sink::Sink;
use super::{Error, Formatter, Raw, Settings};
use dq_json::value::{ArrayPart, FilterOutput, StringLiteral, Value, ValueKind};
use dq_text::sanitize;

/// RS, which starts each text of a JSON text sequence.
const RECORD_SEPARATOR: u8 = 0x1e;

/// JSON texts one after the other, strings raw where that is asked for.
pub struct Json {
    raw: Raw,
    seq: bool,
    sanitize: bool,
    notation: Notation,
    painter: Option<Painter>,
    /// What is written and not yet handed on.
    buf: Vec<u8>,
    keys: Keys,
}

impl Json {
    /// A formatter for JSON and raw strings.
    pub fn new(settings: Settings) -> Self {
        let escapes = match settings {
            Settings { ascii: true, .. } => Escapes::Ascii,
            Settings { sanitize: true, .. } => Escapes::Terminal,
            _ => Escapes::Json,
        };
        let notation = Notation {
            layout: settings.layout,
            sort_keys: settings.sort_keys,
            escapes,
        };
        Self {
            raw: settings.raw,
            seq: settings.seq,
            sanitize: settings.sanitize,
            notation,
            painter: settings
                .palette
                .map(|palette| Painter::new(&palette, notation)),
            buf: Vec::new(),
            keys: Keys::default(),
        }
    }
}

impl Formatter for Json {
    fn write(&mut self, value: &Value, out: &mut dyn io::Write) -> Result<(), Error> {
        self.write_item(FilterOutput::Value(value.clone()), out)
    }

    fn write_item(&mut self, item: FilterOutput, out: &mut dyn io::Write) -> Result<(), Error> {
        let mut sink = Sink::new(std::mem::take(&mut self.buf), out);
        let result = self.write_to(item, &mut sink);
        if result.is_err() {
            sink.forget();
        }
        self.buf = sink.buf;
        result
    }

    fn drain(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        let result = out.write_all(&self.buf);
        self.buf.clear();
        result
    }

    fn finish(&mut self, out: &mut dyn io::Write) -> Result<(), Error> {
        Ok(self.drain(out)?)
    }
}

impl Json {
    fn write_to(&mut self, item: FilterOutput, sink: &mut Sink) -> Result<(), Error> {
        let is_within = matches!(
            item,
            FilterOutput::ArrayPart(ArrayPart::First(_) | ArrayPart::Next(_))
        );
        match &item {
            // jq gives these strings neither a separator nor a colour.
            FilterOutput::Value(Value::Str(text)) if self.raw != Raw::No => {
                self.write_raw(text, sink)?
            }
            FilterOutput::Raw(text) if self.raw != Raw::No && text.kind() == ValueKind::String => {
                let literal = text.string_literal().map(StringLiteral::decode);
                self.write_raw(&literal.unwrap_or_default(), sink)?;
            }
            _ => self.write_json(item, sink)?,
        }
        match self.raw {
            _ if is_within => {}
            Raw::No | Raw::Lines => sink.buf.push(b'\n'),
            Raw::Joined => {}
            Raw::Nul => sink.buf.push(0),
        }
        Ok(sink.spill()?)
    }

    fn write_json(&mut self, item: FilterOutput, sink: &mut Sink) -> Result<(), Error> {
        let is_begun = matches!(
            item,
            FilterOutput::ArrayPart(ArrayPart::Next(_) | ArrayPart::End { is_empty: false })
        );
        if self.seq && !is_begun {
            sink.buf.push(RECORD_SEPARATOR);
        }
        match &mut self.painter {
            Some(painter) => painter.write(&item.into_value(), sink),
            None => plain::write(&item, self.notation, &mut self.keys, sink),
        }
    }

    /// A string without quotes, except that with `-a` jq writes it as JSON after all.
    fn write_raw(&self, text: &str, sink: &mut Sink) -> Result<(), Error> {
        if self.notation.escapes == Escapes::Ascii {
            escape::quote(text, Escapes::Ascii, &mut sink.buf);
        } else if self.raw == Raw::Nul && text.contains('\0') {
            return Err(Error::NulInString);
        } else if self.sanitize {
            sink.buf.extend_from_slice(sanitize(text).as_bytes());
        } else {
            sink.buf.extend_from_slice(text.as_bytes());
        }
        Ok(())
    }
}
