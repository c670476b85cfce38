//! The JSON values of a stream: events and statistics.

use std::io::{self, Read};

use super::item::{Item, Items, hash};
use super::memory::Key;
use dq_fetch::{Body, Error};
use serde_json::Value;

/// Bytes read at once.
const CHUNK: usize = 16 << 10;

/// The longest value, in bytes. Events have a few hundred, samples a few thousand.
const LIMIT: usize = 64 << 20;

/// Splits a body into its values, which are objects.
pub struct Values {
    body: Body,
    /// What has been read and not been returned; its start is that of a value, or white space before one.
    buffer: Vec<u8>,
    splitter: Splitter,
    /// Whether the values have times by which they are recognised.
    is_timed: bool,
}

impl Values {
    /// The values of a body. `is_timed`: they are events.
    pub fn new(body: Body, is_timed: bool) -> Self {
        Self {
            body,
            buffer: Vec::new(),
            splitter: Splitter::default(),
            is_timed,
        }
    }
}

impl Items for Values {
    fn next(&mut self) -> io::Result<Option<Item>> {
        loop {
            if let Some(end) = self.splitter.end_of_value(&self.buffer) {
                let rest = self.buffer.split_off(end);
                let mut bytes = std::mem::replace(&mut self.buffer, rest);
                self.splitter = Splitter::default();
                let key = self.is_timed.then(|| key(&bytes)).flatten();
                bytes.push(b'\n');
                return Ok(Some(Item { bytes, key }));
            }
            if self.buffer.len() > LIMIT {
                let problem = format!("a value of the stream is longer than {} MiB", LIMIT >> 20);
                return Err(io::Error::other(Error::Protocol { problem }));
            }
            let mut chunk = [0; CHUNK];
            match self.body.read(&mut chunk) {
                // The end of the body has cut a value: it comes again on the next connection.
                Ok(0) if self.splitter.depth > 0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(0) => return Ok(self.rest()),
                Ok(amount) => self.buffer.extend_from_slice(&chunk[..amount]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Values {
    /// What is behind the last value, if it is more than white space: the reader of the values reports it.
    fn rest(&mut self) -> Option<Item> {
        let bytes = std::mem::take(&mut self.buffer);
        self.splitter = Splitter::default();
        (!bytes.trim_ascii().is_empty()).then_some(Item { bytes, key: None })
    }
}

/// Finds the end of an object or an array without validating it.
#[derive(Default)]
struct Splitter {
    /// How far the buffer has been looked at.
    position: usize,
    depth: usize,
    is_in_string: bool,
    is_escaped: bool,
}

impl Splitter {
    /// The place behind the value with which the buffer begins, if it is complete.
    fn end_of_value(&mut self, buffer: &[u8]) -> Option<usize> {
        while let Some(byte) = buffer.get(self.position) {
            self.position += 1;
            if self.is_in_string {
                self.is_in_string = *byte != b'"' || self.is_escaped;
                self.is_escaped = *byte == b'\\' && !self.is_escaped;
                continue;
            }
            match byte {
                b'"' => self.is_in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(self.position);
                    }
                }
                _ => {}
            }
        }
        None
    }
}

/// The time of an event and its identity. Docker and Podman have `timeNano` and `time`, in seconds.
fn key(event: &[u8]) -> Option<Key> {
    // A sequence of values begins each with a record separator (RFC 7464).
    let start = event.iter().position(|byte| *byte == b'{')?;
    let event: Value = serde_json::from_slice(&event[start..]).ok()?;
    let seconds = || event["time"].as_u64()?.checked_mul(1_000_000_000);
    let time = event["timeNano"].as_u64().or_else(seconds)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let id = text(&event["Actor"]["ID"]);
    let identity = hash((text(&event["Type"]), text(&event["Action"]), id));
    Some((time, identity))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A body that comes in pieces of this length.
    struct Pieces(Vec<u8>, usize);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let amount = self.0.len().min(self.1);
            buffer[..amount].copy_from_slice(&self.0[..amount]);
            self.0.drain(..amount);
            Ok(amount)
        }
    }

    const TEXT: &str =
        "{\"a\":\"}\\\\\\\"{\"}\n\x1e{\"b\":[{},[]]}{\"timeNano\":7,\"Type\":\"x\"} \n";

    #[test]
    fn values_are_found_however_they_arrive() {
        for length in 1..TEXT.len() {
            let body = Box::new(Pieces(TEXT.into(), length));
            let mut values = Values::new(body, true);
            let texts: Vec<_> = std::iter::from_fn(|| values.next().unwrap())
                .map(|item| String::from_utf8(item.bytes).unwrap().trim().to_owned())
                .collect();
            let expected = [
                "{\"a\":\"}\\\\\\\"{\"}",
                "\x1e{\"b\":[{},[]]}",
                "{\"timeNano\":7,\"Type\":\"x\"}",
            ];
            assert_eq!(texts, expected, "{length}");
        }
    }

    #[test]
    fn what_is_no_object_behind_the_last_value_is_kept() {
        let mut values = Values::new(Box::new(&b"{}nul"[..]), false);
        assert_eq!(values.next().unwrap().unwrap().bytes, b"{}\n");
        assert_eq!(values.next().unwrap().unwrap().bytes, b"nul");
        assert!(values.next().unwrap().is_none());
    }

    #[test]
    fn a_value_that_the_end_cuts_is_a_loss_of_the_connection() {
        let mut values = Values::new(Box::new(&b"{}{\"cut"[..]), false);
        assert_eq!(values.next().unwrap().unwrap().bytes, b"{}\n");
        let error = values.next().err().unwrap();
        assert_eq!(dq_fetch::read_error(&error).exit_code(), 56);
    }

    #[test]
    fn a_value_without_an_end_is_an_error() {
        let mut values = Values::new(Box::new(io::repeat(b'[')), true);
        assert!(values.next().is_err());
    }

    #[test]
    fn events_are_identified() {
        let event = |text: &str| key(text.as_bytes());
        let full = r#"{"Type":"container","Action":"die","Actor":{"ID":"a"},"timeNano":12}"#;
        assert_eq!(event(full).unwrap().0, 12);
        assert_ne!(event(full), event(&full.replace("die", "kill")));
        assert_ne!(event(full), event(&full.replace("\"a\"", "\"b\"")));
        assert_eq!(event(full), event(&full.replace("{\"T", "{\"x\":1,\"T")));
        assert_eq!(event("\x1e{\"time\":3}").unwrap().0, 3_000_000_000);
        assert_eq!(event("{}"), None);
        assert_eq!(event("[1]"), None);
    }
}
