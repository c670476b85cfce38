//! The rest of an input, given out in chunks of whole lines.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use crate::pipeline::ahead::Ahead;
use dq_json::read::{BufferPool, InputBuffer, ReadAhead, Reader};

/// An input that has not given anything for this time is left to the main thread, which may find a value in bytes that
/// no newline ends.
const PATIENCE: Duration = Duration::from_millis(2);

/// A text without a place to cut in this many bytes is left to the main thread.
const MAX_UNCUT: usize = 1 << 20;

/// The rest of an input.
pub struct Feed {
    source: Source,
    pool: BufferPool,
    /// What has been read and not given out.
    buffer: InputBuffer,
    /// The offset in the input of its first byte.
    offset: usize,
    /// The number of the next chunk.
    next: usize,
    failure: Option<io::Error>,
    is_over: bool,
}

/// What comes behind the buffer.
enum Source {
    /// What this thread reads.
    Thread(ReadAhead),
    /// What has been read ahead, and what the thread reads that asks for a chunk: then the bytes are in the cache of its
    /// own processor.
    Reader(VecDeque<io::Result<InputBuffer>>, Reader),
    /// Nothing.
    Nothing,
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
    /// The bytes in the buffer, which start at this offset in the input, and those that the thread reads behind them. If
    /// the input is a file, the thread is not needed.
    pub fn new(thread: ReadAhead, is_file: bool, buffer: InputBuffer, offset: usize) -> Self {
        let pool = thread.pool();
        let source = if is_file {
            let (chunks, reader) = thread.stop();
            reader.map_or(Source::Nothing, |reader| {
                Source::Reader(chunks.into(), reader)
            })
        } else {
            thread.stop_indexing();
            Source::Thread(thread)
        };
        Self {
            source,
            pool,
            buffer,
            offset,
            next: 0,
            failure: None,
            is_over: false,
        }
    }

    /// Where buffers of chunks are used again.
    pub fn pool(&self) -> BufferPool {
        self.pool.clone()
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
        let read = match &mut self.source {
            Source::Thread(thread) => thread.recv_timeout(&mut self.buffer, PATIENCE),
            Source::Reader(chunks, reader) => {
                let chunk = chunks.pop_front();
                let chunk = chunk.unwrap_or_else(|| self.pool.read(reader));
                Some(chunk.map(|chunk| self.pool.append(&mut self.buffer, chunk)))
            }
            Source::Nothing => None,
        };
        match read {
            None => false,
            Some(Ok(())) => {
                let has_more = self.buffer.filled().len() > before;
                if !has_more && matches!(self.source, Source::Reader(..)) {
                    self.source = Source::Nothing;
                }
                has_more
            }
            Some(Err(error)) => {
                self.failure = Some(error);
                false
            }
        }
    }

    /// Gives back the thread, or a new one, and the bytes that were not given out. What has been given out and comes back
    /// has been given back already.
    pub fn give_back(self, ahead: &mut Ahead) {
        ahead.failure = self.failure;
        let mut rest = self.buffer;
        ahead.thread = match self.source {
            Source::Thread(thread) => Some(thread),
            Source::Nothing => None,
            Source::Reader(chunks, reader) => {
                for chunk in chunks {
                    match chunk {
                        Ok(chunk) => rest.append(chunk),
                        Err(error) => ahead.failure = Some(error),
                    }
                }
                let thread = read_ahead(reader, self.offset, &ahead.returned, &rest);
                if thread.is_none() && ahead.failure.is_none() {
                    ahead.failure = Some(io::Error::other("no thread can be started"));
                }
                thread
            }
        };
        if !rest.filled().is_empty() {
            ahead.returned.push_back(rest);
        }
    }
}

/// Has a thread read on behind the bytes that come back and the rest, which starts at this offset. The first of those
/// bytes is outside any string; the rest need not be.
fn read_ahead(
    reader: Reader,
    offset: usize,
    returned: &VecDeque<InputBuffer>,
    rest: &InputBuffer,
) -> Option<ReadAhead> {
    let parts = returned.iter().map(InputBuffer::filled);
    let returned: Vec<u8> = parts.flatten().copied().collect();
    let start = offset - returned.len();
    let bytes = [&returned, rest.filled()].concat();
    ReadAhead::spawn(reader, start, &bytes).ok()
}
