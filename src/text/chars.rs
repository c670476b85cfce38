//! Which characters are dangerous on a terminal, and how they are shown instead.

/// Whether a terminal could act on the character, or display text in another order than it is stored:
/// C0, DEL, C1, and the bidirectional embeddings, overrides and isolates (UAX #9).
pub fn is_dangerous(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether terminals disagree about the character's width, or break the line at it: soft hyphen, direction marks,
/// line and paragraph separator. Harmless in running text, but not in a table cell or a message of one line.
pub fn is_ambiguous(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}'
    )
}

/// Appends the character as a JSON escape: `\n`, `\u001b`, surrogate pairs where one unit is too small (RFC 8259, 7).
pub fn push_json_escape(c: char, out: &mut Vec<u8>) {
    let short = match c {
        '"' | '\\' => c as u8,
        '\x08' => b'b',
        '\t' => b't',
        '\n' => b'n',
        '\x0c' => b'f',
        '\r' => b'r',
        _ => {
            return c
                .encode_utf16(&mut [0; 2])
                .iter()
                .for_each(|unit| push_unit(*unit, out));
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

fn push_unit(unit: u16, out: &mut Vec<u8>) {
    let digit = |shift: u16| b"0123456789abcdef"[usize::from((unit >> shift) & 0xf)];
    out.extend_from_slice(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
}
