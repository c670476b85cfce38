//! TOML, XML and CBOR, by jaq's writers: the one place where values become theirs.

use std::io;

use jaq_fmts::read::json as reader;
use jaq_fmts::write::{cbor, toml, xml};

use crate::error::Error;
use crate::format::Format;
use crate::formatter::Formatter;
use crate::json::escape::Escapes;
use crate::json::key_cache::KeyCache;
use crate::json::options::JsonOptions;
use crate::json::writer;
use crate::output_buffer::OutputBuffer;
use crate::settings::{JsonLayout, Settings};
use crate::xml_escape::{SHAPE, escaped};
use dq_json::value::{FilterOutput, Value};
use dq_text::sanitize;

/// Writes values in one of these formats.
pub struct JaqFormat {
    format: Format,
    sort_keys: bool,
    sanitize: bool,
}

impl JaqFormat {
    pub fn new(settings: Settings) -> Self {
        Self {
            format: settings.format,
            sort_keys: settings.sort_keys,
            sanitize: settings.sanitize && settings.format != Format::Cbor,
        }
    }

    fn text(&self, value: &Value) -> Result<Vec<u8>, Error> {
        let mut text = Vec::new();
        if self.format == Format::Toml {
            refuse_for_toml(value)?;
        }
        let json = match self.format {
            Format::Xml => json(&escaped(value), self.sort_keys)?,
            _ => json(value, self.sort_keys)?,
        };
        // What was just written can be read.
        let value = reader::parse_single(&json).map_err(unsuitable)?;
        match self.format {
            Format::Toml => {
                let root = toml::Root::try_from(&value).map_err(unsuitable)?;
                text.extend_from_slice(root.to_string().as_bytes());
            }
            Format::Xml => {
                let xml = xml::Xml::try_from(&value).map_err(|_| no_xml())?;
                xml.write(&mut text)?;
                text.push(b'\n');
            }
            _ => cbor::write(&mut text, &value)?,
        }
        Ok(text)
    }
}

fn unsuitable(error: impl std::fmt::Display) -> Error {
    Error::Unrepresentable(error.to_string())
}

impl Formatter for JaqFormat {
    fn write(&mut self, value: &Value, out: &mut dyn io::Write) -> Result<(), Error> {
        let text = self.text(value)?;
        if self.sanitize {
            out.write_all(sanitize(&String::from_utf8_lossy(&text)).as_bytes())?
        } else {
            out.write_all(&text)?
        }
        Ok(())
    }
}

/// jaq's value is made from JSON text.
fn json(value: &Value, sort_keys: bool) -> Result<Vec<u8>, Error> {
    let options = JsonOptions {
        layout: JsonLayout::Compact,
        sort_keys,
        escapes: Escapes::Json,
    };
    let mut text = Vec::new();
    let mut sink = OutputBuffer::new(Vec::new(), &mut text);
    let item = FilterOutput::Value(value.clone());
    writer::write(&item, options, &mut KeyCache::default(), &mut sink)?;
    sink.drain()?;
    Ok(text)
}

fn no_xml() -> Error {
    Error::Unrepresentable(format!("this is no XML: {SHAPE}"))
}

/// A TOML document is a table, and has no null anywhere.
fn refuse_for_toml(value: &Value) -> Result<(), Error> {
    let why = match value {
        Value::Obj(_) if has(value, &|it| matches!(it, Value::Null)) => {
            "TOML has no null; del(.. | nulls) leaves nulls out".into()
        }
        // jaq-fmts writes it bare, which TOML does not allow.
        Value::Obj(_)
            if has(
                value,
                &|it| matches!(it, Value::Obj(map) if map.contains_key("")),
            ) =>
        {
            "an empty key cannot be written as TOML".into()
        }
        Value::Obj(_) => return Ok(()),
        other => format!(
            "a TOML document is an object, not {}; {{name: .}} makes one",
            with_article(other.type_name())
        ),
    };
    Err(Error::Unrepresentable(why))
}

fn with_article(kind: &str) -> String {
    if kind.starts_with(['a', 'o']) {
        format!("an {kind}")
    } else {
        format!("a {kind}")
    }
}

/// Whether a value, or one inside it, is such a one.
fn has(value: &Value, is_such: &dyn Fn(&Value) -> bool) -> bool {
    let inside = || match value {
        Value::Arr(items) => items.iter().any(|item| has(item, is_such)),
        Value::Obj(map) => map.values().any(|item| has(item, is_such)),
        _ => false,
    };
    is_such(value) || inside()
}
