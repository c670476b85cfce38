//! JSON text to the compact text of its value, as `tojson` gives it, without building the value.

use std::io::Write as _;

use super::json_text::write_escaped;
use super::num::Num;
use super::raw::{RawValue, ValueKind};
use super::seen_keys::SeenKeys;
use super::string_literal::StringLiteral;

impl RawValue<'_> {
    /// The compact JSON text, as [`Value::to_json`](super::Value::to_json) gives it. `None` if an object may have a
    /// repeated key: then the value has to be built.
    pub fn to_json(self) -> Option<String> {
        let text = self.bytes();
        let mut json = Vec::new();
        let mut open: Vec<SeenKeys> = Vec::new();
        let mut fingerprints = Vec::new();
        let mut at = 0;
        loop {
            let rest = text.get(at..)?;
            let c = *rest.first()?;
            at += match c {
                b' ' | b'\t' | b'\n' | b'\r' => 1,
                b'"' => {
                    let literal = StringLiteral::new(rest);
                    let (literal_text, after) = rest.split_at_checked(literal.length())?;
                    if after.trim_ascii_start().first() == Some(&b':')
                        && !open.last_mut()?.insert(literal, &mut fingerprints)
                    {
                        return None;
                    }
                    write_literal(literal_text, literal, &mut json);
                    literal_text.len()
                }
                b'{' | b'[' => {
                    open.push(SeenKeys::new(&fingerprints));
                    json.push(c);
                    1
                }
                b'}' | b']' => {
                    open.pop()?.finish(&mut fingerprints);
                    json.push(c);
                    1
                }
                b',' | b':' => {
                    json.push(c);
                    1
                }
                _ => write_word(RawValue::from_valid(rest), &mut json),
            };
            if open.is_empty() && !json.is_empty() {
                return String::from_utf8(json).ok();
            }
        }
    }
}

fn write_literal(text: &[u8], literal: StringLiteral, json: &mut Vec<u8>) {
    if literal.is_ascii && !literal.is_escaped {
        json.extend_from_slice(text);
    } else {
        json.push(b'"');
        write_escaped(&literal.decode(), json);
        json.push(b'"');
    }
}

/// Writes a number, `true`, `false` or `null`; gives the length of its text.
fn write_word(word: RawValue, json: &mut Vec<u8>) -> usize {
    let name = match word.kind() {
        ValueKind::True => "true",
        ValueKind::False => "false",
        ValueKind::Number => return write_number(word.number_text(), json),
        _ => "null",
    };
    json.extend_from_slice(name.as_bytes());
    name.len()
}

fn write_number(text: &str, json: &mut Vec<u8>) -> usize {
    let unsigned = text.strip_prefix('-').filter(|it| !it.starts_with('0'));
    let is_integer = unsigned.unwrap_or(text).bytes().all(|c| c.is_ascii_digit());
    if is_integer {
        // It is already spelled as jq writes it, however long it is.
        json.extend_from_slice(text.as_bytes());
    } else {
        // A vector's `write` does not fail.
        let _ = write!(json, "{}", Num::parse(text));
    }
    text.len().max(1)
}
