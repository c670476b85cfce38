//! A table on the terminal that changes in place, scrolls and ends at a key: the screen of `--watch`.
//!
//! The maker of the frames calls [`Screen::show`] in its own thread and may block for long in between: another thread
//! serves the keys and the clock (`keyboard.rs`). However the process ends, the terminal is restored and, but for a panic,
//! the last table printed to the normal screen: `q` exits with 0, and Ctrl-C and the other signals end the process as they
//! would without a screen.

mod frame;
mod keyboard;
mod keys;
mod line;
mod painter;
mod state;
#[cfg(all(test, target_os = "linux"))]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;
mod tty;
mod view;

use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::panic;
use std::time::Instant;

use crate::environment::Variables;
use painter::Painter;
use state::State;
use view::View;

pub use frame::{Frame, Row, Size, Wanted};
pub use keyboard::Notify;

/// Whether the terminal has a screen: one that calls itself `dumb`, such as a shell in Emacs, has none.
pub fn is_available(env: Variables) -> bool {
    env("TERM").is_some_and(|name| !name.is_empty() && name != "dumb")
}

/// The screen of the process, from its start until it is dropped.
pub struct Screen {
    /// Wakes the thread of the keyboard.
    waker: UnixStream,
}

impl Screen {
    /// The size of the terminal that stdout is, for the first frame; 80 by 24 if it is unknown.
    pub fn size() -> Size {
        tty::size()
    }

    /// Enters the screen and shows the first frame. `notify` is called in another thread, and must not block: on
    /// [`Wanted::Layout`] the maker should show a frame for the new [`Screen::size`], and until it does, the old frame
    /// is shown cut.
    ///
    /// In a background job this stops the process until it is in the foreground. Call it once in a process.
    ///
    /// # Errors
    /// The terminal has gone.
    pub fn start(frame: Frame, notify: Notify) -> io::Result<Self> {
        dq_fetch::before_termination(state::end_on_signal);
        restore_before_panic();
        let mut screen = state::lock();
        tty::enter()?;
        let mut state = State {
            view: View::new(frame, tty::size()),
            painter: Painter::default(),
        };
        state.draw();
        *screen = Some(state);
        drop(screen);
        let waker = keyboard::start(notify).inspect_err(|_| state::end())?;
        Ok(Self { waker })
    }

    /// Shows another frame. Writes only the lines that look different, and nothing if none does.
    pub fn show(&self, frame: Frame) {
        self.change(|view| view.frame = frame);
    }

    /// Since when the server owes an answer, if it does. After 3 s the screen says so, and counts the seconds.
    pub fn awaits(&self, since: Option<Instant>) {
        self.change(|view| view.awaiting = since);
    }

    /// Changes what is shown. Wakes the thread of the keyboard, which waits for the end of marks.
    fn change(&self, change: impl FnOnce(&mut View)) {
        if let Some(screen) = &mut *state::lock() {
            change(&mut screen.view);
            screen.draw();
        }
        // If so much is to be read already that this fails, the thread is about to wake.
        let _ = (&self.waker).write(b"w");
    }
}

impl Drop for Screen {
    /// Restores the terminal and prints the last table to its normal screen.
    fn drop(&mut self) {
        state::end();
        let _ = (&self.waker).write(b"w");
    }
}

/// Leaves the screen, if there is one, because the process is about to end. It may be in use by this very thread.
pub fn end_at_once() {
    if tty::is_entered() {
        state::end_on_signal();
    }
}

/// The message of a panic belongs on the normal screen. The process aborts after it, so no destructor is run.
fn restore_before_panic() {
    let print_message = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        tty::leave("");
        print_message(panic);
    }));
}
