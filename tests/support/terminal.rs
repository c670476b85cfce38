//! A shell on a terminal of its own, whose keys the test presses.

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::dq::clean;

const LIMIT: Duration = Duration::from_secs(30);

/// `script` runs the shell on a new terminal.
pub struct Terminal {
    child: Child,
    keys: ChildStdin,
    screen: Arc<Mutex<Vec<u8>>>,
}

impl Terminal {
    /// Starts a command line there; `bin` comes first in PATH.
    pub fn start(line: &str, home: &Path, bin: &Path, env: &[(&str, String)]) -> Self {
        let mut command = Command::new("script");
        clean(&mut command, home);
        let path = std::env::var("PATH").unwrap_or_default();
        command
            .args([
                "-q",
                "-c",
                &format!("stty cols 200; exec {line}"),
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
        let (mut output, seen) = (child.stdout.take().unwrap(), screen.clone());
        thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(amount @ 1..) = output.read(&mut piece) {
                seen.lock().unwrap().extend_from_slice(&piece[..amount]);
            }
        });
        let keys = child.stdin.take().unwrap();
        Self {
            child,
            keys,
            screen,
        }
    }

    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Forgets what is on the screen.
    pub fn clear(&self) {
        self.screen.lock().unwrap().clear();
    }

    pub fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap()).into_owned()
    }

    /// Waits until the screen shows this.
    #[track_caller]
    pub fn shows(&self, text: &str) -> String {
        let end = std::time::Instant::now() + LIMIT;
        while !self.screen().contains(text) {
            assert!(
                std::time::Instant::now() < end,
                "never shown: {text}\n{}",
                self.screen()
            );
            thread::sleep(Duration::from_millis(2));
        }
        self.screen()
    }

    /// What stands between two texts, once both are there.
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
