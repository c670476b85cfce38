//! The escapes of JSON strings, as jq writes them.

use dq_text::{is_dangerous, push_json_escape};

/// What is escaped in a JSON string, in addition to what JSON requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escapes {
    /// DEL, as in jq.
    Json,
    /// Every character that is not ASCII; above U+FFFF as a surrogate pair (`-a`).
    Ascii,
    /// Control characters and bidirectional controls, for output to a terminal. The JSON value stays the same.
    Terminal,
}

/// Appends a string with quotes.
#[inline]
pub fn quote(text: &str, escapes: Escapes, out: &mut Vec<u8>) {
    out.push(b'"');
    append(text, escapes, out);
    out.push(b'"');
}

/// Appends an escaped string without quotes.
#[inline]
pub fn append(text: &str, escapes: Escapes, out: &mut Vec<u8>) {
    if escapes == Escapes::Json || text.is_ascii() {
        append_json(text.as_bytes(), out);
    } else {
        append_chars(text, escapes, out);
    }
}

fn append_json(mut bytes: &[u8], out: &mut Vec<u8>) {
    while !is_clean(bytes) {
        let special = bytes.iter().position(|b| is_special(*b));
        let (clean, rest) = bytes.split_at(special.unwrap_or(bytes.len()));
        out.extend_from_slice(clean);
        let Some((&special, rest)) = rest.split_first() else {
            return;
        };
        push_json_escape(char::from(special), out);
        bytes = rest;
    }
    out.extend_from_slice(bytes);
}

/// Whether no byte needs an escape. Looks at eight bytes at a time; the last block overlaps the one before it, so that
/// no bytes are left over.
#[inline]
fn is_clean(bytes: &[u8]) -> bool {
    let Some(last) = bytes.last_chunk::<8>() else {
        return !bytes.iter().any(|b| is_special(*b));
    };
    let (blocks, _) = bytes.as_chunks::<8>();
    blocks
        .iter()
        .chain([last])
        .all(|block| is_clean_block(*block))
}

/// `is_special` on eight bytes at once. The highest bit of a byte is set where a subtraction made it negative ("Bit
/// Twiddling Hacks", "Determine if a word has a byte less than n").
#[inline]
fn is_clean_block(block: [u8; 8]) -> bool {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let word = u64::from_ne_bytes(block);
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, 0x20) | equal(b'"') | equal(b'\\') | equal(0x7f)) & (ONES << 7) == 0
}

#[inline]
fn is_special(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\') | (byte == 0x7f)
}

/// Appends text character by character, for text that is not ASCII where `escapes` goes beyond JSON.
fn append_chars(text: &str, escapes: Escapes, out: &mut Vec<u8>) {
    let must_escape = |c: char| match escapes {
        Escapes::Ascii => !c.is_ascii(),
        Escapes::Json | Escapes::Terminal => is_dangerous(c),
    };
    let mut done = 0;
    for (at, c) in text.char_indices() {
        let is_json_special = c.is_ascii() && is_special(c as u8);
        if is_json_special || must_escape(c) {
            out.extend_from_slice(&text.as_bytes()[done..at]);
            push_json_escape(c, out);
            done = at + c.len_utf8();
        }
    }
    out.extend_from_slice(&text.as_bytes()[done..]);
}
