//! Notices that stdout has been closed while the server is silent: `dq /events | head -1`.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use dq_fetch::{Wait, WaitHook};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// Whether a closed stdout ends a wait for the server. Off until [`StdoutMonitor::start`].
#[derive(Clone, Default)]
pub struct StdoutMonitor(Arc<AtomicBool>);

impl StdoutMonitor {
    /// From now on a closed stdout ends a wait.
    pub fn start(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// A hook that waits for the server's bytes. Once started, it stops the response as soon as stdout is closed.
    pub fn wait_hook(&self) -> WaitHook {
        let is_started = self.0.clone();
        WaitHook::new(move |socket, limit| {
            if !is_started.load(Ordering::Relaxed) {
                Ok(Wait::Skipped)
            } else if is_closed_before(socket, limit)? {
                Ok(Wait::Stop)
            } else {
                Ok(Wait::Ready)
            }
        })
    }
}

impl StdoutMonitor {
    /// Waits; whether stdout was closed before the end of this time.
    pub fn is_closed_within(&self, time: Duration) -> bool {
        let stdout = io::stdout();
        let end = Instant::now() + time;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let mut fds = [PollFd::new(&stdout, PollFlags::empty())];
            match poll(&mut fds, Timespec::try_from(left).ok().as_ref()) {
                Err(Errno::INTR) => {}
                Ok(1..) => return true,
                _ => return false,
            }
        }
    }
}

/// Waits until the socket is readable or stdout is closed, and returns whether it is stdout. A pipe or socket whose
/// reader is gone polls as an error; a file never does.
fn is_closed_before(socket: BorrowedFd<'_>, limit: Option<Duration>) -> io::Result<bool> {
    let stdout = io::stdout();
    let stdout = stdout.as_fd();
    let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
    let mut fds = [
        PollFd::new(&socket, PollFlags::IN),
        PollFd::new(&stdout, PollFlags::empty()),
    ];
    loop {
        match poll(&mut fds, limit.as_ref()) {
            Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
            Ok(_) => return Ok(!fds[1].revents().is_empty()),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
