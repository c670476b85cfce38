//! The terminal: its size, its modes and the alternate screen.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crossterm::cursor::{Hide, Show};
use crossterm::terminal::{
    DisableLineWrap, EnableLineWrap, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen,
};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl};
use rustix::io::Errno;
use rustix::stdio::dup2_stderr;
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, isatty, tcgetattr,
    tcgetwinsize, tcsetattr,
};

use super::frame::Size;
use super::line::RESET;
use super::painter::append;

/// The size of a terminal that does not know its own, as of a serial line.
const DEFAULT_SIZE: Size = Size {
    columns: 80,
    rows: 24,
};

/// Locked for a moment only, and never while something is drawn: also the panic hook needs it.
static STATE: Mutex<State> = Mutex::new(State {
    keys: None,
    original: None,
    stderr: None,
    is_entered: false,
});

struct State {
    /// The terminal that keys come from, if there is one.
    keys: Option<OwnedFd>,
    /// Its modes before the screen was entered.
    original: Option<Termios>,
    /// Stderr, where that is a terminal too: on the screen, nothing else may write to it, not even a child process.
    stderr: Option<OwnedFd>,
    is_entered: bool,
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The size of the terminal that stdout is.
pub fn size() -> Size {
    let size = tcgetwinsize(rustix::stdio::stdout()).ok();
    let size = size.filter(|size| size.ws_col > 0 && size.ws_row > 0);
    size.map_or(DEFAULT_SIZE, |size| Size {
        columns: size.ws_col.into(),
        rows: size.ws_row.into(),
    })
}

/// Switches to the alternate screen, without a cursor, and lets every key arrive at once and unseen. The keys that send
/// signals keep doing so.
///
/// In a background job this stops the process, as the system does with every job that sets the terminal's modes.
///
/// # Errors
/// The terminal refuses.
pub fn enter() -> io::Result<()> {
    let mut state = state();
    if state.keys.is_none() {
        state.keys = key_source();
    }
    if let Some(keys) = &state.keys {
        let original = tcgetattr(keys)?;
        set_modes(keys, &unbuffered(&original))?;
        state.original.get_or_insert(original);
    }
    if state.stderr.is_none() {
        state.stderr = silence_stderr();
    }
    state.is_entered = true;
    let mut text = String::new();
    append(&mut text, EnterAlternateScreen);
    append(&mut text, Hide);
    append(&mut text, DisableLineWrap);
    write_all(&text)
}

/// Restores what [`enter`] changed, and writes `last` to the normal screen. Does nothing if it is restored already.
pub fn leave(last: &str) {
    let mut state = state();
    if !std::mem::take(&mut state.is_entered) {
        return;
    }
    let mut text = String::new();
    append(&mut text, EndSynchronizedUpdate);
    text.push_str(RESET);
    append(&mut text, EnableLineWrap);
    append(&mut text, LeaveAlternateScreen);
    append(&mut text, Show);
    if let Some(stderr) = state.stderr.take() {
        let _ = dup2_stderr(stderr);
    }
    let takes_output = takes_output();
    // A terminal that has gone cannot be restored.
    if takes_output {
        let _ = write_all(&text);
    }
    let original = state.original.take();
    if let (Some(keys), Some(original)) = (&state.keys, original) {
        let _ = set_modes(keys, &original);
    }
    if takes_output {
        let _ = write_all(last);
    }
}

/// Discards what is written to stderr from now on, if that is a terminal; returns the terminal.
fn silence_stderr() -> Option<OwnedFd> {
    let stderr = io::stderr();
    let terminal = stderr.as_fd().try_clone_to_owned().ok();
    let terminal = terminal.filter(|it| isatty(it))?;
    let nowhere = File::options().write(true).open("/dev/null").ok()?;
    dup2_stderr(nowhere).ok()?;
    Some(terminal)
}

/// Whether the terminal takes output before long. One behind a connection that hangs does not, and a write would block.
fn takes_output() -> bool {
    let stdout = rustix::stdio::stdout();
    let limit = Timespec {
        tv_sec: 1,
        tv_nsec: 0,
    };
    poll(&mut [PollFd::new(&stdout, PollFlags::OUT)], Some(&limit)) != Ok(0)
}

/// Whether the terminal is in the state that [`enter`] sets.
pub fn is_entered() -> bool {
    state().is_entered
}

/// The terminal that keys come from, if there is one.
pub fn keys() -> Option<OwnedFd> {
    let state = state();
    state.keys.as_ref().and_then(|keys| keys.try_clone().ok())
}

/// Writes to stdout, in one piece if the terminal takes it.
///
/// # Errors
/// The terminal has gone.
pub fn write_all(text: &str) -> io::Result<()> {
    let stdout = rustix::stdio::stdout();
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        match rustix::io::write(stdout, rest) {
            Ok(amount) => rest = &rest[amount..],
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => {
                poll(&mut [PollFd::new(&stdout, PollFlags::OUT)], None)?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Stdin if it is a terminal, else the one that stdout is if it can be read, as where a shell has opened it for all
/// three streams, else the one that controls the process.
fn key_source() -> Option<OwnedFd> {
    let (stdin, stdout) = (io::stdin(), io::stdout());
    let is_open_for_both = |fd: &dyn AsFd| {
        fcntl_getfl(fd.as_fd()).is_ok_and(|it| it & OFlags::ACCMODE == OFlags::RDWR)
    };
    if isatty(&stdin) {
        stdin.as_fd().try_clone_to_owned().ok()
    } else if isatty(&stdout) && is_open_for_both(&stdout) {
        stdout.as_fd().try_clone_to_owned().ok()
    } else {
        File::open("/dev/tty").map(OwnedFd::from).ok()
    }
}

/// Modes in which a read returns each key at once. A carriage return stays one, and Ctrl-S does not stop the output.
/// Ctrl-\ sends no signal, which people do not expect of it. The keys that do so discard no output (`NOFLSH`): it would
/// end in the middle of a sequence.
fn unbuffered(original: &Termios) -> Termios {
    let mut modes = original.clone();
    modes.input_modes -= InputModes::IXON | InputModes::ICRNL;
    modes.local_modes -= LocalModes::ICANON | LocalModes::ECHO | LocalModes::IEXTEN;
    modes.local_modes |= LocalModes::NOFLSH;
    modes.special_codes[SpecialCodeIndex::VMIN] = 1;
    modes.special_codes[SpecialCodeIndex::VTIME] = 0;
    modes
}

/// Stops the process while it is in the background.
fn set_modes(keys: &OwnedFd, modes: &Termios) -> io::Result<()> {
    loop {
        match tcsetattr(keys, OptionalActions::Now, modes) {
            Err(Errno::INTR) => {}
            outcome => return Ok(outcome?),
        }
    }
}
