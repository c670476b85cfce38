//! A thread that runs the filter on one chunk after the other.

use std::cell::{Cell, RefCell};
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use super::feed::{Chunk, Feed};
use super::job::Job;
use crate::memory;
use dq_filter::{Filter, FilterRun, InputSettings, InputSource, Inputs};
use dq_format::Formatter;
use dq_json::read::{ByteSource, InputBuffer};
use dq_json::value::FilterOutput;

/// The stack of a thread, in bytes. A value or a recursion that needs more goes back to the main thread.
const STACK: usize = 64 << 20;

/// The outputs for a chunk are kept until those before it are written. Longer ones, in bytes, are left to the main
/// thread, which keeps none.
const MAX_OUTPUT: usize = 4 << 20;

/// What the threads share.
pub struct Shared {
    job: Job,
    /// The input and the buffers for outputs; no input once it was given back.
    source: Mutex<(Option<Feed>, Receiver<Vec<u8>>)>,
    is_stopped: AtomicBool,
}

/// A chunk that a thread is done with.
pub struct Done {
    pub chunk: Chunk,
    /// Whether it was read to its end without an error.
    pub is_complete: bool,
    /// There is no memory for the rest of the outputs. The run ends, and the chunk has no bytes.
    pub is_last: bool,
    /// The formatted outputs.
    pub output: Vec<u8>,
    /// Whether jq takes the last output as true; `None` without an output.
    pub last: Option<bool>,
    /// The number of newlines.
    pub lines: usize,
}

impl Shared {
    /// What threads need for a job.
    pub fn new(job: Job, feed: Feed, buffers: Receiver<Vec<u8>>) -> Self {
        Self {
            job,
            source: Mutex::new((Some(feed), buffers)),
            is_stopped: AtomicBool::new(false),
        }
    }

    /// Has the threads give up what they are doing.
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    fn source(&self) -> MutexGuard<'_, (Option<Feed>, Receiver<Vec<u8>>)> {
        self.source.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rest of the input. No thread gets a chunk any more.
    pub fn take_feed(&self) -> Option<Feed> {
        self.source().0.take()
    }

    /// The next chunk, and a buffer for its outputs. Waits until there is one of those: so chunks are not taken much
    /// faster than outputs are written.
    fn next(&self) -> Option<(Chunk, Vec<u8>)> {
        let mut source = self.source();
        let output = source.1.recv().ok()?;
        let chunk = source.0.as_mut().filter(|_| !self.is_stopped())?;
        Some((chunk.next_chunk()?, output))
    }
}

/// Starts a thread.
///
/// # Errors
/// The system's.
pub fn spawn(shared: Arc<Shared>, results: Sender<Done>) -> io::Result<JoinHandle<()>> {
    let run = move || {
        memory::before_waiting(hand_over);
        if let Some(filter) = shared.job.filter() {
            let sink = Rc::new(RefCell::new(Sink {
                formatter: shared.job.formatter(),
                output: Vec::new(),
                chunk: None,
                results: results.clone(),
            }));
            UNFINISHED.set(Some(sink.clone()));
            let worker = Worker {
                filter,
                sink,
                shared: &shared,
            };
            while let Some((chunk, output)) = shared.next() {
                if results.send(worker.run(chunk, output)).is_err() {
                    return;
                }
            }
        }
    };
    thread::Builder::new().stack_size(STACK).spawn(run)
}

/// What a thread makes of outputs.
struct Sink {
    formatter: Box<dyn Formatter>,
    output: Vec<u8>,
    /// The number of the chunk that the outputs are of; `None` between chunks.
    chunk: Option<usize>,
    results: Sender<Done>,
}

thread_local! {
    /// What is handed over where there is no memory for the next output.
    static UNFINISHED: RefCell<Option<Rc<RefCell<Sink>>>> = const { RefCell::new(None) };
}

/// Has the main thread write the outputs that there are of this thread's chunk; whether it will.
fn hand_over() -> bool {
    let Some(sink) = UNFINISHED.with_borrow_mut(Option::take) else {
        return false;
    };
    let Ok(mut sink) = sink.try_borrow_mut() else {
        return false;
    };
    let Sink {
        formatter,
        output,
        chunk: Some(number),
        results,
    } = &mut *sink
    else {
        return false;
    };
    let chunk = Chunk {
        number: *number,
        offset: 0,
        lines: InputBuffer::default(),
        length: 0,
    };
    let is_flushed = formatter.flush_pending(output).is_ok();
    let done = Done {
        chunk,
        is_complete: false,
        is_last: true,
        output: std::mem::take(output),
        last: None,
        lines: 0,
    };
    is_flushed && results.send(done).is_ok()
}

struct Worker<'s> {
    filter: Filter,
    sink: Rc<RefCell<Sink>>,
    shared: &'s Shared,
}

impl Worker<'_> {
    fn run(&self, mut chunk: Chunk, mut output: Vec<u8>) -> Done {
        output.clear();
        {
            let mut sink = self.sink.borrow_mut();
            sink.output = output;
            sink.chunk = Some(chunk.number);
        }
        let slot = Rc::new(Cell::new(InputBuffer::default()));
        // At the start of an input this would be a byte order mark.
        let has_mark = chunk.lines.filled().first() == Some(&0xEF);
        slot.set(std::mem::take(&mut chunk.lines));
        let inputs = RefCell::new(inputs(slot.clone(), chunk.offset));
        let last = Cell::new(None);
        let is_complete = !has_mark && self.filter(&inputs, &last);
        self.sink.borrow_mut().chunk = None;
        let inputs = inputs.into_inner();
        let lines = inputs.line_number();
        chunk.lines = buffer(inputs, slot.take(), chunk.length);
        Done {
            chunk,
            is_complete,
            is_last: false,
            output: std::mem::take(&mut self.sink.borrow_mut().output),
            last: last.get(),
            lines,
        }
    }

    /// Runs the filter on all inputs; `false` if anything is unusual.
    fn filter(&self, inputs: &RefCell<Inputs>, last: &Cell<Option<bool>>) -> bool {
        let has_written = Cell::new(false);
        let messages = |_: &[u8]| has_written.set(true);
        let run = FilterRun::new(&self.filter, inputs, &messages, STACK, false);
        let mut emit = |item: FilterOutput| {
            last.set(Some(item.is_truthy()));
            let Sink {
                formatter, output, ..
            } = &mut *self.sink.borrow_mut();
            if output.len() > MAX_OUTPUT {
                return Err(dq_format::Error::Io(io::ErrorKind::OutOfMemory.into()));
            }
            formatter.write_output(item, output)
        };
        while let Some(ended) = run.next_input(&mut emit) {
            if ended.is_err() || self.shared.is_stopped() {
                // What it holds of the outputs is not wanted any more.
                let _ = self
                    .sink
                    .borrow_mut()
                    .formatter
                    .flush_pending(&mut io::sink());
                return false;
            }
        }
        let Sink {
            formatter, output, ..
        } = &mut *self.sink.borrow_mut();
        formatter.flush_pending(output).is_ok() && !has_written.get()
    }
}

/// The inputs of a chunk.
fn inputs(slot: Rc<Cell<InputBuffer>>, offset: usize) -> Inputs {
    let mut bytes = Some(ChunkSource {
        slot,
        offset,
        is_read: false,
    });
    let source = move || {
        bytes.take().map(|bytes| InputSource {
            name: None,
            host: None,
            bytes: Box::new(bytes),
        })
    };
    Inputs::new(InputSettings::default(), Box::new(source))
}

/// The buffer of a chunk of this length, with all its bytes: given back at its end, or else still with the reader.
fn buffer(inputs: Inputs, mut given_back: InputBuffer, length: usize) -> InputBuffer {
    given_back.restore(length);
    if given_back.filled().len() == length {
        return given_back;
    }
    let mut buffer = inputs.into_buffer().unwrap_or_default();
    buffer.restore(length);
    buffer
}

/// Gives a chunk as it is, and takes its buffer back at its end.
struct ChunkSource {
    slot: Rc<Cell<InputBuffer>>,
    offset: usize,
    is_read: bool,
}

impl Read for ChunkSource {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }
}

impl ByteSource for ChunkSource {
    fn fill_buffer(&mut self, buffer: &mut InputBuffer) -> io::Result<()> {
        let is_first = !std::mem::replace(&mut self.is_read, true);
        if is_first || buffer.filled().is_empty() {
            *buffer = self.slot.replace(std::mem::take(buffer));
        }
        Ok(())
    }

    fn start_offset(&self) -> usize {
        self.offset
    }
}
