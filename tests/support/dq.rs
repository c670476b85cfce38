//! The built binary, run in a clean environment and with a time limit.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use super::temp::TempDir;

/// The time limit of a run: far longer than any takes, even on a slow machine.
const LIMIT: Duration = Duration::from_secs(30);

pub const BINARY: &str = env!("CARGO_BIN_EXE_dq");

/// A run of dq that has not started yet.
pub struct Dq {
    command: Command,
    stdin: Vec<u8>,
    /// Home and working folder unless another is given; it exists until the run is over.
    home: TempDir,
}

/// The output and the exit code of a run.
#[derive(Debug)]
pub struct Output {
    pub stdout: Vec<u8>,
    pub stderr: String,
    /// The exit code; the negated signal number if a signal ended dq.
    pub code: i32,
}

pub fn dq<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Dq {
    let home = TempDir::new();
    let mut command = Command::new(BINARY);
    clean(&mut command, home.path());
    command.args(args).current_dir(home.path());
    Dq {
        command,
        stdin: Vec::new(),
        home,
    }
}

/// Clears the environment of a command, except for PATH and what a sanitizer reads (`tests/run --long`).
pub fn clean(command: &mut Command, home: &Path) {
    command.env_clear().env("HOME", home);
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    if let Some(options) = std::env::var_os("ASAN_OPTIONS") {
        command.env("ASAN_OPTIONS", options);
    }
}

/// A command that reacts to signals by their default action. A shell starts background jobs with SIGINT ignored, nohup
/// its command with SIGHUP ignored, and children inherit that; a shell cannot undo it (POSIX, `trap`), GNU env can.
pub fn with_default_signals(program: &str) -> Command {
    if cfg!(target_os = "linux") {
        let mut command = Command::new("env");
        command.args(["--default-signal=HUP,INT,QUIT", program]);
        command
    } else {
        Command::new(program)
    }
}

impl Dq {
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    pub fn dir(mut self, path: &Path) -> Self {
        self.command.current_dir(path);
        self
    }

    pub fn run(self) -> Output {
        run(self.command, self.stdin)
    }

    /// Runs dq into a reader that closes the pipe after the first line. Standard input is repeated without end.
    pub fn until_first_line(mut self) -> Output {
        let pipes = self.command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = pipes.stderr(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        let again = self.stdin;
        thread::spawn(move || while !again.is_empty() && input.write_all(&again).is_ok() {});
        let stderr = gather(child.stderr.take().unwrap());
        let mut line = Vec::new();
        let mut stdout = BufReader::with_capacity(1, child.stdout.take().unwrap());
        stdout.read_until(b'\n', &mut line).unwrap();
        drop(stdout);
        let status = finish(&mut child, &self.command);
        Output {
            stdout: line,
            stderr: String::from_utf8_lossy(&stderr.join().unwrap()).into_owned(),
            code: code(status),
        }
    }

    /// Starts dq; its output can be read line by line as it arrives.
    pub fn start(mut self) -> Running {
        self.command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = sender.send((SystemTime::now(), line));
            }
        });
        Running {
            child,
            lines,
            _home: self.home,
        }
    }
}

/// A running dq, killed on drop.
pub struct Running {
    child: Child,
    lines: Receiver<(SystemTime, String)>,
    _home: TempDir,
}

impl Running {
    /// The next line of its output and when it arrived.
    pub fn line(&self) -> (SystemTime, String) {
        self.lines.recv_timeout(LIMIT).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Output {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    /// Fails unless this is the output, stderr is empty and the exit code is 0.
    #[track_caller]
    pub fn is(&self, stdout: &str) -> &Self {
        assert_eq!(
            (self.text(), self.stderr.as_str(), self.code),
            (stdout, "", 0)
        );
        self
    }

    /// Fails unless stdout is empty, stderr contains each of these and the exit code is this one.
    #[track_caller]
    pub fn fails(&self, code: i32, said: &[&str]) -> &Self {
        assert_eq!(
            (self.text(), self.code),
            ("", code),
            "stderr: {}",
            self.stderr
        );
        for part in said {
            assert!(
                self.stderr.contains(part),
                "no {part:?} in {:?}",
                self.stderr
            );
        }
        self
    }
}

/// Runs any command to its end, writes `stdin` to it and collects its output.
pub fn run(mut command: Command, stdin: Vec<u8>) -> Output {
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = pipes.stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    thread::spawn(move || input.write_all(&stdin));
    let stdout = gather(child.stdout.take().unwrap());
    let stderr = gather(child.stderr.take().unwrap());
    let status = finish(&mut child, &command);
    let stderr = String::from_utf8_lossy(&stderr.join().unwrap()).into_owned();
    let stdout = stdout.join().unwrap();
    Output {
        stdout,
        stderr,
        code: code(status),
    }
}

fn gather(mut from: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        bytes
    })
}

/// Waits for the end; kills a child that exceeds the time limit and fails the test.
fn finish(child: &mut Child, command: &Command) -> ExitStatus {
    let end = Instant::now() + LIMIT;
    while Instant::now() < end {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        thread::sleep(Duration::from_millis(1));
    }
    let _ = child.kill();
    let _ = child.wait();
    panic!("still running after {LIMIT:?}: {command:?}");
}

fn code(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status
        .code()
        .unwrap_or_else(|| -status.signal().unwrap_or(0))
}
