//! TOML, XML and CBOR, written by jaq-fmts. This is the only place that converts values to jaq's own type.

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
use dq_text::sanitize_data;

/// Writes values in one of these formats, one document per value.
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

    fn document(&self, value: &Value) -> Result<Vec<u8>, Error> {
        let mut document = Vec::new();
        if self.format == Format::Toml {
            refuse_for_toml(value)?;
        }
        let json = match self.format {
            Format::Xml => json(&escaped(value), self.sort_keys)?,
            _ => json(value, self.sort_keys)?,
        };
        let value = reader::parse_single(&json).map_err(unrepresentable)?;
        match self.format {
            Format::Toml => {
                let root = toml::Root::try_from(&value).map_err(unrepresentable)?;
                document.extend_from_slice(root.to_string().as_bytes());
            }
            Format::Xml => {
                let xml = xml::Xml::try_from(&value).map_err(|_| not_xml())?;
                xml.write(&mut document)?;
                document.push(b'\n');
            }
            _ => cbor::write(&mut document, &value)?,
        }
        Ok(document)
    }
}

fn unrepresentable(error: impl std::fmt::Display) -> Error {
    Error::Unrepresentable(error.to_string())
}

impl Formatter for JaqFormat {
    fn write(&mut self, value: &Value, out: &mut dyn io::Write) -> Result<(), Error> {
        let document = self.document(value)?;
        if self.sanitize {
            out.write_all(sanitize_data(&String::from_utf8_lossy(&document)).as_bytes())?
        } else {
            out.write_all(&document)?
        }
        Ok(())
    }
}

/// The JSON text of a value, from which jaq reads its own value.
fn json(value: &Value, sort_keys: bool) -> Result<Vec<u8>, Error> {
    let options = JsonOptions {
        layout: JsonLayout::Compact,
        sort_keys,
        escapes: Escapes::Json,
    };
    let mut text = Vec::new();
    let mut buffer = OutputBuffer::new(Vec::new(), &mut text);
    let item = FilterOutput::Value(value.clone());
    writer::write(&item, options, &mut KeyCache::default(), &mut buffer)?;
    buffer.flush_all()?;
    Ok(text)
}

fn not_xml() -> Error {
    Error::Unrepresentable(format!("this is no XML: {SHAPE}"))
}

/// Refuses values that TOML cannot express: a document is a table, and there is no null.
fn refuse_for_toml(value: &Value) -> Result<(), Error> {
    let why = match value {
        Value::Obj(_) if contains(value, &|it| matches!(it, Value::Null)) => {
            "TOML has no null; del(.. | nulls) leaves nulls out".into()
        }
        // jaq-fmts 0.1 writes an empty key without quotes, which TOML does not allow.
        Value::Obj(_)
            if contains(
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

/// Whether the predicate holds for the value or a value inside it.
fn contains(value: &Value, predicate: &dyn Fn(&Value) -> bool) -> bool {
    let inside = || match value {
        Value::Arr(items) => items.iter().any(|item| contains(item, predicate)),
        Value::Obj(map) => map.values().any(|item| contains(item, predicate)),
        _ => false,
    };
    predicate(value) || inside()
}
