//! Runs cleanups before a signal ends the process: an ssh child that is connecting or asking for a password would
//! otherwise run on for as long as its connect timeout, and a terminal would stay as a screen of the caller's left it.

use std::fs;
use std::sync::{Mutex, Once, PoisonError};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

static CLEANUPS: Mutex<Vec<fn()>> = Mutex::new(Vec::new());

/// Runs `cleanup` in a thread of its own before SIGINT, SIGQUIT, SIGTERM or SIGHUP takes its default action. Of several
/// cleanups the last added runs first.
///
/// Signals that dq was started to ignore (nohup(1)) stay ignored. That is known on Linux only; on other systems all
/// four are handled.
pub fn before_termination(cleanup: fn()) {
    static INSTALLED: Once = Once::new();
    let mut cleanups = CLEANUPS.lock().unwrap_or_else(PoisonError::into_inner);
    cleanups.insert(0, cleanup);
    drop(cleanups);
    INSTALLED.call_once(install);
}

/// Without the handlers or the thread, a signal takes its default action at once.
fn install() {
    let ignored = ignored_signals();
    let handled = [SIGINT, SIGQUIT, SIGTERM, SIGHUP]
        .into_iter()
        .filter(|signal| !is_in_mask(*signal, ignored));
    let Ok(mut signals) = Signals::new(handled) else {
        return;
    };
    let _ = thread::Builder::new().spawn(move || {
        for signal in signals.forever() {
            let cleanups = CLEANUPS.lock().unwrap_or_else(PoisonError::into_inner);
            cleanups.iter().for_each(|cleanup| cleanup());
            let _ = emulate_default_handler(signal);
        }
    });
}

/// Whether dq was started to ignore this signal, as a shell's background jobs ignore SIGINT; known on Linux only.
pub fn is_ignored(signal: i32) -> bool {
    is_in_mask(signal, ignored_signals())
}

/// The mask of ignored signals, `SigIgn` of proc_pid_status(5); 0 where there is no /proc.
fn ignored_signals() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}

/// Whether a mask has a signal; bit 0 is signal 1.
fn is_in_mask(signal: i32, mask: u64) -> bool {
    mask >> (signal - 1) & 1 == 1
}
