//! A pseudo-terminal with one program on it: the test sees its bytes, its modes and how the program ends.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcgetattr, tcsetwinsize};

use super::grid::Grid;

const LIMIT: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// A program that has a terminal to itself, as the leader of its session.
pub struct Pty {
    master: Option<File>,
    terminal: File,
    pub child: Child,
    output: Arc<Mutex<Vec<u8>>>,
    /// The test reads no more.
    is_closed: Arc<AtomicBool>,
    /// The sizes that the terminal had, and from which byte on.
    sizes: Vec<(usize, (u16, u16))>,
    /// The modes of the terminal before the program was started.
    modes: String,
}

impl Pty {
    /// Starts a command on a new terminal of this size. Its standard streams are the terminal unless the command has
    /// others, which is what `prepare` is for.
    pub fn start(command: &[&str], size: (u16, u16), prepare: impl FnOnce(&mut Command)) -> Self {
        let master =
            openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let path = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let terminal = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .unwrap();
        resize(&terminal, size);
        let modes = modes(&terminal);
        let stream = || Stdio::from(terminal.try_clone().unwrap());
        // The harness may have been started with signals ignored, which a child inherits.
        let mut whole = Command::new("setsid");
        whole
            .args(["--ctty", "env", "--default-signal=HUP,INT,QUIT,TSTP"])
            .args(command)
            .env("TERM", "xterm-256color")
            .stdin(stream())
            .stdout(stream())
            .stderr(stream());
        prepare(&mut whole);
        let child = whole.spawn().unwrap();
        drop(whole);
        let master = File::from(master);
        let (output, is_closed) = (Arc::default(), Arc::default());
        collect(master.try_clone().unwrap(), &output, &is_closed);
        Self {
            master: Some(master),
            terminal,
            child,
            output,
            is_closed,
            sizes: vec![(0, size)],
            modes,
        }
    }

    pub fn press(&self, keys: &str) {
        let mut master = self.master.as_ref().unwrap();
        master.write_all(keys.as_bytes()).unwrap();
    }

    pub fn resize(&mut self, size: (u16, u16)) {
        self.sizes.push((self.output().len(), size));
        resize(self.master.as_ref().unwrap(), size);
    }

    /// Takes no more output, as behind a connection that hangs.
    pub fn hang(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
        thread::sleep(5 * POLL_INTERVAL);
    }

    /// Takes the terminal away from the program, as when its window is closed.
    pub fn hang_up(&mut self) {
        self.hang();
        drop(self.master.take());
    }

    /// Everything the program has written so far.
    pub fn output(&self) -> Vec<u8> {
        self.output.lock().unwrap().clone()
    }

    /// What the terminal shows.
    pub fn grid(&self) -> Grid {
        let (output, mut grid) = (self.output(), Grid::new(0));
        let ends = self.sizes.iter().skip(1).map(|(at, _)| *at);
        for ((start, size), end) in self.sizes.iter().zip(ends.chain([output.len()])) {
            grid.resize(size.0.into(), size.1.into());
            grid.write(&output[*start..end]);
        }
        grid
    }

    /// Whether the modes of the terminal are those of before.
    pub fn has_old_modes(&self) -> bool {
        modes(&self.terminal) == self.modes
    }

    /// Waits until the terminal is as the question wants it.
    #[track_caller]
    pub fn until(&self, what: &str, question: impl Fn(&Grid) -> bool) -> Grid {
        let end = Instant::now() + LIMIT;
        loop {
            let grid = self.grid();
            if question(&grid) {
                return grid;
            }
            let output = String::from_utf8_lossy(&self.output()).into_owned();
            assert!(
                Instant::now() < end,
                "{what}: {:#?}\n{output:?}",
                grid.lines()
            );
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until nothing has been written for a moment; returns the length of the output.
    pub fn is_quiet(&self) -> usize {
        loop {
            let before = self.output().len();
            thread::sleep(Duration::from_millis(150));
            if self.output().len() == before {
                return before;
            }
        }
    }

    /// Waits until the program ends: its exit code, or the negated number of the signal.
    #[track_caller]
    pub fn ends(&mut self) -> i32 {
        let end = Instant::now() + LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                // The end of the output may still be on its way.
                self.is_quiet();
                return status.code().unwrap_or_else(|| -status.signal().unwrap());
            }
            assert!(
                Instant::now() < end,
                "it does not end: {:#?}",
                self.grid().lines()
            );
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads what is written to the terminal, until the program has ended or the test reads no more.
fn collect(mut master: File, output: &Arc<Mutex<Vec<u8>>>, is_closed: &Arc<AtomicBool>) {
    let (output, is_closed) = (output.clone(), is_closed.clone());
    thread::spawn(move || {
        let mut piece = [0; 4096];
        let limit = Timespec::try_from(POLL_INTERVAL).unwrap();
        while !is_closed.load(Ordering::Relaxed) {
            let mut fds = [PollFd::new(&master, PollFlags::IN)];
            if poll(&mut fds, Some(&limit)).unwrap_or(0) == 0 {
                continue;
            }
            match master.read(&mut piece) {
                Ok(amount @ 1..) => output.lock().unwrap().extend_from_slice(&piece[..amount]),
                _ => break,
            }
        }
    });
}

fn resize(terminal: &File, size: (u16, u16)) {
    let size = Winsize {
        ws_col: size.0,
        ws_row: size.1,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(terminal, size).unwrap();
}

fn modes(terminal: &File) -> String {
    format!("{:?}", tcgetattr(terminal).unwrap())
}
