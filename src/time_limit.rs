//! The limit of `-m` on what is read before anything is requested: `-f`, `-F key=@FILE`, `-H @FILE`, `--rawfile` and
//! `--slurpfile` may name a pipe without a writer, or a file without an end.

use std::process::exit;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::error::Error;

/// A limit that holds until it is dropped.
pub struct TimeLimit {
    _running: Option<Sender<()>>,
}

impl TimeLimit {
    /// Starts a limit, if there is one. When it is reached, the process ends as any other request that has timed out;
    /// `fail` reports the error and returns the exit code.
    pub fn start(limit: Option<Duration>, fail: fn(&Error) -> u8) -> Self {
        let running = limit.and_then(|limit| {
            let (running, end) = channel::<()>();
            let watch = move || {
                if end.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                    let doing = "reading the files of the command line".to_owned();
                    exit(fail(&dq_fetch::Error::Timeout { doing }.into()).into());
                }
            };
            let thread = thread::Builder::new().name("time limit".into());
            // Without the thread there is no limit on these files; the one on the request holds all the same.
            thread.spawn(watch).ok().map(|_| running)
        });
        Self { _running: running }
    }
}
