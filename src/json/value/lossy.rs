//! Bytes to text where they may not be UTF-8.

use std::borrow::Cow;

/// The text, with U+FFFD for what is not UTF-8, divided as jq does it (`jvp_utf8_next`): one for a sequence that is cut
/// off, too long for its code point, or beyond Unicode, and one for each other stray byte.
pub fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(replaced(bytes)),
    }
}

fn replaced(mut rest: &[u8]) -> String {
    let mut text = String::with_capacity(rest.len());
    while !rest.is_empty() {
        let (sequence, after) = rest.split_at(sequence_length(rest));
        text.push_str(std::str::from_utf8(sequence).unwrap_or("\u{fffd}"));
        rest = after;
    }
    text
}

/// The length of the sequence at the start, as its first byte and the continuation bytes after it say.
fn sequence_length(bytes: &[u8]) -> usize {
    let announced = match bytes.first() {
        Some(0xC2..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..=0xF4) => 4,
        _ => return 1,
    };
    if announced > bytes.len() {
        return bytes.len();
    }
    let continued = bytes[1..announced].iter();
    1 + continued.take_while(|byte| **byte & 0xC0 == 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::lossy;

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
}
