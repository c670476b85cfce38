//! The rest of an input, given out in chunks of whole lines.

use std::io;
use std::time::Duration;

use crate::pipeline::ahead::Ahead;
use dq_json::read::{BufferPool, InputBuffer, ReadAhead};

/// An input that has not given anything for this time is left to the main thread, which may find a value in bytes that
/// no newline ends.
const PATIENCE: Duration = Duration::from_millis(2);

/// A text without a place to cut in this many bytes is left to the main thread.
const MAX_UNCUT: usize = 1 << 20;

/// The rest of an input.
pub struct Feed {
    thread: ReadAhead,
    /// What has been read and not given out.
    buffer: InputBuffer,
    /// The offset in the input of its first byte.
    offset: usize,
    /// The number of the next chunk.
    next: usize,
    failure: Option<io::Error>,
    is_over: bool,
}

/// Some lines of the input.
pub struct Chunk {
    /// Its number, from 0.
    pub number: usize,
    /// The offset in the input of its first byte.
    pub offset: usize,
    pub lines: InputBuffer,
    /// Its length in bytes.
    pub length: usize,
}

impl Feed {
    /// The bytes in the buffer, which start at this offset in the input, and those that the thread reads behind them.
    pub fn new(thread: ReadAhead, buffer: InputBuffer, offset: usize) -> Self {
        Self {
            thread,
            buffer,
            offset,
            next: 0,
            failure: None,
            is_over: false,
        }
    }

    /// Where buffers of chunks are used again.
    pub fn pool(&self) -> BufferPool {
        self.thread.pool()
    }

    /// The next chunk. `None` from when the input ends, fails, pauses, or has no lines.
    pub fn next_chunk(&mut self) -> Option<Chunk> {
        while !self.is_over {
            if let Some(lines) = self.buffer.take_lines() {
                return Some(self.chunk(lines));
            }
            self.is_over = self.buffer.filled().len() > MAX_UNCUT || !self.read();
        }
        None
    }

    fn chunk(&mut self, lines: InputBuffer) -> Chunk {
        let (number, offset, length) = (self.next, self.offset, lines.filled().len());
        self.next += 1;
        self.offset += length;
        Chunk {
            number,
            offset,
            lines,
            length,
        }
    }

    /// Reads on; returns whether there is more.
    fn read(&mut self) -> bool {
        let before = self.buffer.filled().len();
        match self.thread.recv_timeout(&mut self.buffer, PATIENCE) {
            None => false,
            Some(Ok(())) => self.buffer.filled().len() > before,
            Some(Err(error)) => {
                self.failure = Some(error);
                false
            }
        }
    }

    /// Gives back the thread and the bytes that were not given out.
    pub fn give_back(self, ahead: &mut Ahead) {
        if !self.buffer.filled().is_empty() {
            ahead.returned.push_back(self.buffer);
        }
        ahead.failure = self.failure;
        ahead.thread = Some(self.thread);
    }
}
