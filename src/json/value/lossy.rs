//! Bytes to text where they may not be UTF-8.

use std::borrow::Cow;

use super::shared_str::SharedStr;

/// The text, with U+FFFD for what is not UTF-8, divided as jq does it (`jvp_utf8_next`): one for a sequence that is cut
/// off, too long for its code point, or beyond Unicode, and one for each other stray byte.
pub fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    lossy_start(bytes, bytes.len())
}

/// The text of the bytes before `end`, where a sequence begins.
fn lossy_start(bytes: &[u8], end: usize) -> Cow<'_, str> {
    match std::str::from_utf8(&bytes[..end]) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(replaced(bytes, end)),
    }
}

fn replaced(bytes: &[u8], end: usize) -> String {
    let mut text = String::with_capacity(end);
    let mut at = 0;
    while at < end {
        let next = at + sequence_length(&bytes[at..]);
        text.push_str(std::str::from_utf8(&bytes[at..next]).unwrap_or("\u{fffd}"));
        at = next;
    }
    text
}

/// The length of the longest sequence, in bytes.
const MAX_SEQUENCE: usize = 4;

/// The length that a sequence with this first byte should have.
fn announced_length(first: u8) -> usize {
    match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => MAX_SEQUENCE,
        _ => 1,
    }
}

/// The length of the sequence at the start, as its first byte and the continuation bytes after it say.
fn sequence_length(bytes: &[u8]) -> usize {
    let announced = announced_length(bytes[0]);
    if announced > bytes.len() {
        return bytes.len();
    }
    let continued = bytes[1..announced].iter();
    1 + continued.take_while(|byte| **byte & 0xC0 == 0x80).count()
}

/// A text whose bytes arrive in pieces: it is the same as [`lossy`] makes of all of them.
#[derive(Default)]
pub struct LossyText {
    text: SharedStr,
    /// The start of a sequence that the last piece has cut off.
    cut: Vec<u8>,
}

impl LossyText {
    /// Appends the next bytes.
    pub fn push(&mut self, mut piece: &[u8]) {
        while !self.cut.is_empty()
            && let Some((next, after)) = piece.split_first()
        {
            self.cut.push(*next);
            piece = after;
            let end = whole_length(&self.cut);
            self.text.push_str(&lossy_start(&self.cut, end));
            self.cut.drain(..end);
        }
        let end = whole_length(piece);
        self.text.push_str(&lossy_start(piece, end));
        self.cut.extend_from_slice(&piece[end..]);
    }

    /// The text, when there are no more bytes.
    pub fn finish(mut self) -> SharedStr {
        self.text.push_str(&lossy(&self.cut));
        self.text
    }
}

/// The number of bytes before the first sequence that needs more of them.
fn whole_length(bytes: &[u8]) -> usize {
    let mut last = bytes.len().saturating_sub(MAX_SEQUENCE - 1)..bytes.len();
    let is_cut = |at: &usize| announced_length(bytes[*at]) > bytes.len() - at;
    last.find(is_cut).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::{LossyText, lossy};

    #[test]
    fn what_is_not_utf8_is_replaced_as_in_jq() {
        let cases: [(&[u8], &str); 9] = [
            (b"a\xc3\xa9", "aé"),
            (b"\xe9e", "\u{fffd}"),
            (b"\xe9ab", "\u{fffd}ab"),
            (b"\xe0\x80\x80x", "\u{fffd}x"),
            (b"\xed\xa0\x80x", "\u{fffd}x"),
            (b"\xf4\x90\x80\x80x", "\u{fffd}x"),
            (b"\xe2\x82Ax", "\u{fffd}Ax"),
            (b"\xf0\x9f\x98", "\u{fffd}"),
            (b"\xc0\x80\xff", "\u{fffd}\u{fffd}\u{fffd}"),
        ];
        for (bytes, text) in cases {
            assert_eq!(lossy(bytes), text);
        }
    }

    #[test]
    fn pieces_make_the_same_text_wherever_they_are_cut() {
        let bytes: Vec<&[u8]> = vec![
            b"a",
            b"\x80",
            b"\xc3",
            b"\xa9",
            b"\xe2\x82",
            b"\xac",
            b"\xf0",
            b"\x9f",
            b"\x98",
        ];
        let mut number = 12345u64;
        for _ in 0..20_000 {
            let mut next = |below: u64| {
                number = number
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                (number >> 33) % below
            };
            let text: Vec<u8> = (0..next(9))
                .flat_map(|_| bytes[next(9) as usize])
                .copied()
                .collect();
            let mut pieces = LossyText::default();
            let mut rest = &text[..];
            while !rest.is_empty() {
                let (piece, after) = rest.split_at(1 + next(rest.len() as u64) as usize);
                pieces.push(piece);
                rest = after;
            }
            assert_eq!(*pieces.finish(), *lossy(&text), "{text:x?}");
        }
    }
}
