//! Pieces of JSON text that every JSON writer needs: line breaks, numbers and the order of keys.

use std::io::Write as _;

use crate::error::Error;
use crate::settings::{Indent, JsonLayout};
use dq_json::value::{Map, Num, Value};

/// The entries of an object, sorted by the code points of their keys. That is the order of their UTF-8 bytes.
pub fn sorted_entries(map: &Map) -> Vec<(&str, &Value)> {
    let mut entries: Vec<_> = map.iter().map(|(key, value)| (&**key, value)).collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    entries
}

/// A line break and more indentation than nearly every line needs.
static LINE: [u8; 32] = {
    let mut line = [b' '; 32];
    line[0] = b'\n';
    line
};

/// Starts a new line, indented for a depth, if the layout has line breaks.
#[inline(always)]
pub fn break_line(layout: JsonLayout, depth: usize, out: &mut Vec<u8>) {
    match layout {
        JsonLayout::Compact => {}
        JsonLayout::Pretty {
            indent: Indent::Spaces(n),
        } if depth * usize::from(n) < LINE.len() => {
            let end = out.len() + 1 + depth * usize::from(n);
            // A copy of fixed size is faster than one of the exact size.
            out.extend_from_slice(&LINE);
            out.truncate(end);
        }
        JsonLayout::Pretty { indent } => break_long_line(indent, depth, out),
    }
}

fn break_long_line(indent: Indent, depth: usize, out: &mut Vec<u8>) {
    let (unit, width) = match indent {
        Indent::Spaces(n) => (b' ', depth * usize::from(n)),
        Indent::Tab => (b'\t', depth),
    };
    out.push(b'\n');
    out.resize(out.len() + width, unit);
}

/// Appends a number as jq writes it.
pub fn push_number(num: &Num, out: &mut Vec<u8>) -> Result<(), Error> {
    match num {
        Num::Int(i) => push_integer(*i, out),
        _ => write!(out, "{num}")?,
    }
    Ok(())
}

/// Appends an integer. Faster than `fmt`.
fn push_integer(i: i64, out: &mut Vec<u8>) {
    if i < 0 {
        out.push(b'-');
    }
    let mut digits = [0; 20];
    let mut first = digits.len();
    let mut rest = i.unsigned_abs();
    loop {
        first -= 1;
        digits[first] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[first..]);
}
