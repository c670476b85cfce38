//! A signal that ends dq ends its processes of ssh too: one that still connects, or asks for a password, would not
//! notice for long that nobody is there any more.

use std::fs;
use std::sync::Once;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// From here on does `clean` before such a signal takes its effect. Signals that dq was started to ignore
/// (`nohup`) stay ignored.
pub fn watch(clean: fn()) {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        let ignored = ignored();
        let ends = [SIGINT, SIGTERM, SIGHUP];
        let ends = ends.into_iter().filter(|signal| !is_in(*signal, ignored));
        // Without the handlers or the thread ssh ends when its time for connecting is over.
        let Ok(mut signals) = Signals::new(ends) else {
            return;
        };
        let _ = thread::Builder::new().spawn(move || {
            for signal in signals.forever() {
                clean();
                let _ = emulate_default_handler(signal);
            }
        });
    });
}

/// The signals that are ignored, as a set of bits; Linux tells them.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    line.and_then(|set| u64::from_str_radix(set.trim(), 16).ok())
        .unwrap_or_default()
}

fn is_in(signal: i32, set: u64) -> bool {
    set >> (signal - 1) & 1 == 1
}
