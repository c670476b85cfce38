//! Output of every format against what jq 1.8 prints, as tables.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io;

use super::*;
use dq_json::value::{FilterOutput, MAX_DEPTH, Num, Value};

mod color;
mod hosts;
mod json;
mod reformat;
mod table;

fn arr(items: impl IntoIterator<Item = Value>) -> Value {
    items.into_iter().collect()
}

fn obj<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::object(entries)
}

fn text(text: &str) -> Value {
    Value::Str(text.into())
}

fn int(i: i64) -> Value {
    Value::Num(Num::Int(i))
}

fn literal(text: &str) -> Value {
    Value::Num(Num::Literal(text.into()))
}

fn write_all(settings: Settings, values: &[Value]) -> (String, Result<(), Error>) {
    let mut out = Vec::new();
    let mut formatter = formatter(settings);
    let result = values
        .iter()
        .try_for_each(|value| formatter.write(value, &mut out));
    let result = result.and_then(|()| formatter.finish(&mut out));
    formatter.flush_pending(&mut out).unwrap();
    (String::from_utf8(out).unwrap(), result)
}

fn written(settings: Settings, value: &Value) -> String {
    let (out, result) = write_all(settings, std::slice::from_ref(value));
    result.unwrap();
    out
}

fn compact() -> Settings {
    Settings {
        layout: JsonLayout::Compact,
        ..Settings::default()
    }
}

fn pretty(indent: Indent) -> Settings {
    Settings {
        layout: JsonLayout::Pretty { indent },
        ..Settings::default()
    }
}

fn colored(settings: Settings) -> Settings {
    Settings {
        palette: Some(Palette::default()),
        ..settings
    }
}

/// The text without its SGR sequences.
fn stripped(text: &str) -> String {
    let mut pieces = text.split("\x1b[");
    let first = pieces.next().unwrap().to_owned();
    pieces.fold(first, |plain, piece| {
        plain + piece.split_once('m').unwrap().1
    })
}

/// The value of a JSON text.
pub fn value(json: &str) -> Value {
    dq_json::read::from_slice(json.as_bytes()).unwrap()
}
