//! An input that is read ahead on another thread, and what comes back from those who have read it for a while.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use dq_json::read::{InputBuffer, ReadAhead};

/// An input that is read ahead. While its thread is taken, somebody else reads the input.
pub struct Ahead {
    pub thread: Option<ReadAhead>,
    /// Chunks that were taken from the thread and given back: they come before its next ones.
    pub returned: VecDeque<InputBuffer>,
    /// A failure of the reader behind the chunks that were given back.
    pub failure: Option<io::Error>,
    /// How many bytes have to arrive without a pause before the input is offered again, see
    /// [`super::byte_source::BeforeBlocking::offer`].
    pub offered_after: usize,
    /// Whether a read never blocks for long, so that any thread may read.
    pub is_file: bool,
}

impl Ahead {
    /// Appends the next chunk to the buffer; nothing at the end of the input. `None` if no chunk arrives in time; no
    /// `patience` waits for ever.
    pub fn fill(
        &mut self,
        buffer: &mut InputBuffer,
        patience: Option<Duration>,
    ) -> Option<io::Result<()>> {
        if let Some(chunk) = self.returned.pop_front() {
            buffer.append(chunk);
            return Some(Ok(()));
        }
        if let Some(failure) = self.failure.take() {
            return Some(Err(failure));
        }
        match (&mut self.thread, patience) {
            (Some(thread), Some(patience)) => thread.recv_timeout(buffer, patience),
            (Some(thread), None) => Some(thread.recv(buffer)),
            (None, _) => Some(Ok(())),
        }
    }
}
