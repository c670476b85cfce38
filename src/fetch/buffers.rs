//! The buffers of a connection: small to begin with, larger where the server sends much.

use ureq::unversioned::transport::Buffers;

/// The first reads; enough for a head and a short body without touching more memory.
const FIRST_INPUT: usize = 16 << 10;
/// The largest input buffer. It must exceed the limit on a response's head, or that is never seen.
const MAX_INPUT: usize = 256 << 10;
/// The longest request line or header that can be sent, and the unit of an upload. So much memory comes fresh from the
/// system; what is smaller is cleared first, all of it, though a request takes little.
const OUTPUT: usize = 128 << 10;

/// ureq's own `LazyBuffers` allocate and clear 256 KiB for every connection, and call freshly read
/// bytes unusable, which hangs a request whose `Expect: 100-continue` is answered by a final
/// status (ureq 3.5.2).
#[derive(Debug, Default)]
pub struct GrowingBuffers {
    input: Vec<u8>,
    start: usize,
    end: usize,
    /// There are bytes which the reader has not refused yet.
    fresh: bool,
    /// The last read filled the buffer: the next one may be larger.
    filled: bool,
    output: Vec<u8>,
}

impl GrowingBuffers {
    /// Makes room behind the bytes not consumed yet.
    fn make_room(&mut self) {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
        if self.input.is_empty() {
            self.input = vec![0; FIRST_INPUT];
        } else if self.filled && self.input.len() < MAX_INPUT {
            self.input.resize(self.input.len() * 2, 0);
        }
        self.filled = false;
        if self.start > 0 && self.end > self.input.len() / 2 {
            self.input.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
    }

    fn allocate_output(&mut self) {
        if self.output.is_empty() {
            self.output = vec![0; OUTPUT];
        }
    }
}

impl Buffers for GrowingBuffers {
    fn output(&mut self) -> &mut [u8] {
        self.allocate_output();
        &mut self.output
    }

    fn input(&self) -> &[u8] {
        &self.input[self.start..self.end]
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.make_room();
        &mut self.input[self.end..]
    }

    fn input_appended(&mut self, amount: usize) {
        self.end += amount;
        self.filled = self.end == self.input.len();
        self.fresh |= amount > 0;
    }

    fn input_consume(&mut self, amount: usize) {
        self.start = (self.start + amount).min(self.end);
        self.fresh = amount > 0;
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        self.make_room();
        self.allocate_output();
        (&mut self.input[self.end..], &mut self.output)
    }

    fn can_use_input(&self) -> bool {
        self.fresh && self.start < self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(buffers: &mut GrowingBuffers, amount: usize) {
        assert!(buffers.input_append_buf().len() >= amount);
        buffers.input_appended(amount);
    }

    #[test]
    fn fresh_bytes_are_usable_until_refused() {
        let mut buffers = GrowingBuffers::default();
        assert!(!buffers.can_use_input());
        read(&mut buffers, 5);
        assert!(buffers.can_use_input());
        buffers.input_consume(0);
        assert!(!buffers.can_use_input());
        read(&mut buffers, 1);
        assert!(buffers.can_use_input());
        buffers.input_consume(6);
        assert!(!buffers.can_use_input());
    }

    #[test]
    fn grows_only_when_full_and_keeps_what_is_unread() {
        let mut buffers = GrowingBuffers::default();
        let room = buffers.input_append_buf();
        assert_eq!(room.len(), FIRST_INPUT);
        room[FIRST_INPUT - 1] = 7;
        buffers.input_appended(FIRST_INPUT);
        buffers.input_consume(FIRST_INPUT - 1);
        assert_eq!(buffers.input_append_buf().len(), FIRST_INPUT);
        assert_eq!(buffers.input(), [7]);
        buffers.input_consume(1);
        assert_eq!(buffers.input_append_buf().len(), 2 * FIRST_INPUT);
    }

    #[test]
    fn there_is_always_room_below_the_limit() {
        let mut buffers = GrowingBuffers::default();
        while buffers.input().len() < MAX_INPUT {
            let room = buffers.input_append_buf().len();
            assert!(room > 0);
            buffers.input_appended(room);
        }
    }
}
