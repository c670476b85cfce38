//! Runs a cleanup before a signal ends dq: an ssh child that is connecting or asking for a password would otherwise run
//! on for as long as its connect timeout.

use std::fs;
use std::sync::Once;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// Runs `cleanup` in a thread of its own before SIGINT, SIGTERM or SIGHUP takes its default action.
///
/// Signals that dq was started to ignore (nohup(1)) stay ignored. That is known on Linux only; on other systems all
/// three are handled. Only the first call has an effect.
pub(crate) fn before_termination(cleanup: fn()) {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let ignored = ignored_signals();
        let handled = [SIGINT, SIGTERM, SIGHUP]
            .into_iter()
            .filter(|signal| !is_in_mask(*signal, ignored));
        // Without the handlers or the thread, ssh ends when its connect timeout expires.
        let Ok(mut signals) = Signals::new(handled) else {
            return;
        };
        let _ = thread::Builder::new().spawn(move || {
            for signal in signals.forever() {
                cleanup();
                let _ = emulate_default_handler(signal);
            }
        });
    });
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
