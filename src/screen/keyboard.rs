//! The thread that serves the keys, the size of the terminal, job control and the clock, so that the screen stays alive
//! while a request takes its time.

use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{getpgrp, getsid};
use signal_hook::consts::{SIGCONT, SIGTSTP, SIGWINCH};
use signal_hook::low_level::emulate_default_handler;
use signal_hook::{flag, low_level::pipe};

use super::frame::Wanted;
use super::keys::{Key, KeyReader};
use super::state::{self, State};
use super::tty;

/// Tells the maker of the frames what is wanted. Called in the thread of the keyboard: it must not block.
pub type Notify = Box<dyn Fn(Wanted) + Send>;

struct Keyboard {
    /// The terminal that keys come from, if there is one.
    keys: Option<OwnedFd>,
    reader: KeyReader,
    /// Becomes readable on a signal and when the screen has changed.
    wake: UnixStream,
    stopped: Arc<AtomicBool>,
    continued: Arc<AtomicBool>,
    notify: Notify,
}

/// Starts the thread; returns what wakes it by a byte.
///
/// # Errors
/// The system refuses a signal handler or the thread.
pub fn start(notify: Notify) -> io::Result<UnixStream> {
    let (wake, waker) = UnixStream::pair()?;
    wake.set_nonblocking(true)?;
    waker.set_nonblocking(true)?;
    let mut keyboard = Keyboard {
        keys: tty::keys(),
        reader: KeyReader::default(),
        wake,
        stopped: Arc::default(),
        continued: Arc::default(),
        notify,
    };
    flag::register(SIGCONT, keyboard.continued.clone())?;
    pipe::register(SIGCONT, waker.try_clone()?)?;
    pipe::register(SIGWINCH, waker.try_clone()?)?;
    flag::register(SIGTSTP, keyboard.stopped.clone())?;
    pipe::register(SIGTSTP, waker.try_clone()?)?;
    // The size may have changed since the first frame, before there was a handler: the thread looks at it at once.
    let _ = (&waker).write(b"w");
    let thread = thread::Builder::new();
    thread.spawn(move || while keyboard.serve() {})?;
    Ok(waker)
}

impl Keyboard {
    /// Waits for something and handles it; returns whether the screen is still there.
    fn serve(&mut self) -> bool {
        let next = match &*state::lock() {
            Some(screen) => screen.view.next_change(Instant::now()),
            None => return false,
        };
        let keys = if self.wait(next) {
            self.read()
        } else {
            Vec::new()
        };
        if keys.contains(&Key::Quit) {
            state::quit();
        }
        let is_stopped = self.stopped.swap(false, Ordering::Relaxed);
        if let Some(screen) = &mut *state::lock() {
            if is_stopped {
                suspend();
            }
            if self.continued.swap(false, Ordering::Relaxed) {
                enter_again(screen);
            }
            self.resize(screen);
            keys.iter().for_each(|key| self.press(*key, screen));
            screen.draw();
        }
        true
    }

    /// Waits for keys, a signal or the time; returns whether there are keys.
    fn wait(&mut self, until: Option<Instant>) -> bool {
        let limit = until.map(|until| until.saturating_duration_since(Instant::now()));
        let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
        let mut fds = vec![PollFd::new(&self.wake, PollFlags::IN)];
        let keys = self.keys.as_ref();
        fds.extend(keys.map(|keys| PollFd::new(keys, PollFlags::IN)));
        // An interrupted wait has nothing to report: a signal writes to `wake` too.
        let outcome = poll(&mut fds, limit.as_ref());
        let keys = fds.get(1).filter(|_| outcome.is_ok());
        let has_keys = keys.is_some_and(|keys| !keys.revents().is_empty());
        while matches!((&self.wake).read(&mut [0; 64]), Ok(1..)) {}
        has_keys
    }

    fn read(&mut self) -> Vec<Key> {
        let mut bytes = [0; 256];
        let Some(keys) = &self.keys else {
            return Vec::new();
        };
        match rustix::io::read(keys, &mut bytes) {
            Ok(amount @ 1..) => self.reader.read(&bytes[..amount]),
            Err(Errno::INTR | Errno::AGAIN) => Vec::new(),
            Ok(0) | Err(_) => state::end_without_terminal(),
        }
    }

    fn resize(&self, screen: &mut State) {
        let size = tty::size();
        if size != screen.view.size {
            screen.view.size = size;
            screen.painter.forget();
            (self.notify)(Wanted::Layout);
        }
    }

    fn press(&self, key: Key, screen: &mut State) {
        match key {
            Key::Redraw => screen.painter.forget(),
            Key::Refresh => (self.notify)(Wanted::Refresh),
            key => screen.view.scroll(key),
        }
    }
}

/// Stops the process as Ctrl-Z does, with the normal screen on the terminal; returns when it continues, about when SIGCONT
/// says so. Does nothing in a session without job control, such as a container's, where nothing would continue it: there
/// the leader of the session is in the same process group.
fn suspend() {
    if getsid(None) != Ok(getpgrp()) {
        tty::leave("");
        let _ = emulate_default_handler(SIGTSTP);
    }
}

/// Enters the screen after the process was stopped: meanwhile the terminal was in other hands.
fn enter_again(screen: &mut State) {
    if tty::enter().is_err() {
        state::end_without_terminal();
    }
    screen.painter.forget();
}
