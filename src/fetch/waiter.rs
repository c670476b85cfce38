//! Waiting for the server while something else is watched as well, which only the caller knows.

use std::fmt;
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::time::Duration;

type Waits = dyn Fn(BorrowedFd<'_>, Option<Duration>) -> io::Result<bool> + Send + Sync;

/// Who waits for the bytes of a response. Without anybody, reading them is the waiting.
#[derive(Clone, Default)]
pub struct Waiter(Option<Arc<Waits>>);

impl Waiter {
    /// `waits` returns `true` when the socket has something to read, its end included; fails with `TimedOut`
    /// after the given time; and returns `false` at once where it does not want to wait.
    pub fn new(
        waits: impl Fn(BorrowedFd<'_>, Option<Duration>) -> io::Result<bool> + Send + Sync + 'static,
    ) -> Self {
        Self(Some(Arc::new(waits)))
    }

    /// Whether there was a wait, and reading will not block.
    pub(super) fn wait(&self, socket: BorrowedFd<'_>, limit: Option<Duration>) -> io::Result<bool> {
        match &self.0 {
            Some(waits) => waits(socket, limit),
            None => Ok(false),
        }
    }
}

impl fmt::Debug for Waiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Waiter").field(&self.0.is_some()).finish()
    }
}
