//! The built binary, run in a clean environment and never for longer than it may.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use super::temp::TempDir;

/// What no run of these tests comes near, on the slowest machine.
const LIMIT: Duration = Duration::from_secs(30);

pub const BINARY: &str = env!("CARGO_BIN_EXE_dq");

/// One run of dq, being prepared.
pub struct Dq {
    command: Command,
    stdin: Vec<u8>,
    /// Home and working folder unless another is given; kept until the run is over.
    home: TempDir,
}

/// What a run left behind.
#[derive(Debug)]
pub struct Output {
    pub stdout: Vec<u8>,
    pub stderr: String,
    /// The exit code; minus the signal's number where a signal ended dq.
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

/// Leaves a command nothing of this process's environment but PATH.
pub fn clean(command: &mut Command, home: &Path) {
    command.env_clear().env("HOME", home);
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
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

    /// Runs dq into a reader that goes after the first line. What it was given to read comes again and again.
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

    /// Starts dq and hands its lines over as they come.
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

/// A dq that still runs; ended with this value.
pub struct Running {
    child: Child,
    lines: Receiver<(SystemTime, String)>,
    _home: TempDir,
}

impl Running {
    /// The next line of its output and when it came.
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

    /// Fails unless output and code are these and nothing was said.
    #[track_caller]
    pub fn is(&self, stdout: &str) -> &Self {
        assert_eq!(
            (self.text(), self.stderr.as_str(), self.code),
            (stdout, "", 0)
        );
        self
    }

    /// Fails unless dq wrote nothing, said each of these and ended with the code.
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

/// Runs any command to its end, feeding it and gathering what it writes.
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

/// Waits for the end; a child that does not come to it is killed, and the test fails.
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
