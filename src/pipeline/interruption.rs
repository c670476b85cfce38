//! Ctrl-C as the end of the input, where what was read until then is worth showing (`--paths`).

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use signal_hook::consts::SIGINT;
use signal_hook::{flag, low_level};

/// The exit code of a run that was interrupted, as a shell gives it.
pub const INTERRUPTED: u8 = 130;

/// The first SIGINT ends the input. The second one ends the process, as ever.
#[derive(Clone)]
pub struct Interruption {
    is_set: Arc<AtomicBool>,
    pipe: Arc<UnixStream>,
    /// What the handler writes to; `None` once it is installed.
    write_end: Arc<Mutex<Option<UnixStream>>>,
}

impl Interruption {
    /// An interruption that is not noticed yet: SIGINT ends the process until [`Interruption::arm`].
    ///
    /// # Errors
    /// There is no pipe, or the signal is ignored, and stays so.
    pub fn new() -> io::Result<Self> {
        if dq_fetch::is_ignored(SIGINT) {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let (pipe, write_end) = UnixStream::pair()?;
        Ok(Self {
            is_set: Arc::default(),
            pipe: Arc::new(pipe),
            write_end: Arc::new(Mutex::new(Some(write_end))),
        })
    }

    /// Handles SIGINT from now on: there is something to show. If that fails, the signal ends the process.
    pub fn arm(&self) {
        let mut write_end = self
            .write_end
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(write_end) = write_end.take() {
            let _ = flag::register_conditional_default(SIGINT, self.is_set.clone())
                .and_then(|_| flag::register(SIGINT, self.is_set.clone()))
                .and_then(|_| low_level::pipe::register(SIGINT, write_end));
        }
    }

    /// Whether the signal has come.
    pub fn is_set(&self) -> bool {
        self.is_set.load(Ordering::Relaxed)
    }

    /// What is readable once the signal has come.
    pub fn pipe(&self) -> &UnixStream {
        &self.pipe
    }

    /// A file that ends when the signal comes.
    pub fn file(&self, file: File) -> impl Read + Send + 'static {
        InterruptibleFile {
            file,
            interruption: self.clone(),
        }
    }
}

struct InterruptibleFile {
    file: File,
    interruption: Interruption,
}

impl Read for InterruptibleFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut fds = [
            PollFd::new(&self.file, PollFlags::IN),
            PollFd::new(self.interruption.pipe(), PollFlags::IN),
        ];
        loop {
            match poll(&mut fds, None) {
                Ok(_) if !fds[1].revents().is_empty() => return Ok(0),
                Ok(_) => return self.file.read(buffer),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
