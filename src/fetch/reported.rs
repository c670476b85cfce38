//! Errors that a server reports inside a stream whose status was 200, as Docker's pull, push, build and load do.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use memchr::memmem;
use serde_json::{Deserializer, Value};

use super::body::Body;
use super::error::Error;
use dq_text::one_line;

/// Longer lines are not looked into, in bytes; Docker's own are a few hundred.
const LINE_LIMIT: usize = 1 << 20;

/// What was found so far; the first report counts.
#[derive(Clone, Default)]
pub struct Report(Arc<Mutex<Option<String>>>);

impl Report {
    /// The error that the stream reported, if it did.
    pub fn error(&self) -> Option<Error> {
        let found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        found.clone().map(|message| Error::Reported { message })
    }

    fn set(&self, message: String) {
        let mut found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        found.get_or_insert(message);
    }
}

/// A body that is looked through for `errorDetail` while it passes.
pub struct Listening {
    body: Body,
    /// Podman's own API reports with `error` alone.
    of_libpod: bool,
    report: Report,
    line: Vec<u8>,
}

impl Listening {
    pub fn new(body: Body, of_libpod: bool) -> (Self, Report) {
        let report = Report::default();
        let line = Vec::new();
        (
            Self {
                body,
                of_libpod,
                report: report.clone(),
                line,
            },
            report,
        )
    }

    fn hear(&mut self, mut bytes: &[u8]) {
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            let (line, rest) = bytes.split_at(end + 1);
            self.keep(line);
            self.look();
            bytes = rest;
        }
        self.keep(bytes);
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.line.len() + bytes.len() <= LINE_LIMIT {
            self.line.extend_from_slice(bytes);
        }
    }

    /// Looks into a line that is complete.
    fn look(&mut self) {
        let key: &[u8] = if self.of_libpod {
            b"\"error\""
        } else {
            b"\"errorDetail\""
        };
        if memmem::find(&self.line, key).is_some() {
            Deserializer::from_slice(&self.line)
                .into_iter::<Value>()
                .map_while(Result::ok)
                .filter_map(|value| {
                    if self.of_libpod {
                        value.get("error")?.as_str().map(one_line)
                    } else {
                        detail(&value)
                    }
                })
                .for_each(|message| self.report.set(message));
        }
        self.line.clear();
    }
}

/// `{"errorDetail": {"message": "…"}, "error": "…"}`; the second has been deprecated since API 1.48.
fn detail(value: &Value) -> Option<String> {
    let detail = value.get("errorDetail")?.as_object()?;
    let message = detail
        .get("message")
        .or_else(|| value.get("error"))
        .and_then(Value::as_str)
        .unwrap_or_default()
        .trim();
    Some(match message {
        "" => "the server reports an error without a message".to_owned(),
        message => one_line(message),
    })
}

impl Read for Listening {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let amount = self.body.read(buffer)?;
        match amount {
            0 => self.look(),
            amount => self.hear(&buffer[..amount]),
        }
        Ok(amount)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn reported(body: &str, of_libpod: bool) -> Option<String> {
        let bytes = Box::new(io::Cursor::new(body.to_owned()));
        let (mut listening, report) = Listening::new(bytes, of_libpod);
        let mut passed = Vec::new();
        // Small pieces, so that lines come in parts.
        let mut piece = [0; 7];
        loop {
            match listening.read(&mut piece).unwrap() {
                0 => break,
                amount => passed.extend_from_slice(&piece[..amount]),
            }
        }
        assert_eq!(passed, body.as_bytes());
        report.error().map(|error| error.to_string())
    }

    #[test]
    fn reports_are_found() {
        let cases = [
            ("{\"status\":\"x\"}\r\n", None),
            (
                "{\"status\":\"x\"}\r\n{\"errorDetail\":{\"message\":\"no such image\"},\"error\":\"e\"}\r\n",
                Some("no such image"),
            ),
            ("{\"errorDetail\":{\"message\":\"last\"}}", Some("last")),
            (
                "{\"a\":1}{\"errorDetail\":{\"message\":\"one\"}}\n{\"errorDetail\":{\"message\":\"two\"}}\n",
                Some("one"),
            ),
            (
                "{\"errorDetail\":{\"code\":1},\"error\":\"old\"}\n",
                Some("old"),
            ),
            (
                "{\"errorDetail\":{}}\n",
                Some("the server reports an error without a message"),
            ),
            ("{\"stream\":\"\\\"errorDetail\\\"\"}\n", None),
            ("{\"a\":{\"errorDetail\":{\"message\":\"x\"}}}\n", None),
            ("{\"errorDetail\":null}\n", None),
            ("{\"errorDetail\":{\"message\":\"cut\"", None),
            (
                "{\"errorDetail\":{\"message\":\"a\\u001b[31mb\"}}\n",
                Some("a\\x1b[31mb"),
            ),
        ];
        for (body, expected) in cases {
            assert_eq!(reported(body, false).as_deref(), expected, "{body}");
        }
        let libpod = "{\"stream\":\"x\"}\n{\"error\":\"no\\tway\"}\n";
        assert_eq!(reported(libpod, true).as_deref(), Some("no\\tway"));
        assert_eq!(reported(libpod, false), None);
    }

    #[test]
    fn long_lines_pass() {
        let long = format!("{{\"a\":\"{}\"}}\n", "x".repeat(2 << 20));
        let body = format!("{long}{{\"errorDetail\":{{\"message\":\"m\"}}}}\n");
        assert_eq!(reported(&body, false).as_deref(), Some("m"));
    }
}
