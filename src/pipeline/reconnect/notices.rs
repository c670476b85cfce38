//! What stderr says of a loss and of its end, in the same words each time.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use crate::pipeline::progress::Progress;
use dq_text::{one_line, sanitize};

/// Tells of losses, from any thread.
pub struct Notices {
    /// Which of several streams it is, with a colon; empty for a single one.
    name: String,
    /// The same, but empty where that is the host.
    label: String,
    host: String,
    progress: Option<Arc<Progress>>,
}

impl Notices {
    /// The notices about a host; `label` is that of one of several streams.
    pub fn new(label: &str, host: String, progress: Option<Arc<Progress>>) -> Self {
        let name = match label {
            "" => String::new(),
            label => format!("{label}: "),
        };
        Self {
            label: if label == host {
                String::new()
            } else {
                name.clone()
            },
            name,
            host,
            progress,
        }
    }

    /// The host in messages.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The connection is gone.
    pub fn lost(&self) {
        let text = format!("lost the connection to {}; waiting for it", self.host);
        self.print(&self.label, &text);
    }

    /// It is back after this time.
    pub fn connected(&self, after: Duration) {
        let text = format!("connected again after {} s", after.as_secs());
        self.print(&self.name, &text);
    }

    fn print(&self, label: &str, text: &str) {
        let line = format!("dq: fetch: {}{}\n", one_line(label), sanitize(text));
        // A failure to write to stderr cannot be reported anywhere.
        let write = || drop(io::stderr().write_all(line.as_bytes()));
        match &self.progress {
            Some(progress) => progress.suspended(write),
            None => write(),
        }
    }
}
