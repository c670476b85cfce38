//! Programs that run as long as the tests want them, and end with the test binary however that ends.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::daemon::find;
use super::temp::TempDir;

/// Runs a program until standard input ends: then the program is ended too, and a folder removed.
const GUARD: &str = r#"
dir=$1
shift
"$@" </dev/null &
program=$!
cat >/dev/null
kill "$program"
wait "$program"
rm -rf "$dir"
"#;

/// A process that ends when its standard input does: when this is dropped, or with the test binary.
pub struct Held(Child);

impl Held {
    /// Starts it in a group of its own: an interrupt is not for it.
    pub fn start(mut command: Command) -> Self {
        let command = command.stdin(Stdio::piped()).process_group(0);
        Self(command.spawn().unwrap())
    }

    /// Runs a program that would not end by itself; what it says goes to `log` in the folder, which
    /// is removed in the end.
    pub fn program(dir: &TempDir, words: &[&str]) -> Self {
        let log = File::create(dir.join("log")).unwrap();
        let mut command = Command::new("sh");
        command
            .args(["-c", GUARD, "guard"])
            .arg(dir.path())
            .args(words)
            .current_dir(dir.path())
            .env("HOME", dir.path())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        Self::start(command)
    }

    /// Lets it run until the test binary ends.
    pub fn for_ever(self) {
        std::mem::forget(self);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// The paths of these programs, of which none may be missing.
pub fn programs<const N: usize>(names: [&str; N]) -> Result<[String; N], String> {
    let path = |name: &str| find(name).map(|it| it.display().to_string());
    let found = names.map(|name| path(name).ok_or(format!("no {name} here")));
    match found.iter().find_map(|it| it.clone().err()) {
        Some(missing) => Err(missing),
        None => Ok(found.map(Result::unwrap_or_default)),
    }
}

/// What a program that is held has said.
pub fn log(dir: &Path) -> String {
    fs::read_to_string(dir.join("log")).unwrap_or_default()
}
