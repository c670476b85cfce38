//! Turns for a host that takes few connections at once, such as one behind ssh.

use std::io::{self, Read};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, ThreadId};

use super::body::Body;

/// Hands out a number of turns.
#[derive(Debug)]
pub struct Turns {
    limit: usize,
    /// The threads that took a turn, once for each.
    taken: Mutex<Vec<ThreadId>>,
    returned: Condvar,
}

/// A turn that was taken; dropping it gives it back.
pub struct Turn {
    turns: Arc<Turns>,
    by: ThreadId,
}

impl Turns {
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit,
            taken: Mutex::default(),
            returned: Condvar::new(),
        })
    }

    /// Waits for a turn. A thread that has one already gets another at once: it may need a second
    /// answer while it reads the first, and would wait for itself.
    pub fn take(self: &Arc<Self>) -> Turn {
        let by = thread::current().id();
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = self
            .returned
            .wait_while(taken, |taken| {
                taken.len() >= self.limit && !taken.contains(&by)
            })
            .unwrap_or_else(PoisonError::into_inner);
        taken.push(by);
        Turn {
            turns: Arc::clone(self),
            by,
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let turns = &self.turns;
        let mut taken = turns.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = taken.iter().position(|by| *by == self.by) {
            taken.swap_remove(place);
        }
        turns.returned.notify_one();
    }
}

/// A body that gives its turn back when it is dropped.
pub struct Held {
    pub body: Body,
    pub _turn: Turn,
}

impl Read for Held {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.body.read(buf)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::mpsc;
    use std::time::Duration;

    #[test]
    fn others_wait_for_a_turn_and_a_holder_does_not() {
        let turns = Turns::new(2);
        let (first, second) = (turns.take(), turns.take());
        let third = turns.take();
        let (sender, receiver) = mpsc::channel();
        let shared = Arc::clone(&turns);
        let other = thread::spawn(move || {
            let _turn = shared.take();
            sender.send(()).unwrap();
        });
        drop(third);
        assert!(receiver.recv_timeout(Duration::from_millis(50)).is_err());
        drop(first);
        receiver.recv_timeout(Duration::from_secs(5)).unwrap();
        other.join().unwrap();
        drop(second);
        assert!(turns.taken.lock().unwrap().is_empty());
    }
}
