//! The ssh child processes: each is killed and reaped before dq exits.

use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::child_stderr::{self, ChildStderr};
use crate::termination::before_termination;

/// Children that are running or not yet reaped. A `Drop` alone is not enough, because `exit` runs no destructors.
static CHILDREN: Mutex<Vec<Child>> = Mutex::new(Vec::new());

/// Locked by the thread that ends the process, and never unlocked.
static EXITING: Mutex<()> = Mutex::new(());

/// How long [`ChildHandle::wait_briefly`] waits for a child that has closed its output.
const GRACE: Duration = Duration::from_secs(2);
/// The pause between two polls of a child's status.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

fn children() -> MutexGuard<'static, Vec<Child>> {
    CHILDREN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Owns one child process by its process id; dropping the handle kills and reaps the child.
pub(crate) struct ChildHandle {
    id: u32,
    messages: ChildStderr,
}

impl ChildHandle {
    /// Installs the signal handlers. Call it before the first child is started.
    pub(crate) fn install_signal_handlers() {
        static INSTALLED: Once = Once::new();
        INSTALLED.call_once(|| before_termination(terminate_on_signal));
    }

    /// Starts a child. The list stays locked meanwhile, so a signal handler cannot miss the new child.
    ///
    /// # Errors
    /// The error of [`Command::spawn`].
    pub(crate) fn start(command: &mut Command) -> io::Result<Self> {
        let mut children = children();
        let mut child = child_stderr::prepare(command).spawn()?;
        let messages = ChildStderr::of(&mut child);
        let id = child.id();
        children.push(child);
        Ok(Self { id, messages })
    }

    /// The child's exit status, once its messages are shown; `None` if it still runs after [`GRACE`].
    pub(crate) fn wait_briefly(&self) -> Option<ExitStatus> {
        let deadline = Instant::now() + GRACE;
        loop {
            let status = self.status();
            if status.is_some() {
                self.messages.finish();
            }
            if status.is_some() || Instant::now() > deadline {
                return status;
            }
            thread::sleep(POLL_INTERVAL);
        }
    }

    fn status(&self) -> Option<ExitStatus> {
        let mut children = children();
        let child = children.iter_mut().find(|child| child.id() == self.id)?;
        child.try_wait().ok().flatten()
    }
}

impl Drop for ChildHandle {
    fn drop(&mut self) {
        let mut children = children();
        let index = children.iter().position(|child| child.id() == self.id);
        if let Some(child) = index.map(|index| children.swap_remove(index)) {
            kill_and_reap(child);
        }
    }
}

/// Kills and reaps the ssh child processes of all connections. Call it when the work is done, before anything is
/// reported and the process exits.
///
/// Only the first thread that calls this returns. Any other blocks until the process exits: the error it would report
/// is only that its connection was closed.
pub fn terminate_ssh_children() {
    std::mem::forget(EXITING.lock());
    children().drain(..).for_each(kill_and_reap);
}

/// The same in the signal thread, which must not block on [`EXITING`]: the signal has to take effect in any case.
fn terminate_on_signal() {
    std::mem::forget(EXITING.try_lock());
    let mut children = children();
    children.drain(..).for_each(kill_and_reap);
    // The list stays locked, so no child is started before the signal ends the process.
    std::mem::forget(children);
}

/// Errors are ignored: a child that has already exited cannot be killed, and its status is available at once.
fn kill_and_reap(mut child: Child) {
    let _ = child.kill();
    let _ = child.wait();
}
