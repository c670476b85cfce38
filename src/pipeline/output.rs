//! Standard output and standard error, in the right order and at the right time.

use std::cell::{Cell, RefCell, RefMut};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::FileTypeExt;
use std::sync::Arc;

use super::closed_pipe::Switch;
use super::progress::Progress;
use crate::error::Error;
use crate::plan::Flush;
use crate::terminal::Terminal;
use dq_format::{self, Formatter};
use dq_json::value::FilterOutput;
use dq_text::sanitize;

/// Output kept back at most, in bytes.
const BUFFER: usize = 64 * 1024;

/// Standard output without the buffer of Rust's own, which looks for line ends.
struct Stdout;

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(rustix::stdio::stdout(), bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Both output streams of dq.
pub struct Output {
    stdout: RefCell<BufWriter<Stdout>>,
    formatter: RefCell<Box<dyn Formatter>>,
    /// The formatter keeps what it holds even while the input waits.
    is_held: Cell<bool>,
    flush: Flush,
    terminal: Terminal,
    progress: Option<Arc<Progress>>,
    closed_pipe: Switch,
    /// A write that failed when there was nobody to tell; what was to be written is gone.
    failure: Cell<Option<io::Error>>,
}

impl Output {
    pub fn new(terminal: Terminal, flush: Flush, formatter: Box<dyn Formatter>) -> Self {
        let progress = Progress::new(terminal.stderr.is_terminal);
        let stdout = RefCell::new(BufWriter::with_capacity(BUFFER, Stdout));
        Self {
            stdout,
            formatter: RefCell::new(formatter),
            is_held: Cell::new(false),
            flush,
            terminal,
            progress,
            closed_pipe: Switch::default(),
            failure: Cell::new(None),
        }
    }

    /// The progress line, where there is one.
    pub fn progress(&self) -> Option<Arc<Progress>> {
        self.progress.clone()
    }

    /// The progress line for what comes in: none where stdout is a pipe, for whoever reads that may write to
    /// the same terminal.
    pub fn progress_of_download(&self) -> Option<Arc<Progress>> {
        let is_pipe = || {
            let stdout = io::stdout().as_fd().try_clone_to_owned();
            let kind = stdout.and_then(|fd| File::from(fd).metadata());
            kind.is_ok_and(|it| it.file_type().is_fifo() || it.file_type().is_socket())
        };
        self.progress.clone().filter(|_| !is_pipe())
    }

    /// Writes to stderr where the progress line was; it is gone for good where stdout is on the same terminal.
    fn beside_progress(&self, write: impl FnOnce()) {
        match &self.progress {
            Some(progress) if self.terminal.stdout.is_terminal => {
                progress.end();
                write();
            }
            Some(progress) => progress.aside(write),
            None => write(),
        }
    }

    /// Stdout, about to be written to.
    fn shown(&self) -> RefMut<'_, BufWriter<Stdout>> {
        if let Some(progress) = &self.progress
            && self.terminal.stdout.is_terminal
        {
            progress.end();
        }
        self.stdout.borrow_mut()
    }

    /// Writes an output of the filter.
    pub fn item(&self, item: FilterOutput) -> Result<(), dq_format::Error> {
        self.check()?;
        let mut formatter = self.formatter.borrow_mut();
        formatter.write_item(item, &mut *self.shown())?;
        drop(formatter);
        match self.flush {
            Flush::EachOutput => Ok(self.flush()?),
            Flush::BeforeBlocking => Ok(()),
        }
    }

    /// Ends the formatter's output.
    pub fn finish_values(&self) -> Result<(), Error> {
        let mut formatter = self.formatter.borrow_mut();
        formatter.finish(&mut *self.shown())?;
        Ok(())
    }

    /// Values are held until more is known.
    pub fn holds_values(&self) -> bool {
        self.formatter.borrow().holds_values()
    }

    /// Whether what the formatter holds is kept even while the input waits.
    pub fn hold(&self, is_held: bool) {
        self.is_held.set(is_held);
    }

    /// Lets go of everything, for the input waits. A failure to write shows at the next output.
    pub fn pause(&self) {
        if !self.is_held.get() {
            let mut formatter = self.formatter.borrow_mut();
            let paused = formatter.pause(&mut *self.stdout.borrow_mut());
            // Any other trouble is not one of waiting, and shows again at the end.
            if let Err(dq_format::Error::Io(error)) = paused {
                self.failure.set(Some(error));
            }
        }
        self.let_go();
    }

    /// Writes out what there is. A failure shows at the next output.
    pub fn let_go(&self) {
        if let Err(error) = self.flush() {
            self.failure.set(Some(error));
        }
    }

    /// Has a write failed that nobody was told of?
    fn check(&self) -> io::Result<()> {
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Writes text of the server's: as it is, unless a terminal would obey it.
    pub fn text(&self, bytes: &[u8]) -> Result<(), Error> {
        self.check().map_err(dq_format::Error::Io)?;
        self.drain().map_err(dq_format::Error::Io)?;
        let mut stdout = self.shown();
        let written = if self.terminal.stdout.is_terminal {
            stdout.write_all(sanitize(&String::from_utf8_lossy(bytes)).as_bytes())
        } else {
            stdout.write_all(bytes)
        };
        written.map_err(dq_format::Error::Io)?;
        if self.flush == Flush::EachOutput {
            stdout.flush().map_err(dq_format::Error::Io)?;
        }
        Ok(())
    }

    /// Writes text of the server's, or of the filter's, to stderr; what stdout holds goes first.
    pub fn message(&self, bytes: &[u8]) {
        self.let_go();
        self.beside_progress(|| {
            let mut stderr = io::stderr().lock();
            // There is nobody left to tell if stderr cannot be written.
            let _ = if self.terminal.stderr.is_terminal {
                stderr.write_all(sanitize(&String::from_utf8_lossy(bytes)).as_bytes())
            } else {
                stderr.write_all(bytes)
            };
        });
    }

    /// A line on stderr.
    pub fn report(&self, line: &str) {
        self.message(format!("{line}\n").as_bytes());
    }

    /// Who waits for the server's bytes: a reader that goes away ends dq at once.
    pub fn waiter(&self) -> dq_fetch::Waiter {
        if self.terminal.stdout.is_terminal {
            dq_fetch::Waiter::default()
        } else {
            self.closed_pipe.waiter(self.progress.clone())
        }
    }

    /// From here on they may not come for a long time.
    pub fn expect_silence(&self) {
        self.closed_pipe.turn_on();
    }

    pub fn flush(&self) -> io::Result<()> {
        self.drain()?;
        self.stdout.borrow_mut().flush()
    }

    /// Takes what the formatter has written and keeps back.
    fn drain(&self) -> io::Result<()> {
        let mut formatter = self.formatter.borrow_mut();
        formatter.drain(&mut *self.stdout.borrow_mut())
    }

    /// Writes out what is left.
    pub fn finish(&self) -> Result<(), Error> {
        if let Some(progress) = &self.progress {
            progress.end();
        }
        let finished = self.check().and(self.flush());
        finished.map_err(|error| dq_format::Error::Io(error).into())
    }
}
