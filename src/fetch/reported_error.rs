//! Errors that a server reports within a stream whose status was 200, as Docker does for pull, push, build and load.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::body::Body;
use super::error::Error;
use super::member_scanner::MemberScanner;
use dq_text::one_line;

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
    members: MemberScanner,
}

impl ErrorScanner {
    /// The scanner, and where the error will be found.
    pub(crate) fn new(body: Body, is_progress: bool) -> (Self, ReportedError) {
        let reported = ReportedError::default();
        let scanner = Self {
            body,
            is_progress,
            reported: reported.clone(),
            members: MemberScanner::default(),
        };
        (scanner, reported)
    }

    fn scan(&mut self, mut bytes: &[u8]) {
        while self.members.advance(&mut bytes) {
            let [detail, bare] = self.members.values();
            let message = reported(detail, bare)
                .or_else(|| Some(one_line(string(bare)?.trim())).filter(|_| self.is_progress));
            if let Some(message) = message.filter(|message| !message.is_empty()) {
                self.reported.set(message);
            }
        }
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

/// The message of `{"errorDetail": {"message": "…"}, "error": "…"}`, by the text of both. `error` is deprecated since API
/// 1.48.
fn reported(detail: &[u8], bare: &[u8]) -> Option<String> {
    let detail = match serde_json::from_slice::<Value>(detail) {
        Ok(detail) => detail.as_object()?.get("message").cloned(),
        // An object that is too long to be kept whole.
        Err(_) if detail.trim_ascii_start().starts_with(b"{") => None,
        Err(_) => return None,
    };
    let message = match detail {
        Some(message) => message.as_str().map(str::to_owned),
        None => string(bare),
    };
    Some(match message.unwrap_or_default().trim() {
        "" => "the server reports an error without a message".to_owned(),
        message => one_line(message),
    })
}

/// The string of this text, if it is one.
fn string(text: &[u8]) -> Option<String> {
    serde_json::from_slice(text).ok()
}

impl Read for ErrorScanner {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let amount = self.body.read(buffer)?;
        self.scan(&buffer[..amount]);
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
    fn errors_are_found_in_every_layout() {
        let detail = r#"{"errorDetail":{"message":"m"}}"#;
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(2 << 20));
        let layouts = [
            "{\n  \"errorDetail\": {\n    \"message\": \"m\"\n  }\n}\n".to_owned(),
            detail.replace("errorDetail", "error\\u0044etail"),
            format!("\u{1e}{{}}\n\u{1e}{detail}\n"),
            format!("{}{detail}", "{\"status\":\"x\"}".repeat(5000)),
            format!("{long}{detail}"),
            format!("{},{}", long.trim_end_matches('}'), &detail[1..]),
        ];
        for body in layouts {
            let start: String = body.chars().take(80).collect();
            assert_eq!(reported(&body, false).as_deref(), Some("m"), "{start}");
        }
    }

    #[test]
    fn a_message_that_is_too_long_to_keep_is_an_error() {
        let body = format!(
            "{{\"errorDetail\":{{\"message\":\"{}\"}}}}",
            "x".repeat(2 << 20)
        );
        let message = "the server reports an error without a message";
        assert_eq!(reported(&body, false).as_deref(), Some(message));
    }
}
