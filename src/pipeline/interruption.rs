//! Ctrl-C as the end of the input, where what was read until then is worth showing (`--paths`).

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dq_fetch::{Wait, WaitHook};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use signal_hook::consts::SIGINT;
use signal_hook::{flag, low_level};

/// The exit code of a run that was interrupted, as a shell gives it.
pub const INTERRUPTED: u8 = 130;

/// The first SIGINT ends the input. The second one ends the process, as ever.
#[derive(Clone)]
pub struct Interruption {
    is_set: Arc<AtomicBool>,
    /// Readable once the signal has come.
    pipe: Arc<UnixStream>,
}

impl Interruption {
    /// Handles SIGINT from now on.
    ///
    /// # Errors
    /// The handler cannot be installed, or the signal is ignored; it then does what it does to every process.
    pub fn install() -> io::Result<Self> {
        if dq_fetch::is_ignored(SIGINT) {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let (pipe, write_end) = UnixStream::pair()?;
        let is_set = Arc::new(AtomicBool::new(false));
        flag::register_conditional_default(SIGINT, is_set.clone())?;
        flag::register(SIGINT, is_set.clone())?;
        low_level::pipe::register(SIGINT, write_end)?;
        Ok(Self {
            is_set,
            pipe: Arc::new(pipe),
        })
    }

    /// Whether the signal has come.
    pub fn is_set(&self) -> bool {
        self.is_set.load(Ordering::Relaxed)
    }

    /// Waits until there is something to read, and returns whether the signal came first. With `stdout`, a closed stdout
    /// counts as the signal.
    fn comes_before(
        &self,
        input: &dyn AsFd,
        stdout: Option<&io::Stdout>,
        limit: Option<&Timespec>,
    ) -> io::Result<bool> {
        let mut fds = vec![
            PollFd::new(&input, PollFlags::IN),
            PollFd::new(&*self.pipe, PollFlags::IN),
        ];
        fds.extend(stdout.map(|stdout| PollFd::new(stdout, PollFlags::empty())));
        loop {
            match poll(&mut fds, limit) {
                Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
                Ok(_) => return Ok(fds[1..].iter().any(|it| !it.revents().is_empty())),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// A hook that stops the response.
    pub fn wait_hook(&self, stdout: Option<io::Stdout>) -> WaitHook {
        let this = self.clone();
        WaitHook::new(move |socket, limit| {
            let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
            let stops = this.comes_before(&socket, stdout.as_ref(), limit.as_ref())?;
            Ok(if stops { Wait::Stop } else { Wait::Ready })
        })
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
        if self.interruption.comes_before(&self.file, None, None)? {
            return Ok(0);
        }
        self.file.read(buffer)
    }
}
