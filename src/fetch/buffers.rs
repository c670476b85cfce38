//! The buffers of a connection. The input buffer starts small and grows with what the server sends.

use ureq::unversioned::transport::Buffers;

/// The size of the first reads, in bytes: enough for a head and a short body without touching more memory.
const FIRST_INPUT: usize = 16 << 10;
/// The largest input buffer, in bytes. It must exceed the limit on a response's head, or the limit would never be
/// reached.
const MAX_INPUT: usize = 256 << 10;
/// The output buffer, in bytes: the longest request line or header that can be sent, and the unit of an upload. An
/// allocation of this size is fresh from mmap(2), already zero. A smaller one would be cleared by the allocator, all of
/// it, though a request uses little.
const OUTPUT: usize = 128 << 10;

/// Input and output buffers in place of ureq's `LazyBuffers`. Those allocate and clear 256 KiB for every connection,
/// and report freshly read bytes as unusable, so a request with `Expect: 100-continue` hangs if a final status answers
/// it (ureq 3.5.2).
#[derive(Debug, Default)]
pub(crate) struct GrowingBuffers {
    input: Vec<u8>,
    start: usize,
    end: usize,
    /// Whether there are bytes that the reader has not declined yet, by consuming 0 of them.
    is_fresh: bool,
    /// Whether the last read filled the buffer, so that the next may be larger.
    is_full: bool,
    output: Vec<u8>,
}

impl GrowingBuffers {
    /// Makes space behind the bytes that are not consumed yet.
    fn make_space(&mut self) {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
        if self.input.is_empty() {
            self.input = vec![0; FIRST_INPUT];
        } else if self.is_full && self.input.len() < MAX_INPUT {
            self.input.resize(self.input.len() * 2, 0);
        }
        self.is_full = false;
        if self.start > 0 && self.end > self.input.len() / 2 {
            self.input.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
    }

    /// The bytes that were appended last.
    pub(crate) fn last(&self, amount: usize) -> &[u8] {
        let input = &self.input[self.start..self.end];
        &input[input.len().saturating_sub(amount)..]
    }

    /// Takes back the bytes that were appended last.
    pub(crate) fn take_back(&mut self, amount: usize) {
        self.end = self.end.saturating_sub(amount).max(self.start);
        self.is_fresh &= self.start < self.end;
        self.is_full = false;
    }

    /// Appends bytes, however many.
    pub(crate) fn append(&mut self, bytes: &[u8]) {
        let missing = (self.end + bytes.len()).saturating_sub(self.input.len());
        self.input.resize(self.input.len() + missing, 0);
        self.input[self.end..self.end + bytes.len()].copy_from_slice(bytes);
        self.input_appended(bytes.len());
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
        self.make_space();
        &mut self.input[self.end..]
    }

    fn input_appended(&mut self, amount: usize) {
        self.end += amount;
        self.is_full = self.end == self.input.len();
        self.is_fresh |= amount > 0;
    }

    fn input_consume(&mut self, amount: usize) {
        self.start = (self.start + amount).min(self.end);
        self.is_fresh = amount > 0;
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        self.make_space();
        self.allocate_output();
        (&mut self.input[self.end..], &mut self.output)
    }

    fn can_use_input(&self) -> bool {
        self.is_fresh && self.start < self.end
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
    fn fresh_bytes_are_usable_until_declined() {
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
    fn grows_only_when_full_and_keeps_unread_bytes() {
        let mut buffers = GrowingBuffers::default();
        let space = buffers.input_append_buf();
        assert_eq!(space.len(), FIRST_INPUT);
        space[FIRST_INPUT - 1] = 7;
        buffers.input_appended(FIRST_INPUT);
        buffers.input_consume(FIRST_INPUT - 1);
        assert_eq!(buffers.input_append_buf().len(), FIRST_INPUT);
        assert_eq!(buffers.input(), [7]);
        buffers.input_consume(1);
        assert_eq!(buffers.input_append_buf().len(), 2 * FIRST_INPUT);
    }

    #[test]
    fn there_is_always_space_below_the_limit() {
        let mut buffers = GrowingBuffers::default();
        while buffers.input().len() < MAX_INPUT {
            let space = buffers.input_append_buf().len();
            assert!(space > 0);
            buffers.input_appended(space);
        }
    }
}
