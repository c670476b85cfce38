//! Byte sources that flush output before a read may block, and read large inputs ahead on a second thread.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read};
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::ahead::Ahead;
use dq_json::read::{ByteSource, InputBuffer, ReadAhead, Reader};

/// Called before a read that may block, so that finished output does not wait for more input.
pub trait BeforeBlocking {
    /// Flushes the output that is written.
    fn flush_written(&self);

    /// Writes and flushes what the formatter still holds as well: the input is idle.
    fn flush_held(&self);

    /// Whether the formatter holds values until more is known.
    fn holds_values(&self) -> bool;

    /// Much of an input has arrived without a pause, and it is read ahead: between two values, others may take the
    /// thread and read on.
    fn offer(&self, _ahead: &Rc<RefCell<Ahead>>) {}
}

/// How an input may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadMode {
    /// It may be idle for any time, as a response or a pipe.
    Stream,
    /// As `Stream`, and everything that was read is processed before more is read, because reading has effects whose
    /// place among the outputs matters: the head of the next page, a failure that a progress stream reports.
    InStep,
    /// It never blocks for long, as a file.
    File,
}

/// The reader as a byte source.
pub fn byte_source(
    reader: impl Read + Send + 'static,
    mode: ReadMode,
    output: Rc<dyn BeforeBlocking>,
) -> Box<dyn ByteSource> {
    let is_timed = mode != ReadMode::File && output.holds_values();
    let mut source = AnnouncingReader {
        direct: Some(Box::new(reader)),
        ahead: None,
        output,
        may_read_ahead: is_timed || mode != ReadMode::InStep,
        total: 0,
        in_large_reads: 0,
        is_file: mode == ReadMode::File,
        is_timed,
        held_since: None,
        rest: InputBuffer::default(),
    };
    if is_timed {
        source.start_read_ahead(&[]);
    }
    Box::new(source)
}

/// An input is idle when nothing has arrived for this time: too short for a person to notice, and a server that has
/// data sends it sooner.
pub const IDLE: Duration = Duration::from_millis(30);
/// Values are held for at most this time, however much arrives.
pub const LONGEST_HOLD: Duration = Duration::from_millis(200);

/// A read of fewer bytes has emptied the source, which is then slower than the processing.
const LARGE_READ: usize = 16 * 1024;
/// After this many bytes in consecutive large reads, a second thread reads ahead. It does not pay for less.
const READ_AHEAD_THRESHOLD: usize = 1024 * 1024;

struct AnnouncingReader {
    /// The reader, unless the read-ahead thread has it.
    direct: Option<Reader>,
    ahead: Option<Rc<RefCell<Ahead>>>,
    output: Rc<dyn BeforeBlocking>,
    may_read_ahead: bool,
    is_file: bool,
    /// Bytes read on this thread.
    total: usize,
    /// Bytes in the latest consecutive large reads.
    in_large_reads: usize,
    /// The formatter holds values: they are flushed when the input is idle.
    is_timed: bool,
    /// Since when values may have been held.
    held_since: Option<Instant>,
    /// What [`Read::read`] has not yet returned of a chunk.
    rest: InputBuffer,
}

impl AnnouncingReader {
    /// Moves the reader to a second thread, if one can be started. `last` are the latest bytes that were read here.
    fn start_read_ahead(&mut self, last: &[u8]) {
        let position = self.total.saturating_sub(last.len());
        let start = |reader| ReadAhead::spawn(reader, position, last);
        match self.direct.take().map(start) {
            Some(Ok(thread)) => {
                self.ahead = Some(Rc::new(RefCell::new(Ahead {
                    thread: Some(thread),
                    returned: VecDeque::new(),
                    failure: None,
                    offered_after: 0,
                    is_file: self.is_file,
                })))
            }
            Some(Err(reader)) => self.direct = Some(reader),
            None => {}
        }
    }

    fn record_read(&mut self, bytes: usize) {
        self.in_large_reads = if bytes < LARGE_READ {
            0
        } else {
            self.in_large_reads + bytes
        };
    }

    /// Whether input arrives fast and another processor is available to read it.
    fn should_read_ahead(&mut self) -> bool {
        let is_much = self.ahead.is_none() && self.in_large_reads >= READ_AHEAD_THRESHOLD;
        if is_much {
            self.in_large_reads = 0;
        }
        is_much && self.may_read_ahead && processors() > 1
    }

    /// How long to wait for the next chunk before the input counts as idle.
    fn patience(&mut self) -> Duration {
        if !self.is_timed {
            return Duration::ZERO;
        }
        self.output.flush_written();
        let since = *self.held_since.get_or_insert_with(Instant::now);
        LONGEST_HOLD.saturating_sub(since.elapsed()).min(IDLE)
    }

    fn fill_directly(&mut self, buffer: &mut InputBuffer) -> io::Result<()> {
        let Some(reader) = &mut self.direct else {
            return Ok(());
        };
        self.output.flush_written();
        let before = buffer.filled().len();
        buffer.read_from(reader)?;
        let bytes = buffer.filled().len() - before;
        self.total += bytes;
        self.record_read(bytes);
        Ok(())
    }

    /// Appends what was read ahead.
    fn fill_ahead(
        &mut self,
        ahead: &Rc<RefCell<Ahead>>,
        buffer: &mut InputBuffer,
    ) -> io::Result<()> {
        let patience = self.patience();
        let before = buffer.filled().len();
        let filled = ahead.borrow_mut().fill(buffer, Some(patience));
        if let Some(filled) = filled {
            self.record_read(buffer.filled().len().saturating_sub(before));
            self.offer(ahead);
            return filled;
        }
        if self.is_timed {
            self.output.flush_held();
        } else {
            self.output.flush_written();
        }
        self.held_since = None;
        self.in_large_reads = 0;
        let filled = ahead.borrow_mut().fill(buffer, None);
        filled.unwrap_or(Ok(()))
    }

    /// Offers the input to others once enough of it has arrived without a pause.
    fn offer(&mut self, ahead: &Rc<RefCell<Ahead>>) {
        if !self.is_timed && self.in_large_reads >= ahead.borrow().offered_after {
            self.in_large_reads = 0;
            self.output.offer(ahead);
        }
    }
}

/// The number of processors that this process may use.
///
/// `std::thread::available_parallelism` also reads the control group's quota on Linux, which limits time, not
/// processors, and takes longer than a small job.
#[cfg(target_os = "linux")]
pub fn processors() -> usize {
    rustix::thread::sched_getaffinity(None).map_or(1, |processors| processors.count() as usize)
}

/// The number of processors that this process may use.
#[cfg(not(target_os = "linux"))]
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, |processors| processors.get())
}

impl ByteSource for AnnouncingReader {
    fn fill_buffer(&mut self, buffer: &mut InputBuffer) -> io::Result<()> {
        if self.should_read_ahead() {
            self.start_read_ahead(buffer.filled());
        }
        match self.ahead.clone() {
            Some(ahead) => self.fill_ahead(&ahead, buffer),
            None => self.fill_directly(buffer),
        }
    }
}

impl Read for AnnouncingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(reader) = &mut self.direct {
            self.output.flush_written();
            let bytes = reader.read(buffer)?;
            self.total += bytes;
            return Ok(bytes);
        }
        if self.rest.filled().is_empty() && !buffer.is_empty() {
            let mut chunk = std::mem::take(&mut self.rest);
            self.fill_buffer(&mut chunk)?;
            self.rest = chunk;
        }
        let rest = self.rest.filled();
        let bytes = rest.len().min(buffer.len());
        buffer[..bytes].copy_from_slice(&rest[..bytes]);
        self.rest.consume(bytes);
        Ok(bytes)
    }
}
