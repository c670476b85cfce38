//! The compact JSON text of a value: whole for `tojson`, truncated for error messages.

use std::fmt;
use std::io::Write as _;

use super::num::Num;
use super::string_literal::unescaped_prefix;
use super::types::Value;
use crate::limits::MAX_DEPTH;

/// The longest JSON text in an error message, in bytes (`ERRORMAX_TRUNC` in jq 1.8, without the terminating NUL).
const MAX_MESSAGE_TEXT: usize = 29;

impl Value {
    /// The compact JSON text, as `tojson` gives it.
    pub fn to_json(&self) -> String {
        let mut text = Vec::new();
        let _full = write_limited(self, &mut text, usize::MAX, 0);
        String::from_utf8(text).unwrap_or_default()
    }

    /// The type and the truncated JSON text, as jq 1.8's error messages have them: `object ({"a":1})`.
    pub fn describe(&self) -> String {
        format!("{} ({})", self.type_name(), truncated_json(self))
    }
}

impl fmt::Display for Value {
    /// Writes the JSON text truncated to 29 bytes, for error messages. [`Value::to_json`] is the whole text.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&truncated_json(self))
    }
}

/// The JSON text, truncated to 29 bytes as in jq 1.8's error messages.
fn truncated_json(value: &Value) -> String {
    let mut text = Vec::new();
    let _full = write_limited(value, &mut text, MAX_MESSAGE_TEXT + 1, 0);
    let text = String::from_utf8_lossy(&text).into_owned();
    if text.len() <= MAX_MESSAGE_TEXT {
        return text;
    }
    let close = match value {
        Value::Str(_) => "\"",
        Value::Arr(_) => "]",
        Value::Obj(_) => "}",
        _ => "",
    };
    let end = text.floor_char_boundary(MAX_MESSAGE_TEXT - "...".len() - close.len());
    format!("{}...{close}", &text[..end])
}

/// Appends the compact JSON text of a value, about `limit` bytes of it. `None` if it was cut off.
fn write_limited(value: &Value, text: &mut Vec<u8>, limit: usize, depth: usize) -> Option<()> {
    if text.len() >= limit {
        return None;
    }
    if depth > MAX_DEPTH {
        text.extend_from_slice(b"\"<skipped: too deep>\"");
        return Some(());
    }
    match value {
        Value::Null => text.extend_from_slice(b"null"),
        Value::Bool(true) => text.extend_from_slice(b"true"),
        Value::Bool(false) => text.extend_from_slice(b"false"),
        Value::Num(n) => write_num(n, text),
        Value::Str(s) => write_string(s, text, limit),
        Value::Arr(array) => {
            text.push(b'[');
            for (i, element) in array.iter().enumerate() {
                separate(i, text);
                write_limited(element, text, limit, depth + 1)?;
            }
            text.push(b']');
        }
        Value::Obj(object) => {
            text.push(b'{');
            for (i, (key, member)) in object.iter().enumerate() {
                separate(i, text);
                write_string(key, text, limit);
                text.push(b':');
                write_limited(member, text, limit, depth + 1)?;
            }
            text.push(b'}');
        }
    }
    Some(())
}

/// Writes the comma in front of all elements but the first.
fn separate(index: usize, text: &mut Vec<u8>) {
    if index > 0 {
        text.push(b',');
    }
}

fn write_num(n: &Num, text: &mut Vec<u8>) {
    // A vector's `write` does not fail.
    let _ = write!(text, "{n}");
}

/// Appends a string literal of at most the first `limit` bytes of the string.
fn write_string(s: &str, text: &mut Vec<u8>, limit: usize) {
    let end = if s.len() > limit {
        s.floor_char_boundary(limit)
    } else {
        s.len()
    };
    text.push(b'"');
    write_escaped(&s[..end], text);
    text.push(b'"');
}

/// Appends the content of a string literal, escaped as jq escapes it (DEL included).
pub(super) fn write_escaped(s: &str, text: &mut Vec<u8>) {
    let mut rest = s.as_bytes();
    loop {
        let (length, is_ascii) = unescaped_prefix(rest);
        let (run, others) = rest.split_at(length);
        if is_ascii {
            text.extend_from_slice(run);
        } else {
            write_run(run, text);
        }
        let Some((byte, after)) = others.split_first() else {
            return;
        };
        rest = after;
        match byte {
            b'"' => text.extend_from_slice(b"\\\""),
            b'\\' => text.extend_from_slice(b"\\\\"),
            b'\n' => text.extend_from_slice(b"\\n"),
            b'\t' => text.extend_from_slice(b"\\t"),
            b'\r' => text.extend_from_slice(b"\\r"),
            0x08 => text.extend_from_slice(b"\\b"),
            0x0c => text.extend_from_slice(b"\\f"),
            _ => {
                let _ = write!(text, "\\u{byte:04x}");
            }
        }
    }
}

/// Writes what only a DEL interrupts.
fn write_run(run: &[u8], text: &mut Vec<u8>) {
    for (i, part) in run.split(|byte| *byte == 0x7f).enumerate() {
        if i > 0 {
            text.extend_from_slice(b"\\u007f");
        }
        text.extend_from_slice(part);
    }
}
