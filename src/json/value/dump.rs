//! Compact JSON text of a value, whole for `tojson` and cut short for messages.

use std::fmt;
use std::io::Write as _;

use super::{MAX_DEPTH, Num, Value};

/// Longest dump in an error message, in bytes (jq 1.8's ERRORMAX_TRUNC less its end).
const EXCERPT: usize = 29;

impl fmt::Display for Value {
    /// The value as it stands in error messages: never long, whatever it holds.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&excerpt(self))
    }
}

/// The JSON text of a value, cut to 29 bytes as jq 1.8 does in its messages.
pub fn excerpt(value: &Value) -> String {
    let mut text = Vec::new();
    let _full = write_limited(value, &mut text, EXCERPT + 1, 0);
    let text = String::from_utf8_lossy(&text).into_owned();
    if text.len() <= EXCERPT {
        return text;
    }
    let close = match value {
        Value::Str(_) => "\"",
        Value::Arr(_) => "]",
        Value::Obj(_) => "}",
        _ => "",
    };
    let end = text.floor_char_boundary(EXCERPT - "...".len() - close.len());
    format!("{}...{close}", &text[..end])
}

/// Appends the compact JSON of a value.
pub fn write_json(value: &Value, text: &mut Vec<u8>) {
    let _full = write_limited(value, text, usize::MAX, 0);
}

/// Appends until `limit` bytes are there; `None` says it stopped early.
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
        Value::Str(s) => escape_limited(s, text, limit),
        Value::Arr(items) => {
            text.push(b'[');
            for (i, item) in items.iter().enumerate() {
                separate(i, text);
                write_limited(item, text, limit, depth + 1)?;
            }
            text.push(b']');
        }
        Value::Obj(map) => {
            text.push(b'{');
            for (i, (key, item)) in map.iter().enumerate() {
                separate(i, text);
                escape_limited(key, text, limit);
                text.push(b':');
                write_limited(item, text, limit, depth + 1)?;
            }
            text.push(b'}');
        }
    }
    Some(())
}

fn separate(index: usize, text: &mut Vec<u8>) {
    if index > 0 {
        text.push(b',');
    }
}

fn write_num(n: &Num, text: &mut Vec<u8>) {
    // Writing to a vector cannot fail.
    let _ = write!(text, "{n}");
}

fn escape_limited(s: &str, text: &mut Vec<u8>, limit: usize) {
    let end = if s.len() > limit {
        s.floor_char_boundary(limit)
    } else {
        s.len()
    };
    text.push(b'"');
    escape_into(&s[..end], text);
    text.push(b'"');
}

/// Appends the text of a JSON string without its quotes, escaped as jq escapes it (DEL included).
pub fn escape_into(s: &str, text: &mut Vec<u8>) {
    let bytes = s.as_bytes();
    let mut plain = 0;
    for (i, byte) in bytes.iter().enumerate() {
        if !matches!(byte, 0..=0x1f | b'"' | b'\\' | 0x7f) {
            continue;
        }
        text.extend_from_slice(&bytes[plain..i]);
        plain = i + 1;
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
    text.extend_from_slice(&bytes[plain..]);
}
