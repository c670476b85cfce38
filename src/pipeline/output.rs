//! Standard output and standard error: order, flushing, and the progress line beside them.

use std::cell::{Cell, OnceCell, RefCell, RefMut};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::FileTypeExt;
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex, PoisonError};

use super::ahead::Ahead;
use super::byte_source::BeforeBlocking;
use super::interruption::Interruption;
use super::missing_columns;
use super::progress::Progress;
use super::stdout_monitor::StdoutMonitor;
use crate::error::Error;
use crate::memory;
use crate::plan::Flush;
use crate::screen;
use crate::stdout::Stdout;
use crate::terminal::Terminal;
use dq_format::Formatter;
use dq_json::value::FilterOutput;
use dq_text::{escape_line, sanitize};

/// Size of the output buffer, in bytes.
const BUFFER_SIZE: usize = 64 * 1024;

/// Text to insert between outputs, as `-i` does with the head of each page, handed over by the fetch stage.
#[derive(Clone, Default)]
pub struct Insertions(Arc<Mutex<Vec<u8>>>);

impl Insertions {
    /// Appends text. It is written before the next output.
    pub fn push(&self, text: &[u8]) {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pending.extend_from_slice(text);
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Both output streams of dq.
pub struct Output {
    stdout: RefCell<BufWriter<Stdout>>,
    formatter: RefCell<Box<dyn Formatter>>,
    /// The formatter keeps what it holds even while the input is idle.
    is_held: Cell<bool>,
    /// The same until the end.
    is_held_to_end: Cell<bool>,
    /// Text that arrives between outputs, if any can.
    insertions: OnceCell<Insertions>,
    flush: Flush,
    terminal: Terminal,
    progress: Option<Arc<Progress>>,
    stdout_monitor: StdoutMonitor,
    /// Ctrl-C ends the input instead of the process.
    interruption: Option<Interruption>,
    /// The input that was offered to others, until it ends or somebody takes it.
    offered: Cell<Weak<RefCell<Ahead>>>,
    /// A write that failed while the input was read: returned by the next write.
    failure: Cell<Option<io::Error>>,
    /// Messages that are kept instead of written to stderr, where something else owns the terminal.
    kept_messages: RefCell<Option<Vec<u8>>>,
    /// Text of the server that is kept instead of written to stdout.
    kept_text: RefCell<Option<Vec<u8>>>,
}

impl Output {
    /// The output streams, without a formatter: outputs are written after [`Output::format_with`].
    ///
    /// Without `has_progress` there is no progress line.
    pub fn new(
        terminal: Terminal,
        flush: Flush,
        has_progress: bool,
        interruption: Option<Interruption>,
    ) -> Self {
        let progress = Progress::new(terminal.stderr.is_terminal && has_progress);
        let stdout = RefCell::new(BufWriter::with_capacity(BUFFER_SIZE, Stdout));
        Self {
            stdout,
            formatter: RefCell::new(dq_format::formatter(dq_format::Settings::default())),
            is_held: Cell::new(false),
            is_held_to_end: Cell::new(false),
            insertions: OnceCell::new(),
            flush,
            terminal,
            progress,
            stdout_monitor: StdoutMonitor::new(interruption.clone()),
            interruption,
            offered: Cell::new(Weak::new()),
            failure: Cell::new(None),
            kept_messages: RefCell::new(None),
            kept_text: RefCell::new(None),
        }
    }

    /// Keeps messages from now on, for [`Output::take_messages`], or writes them to stderr again.
    pub fn keep_messages(&self, is_kept: bool) {
        self.kept_messages.replace(is_kept.then(Vec::new));
    }

    /// The messages that were kept.
    pub fn take_messages(&self) -> String {
        let mut kept = self.kept_messages.borrow_mut();
        let bytes = kept.as_mut().map(std::mem::take).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Keeps the text of the server from now on, for [`Output::take_text`], or writes it to stdout again.
    pub fn keep_text(&self, is_kept: bool) {
        self.kept_text.replace(is_kept.then(Vec::new));
    }

    /// The text that was kept.
    pub fn take_text(&self) -> Vec<u8> {
        let mut kept = self.kept_text.borrow_mut();
        kept.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Writes what a container has written to its stderr: to stderr, or with the other text that is kept.
    pub fn text_of_stderr(&self, bytes: &[u8]) {
        match &mut *self.kept_text.borrow_mut() {
            Some(kept) => kept.extend_from_slice(bytes),
            None => self.message(bytes),
        }
    }

    /// Sets the formatter of the outputs.
    pub fn format_with(&self, formatter: Box<dyn Formatter>) {
        self.formatter.replace(formatter);
    }

    /// The progress line, where there is one.
    pub fn progress(&self) -> Option<Arc<Progress>> {
        self.progress.clone()
    }

    /// The progress line for a download. There is none where stdout is a pipe, because its reader may write to the same
    /// terminal.
    pub fn progress_of_download(&self) -> Option<Arc<Progress>> {
        let is_pipe = || {
            let stdout = io::stdout().as_fd().try_clone_to_owned();
            let kind = stdout.and_then(|fd| File::from(fd).metadata());
            kind.is_ok_and(|it| it.file_type().is_fifo() || it.file_type().is_socket())
        };
        self.progress.clone().filter(|_| !is_pipe())
    }

    /// Writes to stderr without the progress line, which stays away where stdout is on the same terminal.
    fn beside_progress(&self, write: impl FnOnce()) {
        match &self.progress {
            Some(progress) if self.terminal.stdout.is_terminal => {
                progress.end();
                write();
            }
            Some(progress) => progress.suspended(write),
            None => write(),
        }
    }

    /// Stdout without the progress line, to be written to.
    fn stdout(&self) -> RefMut<'_, BufWriter<Stdout>> {
        if let Some(progress) = &self.progress
            && self.terminal.stdout.is_terminal
        {
            progress.end();
        }
        self.stdout.borrow_mut()
    }

    /// Text that arrives between outputs is taken from here from now on.
    pub fn insertions(&self) -> Insertions {
        self.insertions.get_or_init(Insertions::default).clone()
    }

    /// Names the host that the next outputs are from, where several are asked.
    pub fn set_host(&self, host: &str) {
        self.formatter.borrow_mut().set_host(host);
    }

    /// Writes an output of the filter.
    pub fn item(&self, item: FilterOutput) -> Result<(), dq_format::Error> {
        self.check()?;
        if let Some(interruption) = &self.interruption {
            interruption.arm();
            if interruption.is_set() {
                return Err(io::Error::from(io::ErrorKind::Interrupted).into());
            }
        }
        self.write_insertions()?;
        let mut formatter = self.formatter.borrow_mut();
        formatter.write_output(item, &mut *self.stdout())?;
        drop(formatter);
        match self.flush {
            Flush::EachOutput => Ok(self.flush()?),
            Flush::BeforeBlocking => Ok(()),
        }
    }

    /// Whether everything that is written goes through the formatter, and is flushed when a read blocks.
    pub fn is_plain(&self) -> bool {
        self.flush == Flush::BeforeBlocking && self.insertions.get().is_none()
    }

    /// Writes what another formatter with the same settings has made of outputs.
    pub fn formatted(&self, text: &[u8]) -> io::Result<()> {
        self.check()?;
        self.drain()?;
        self.stdout().write_all(text)
    }

    /// The input that is offered to others to read, once for each offer.
    pub fn take_offered(&self) -> Option<Rc<RefCell<Ahead>>> {
        self.offered.take().upgrade()
    }

    /// Ends the formatter's output.
    pub fn finish_values(&self) -> Result<(), Error> {
        let mut formatter = self.formatter.borrow_mut();
        let finished = formatter.finish(&mut *self.stdout());
        let missing = formatter.missing_columns();
        let notes = formatter.notes();
        drop(formatter);
        for note in notes {
            let is_hint = note.starts_with("hint: ");
            let stage = if is_hint { "" } else { "dq: " };
            self.report(&format!("{stage}{note}"));
        }
        for missing in missing {
            let lines = missing_columns::lines(&missing);
            lines.iter().for_each(|line| self.report(line));
        }
        Ok(finished?)
    }

    /// Whether the formatter keeps what it holds even while the input is idle.
    pub fn hold(&self, is_held: bool) {
        self.is_held.set(is_held);
    }

    /// The formatter keeps what it holds until the end: the outputs of several sources are one table.
    pub fn hold_to_end(&self) {
        self.is_held_to_end.set(true);
    }

    /// Inserts text between outputs.
    pub fn insert(&self, text: &Insertions) {
        let text = text.take();
        if !text.is_empty() {
            self.insertions().push(&text);
        }
    }

    /// Returns the failure of an earlier write that has not been returned yet.
    fn check(&self) -> io::Result<()> {
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Writes text from the server: unchanged, but sanitized for a terminal.
    pub fn text(&self, bytes: &[u8]) -> Result<(), Error> {
        if let Some(kept) = &mut *self.kept_text.borrow_mut() {
            kept.extend_from_slice(bytes);
            return Ok(());
        }
        self.check().map_err(dq_format::Error::Io)?;
        self.write_insertions().map_err(dq_format::Error::Io)?;
        self.drain().map_err(dq_format::Error::Io)?;
        let mut stdout = self.stdout();
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

    /// Writes text from the server or the filter to stderr, after flushing stdout.
    pub fn message(&self, bytes: &[u8]) {
        self.flush_written();
        self.message_between_writes(bytes);
    }

    /// As [`Output::message`], without flushing stdout: also while the formatter is writing.
    pub fn message_between_writes(&self, bytes: &[u8]) {
        if let Some(kept) = &mut *self.kept_messages.borrow_mut() {
            kept.extend_from_slice(bytes);
            return;
        }
        self.beside_progress(|| {
            let mut stderr = io::stderr().lock();
            // A failure to write to stderr cannot be reported anywhere.
            let _ = if self.terminal.stderr.is_terminal {
                stderr.write_all(sanitize(&String::from_utf8_lossy(bytes)).as_bytes())
            } else {
                stderr.write_all(bytes)
            };
        });
    }

    /// Writes a line to stderr. What the server or the filter has put into it cannot begin another one.
    pub fn report(&self, line: &str) {
        self.message(format!("{}\n", escape_line(line)).as_bytes());
    }

    /// What waits for the server's bytes: it ends the wait as soon as stdout is closed.
    pub fn wait_hook(&self) -> dq_fetch::WaitHook {
        if self.terminal.stdout.is_terminal && self.interruption.is_none() {
            dq_fetch::WaitHook::default()
        } else {
            self.stdout_monitor.wait_hook()
        }
    }

    /// What ends an input at Ctrl-C, if anything does.
    pub fn interruption(&self) -> Option<&Interruption> {
        self.interruption.as_ref()
    }

    /// Whether Ctrl-C has ended the input.
    pub fn is_interrupted(&self) -> bool {
        self.interruption.as_ref().is_some_and(Interruption::is_set)
    }

    /// What notices that nobody reads stdout any more, where it is no terminal.
    pub fn stdout_monitor(&self) -> Option<StdoutMonitor> {
        let is_needed = !self.terminal.stdout.is_terminal || self.interruption.is_some();
        is_needed.then(|| self.stdout_monitor.clone())
    }

    /// From now on the server may be silent for a long time.
    pub fn expect_silence(&self) {
        self.stdout_monitor.start();
    }

    /// Flushes what the formatter has written.
    pub fn flush(&self) -> io::Result<()> {
        self.drain()?;
        self.write_insertions()?;
        self.stdout.borrow_mut().flush()
    }

    /// Writes the text that arrived since the last output.
    fn write_insertions(&self) -> io::Result<()> {
        let Some(insertions) = self.insertions.get() else {
            return Ok(());
        };
        let text = insertions.take();
        if text.is_empty() {
            return Ok(());
        }
        self.drain()?;
        self.stdout().write_all(&text)
    }

    /// Moves what the formatter has buffered to stdout's buffer.
    fn drain(&self) -> io::Result<()> {
        let mut formatter = self.formatter.borrow_mut();
        formatter.flush_pending(&mut *self.stdout.borrow_mut())
    }

    /// Ends the progress line and flushes everything.
    pub fn finish(&self) -> Result<(), Error> {
        if let Some(progress) = &self.progress {
            progress.end();
        }
        let finished = self.check().and(self.flush());
        finished.map_err(|error| dq_format::Error::Io(error).into())
    }
}

thread_local! {
    /// The output that is written where memory runs out. What refers to it is never freed, so that no destructor is
    /// needed.
    static OPEN: Cell<Option<&'static Weak<Output>>> = const { Cell::new(None) };
}

impl Output {
    /// Has what was written flushed where memory runs out.
    pub fn flush_at_out_of_memory(self: &Rc<Self>) {
        OPEN.set(Some(Box::leak(Box::new(Rc::downgrade(self)))));
        memory::before_end(|| {
            screen::end_at_once();
            if let Some(output) = OPEN.get().and_then(Weak::upgrade) {
                output.flush_if_idle();
                // Dropping it may be what has begun here.
                std::mem::forget(output);
            }
        });
    }

    /// Flushes stdout, and the formatter if it is not writing at the moment.
    fn flush_if_idle(&self) {
        if let Some(progress) = &self.progress {
            progress.try_end();
        }
        let Ok(mut stdout) = self.stdout.try_borrow_mut() else {
            return;
        };
        if let Ok(mut formatter) = self.formatter.try_borrow_mut() {
            // The message about the memory is what matters now.
            let _ = formatter.flush_pending(&mut *stdout);
        }
        let _ = stdout.flush();
    }
}

impl BeforeBlocking for Output {
    fn flush_written(&self) {
        if let Err(error) = self.flush() {
            self.failure.set(Some(error));
        }
    }

    fn flush_held(&self) {
        if !self.is_held.get() && !self.is_held_to_end.get() {
            let mut formatter = self.formatter.borrow_mut();
            let paused = formatter.before_blocking(&mut *self.stdout.borrow_mut());
            // The formatter's other errors are returned when it finishes.
            if let Err(dq_format::Error::Io(error)) = paused {
                self.failure.set(Some(error));
            }
        }
        self.flush_written();
    }

    fn holds_values(&self) -> bool {
        !self.is_held_to_end.get() && self.formatter.borrow().holds_values()
    }

    fn offer(&self, ahead: &Rc<RefCell<Ahead>>) {
        self.offered.set(Rc::downgrade(ahead));
    }
}
