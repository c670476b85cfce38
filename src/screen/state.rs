//! The screen of the process, which its threads share: there is one terminal.

use std::process::exit;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::SIGHUP;
use signal_hook::low_level::emulate_default_handler;

use super::painter::Painter;
use super::tty;
use super::view::View;

/// How long a signal waits for a thread that is writing to the terminal, which may have stopped taking output.
const PATIENCE: Duration = Duration::from_secs(1);
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// `None` before the screen starts and after it has ended.
static SCREEN: Mutex<Option<State>> = Mutex::new(None);

/// What is shown.
pub struct State {
    pub view: View,
    pub painter: Painter,
}

impl State {
    /// Makes the terminal show the view as it is now. Ends the process if the terminal has gone.
    pub fn draw(&mut self) {
        let lines = self.view.lines(Instant::now());
        let text = self.painter.paint(lines, self.view.size.columns);
        if !text.is_empty() && tty::is_entered() && tty::write_all(&text).is_err() {
            end_without_terminal();
        }
    }
}

/// The screen, locked.
pub fn lock() -> MutexGuard<'static, Option<State>> {
    SCREEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Leaves the screen for good, and prints the last table to the normal one.
pub fn end() {
    end_locked(&mut lock());
}

fn end_locked(screen: &mut Option<State>) {
    if let Some(state) = screen.take() {
        tty::leave(&state.view.text());
    }
}

/// Ends the process at the wish of its user.
pub fn quit() -> ! {
    end();
    dq_fetch::terminate_ssh_children();
    exit(0)
}

/// Before a signal ends the process: as [`end`], but does not wait for long.
pub fn end_on_signal() {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match SCREEN.try_lock() {
            Ok(mut screen) => return end_locked(&mut screen),
            Err(TryLockError::Poisoned(error)) => return end_locked(&mut error.into_inner()),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                thread::sleep(POLL_INTERVAL);
            }
            Err(TryLockError::WouldBlock) => return tty::leave(""),
        }
    }
}

/// Ends the process as the system does when a terminal goes away.
pub fn end_without_terminal() -> ! {
    tty::leave("");
    dq_fetch::terminate_ssh_children();
    let _ = emulate_default_handler(SIGHUP);
    exit(128 + SIGHUP)
}
