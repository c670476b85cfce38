//! The limit of `-m` on what is read before anything is requested: `-f`, `-F key=@FILE`, `-H @FILE`, `--rawfile` and
//! `--slurpfile` may name a pipe without a writer, or a file without an end.

use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::error::Error;

/// Whether the files have been read.
static IS_OVER: AtomicBool = AtomicBool::new(false);

/// Starts the limit, if there is one. Unless [`end`] is called before it is reached, the process ends then as after any
/// other request that has timed out; `fail` reports the error and returns the exit code.
pub fn start(limit: Option<Duration>, fail: fn(&Error) -> u8) {
    if let Some(limit) = limit {
        // Without the thread there is no limit on these files; the one on the request holds all the same.
        let _ = thread::Builder::new().spawn(move || {
            thread::sleep(limit);
            if !IS_OVER.load(Ordering::Relaxed) {
                let doing = "reading the files of the command line".to_owned();
                exit(fail(&dq_fetch::Error::Timeout { doing }.into()).into());
            }
        });
    }
}

/// Ends the limit.
pub fn end() {
    IS_OVER.store(true, Ordering::Relaxed);
}
