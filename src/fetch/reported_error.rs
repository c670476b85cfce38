//! Errors that a server reports within a stream whose status was 200, as Docker does for pull, push, build and load.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use memchr::memmem;
use serde_json::{Deserializer, Value};

use super::body::Body;
use super::error::Error;
use dq_text::one_line;

/// The length, in bytes, above which a line is not scanned. Docker's lines have a few hundred bytes.
const LINE_LIMIT: usize = 1 << 20;

/// The error that the server reported in a body, known as far as the body has been read. The first one counts.
#[derive(Clone, Default)]
pub struct ReportedError(Arc<Mutex<Option<String>>>);

impl ReportedError {
    /// The error, if one was reported.
    pub fn get(&self) -> Option<Error> {
        let found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        found.clone().map(|message| Error::Reported { message })
    }

    fn set(&self, message: String) {
        let mut found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        found.get_or_insert(message);
    }
}

/// Scans a body for `errorDetail` while it is read.
pub(crate) struct ErrorScanner {
    body: Body,
    /// The body is a progress stream, in which `error` alone is a failure too. Elsewhere it is a field as any other.
    is_progress: bool,
    reported: ReportedError,
    /// The current line as far as it has been read.
    line: Vec<u8>,
}

impl ErrorScanner {
    /// The scanner, and where the error will be found.
    pub(crate) fn new(body: Body, is_progress: bool) -> (Self, ReportedError) {
        let reported = ReportedError::default();
        let scanner = Self {
            body,
            is_progress,
            reported: reported.clone(),
            line: Vec::new(),
        };
        (scanner, reported)
    }

    fn scan(&mut self, mut bytes: &[u8]) {
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            let (line, rest) = bytes.split_at(end + 1);
            self.append(line);
            self.scan_line();
            bytes = rest;
        }
        self.append(bytes);
    }

    fn append(&mut self, bytes: &[u8]) {
        if self.line.len() + bytes.len() <= LINE_LIMIT {
            self.line.extend_from_slice(bytes);
        }
    }

    /// Scans a complete line.
    fn scan_line(&mut self) {
        let key: &[u8] = if self.is_progress {
            b"\"error"
        } else {
            b"\"errorDetail\""
        };
        if memmem::find(&self.line, key).is_some() {
            Deserializer::from_slice(&self.line)
                .into_iter::<Value>()
                .map_while(Result::ok)
                .filter_map(|value| {
                    let bare = || value.get("error").filter(|_| self.is_progress);
                    detail(&value).or_else(|| Some(one_line(bare()?.as_str()?.trim())))
                })
                .filter(|message| !message.is_empty())
                .for_each(|message| self.reported.set(message));
        }
        self.line.clear();
    }
}

/// Whether a POST to this target is answered with a progress stream: pull, push, load and build of images, pull, push
/// and upgrade of plugins, and everything of Podman's own API (libpod).
pub(crate) fn is_progress(target: &str) -> bool {
    let path = target.split('?').next().unwrap_or_default();
    let is_under = |folder: &str| path.contains(folder);
    let ends = |ends: &[&str]| ends.iter().any(|end| path.ends_with(end));
    is_under("/libpod/")
        || ends(&["/build", "/images/create", "/images/load", "/plugins/pull"])
        || (is_under("/images/") && ends(&["/push"]))
        || (is_under("/plugins/") && ends(&["/push", "/upgrade"]))
}

/// The message of `{"errorDetail": {"message": "…"}, "error": "…"}`. `error` is deprecated since API 1.48.
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

impl Read for ErrorScanner {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let amount = self.body.read(buffer)?;
        match amount {
            0 => self.scan_line(),
            amount => self.scan(&buffer[..amount]),
        }
        Ok(amount)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn reported(body: &str, is_progress: bool) -> Option<String> {
        let bytes = Box::new(io::Cursor::new(body.to_owned()));
        let (mut scanner, reported) = ErrorScanner::new(bytes, is_progress);
        let mut read = Vec::new();
        // Short reads, so that lines are split.
        let mut piece = [0; 7];
        loop {
            match scanner.read(&mut piece).unwrap() {
                0 => break,
                amount => read.extend_from_slice(&piece[..amount]),
            }
        }
        assert_eq!(read, body.as_bytes());
        reported.get().map(|error| error.to_string())
    }

    #[test]
    fn reported_errors_are_found() {
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
        let progress = "{\"stream\":\"x\"}\n{\"error\":\"no\\tway\"}\n";
        assert_eq!(reported(progress, true).as_deref(), Some("no\\tway"));
        assert_eq!(reported(progress, false), None);
    }

    #[test]
    fn progress_streams() {
        let progress = [
            "/v1.44/images/create?fromImage=x",
            "/build",
            "/images/a/b/push",
            "/plugins/x/upgrade",
            "/v5/libpod/images/pull",
        ];
        for target in progress {
            assert!(is_progress(target), "{target}");
        }
        for target in [
            "/containers/x/wait",
            "/images/x/tag?repo=/push",
            "/1.0/push",
        ] {
            assert!(!is_progress(target), "{target}");
        }
        let both = "{\"error\":\"old\",\"errorDetail\":{\"message\":\"new\"}}";
        assert_eq!(reported(both, true).as_deref(), Some("new"));
        assert_eq!(reported("{\"error\":\"\"}", true), None);
    }

    #[test]
    fn long_lines_are_not_scanned() {
        let long = format!("{{\"a\":\"{}\"}}\n", "x".repeat(2 << 20));
        let body = format!("{long}{{\"errorDetail\":{{\"message\":\"m\"}}}}\n");
        assert_eq!(reported(&body, false).as_deref(), Some("m"));
    }
}
