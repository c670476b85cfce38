//! Readers that let go of finished output before they wait for more input, and that read ahead where much is coming.

use std::io::{self, Read};
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::output::Output;
use dq_json::read::{ByteSource, InputBuffer, ReadAhead};

/// The reader, made to let go of what it can before it waits.
pub fn considerate(reader: impl Read + Send + 'static, output: Rc<Output>) -> Box<dyn ByteSource> {
    let mut reader = Reader::new(Box::new(reader), output);
    reader.is_watched = reader.output.holds_values();
    if reader.is_watched {
        reader.read_elsewhere(&[]);
    }
    Box::new(reader)
}

/// As [`considerate`], but what is read has all been worked on before more is, however much comes: reading does
/// something itself, in its place among the outputs.
pub fn in_step(reader: impl Read + Send + 'static, output: Rc<Output>) -> Box<dyn ByteSource> {
    if output.holds_values() {
        return considerate(reader, output);
    }
    let mut reader = Reader::new(Box::new(reader), output);
    reader.keeps_step = true;
    Box::new(reader)
}

/// The reader of something that makes nobody wait for long, such as a file.
pub fn prompt(reader: impl Read + Send + 'static, output: Rc<Output>) -> Box<dyn ByteSource> {
    Box::new(Reader::new(Box::new(reader), output))
}

/// An input is quiet when nothing has come for so long: a person does not notice, a server that sends what it already
/// has is faster.
const QUIET: Duration = Duration::from_millis(30);
/// Nothing is held for longer, however much comes.
const LONGEST: Duration = Duration::from_millis(200);

/// A read that brings less than this has taken all there was: the input is slower than what is done with it.
const MUCH: usize = 16 * 1024;
/// So many bytes in larger reads, one after the other, and another thread reads on. For less it does not pay.
const ENOUGH: usize = 1024 * 1024;

type Bytes = Box<dyn Read + Send>;

struct Reader {
    /// It is read here, or else elsewhere.
    here: Option<Bytes>,
    elsewhere: Option<ReadAhead>,
    output: Rc<Output>,
    /// Nobody reads elsewhere, however much comes.
    keeps_step: bool,
    /// Bytes read here.
    come: usize,
    /// Those of them that came in large reads, one after the other.
    in_a_row: usize,
    /// What the formatter holds is let go when the input is quiet.
    is_watched: bool,
    /// Since when something may be held.
    since: Option<Instant>,
    /// What [`Read::read`] has not given of a page.
    left: InputBuffer,
}

impl Reader {
    fn new(reader: Bytes, output: Rc<Output>) -> Self {
        Self {
            here: Some(reader),
            elsewhere: None,
            output,
            keeps_step: false,
            come: 0,
            in_a_row: 0,
            is_watched: false,
            since: None,
            left: InputBuffer::default(),
        }
    }

    /// Has another thread read on, if there can be one, behind these bytes, the last that have come.
    fn read_elsewhere(&mut self, last: &[u8]) {
        let place = self.come.saturating_sub(last.len());
        let pages = |reader| ReadAhead::spawn(reader, place, last);
        match self.here.take().map(pages) {
            Some(Ok(pages)) => self.elsewhere = Some(pages),
            Some(Err(reader)) => self.here = Some(reader),
            None => {}
        }
    }

    /// So many bytes were read at once.
    fn note(&mut self, bytes: usize) {
        self.come += bytes;
        self.in_a_row = if bytes < MUCH {
            0
        } else {
            self.in_a_row + bytes
        };
    }

    /// Much is coming, and another processor could take it in.
    fn should_read_elsewhere(&mut self) -> bool {
        let is_enough = self.in_a_row >= ENOUGH;
        if is_enough {
            self.in_a_row = 0;
        }
        is_enough && !self.keeps_step && has_several_processors()
    }
}

/// Rust's own way, in Linux, also reads what a control group may use, which is a share of the time and no processor.
#[cfg(target_os = "linux")]
fn has_several_processors() -> bool {
    rustix::thread::sched_getaffinity(None).is_ok_and(|processors| processors.count() > 1)
}

#[cfg(not(target_os = "linux"))]
fn has_several_processors() -> bool {
    std::thread::available_parallelism().is_ok_and(|processors| processors.get() > 1)
}

impl ByteSource for Reader {
    fn fill_buffer(&mut self, buffer: &mut InputBuffer) -> io::Result<()> {
        if self.should_read_elsewhere() {
            self.read_elsewhere(buffer.filled());
        }
        let Some(pages) = &mut self.elsewhere else {
            let Some(reader) = &mut self.here else {
                return Ok(());
            };
            self.output.let_go();
            let kept = buffer.filled().len();
            buffer.read_from(reader)?;
            self.note(buffer.filled().len() - kept);
            return Ok(());
        };
        let patience = if !self.is_watched {
            Duration::ZERO
        } else {
            self.output.let_go();
            let since = *self.since.get_or_insert_with(Instant::now);
            LONGEST.saturating_sub(since.elapsed()).min(QUIET)
        };
        if let Some(page) = pages.recv_timeout(buffer, patience) {
            return page;
        }
        if !self.is_watched {
            self.output.let_go()
        } else {
            self.output.pause()
        }
        self.since = None;
        pages.recv(buffer)
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(reader) = &mut self.here {
            self.output.let_go();
            let bytes = reader.read(buffer)?;
            self.come += bytes;
            return Ok(bytes);
        }
        if self.left.filled().is_empty() && !buffer.is_empty() {
            let mut page = std::mem::take(&mut self.left);
            self.fill_buffer(&mut page)?;
            self.left = page;
        }
        let left = self.left.filled();
        let bytes = left.len().min(buffer.len());
        buffer[..bytes].copy_from_slice(&left[..bytes]);
        self.left.consume(bytes);
        Ok(bytes)
    }
}
