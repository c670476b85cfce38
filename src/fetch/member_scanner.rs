//! Finds the members of two names in the top-level objects of JSON text while it arrives, in bounded memory.
//!
//! The text may be values of any layout and length, with or without line ends between them. It is not validated: that is
//! the reader's task. A line end within a string, which JSON does not allow, starts anew, so that text in front of JSON
//! does no harm.

use memchr::memchr3;

/// The names of the members, in the order of [`MemberScanner::values`].
const NAMES: [&str; 2] = ["errorDetail", "error"];
/// The longest key that is looked at, in bytes: each character of a name may be written as `\uXXXX`.
const KEY_LIMIT: usize = 128;
/// The longest part of a value that is kept, in bytes.
const VALUE_LIMIT: usize = 1 << 20;

/// Where in the text the scanner is, and what it has found.
#[derive(Default)]
pub(crate) struct MemberScanner {
    /// How many objects and arrays are open.
    depth: usize,
    /// The outermost of them is an object.
    is_object: bool,
    in_string: bool,
    /// The string is a key of the outermost object.
    in_key: bool,
    /// The last byte of the string is a backslash that escapes the next one.
    is_escaped: bool,
    /// The next string in the outermost object is a key.
    expects_key: bool,
    /// The last key, as it is written.
    key: Vec<u8>,
    /// The member whose value is being read.
    member: Option<usize>,
    /// The text of each member of the current object, empty where there is none.
    values: [Vec<u8>; NAMES.len()],
}

impl MemberScanner {
    /// Scans bytes up to the end of a top-level object, and takes them from the front. Returns whether there is such an
    /// end: [`MemberScanner::values`] are its members then.
    pub(crate) fn advance(&mut self, bytes: &mut &[u8]) -> bool {
        loop {
            if self.in_string {
                self.scan_string(bytes);
            } else if self.depth == 0 {
                let start = memchr3(b'{', b'[', b'"', bytes).unwrap_or(bytes.len());
                *bytes = &bytes[start..];
            }
            let Some((&byte, rest)) = bytes.split_first() else {
                return false;
            };
            if !self.in_string {
                *bytes = rest;
                if self.scan_structure(byte) {
                    return true;
                }
            }
        }
    }

    /// The text of `errorDetail` and of `error` in the object that has just ended, empty where there is none. A text
    /// beyond 1 MiB is cut.
    pub(crate) fn values(&self) -> [&[u8]; NAMES.len()] {
        [&self.values[0], &self.values[1]]
    }

    /// Scans up to the end of a string, or of a part that ends with a special byte.
    fn scan_string(&mut self, bytes: &mut &[u8]) {
        let was_escaped = std::mem::take(&mut self.is_escaped);
        let special = if was_escaped {
            (!bytes.is_empty()).then_some(0)
        } else {
            memchr3(b'"', b'\\', b'\n', bytes)
        };
        let (part, rest) = bytes.split_at(special.map_or(bytes.len(), |at| at + 1));
        *bytes = rest;
        self.keep(part);
        match part.last() {
            None => self.is_escaped = was_escaped,
            _ if was_escaped || special.is_none() => {}
            Some(b'\\') => self.is_escaped = true,
            Some(b'"') => (self.in_string, self.in_key) = (false, false),
            Some(_) => *self = Self::default(),
        }
    }

    /// Scans a byte outside of strings. Returns whether it ends a top-level object.
    fn scan_structure(&mut self, byte: u8) -> bool {
        match byte {
            b'{' | b'[' if self.depth == 0 => self.begin(byte == b'{'),
            b',' if self.depth == 1 => (self.member, self.expects_key) = (None, self.is_object),
            b':' if self.depth == 1 && self.expects_key => self.begin_value(),
            b'}' | b']' if self.depth == 1 => {
                (self.depth, self.member) = (0, None);
                return self.is_object;
            }
            b'"' => {
                self.in_string = true;
                self.in_key = self.depth == 1 && self.expects_key;
                if self.in_key {
                    self.key.clear();
                }
                self.keep(b"\"");
            }
            _ => {
                self.depth += usize::from(matches!(byte, b'{' | b'['));
                self.depth -= usize::from(matches!(byte, b'}' | b']'));
                self.keep(&[byte]);
            }
        }
        false
    }

    fn begin(&mut self, is_object: bool) {
        self.depth = 1;
        (self.is_object, self.expects_key) = (is_object, is_object);
        self.member = None;
        self.values.iter_mut().for_each(Vec::clear);
    }

    /// Of two members with the same name the later one counts, as in jq.
    fn begin_value(&mut self) {
        self.expects_key = false;
        let key = serde_json::from_slice::<String>(&self.key).unwrap_or_default();
        self.member = NAMES.iter().position(|name| *name == key);
        if let Some(member) = self.member {
            self.values[member].clear();
        }
    }

    fn keep(&mut self, part: &[u8]) {
        let (kept, limit) = match self.member {
            _ if self.in_key => (&mut self.key, KEY_LIMIT),
            Some(member) => (&mut self.values[member], VALUE_LIMIT),
            None => return,
        };
        let room = limit.saturating_sub(kept.len());
        kept.extend_from_slice(&part[..part.len().min(room)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The members of each top-level object in a text that arrives in parts of this size.
    fn members(text: &str, size: usize) -> Vec<[String; 2]> {
        let mut scanner = MemberScanner::default();
        let mut found = Vec::new();
        for mut part in text.as_bytes().chunks(size) {
            while scanner.advance(&mut part) {
                let text = |value: &[u8]| String::from_utf8_lossy(value).trim().to_owned();
                found.push(scanner.values().map(text));
            }
        }
        found
    }

    #[test]
    fn members_are_found_in_any_layout() {
        let cases: [(&str, &[[&str; 2]]); 12] = [
            ("", &[]),
            ("{}", &[["", ""]]),
            (r#"{"a":1}{"error":"x"}"#, &[["", ""], ["", r#""x""#]]),
            ("{\n  \"error\" : \"x\",\n  \"b\": 2\n}\n", &[["", "\"x\""]]),
            (
                "\u{1e}{\"errorDetail\":{\"a\":[1,{\"error\":2}]}}\n\u{1e}1",
                &[[r#"{"a":[1,{"error":2}]}"#, ""]],
            ),
            (r#"{"\u0065rror":"x\"}"}"#, &[["", r#""x\"}""#]]),
            (r#"{"error":1,"error":2}"#, &[["", "2"]]),
            (r#"[{"error":1}] {"a":{"error":1}}"#, &[["", ""]]),
            (r#"{"a":["error","x"],"b":"error"}"#, &[["", ""]]),
            (r#""{\"error\":1}" 1 null {"error":true}"#, &[["", "true"]]),
            ("text \"of no json\n{\"error\":1}", &[["", "1"]]),
            (r#"{"error":"#, &[]),
        ];
        for (text, expected) in cases {
            for size in [1, 2, 3, 5, 1000] {
                assert_eq!(members(text, size), expected, "{text} {size}");
            }
        }
    }

    #[test]
    fn memory_is_bounded() {
        let long = "x".repeat(3 * VALUE_LIMIT);
        let text = format!("{{\"{long}\":1,\"a\":\"{long}\",\"error\":\"{long}\"}}");
        let mut scanner = MemberScanner::default();
        assert!(scanner.advance(&mut text.as_bytes()));
        assert_eq!(scanner.values()[1].len(), VALUE_LIMIT);
        assert!(scanner.key.capacity() <= 2 * KEY_LIMIT);
    }
}
