//! Notices that stdout has been closed while the server is silent (`dq /events | head -1`), and Ctrl-C where it ends the
//! input.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::interruption::Interruption;
use dq_fetch::{Wait, WaitHook};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// Whether a closed stdout ends a wait for the server. Off until [`StdoutMonitor::start`], unless there is something else
/// that ends it.
#[derive(Clone, Default)]
pub struct StdoutMonitor {
    is_started: Arc<AtomicBool>,
    interruption: Option<Interruption>,
}

impl StdoutMonitor {
    /// A monitor that is off, or whose waits the interruption ends as well.
    pub fn new(interruption: Option<Interruption>) -> Self {
        Self {
            is_started: Arc::default(),
            interruption,
        }
    }

    /// From now on a closed stdout ends a wait.
    pub fn start(&self) {
        self.is_started.store(true, Ordering::Relaxed);
    }

    /// A hook that waits for the server's bytes. Once started, it stops the response as soon as stdout is closed.
    pub fn wait_hook(&self) -> WaitHook {
        let this = self.clone();
        WaitHook::new(move |socket, limit| {
            if !this.is_started.load(Ordering::Relaxed) && this.interruption.is_none() {
                Ok(Wait::Skipped)
            } else if this.ends_before(socket, limit)? {
                Ok(Wait::Stop)
            } else {
                Ok(Wait::Ready)
            }
        })
    }

    /// Waits; whether stdout was closed before the end of this time.
    pub fn is_closed_within(&self, time: Duration) -> bool {
        let stdout = io::stdout();
        let end = Instant::now() + time;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let mut fds = self.polled(stdout.as_fd());
            match poll(&mut fds, Timespec::try_from(left).ok().as_ref()) {
                Err(Errno::INTR) => {}
                Ok(1..) => return true,
                _ => return false,
            }
        }
    }

    /// Waits until the socket is readable or stdout is closed, and returns whether it is stdout.
    fn ends_before(&self, socket: BorrowedFd<'_>, limit: Option<Duration>) -> io::Result<bool> {
        let stdout = io::stdout();
        let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
        let mut fds = self.polled(stdout.as_fd());
        fds.push(PollFd::from_borrowed_fd(socket, PollFlags::IN));
        let ends = fds.len() - 1;
        loop {
            match poll(&mut fds, limit.as_ref()) {
                Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
                Ok(_) => return Ok(fds[..ends].iter().any(|it| !it.revents().is_empty())),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// What ends a wait. A pipe or socket whose reader is gone polls as an error; a file never does.
    fn polled<'f>(&'f self, stdout: BorrowedFd<'f>) -> Vec<PollFd<'f>> {
        let mut fds = vec![PollFd::from_borrowed_fd(stdout, PollFlags::empty())];
        let interruption = self.interruption.as_ref();
        fds.extend(interruption.map(|it| PollFd::new(it.pipe(), PollFlags::IN)));
        fds
    }
}
