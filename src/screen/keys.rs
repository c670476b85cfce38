//! The keys that a terminal sends.

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Quit,
    /// Move by rows; negative is up.
    Rows(isize),
    /// Move by screenfuls, in halves; negative is up.
    HalfPages(isize),
    /// Move by steps of several columns; negative is left.
    Columns(isize),
    First,
    Last,
    /// Write the whole screen again.
    Redraw,
    /// Fetch fresh data.
    Refresh,
}

/// Makes keys of the bytes that arrive.
#[derive(Default)]
pub struct KeyReader {
    /// The beginning of an escape sequence whose rest has not arrived.
    pending: Vec<u8>,
}

impl KeyReader {
    /// The keys in these bytes, which follow those of the last call. Unknown keys are left out.
    pub fn read(&mut self, bytes: &[u8]) -> Vec<Key> {
        let mut keys = Vec::new();
        for byte in bytes {
            self.pending.push(*byte);
            if is_complete(&self.pending) {
                keys.extend(key(&self.pending));
                self.pending.clear();
            }
        }
        keys
    }
}

/// Whether this is a whole key: a byte, or a sequence that begins with CSI (`ESC [`) or SS3 (`ESC O`).
fn is_complete(bytes: &[u8]) -> bool {
    match bytes {
        [0x1b] | [0x1b, b'[' | b'O'] => false,
        [0x1b, b'[', .., last] => matches!(last, 0x40..=0x7e),
        _ => true,
    }
}

fn key(bytes: &[u8]) -> Option<Key> {
    Some(match bytes {
        [b'q' | b'Q'] => Key::Quit,
        [b'j' | b'\r' | b'\n'] => Key::Rows(1),
        [b'k'] => Key::Rows(-1),
        [b'h'] => Key::Columns(-1),
        [b'l'] => Key::Columns(1),
        // Ctrl-F and Ctrl-B, Ctrl-D and Ctrl-U, as in less.
        [b' ' | b'f' | 0x06] => Key::HalfPages(2),
        [b'b' | 0x02] => Key::HalfPages(-2),
        [b'd' | 0x04] => Key::HalfPages(1),
        [b'u' | 0x15] => Key::HalfPages(-1),
        [b'g' | b'<'] => Key::First,
        [b'G' | b'>'] => Key::Last,
        [b'r'] => Key::Refresh,
        // Ctrl-L
        [0x0c] => Key::Redraw,
        [0x1b, b'[' | b'O', parameters @ .., last] => return sequence(parameters, *last),
        _ => return None,
    })
}

/// The key of a sequence, by its last byte or, where that is `~`, by its number. Modifiers are ignored.
fn sequence(parameters: &[u8], last: u8) -> Option<Key> {
    let number = parameters.split(|byte| *byte == b';').next();
    Some(match (last, number) {
        (b'A', _) => Key::Rows(-1),
        (b'B', _) => Key::Rows(1),
        (b'C', _) => Key::Columns(1),
        (b'D', _) => Key::Columns(-1),
        (b'H', _) | (b'~', Some(b"1" | b"7")) => Key::First,
        (b'F', _) | (b'~', Some(b"4" | b"8")) => Key::Last,
        (b'~', Some(b"5")) => Key::HalfPages(-2),
        (b'~', Some(b"6")) => Key::HalfPages(2),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_sequences() {
        let bytes =
            b"qjk G\x1b[A\x1b[B\x1b[5~\x1b[6~\x1b[H\x1bOF\x1b[1;5C\x1b[D\x1b[1~x\x1b[200~\x0c";
        let expected = [
            Key::Quit,
            Key::Rows(1),
            Key::Rows(-1),
            Key::HalfPages(2),
            Key::Last,
            Key::Rows(-1),
            Key::Rows(1),
            Key::HalfPages(-2),
            Key::HalfPages(2),
            Key::First,
            Key::Last,
            Key::Columns(1),
            Key::Columns(-1),
            Key::First,
            Key::Redraw,
        ];
        assert_eq!(KeyReader::default().read(bytes), expected);
        // The bytes of a sequence may arrive one by one.
        let mut reader = KeyReader::default();
        let keys: Vec<Key> = bytes.chunks(1).flat_map(|byte| reader.read(byte)).collect();
        assert_eq!(keys, expected);
    }

    #[test]
    fn a_lone_escape_takes_the_next_key_at_most() {
        let mut reader = KeyReader::default();
        assert_eq!(reader.read(b"\x1b"), []);
        assert_eq!(reader.read(b"qq"), [Key::Quit]);
        assert_eq!(reader.read(b"\x1b\x1bq"), [Key::Quit]);
    }
}
