//! Reads an input on another thread, a few chunks ahead of the scan.

use std::io::{self, ErrorKind, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::background_indexer::BackgroundIndexer;
use super::byte_source::{CHUNK_SIZE, InputBuffer};

/// Free space before the bytes of a chunk, for the bytes left over from the previous chunk. More than that is never
/// copied.
const HEADROOM: usize = 64 * 1024;

/// The maximum number of chunks that have been read and not yet received.
const QUEUE_LENGTH: usize = 2;

/// Reads an input, on whichever thread.
pub type Reader = Box<dyn Read + Send>;

/// Buffers to be reused.
#[derive(Clone, Default)]
pub struct BufferPool(Arc<Mutex<Vec<InputBuffer>>>);

impl BufferPool {
    /// Takes back the buffer of a chunk. Others are dropped.
    pub fn put(&self, buffer: InputBuffer) {
        if buffer.bytes.len() == HEADROOM + CHUNK_SIZE {
            lock(&self.0).push(buffer);
        }
    }

    fn take(&self) -> InputBuffer {
        let free = lock(&self.0).pop();
        free.unwrap_or_else(|| InputBuffer {
            bytes: vec![0; HEADROOM + CHUNK_SIZE],
            ..InputBuffer::default()
        })
    }

    /// The next chunk of an input, without an index; an empty one at the end.
    ///
    /// # Errors
    /// The reader's, except [`ErrorKind::Interrupted`].
    pub fn read(&self, reader: &mut Reader) -> io::Result<InputBuffer> {
        let mut chunk = self.take();
        chunk.index.clear();
        loop {
            match reader.read(&mut chunk.bytes[HEADROOM..]) {
                Ok(bytes) => {
                    chunk.filled = HEADROOM..HEADROOM + bytes;
                    return Ok(chunk);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Appends a chunk. If the buffer holds few bytes, they are copied in front of the chunk and the buffers are
    /// swapped.
    pub fn append(&self, buffer: &mut InputBuffer, mut chunk: InputBuffer) {
        let kept = buffer.filled.len();
        if kept <= HEADROOM && chunk.filled.start == HEADROOM {
            chunk.filled.start = HEADROOM - kept;
            chunk.bytes[HEADROOM - kept..HEADROOM].copy_from_slice(buffer.filled());
            std::mem::swap(buffer, &mut chunk);
            self.put(chunk);
        } else {
            buffer.append(chunk);
        }
    }
}

/// A thread that reads ahead in an input, in chunks of up to 256 KiB, each with its structural index.
///
/// The thread ends at the end of the input, at an error, or when its current read returns after this value was dropped.
pub struct ReadAhead {
    chunks: Receiver<io::Result<InputBuffer>>,
    pool: BufferPool,
    has_ended: bool,
    /// The reader, once the thread has ended.
    reader: Arc<Mutex<Option<Reader>>>,
    orders: Arc<Orders>,
}

/// What the thread is told.
#[derive(Default)]
struct Orders {
    /// To end.
    is_stopped: AtomicBool,
    /// To leave the index to those who get the chunks.
    reads_only: AtomicBool,
}

impl ReadAhead {
    /// Starts a thread that reads the input from the end of these bytes. The bytes start at this offset in the input
    /// and outside any string.
    ///
    /// # Errors
    /// Returns the reader if no thread can be started.
    pub fn spawn(reader: Reader, offset: usize, bytes: &[u8]) -> Result<Self, Reader> {
        let bytes = bytes.to_vec();
        let (sender, chunks) = sync_channel(QUEUE_LENGTH);
        let pool = BufferPool::default();
        let orders = Arc::new(Orders::default());
        // `spawn` drops its closure if it fails, so the closure must not own the reader.
        let slot = Arc::new(Mutex::new(Some(reader)));
        let spawned = {
            let (pool, slot, orders) = (pool.clone(), slot.clone(), orders.clone());
            thread::Builder::new().spawn(move || {
                let taken = lock(&slot).take();
                if let Some(mut reader) = taken {
                    let indexer = BackgroundIndexer::new(offset, bytes);
                    read_chunks(&mut reader, indexer, &sender, &pool, &orders);
                    *lock(&slot) = Some(reader);
                }
            })
        };
        let failed = spawned.is_err().then(|| lock(&slot).take()).flatten();
        match failed {
            Some(reader) => Err(reader),
            None => Ok(Self {
                chunks,
                pool,
                has_ended: false,
                reader: slot,
                orders,
            }),
        }
    }

    /// Where the buffers of chunks are reused.
    pub fn pool(&self) -> BufferPool {
        self.pool.clone()
    }

    /// Has the thread leave the index to those who get the chunks.
    pub fn stop_indexing(&self) {
        self.orders.reads_only.store(true, Ordering::Relaxed);
    }

    /// Ends the thread, as soon as its current read returns. Returns the chunks that it has read, and the reader.
    pub fn stop(self) -> (Vec<io::Result<InputBuffer>>, Option<Reader>) {
        self.orders.is_stopped.store(true, Ordering::Relaxed);
        let chunks = self.chunks.iter().collect();
        (chunks, lock(&self.reader).take())
    }

    /// Waits for the next chunk and appends it to the buffer; nothing is appended at the end of the input.
    ///
    /// # Errors
    /// The reader's, after all bytes that were read before the error.
    pub fn recv(&mut self, buffer: &mut InputBuffer) -> io::Result<()> {
        let chunk = self.chunks.recv().ok();
        self.append(chunk, buffer)
    }

    /// Like [`ReadAhead::recv`], but waits no longer than `timeout`; `None` if no chunk arrives in time.
    pub fn recv_timeout(
        &mut self,
        buffer: &mut InputBuffer,
        timeout: Duration,
    ) -> Option<io::Result<()>> {
        let chunk = match self.chunks.recv_timeout(timeout) {
            Err(RecvTimeoutError::Timeout) => return None,
            chunk => chunk.ok(),
        };
        Some(self.append(chunk, buffer))
    }

    fn append(
        &mut self,
        chunk: Option<io::Result<InputBuffer>>,
        buffer: &mut InputBuffer,
    ) -> io::Result<()> {
        let chunk = match chunk {
            Some(chunk) => chunk?,
            None if self.has_ended => return Ok(()),
            None => return Err(io::Error::other("the thread that reads is gone")),
        };
        self.has_ended = chunk.filled.is_empty();
        self.pool.append(buffer, chunk);
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends chunks until the input ends, which an empty chunk marks, an error occurs, or it is stopped.
fn read_chunks(
    reader: &mut Reader,
    indexer: BackgroundIndexer,
    chunks: &SyncSender<io::Result<InputBuffer>>,
    pool: &BufferPool,
    orders: &Orders,
) {
    let mut indexer = Some(indexer);
    loop {
        let mut chunk = pool.read(reader);
        // What is behind bytes that it has not seen it cannot index.
        indexer.take_if(|_| orders.reads_only.load(Ordering::Relaxed));
        if let (Ok(chunk), Some(indexer)) = (&mut chunk, &mut indexer) {
            indexer.index(chunk);
        }
        let is_last = chunk.as_ref().map_or(true, |chunk| chunk.filled.is_empty());
        if chunks.send(chunk).is_err() || is_last || orders.is_stopped.load(Ordering::Relaxed) {
            return;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    /// A reader that returns prepared results, one per read, and then ends.
    struct Scripted(VecDeque<io::Result<Vec<u8>>>);

    impl Read for Scripted {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let bytes = self.0.pop_front().unwrap_or(Ok(Vec::new()))?;
            buffer[..bytes.len()].copy_from_slice(&bytes);
            Ok(bytes.len())
        }
    }

    fn read_ahead(results: impl IntoIterator<Item = io::Result<Vec<u8>>>) -> ReadAhead {
        let reader = Scripted(results.into_iter().collect());
        ReadAhead::spawn(Box::new(reader), 0, &[]).ok().unwrap()
    }

    #[test]
    fn a_chunk_is_appended_to_the_bytes_in_the_buffer() {
        let numbers: Vec<u8> = (0..3 << 20).map(|i: u32| (i % 251) as u8).collect();
        for kept in [0, 1, 1000, HEADROOM, HEADROOM + 1, 2 * CHUNK_SIZE] {
            let chunks = numbers
                .chunks(CHUNK_SIZE - 7)
                .map(|bytes| Ok(bytes.to_vec()));
            let mut ahead = read_ahead(chunks);
            let (mut buffer, mut taken) = (InputBuffer::default(), Vec::new());
            loop {
                let before = buffer.filled.len();
                ahead.recv(&mut buffer).unwrap();
                if buffer.filled.len() == before {
                    break;
                }
                let take = buffer.filled.len().saturating_sub(kept);
                taken.extend_from_slice(&buffer.filled()[..take]);
                buffer.filled.start += take;
            }
            taken.extend_from_slice(buffer.filled());
            assert!(taken == numbers, "{kept} bytes kept");
        }
    }

    #[test]
    fn an_error_follows_the_bytes_read_before_it_and_the_end_is_final() {
        let reset = || io::Error::from(ErrorKind::ConnectionReset);
        let mut broken = read_ahead([Ok(b"abc".to_vec()), Err(reset())]);
        let mut buffer = InputBuffer::default();
        broken.recv(&mut buffer).unwrap();
        assert_eq!(buffer.filled(), b"abc");
        let error = broken.recv(&mut buffer).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);

        let interrupted = io::Error::from(ErrorKind::Interrupted);
        let mut ended = read_ahead([Err(interrupted), Ok(b"abc".to_vec())]);
        for _ in 0..4 {
            ended.recv(&mut buffer).unwrap();
        }
        assert_eq!(buffer.filled(), b"abcabc");
    }

    #[test]
    fn a_silent_reader_runs_into_the_timeout() {
        struct Silent;
        impl Read for Silent {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                thread::sleep(Duration::from_secs(600));
                Ok(0)
            }
        }
        let mut ahead = ReadAhead::spawn(Box::new(Silent), 0, &[]).ok().unwrap();
        for timeout in [Duration::ZERO, Duration::from_millis(1)] {
            let chunk = ahead.recv_timeout(&mut InputBuffer::default(), timeout);
            assert!(chunk.is_none());
        }
    }
}
