//! Programs that run in the background of a test and end with the test binary, however that ends.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::daemon::find;
use super::temp::TempDir;
use super::try_wait;

/// Runs a program until standard input ends, then stops the program and removes a folder.
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
    /// Starts the command in a process group of its own, so that Ctrl-C does not reach it.
    pub fn start(mut command: Command) -> Self {
        let command = command.stdin(Stdio::piped()).process_group(0);
        Self(command.spawn().unwrap())
    }

    /// Runs a program that does not end by itself. Its output goes to `log` in the folder; both are removed at the end.
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

    /// Lets the process run until the test binary ends.
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

/// The paths of these programs; the error names the first that is missing.
pub fn programs<const N: usize>(names: [&str; N]) -> Result<[String; N], String> {
    let path = |name: &str| find(name).map(|it| it.display().to_string());
    let found = names.map(|name| path(name).ok_or(format!("no {name} here")));
    match found.iter().find_map(|it| it.clone().err()) {
        Some(missing) => Err(missing),
        None => Ok(found.map(Result::unwrap_or_default)),
    }
}

/// Waits until the program that [`Held::program`] started in the folder is ready; fails the test with the program's
/// output if it is not ready in time.
pub fn wait_until_ready<T>(dir: &Path, limit: Duration, ask: impl FnMut() -> Option<T>) {
    let log = || fs::read_to_string(dir.join("log")).unwrap_or_default();
    if try_wait(limit, ask).is_none() {
        panic!("not ready within {limit:?}; it wrote:\n{}", log());
    }
}
