//! Ends the run where no memory is left: writes what is ready, says so in one line, and exits with code 5.
//!
//! An allocator must not unwind, and its callers do not expect an error. So the run ends here, in the middle of whatever
//! it is doing; in the main thread if possible, because that has what is to be written.

use std::cell::Cell;
use std::fmt::{self, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread::sleep;
use std::time::Duration;

use rustix::stdio::stderr;

use super::main_thread;

/// jq's exit code for a failed filter.
const EXIT_CODE: i32 = 5;

/// How long another thread waits for the main thread to end the run, in milliseconds. The main thread does so when it
/// allocates. If it is blocked, it has flushed its output before.
const PATIENCE: u32 = 1000;

/// The same where the main thread has been handed what is ready, and has to write what comes before it.
const LONG_PATIENCE: u32 = 10_000;

/// Why no memory is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The ceiling that the user has set, in bytes.
    Limit(usize),
    /// The machine or a control group has less left than what is needed, in bytes.
    Available {
        bytes: usize,
        new: usize,
        is_group: bool,
    },
    /// The system refuses this many bytes.
    Refused(usize),
}

/// What is done first: writes what is ready, and restores the terminal. It may allocate.
static FIRST: OnceLock<fn()> = OnceLock::new();

/// Why another thread than the main one is out of memory.
static REASON: OnceLock<Reason> = OnceLock::new();

/// One of [`RUNNING`], [`DUE`] and [`ENDING`].
static STATE: AtomicU8 = AtomicU8::new(RUNNING);
const RUNNING: u8 = 0;
/// A thread is out of memory and waits for the main thread.
const DUE: u8 = 1;
/// A thread is ending the run.
const ENDING: u8 = 2;

thread_local! {
    /// This thread is ending the run. What it allocates meanwhile is granted.
    static IS_ENDING: Cell<bool> = const { Cell::new(false) };

    /// Hands what this thread has ready to the main thread; whether that gets it.
    static HAND_OVER: Cell<Option<fn() -> bool>> = const { Cell::new(None) };
}

/// Sets what is done before the run ends, in the main thread only. It must not wait for a lock that this thread may hold.
pub fn before_end(first: fn()) {
    // It is the same function each time.
    let _ = FIRST.set(first);
}

/// Sets how this thread, which is not the main one, hands over what it has ready: the main thread writes that and calls
/// [`end_for_another_thread`]. It may allocate.
pub fn before_waiting(hand_over: fn() -> bool) {
    HAND_OVER.set(Some(hand_over));
}

/// Ends the run where another thread is out of memory.
pub fn end_for_another_thread() {
    let reason = REASON.get().copied();
    end(reason.unwrap_or(Reason::Refused(0)));
}

/// Ends the run. Returns only while it is ending, to let this thread allocate.
pub fn end(reason: Reason) {
    if IS_ENDING.get() {
        // What is left to do needs no memory.
        if matches!(reason, Reason::Refused(_)) {
            exit(reason);
        }
        return;
    }
    if !main_thread::is_this() {
        leave_to_main_thread(reason);
    }
    if STATE.swap(ENDING, Ordering::Relaxed) == ENDING {
        // Another thread ends the run.
        loop {
            sleep(Duration::from_secs(1));
        }
    }
    IS_ENDING.set(true);
    if let Some(first) = FIRST.get().filter(|_| main_thread::is_this()) {
        first();
    }
    exit(reason)
}

/// Ends the run if this is the main thread and another one is out of memory.
pub fn end_if_due() {
    if STATE.load(Ordering::Relaxed) == DUE && main_thread::is_this() {
        end_for_another_thread();
    }
}

/// Gives the main thread the time to end the run.
fn leave_to_main_thread(reason: Reason) {
    let _ = REASON.set(reason);
    IS_ENDING.set(true);
    let patience = if HAND_OVER.take().is_some_and(|hand_over| hand_over()) {
        LONG_PATIENCE
    } else {
        let _ = STATE.compare_exchange(RUNNING, DUE, Ordering::Release, Ordering::Relaxed);
        PATIENCE
    };
    for _ in 0..patience {
        if STATE.load(Ordering::Relaxed) == ENDING {
            return;
        }
        sleep(Duration::from_millis(1));
    }
}

/// Says why, and exits without running anything else.
#[allow(unsafe_code)]
fn exit(reason: Reason) -> ! {
    let mut line = Line::default();
    // What does not fit is left out.
    let _ = writeln!(line, "dq: filter: out of memory ({reason})\nhint: {HINT}");
    // A failure to write to stderr cannot be reported anywhere.
    let _ = rustix::io::write(stderr(), &line.text[..line.length]);
    // SAFETY: _exit(2) may be called at any time.
    unsafe { libc::_exit(EXIT_CODE) }
}

/// What helps.
const HINT: &str = "what a filter collects ([…], -s, sort, group_by) is in memory all at once; without that, values are read one at a time";

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let mib = |bytes: &usize| bytes.div_ceil(1 << 20);
        match self {
            Self::Limit(bytes) => write!(f, "the limit of DQ_MEMORY is {} MiB", mib(bytes)),
            Self::Available {
                bytes,
                new,
                is_group,
            } => {
                let who = if *is_group {
                    "control group"
                } else {
                    "machine"
                };
                let (new, bytes) = (mib(new), mib(bytes));
                write!(
                    f,
                    "{new} MiB more are needed, and the {who} has {bytes} MiB left"
                )
            }
            Self::Refused(new) => write!(f, "the system refuses {} MiB more", mib(new)),
        }
    }
}

/// Text that is written without allocating.
struct Line {
    text: [u8; 512],
    length: usize,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            text: [0; 512],
            length: 0,
        }
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let place = self.text.get_mut(self.length..end).ok_or(fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}
