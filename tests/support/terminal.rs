//! A shell on a pseudo-terminal; the test types the keys.

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::dq::clean;

const LIMIT: Duration = Duration::from_secs(30);

/// The question where the cursor is (DSR, ECMA-48), and the answer to it. Nushell's line editor waits for one.
pub const CURSOR_QUERY: &str = "\x1b[6n";
const CURSOR_POSITION: &[u8] = b"\x1b[1;1R";

/// `script` runs the shell on a new terminal.
pub struct Terminal {
    child: Child,
    keys: Arc<Mutex<ChildStdin>>,
    screen: Arc<Mutex<Vec<u8>>>,
}

impl Terminal {
    /// Starts a command line on the terminal; `bin` comes first in PATH.
    pub fn start(line: &str, home: &Path, bin: &Path, env: &[(&str, String)]) -> Self {
        let mut command = Command::new("script");
        clean(&mut command, home);
        let path = std::env::var("PATH").unwrap_or_default();
        command
            .args([
                "-q",
                "-c",
                &format!("stty cols 200 rows 50; exec {line}"),
                "/dev/null",
            ])
            .env("PATH", format!("{}:{path}", bin.display()))
            .env("TERM", "xterm")
            .env("SHELL", "/bin/sh")
            .env("LC_ALL", "C.UTF-8")
            .envs(env.iter().map(|(name, value)| (name, value)))
            .current_dir(home)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let screen = Arc::new(Mutex::new(Vec::new()));
        let keys = Arc::new(Mutex::new(child.stdin.take().unwrap()));
        let (mut output, seen) = (child.stdout.take().unwrap(), screen.clone());
        let answers = keys.clone();
        thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(amount @ 1..) = output.read(&mut piece) {
                let piece = &piece[..amount];
                seen.lock().unwrap().extend_from_slice(piece);
                if String::from_utf8_lossy(piece).contains(CURSOR_QUERY) {
                    let _ = answers.lock().unwrap().write_all(CURSOR_POSITION);
                }
            }
        });
        Self {
            child,
            keys,
            screen,
        }
    }

    pub fn press(&mut self, keys: &str) {
        let mut input = self.keys.lock().unwrap();
        input.write_all(keys.as_bytes()).unwrap();
        input.flush().unwrap();
    }

    /// Discards the output so far.
    pub fn clear(&self) {
        self.screen.lock().unwrap().clear();
    }

    pub fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap()).into_owned()
    }

    /// Waits until the output contains this; returns all of it.
    #[track_caller]
    pub fn shows(&self, text: &str) -> String {
        self.shows_after("", text)
    }

    /// Waits until the output contains the second text somewhere after the first; returns all of it.
    #[track_caller]
    pub fn shows_after(&self, before: &str, text: &str) -> String {
        let end = std::time::Instant::now() + LIMIT;
        loop {
            let screen = self.screen();
            let rest = screen.split_once(before).map(|(_, rest)| rest);
            if rest.is_some_and(|rest| rest.contains(text)) {
                return screen;
            }
            let is_late = std::time::Instant::now() >= end;
            assert!(!is_late, "never shown: {text:?}\n{screen}");
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// The output between two texts, once both are there.
    pub fn between(&self, before: &str, after: &str) -> String {
        let screen = self.shows(after);
        let between = screen
            .split_once(before)
            .and_then(|(_, rest)| rest.split_once(after));
        between.unwrap().0.to_owned()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
