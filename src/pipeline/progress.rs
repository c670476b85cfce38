//! The progress line of a long transfer: on stderr, on a terminal, and only until something else is shown.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A shorter transfer shows nothing.
const DELAY: Duration = Duration::from_secs(1);
/// The time between two updates.
const INTERVAL: Duration = Duration::from_millis(200);
const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];

/// The direction of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Sent,
    Received,
}

/// The progress line on stderr.
pub struct Progress(Mutex<ProgressState>);

struct ProgressState {
    direction: Direction,
    begun: Instant,
    /// The time of the next update.
    next: Instant,
    is_drawn: bool,
    has_ended: bool,
}

impl Progress {
    pub fn new(stderr_is_terminal: bool) -> Option<Arc<Self>> {
        stderr_is_terminal.then(|| Arc::new(Self(Mutex::new(ProgressState::new(Direction::Sent)))))
    }

    fn state(&self) -> MutexGuard<'_, ProgressState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records that `bytes` of `total` have been transferred so far.
    pub fn transferred(&self, direction: Direction, bytes: u64, total: Option<u64>) {
        let mut state = self.state();
        if state.direction != direction {
            state.clear();
            let has_ended = state.has_ended;
            *state = ProgressState {
                has_ended,
                ..ProgressState::new(direction)
            };
        }
        let now = Instant::now();
        if !state.has_ended && now >= state.next {
            state.next = now + INTERVAL;
            state.is_drawn = true;
            let line = line(direction, bytes, total, now - state.begun);
            draw(&format!("\r{line}\x1b[K"));
        }
    }

    /// Erases the line until the next update.
    pub fn clear(&self) {
        self.state().clear();
    }

    /// Erases the line while something else is written, and keeps updates away from it.
    pub fn suspended(&self, write: impl FnOnce()) {
        let mut state = self.state();
        state.clear();
        write();
    }

    /// Erases the line for good: the output itself is on the terminal.
    pub fn end(&self) {
        let mut state = self.state();
        state.clear();
        state.has_ended = true;
    }
}

impl Progress {
    /// As [`Progress::end`], unless the line is being drawn.
    pub fn try_end(&self) {
        if let Ok(mut state) = self.0.try_lock() {
            state.clear();
            state.has_ended = true;
        }
    }
}

impl ProgressState {
    fn new(direction: Direction) -> Self {
        let begun = Instant::now();
        Self {
            direction,
            begun,
            next: begun + DELAY,
            is_drawn: false,
            has_ended: false,
        }
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.is_drawn) {
            draw("\r\x1b[K");
        }
    }
}

fn draw(text: &str) {
    // A failure to write to stderr cannot be reported anywhere.
    let _ = io::stderr().write_all(text.as_bytes());
}

fn line(direction: Direction, bytes: u64, total: Option<u64>, time: Duration) -> String {
    let verb = match direction {
        Direction::Sent => "sent",
        Direction::Received => "received",
    };
    let of = total.map_or(String::new(), |total| format!(" of {}", size(total as f64)));
    let rate = bytes as f64 / time.as_secs_f64().max(0.001);
    format!("{verb} {}{of}, {}/s", size(bytes as f64), size(rate))
}

/// A size in decimal units, as docker shows it.
fn size(bytes: f64) -> String {
    let mut amount = bytes;
    let mut unit = 0;
    while amount >= 999.95 && unit + 1 < UNITS.len() {
        amount /= 1000.0;
        unit += 1;
    }
    match unit {
        0 => format!("{amount:.0} B"),
        _ => format!("{amount:.1} {}", UNITS[unit]),
    }
}

/// A body whose download is shown.
pub struct ProgressReader {
    body: dq_fetch::Body,
    progress: Arc<Progress>,
    received: u64,
    total: Option<u64>,
}

impl ProgressReader {
    pub fn new(body: dq_fetch::Body, progress: Arc<Progress>, total: Option<u64>) -> Self {
        Self {
            body,
            progress,
            received: 0,
            total,
        }
    }
}

impl Read for ProgressReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let amount = self.body.read(buffer)?;
        self.received += amount as u64;
        self.progress
            .transferred(Direction::Received, self.received, self.total);
        Ok(amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_rates() {
        let cases = [
            (0.0, "0 B"),
            (999.0, "999 B"),
            (1000.0, "1.0 kB"),
            (999_949.0, "999.9 kB"),
            (999_950.0, "1.0 MB"),
            (12_345_678.0, "12.3 MB"),
            (2e15, "2000.0 TB"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(size(bytes), expected);
        }
        let two = Duration::from_secs(2);
        assert_eq!(
            line(Direction::Sent, 3_000_000, Some(6_000_000), two),
            "sent 3.0 MB of 6.0 MB, 1.5 MB/s"
        );
        assert_eq!(
            line(Direction::Received, 500, None, two),
            "received 500 B, 250 B/s"
        );
    }
}
