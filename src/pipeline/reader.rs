//! Readers that let go of finished output before they wait for more input.

use std::io::{self, Cursor, Read};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use super::output::Output;

/// The reader, made to do so.
pub fn considerate(reader: impl Read + Send + 'static, output: Rc<Output>) -> Box<dyn Read> {
    if output.holds_values() {
        Box::new(Patient::new(reader, output))
    } else {
        Box::new(FlushFirst { reader, output })
    }
}

/// Writes out what there is before every read.
struct FlushFirst<R> {
    reader: R,
    output: Rc<Output>,
}

impl<R: Read> Read for FlushFirst<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.output.let_go();
        self.reader.read(buffer)
    }
}

/// An input is quiet when nothing has come for so long: a person does not notice, a server that sends what it already
/// has is faster.
const QUIET: Duration = Duration::from_millis(30);
/// Nothing is held for longer, however much comes.
const LONGEST: Duration = Duration::from_millis(200);

/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

/// For formats that hold values: has them let go when the input is quiet. Another thread reads.
struct Patient {
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: Cursor<Vec<u8>>,
    output: Rc<Output>,
    /// Since when something may be held.
    since: Option<Instant>,
    ended: bool,
}

impl Patient {
    fn new(reader: impl Read + Send + 'static, output: Rc<Output>) -> Self {
        let (sender, chunks) = sync_channel(2);
        // Without the thread there are no chunks: that is an error below.
        let _ = std::thread::Builder::new().spawn(move || read_all(reader, &sender));
        Self {
            chunks,
            chunk: Cursor::default(),
            output,
            since: None,
            ended: false,
        }
    }

    fn next(&mut self) -> io::Result<Vec<u8>> {
        self.output.let_go();
        let since = *self.since.get_or_insert_with(Instant::now);
        let patience = LONGEST.saturating_sub(since.elapsed()).min(QUIET);
        match self.chunks.recv_timeout(patience) {
            Ok(chunk) => return chunk,
            Err(RecvTimeoutError::Disconnected) => return Err(gone()),
            Err(RecvTimeoutError::Timeout) => {}
        }
        self.output.pause();
        self.since = None;
        self.chunks.recv().unwrap_or_else(|_| Err(gone()))
    }
}

fn gone() -> io::Error {
    io::Error::other("the thread that reads is gone")
}

/// Sends everything there is to read; nothing at the end.
fn read_all(mut reader: impl Read, chunks: &SyncSender<io::Result<Vec<u8>>>) {
    let mut buffer = vec![0; CHUNK];
    loop {
        let chunk = match reader.read(&mut buffer) {
            Ok(bytes) => Ok(buffer[..bytes].to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let is_last = chunk.as_ref().map_or(true, Vec::is_empty);
        if chunks.send(chunk).is_err() || is_last {
            return;
        }
    }
}

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.chunk.read(buffer)?;
        if bytes > 0 || buffer.is_empty() || self.ended {
            return Ok(bytes);
        }
        let chunk = self.next()?;
        self.ended = chunk.is_empty();
        self.chunk = Cursor::new(chunk);
        self.chunk.read(buffer)
    }
}
