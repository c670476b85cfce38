//! The processes of ssh: none outlives dq, and none is left unreaped.

use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::signals;

/// Those that run, or were not yet waited for. Dropping is not enough: `exit` drops nothing.
static CHILDREN: Mutex<Vec<Child>> = Mutex::new(Vec::new());

/// Held by the thread that ends the process.
static ENDING: Mutex<()> = Mutex::new(());

/// How long a process whose output has ended may take to end itself.
const GRACE: Duration = Duration::from_secs(2);
/// The pause between two looks at it.
const PAUSE: Duration = Duration::from_millis(5);

fn children() -> MutexGuard<'static, Vec<Child>> {
    CHILDREN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Stands for one process, which ends with it.
pub struct Handle(u32);

impl Handle {
    /// To be called before the first of them starts.
    pub fn prepare() {
        signals::watch(end_all_at_once);
    }

    /// Starts one. A signal that comes meanwhile waits until it is known that there is one to end.
    ///
    /// # Errors
    /// As the system refuses.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let mut children = children();
        let child = command.spawn()?;
        let handle = Self(child.id());
        children.push(child);
        Ok(handle)
    }

    /// How it ended, where it does so before long.
    pub fn ended(&self) -> Option<ExitStatus> {
        let end = Instant::now() + GRACE;
        loop {
            let status = self.status();
            if status.is_some() || Instant::now() > end {
                return status;
            }
            thread::sleep(PAUSE);
        }
    }

    fn status(&self) -> Option<ExitStatus> {
        let mut children = children();
        let child = children.iter_mut().find(|child| child.id() == self.0)?;
        child.try_wait().ok().flatten()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let mut children = children();
        let place = children.iter().position(|child| child.id() == self.0);
        if let Some(child) = place.map(|place| children.swap_remove(place)) {
            end(child);
        }
    }
}

/// Ends them all: to be called once what is asked for is done, before anything is reported and the
/// process exits. Of several threads the first goes on, the others stop here for good: what they
/// would report is only that their connection has gone.
pub fn end_all() {
    std::mem::forget(ENDING.lock());
    children().drain(..).for_each(end);
}

/// The same on a signal, which has to take its effect in any case.
fn end_all_at_once() {
    std::mem::forget(ENDING.try_lock());
    let mut children = children();
    children.drain(..).for_each(end);
    // No other starts until the signal has ended the process.
    std::mem::forget(children);
}

/// One that has ended already cannot be killed, and its status is there at once.
fn end(mut child: Child) {
    let _ = child.kill();
    let _ = child.wait();
}
