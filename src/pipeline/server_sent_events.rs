//! Server-sent events as JSON lines for a filter, by the rules of the WHATWG (HTML standard §9.2.6).

use std::io::{self, Cursor, Read};

use super::logs::check_line;
use dq_json::value::Value;

/// Bytes read at once.
const CHUNK: usize = 16 * 1024;

/// A body of the type `text/event-stream` as JSON text: an object `{event, id, data}` for each event.
///
/// `event` is `"message"` where the server names none, `id` is the last one that the server has sent, or null, and
/// `data` is a value if it is JSON, and else a string. Comments and `retry` make no event, nor does an event that the
/// end of the body cuts.
pub struct ServerSentEvents<R> {
    body: R,
    /// The unfinished line.
    line: Vec<u8>,
    /// The last byte ended a line and was a carriage return: a line feed behind it belongs to it.
    after_return: bool,
    /// Nothing but perhaps a part of a byte order mark has been read.
    is_at_start: bool,
    event: Event,
    /// JSON text that has not been read yet.
    ready: Cursor<Vec<u8>>,
}

/// The event whose lines are being read.
#[derive(Default)]
struct Event {
    name: String,
    /// The last one that was sent; it stays for the events that follow.
    id: Option<String>,
    /// The lines of data, joined by line feeds; `None` without any.
    data: Option<String>,
}

impl<R: Read> ServerSentEvents<R> {
    /// Reads the events of a body.
    pub fn new(body: R) -> Self {
        Self {
            body,
            line: Vec::new(),
            after_return: false,
            is_at_start: true,
            event: Event::default(),
            ready: Cursor::default(),
        }
    }

    /// Converts the events that these bytes finish.
    fn scan(&mut self, bytes: &[u8]) {
        let mut text = String::new();
        for byte in bytes {
            let belongs_to_return = std::mem::take(&mut self.after_return) && *byte == b'\n';
            match byte {
                b'\n' if belongs_to_return => {}
                b'\n' | b'\r' => {
                    self.after_return = *byte == b'\r';
                    self.end_line(&mut text);
                }
                byte => self.line.push(*byte),
            }
        }
        self.ready = Cursor::new(text.into_bytes());
    }

    fn end_line(&mut self, text: &mut String) {
        let text_of_line = String::from_utf8_lossy(&self.line);
        let mark = if std::mem::take(&mut self.is_at_start) {
            "\u{feff}"
        } else {
            ""
        };
        let line = text_of_line.strip_prefix(mark).unwrap_or(&text_of_line);
        if line.is_empty() {
            self.event.dispatch(text);
        } else {
            self.event.add(line);
        }
        self.line.clear();
    }
}

impl Event {
    /// Takes a line that is not empty: a field, or a comment, whose name is empty.
    fn add(&mut self, line: &str) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => value.clone_into(&mut self.name),
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                data => *data = Some(value.to_owned()),
            },
            _ => {}
        }
    }

    /// Writes the event as a line of JSON, if it has data.
    fn dispatch(&mut self, text: &mut String) {
        let name = std::mem::take(&mut self.name);
        let Some(data) = self.data.take() else { return };
        let name = if name.is_empty() { "message" } else { &name };
        text.push_str("{\"event\":");
        text.push_str(&json(name));
        text.push_str(",\"id\":");
        text.push_str(&self.id.as_deref().map_or("null".to_owned(), json));
        text.push_str(",\"data\":");
        // JSON is copied, so that numbers keep their digits.
        match serde_json::from_str::<serde::de::IgnoredAny>(&data) {
            Ok(_) => text.push_str(&data),
            Err(_) => text.push_str(&json(&data)),
        }
        text.push_str("}\n");
    }
}

fn json(text: &str) -> String {
    Value::str(text).to_json()
}

impl<R: Read> Read for ServerSentEvents<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let bytes = self.ready.read(buffer)?;
            if bytes > 0 || buffer.is_empty() {
                return Ok(bytes);
            }
            let mut chunk = [0; CHUNK];
            let bytes = self.body.read(&mut chunk)?;
            if bytes == 0 {
                return Ok(0);
            }
            self.scan(&chunk[..bytes]);
            let data = self.event.data.as_deref().map_or(0, str::len);
            check_line(self.line.len() + data)?;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The events of a body that arrives whole, and byte by byte.
    fn events(body: &[u8]) -> String {
        let mut whole = String::new();
        let mut reader = ServerSentEvents::new(body);
        reader.read_to_string(&mut whole).unwrap();
        let mut slow = ServerSentEvents::new(io::empty());
        let mut pieces = String::new();
        for byte in body {
            slow.scan(&[*byte]);
            slow.read_to_string(&mut pieces).unwrap();
        }
        assert_eq!(whole, pieces, "{:?}", String::from_utf8_lossy(body));
        whole
    }

    #[test]
    fn events_are_objects() {
        let cases = [
            ("", ""),
            (
                "data: {\"a\": 1}\n\n",
                r#"{"event":"message","id":null,"data":{"a": 1}}"#,
            ),
            (
                "event: add\nid: 7\ndata: hello\n\n",
                r#"{"event":"add","id":"7","data":"hello"}"#,
            ),
            (
                "data:x\r\n\r\n",
                r#"{"event":"message","id":null,"data":"x"}"#,
            ),
            (
                "data:  x\r\r",
                r#"{"event":"message","id":null,"data":" x"}"#,
            ),
            // The examples of the standard.
            (
                "data: YHOO\ndata: +2\ndata: 10\n\n",
                r#"{"event":"message","id":null,"data":"YHOO\n+2\n10"}"#,
            ),
            (
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n",
                "{\"event\":\"message\",\"id\":\"1\",\"data\":\"first event\"}\n{\"event\":\"message\",\"id\":\"\",\"data\":\"second event\"}",
            ),
            (
                "data\n\ndata\ndata\n\ndata:",
                "{\"event\":\"message\",\"id\":null,\"data\":\"\"}\n{\"event\":\"message\",\"id\":null,\"data\":\"\\n\"}",
            ),
            (
                "data:test\n\ndata: test\n\n",
                "{\"event\":\"message\",\"id\":null,\"data\":\"test\"}\n{\"event\":\"message\",\"id\":null,\"data\":\"test\"}",
            ),
            ("event: none\nretry: 10\n\n: x\n\n", ""),
            (
                "event: a\n\ndata: 1\n\n",
                r#"{"event":"message","id":null,"data":1}"#,
            ),
            (
                "id: 1\ndata: 1.00\n\ndata: 12345678901234567890\n\n",
                "{\"event\":\"message\",\"id\":\"1\",\"data\":1.00}\n{\"event\":\"message\",\"id\":\"1\",\"data\":12345678901234567890}",
            ),
            (
                "id: a\0b\ndata: [DONE]\n\n",
                r#"{"event":"message","id":null,"data":"[DONE]"}"#,
            ),
            (
                "data: {\ndata: \"a\": [1]\ndata: }\n\n",
                "{\"event\":\"message\",\"id\":null,\"data\":{\n\"a\": [1]\n}}",
            ),
            (
                "\u{feff}data: a\n\ndata: cut\n",
                r#"{"event":"message","id":null,"data":"a"}"#,
            ),
            (
                "Data: x\n data: x\nfoo: x\ndata: y\n\n",
                r#"{"event":"message","id":null,"data":"y"}"#,
            ),
        ];
        for (body, expected) in cases {
            assert_eq!(events(body.as_bytes()).trim_end(), expected, "{body:?}");
        }
        let invalid = events(b"data: \xff\n\n");
        assert_eq!(
            invalid,
            "{\"event\":\"message\",\"id\":null,\"data\":\"\u{fffd}\"}\n"
        );
    }
}
