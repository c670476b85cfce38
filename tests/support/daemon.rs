//! dockerd in a folder of its own; both disappear with the test binary, however that ends.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs};

use super::held::Held;
use super::try_wait;

/// How long a daemon may take until it answers.
const READY: Duration = Duration::from_secs(60);

/// The root of another system whose dockerd is tested (`tests/run --engine 26`); unset for this system's.
const ROOT: &str = "DQ_TEST_ENGINE_ROOT";

/// The line that `GUARD` appends to the log of a daemon that has ended.
const ENDED: &str = "dockerd ended with exit code";

/// Runs the daemon until standard input ends, which it does when the test binary ends. `dir` is the daemon's folder as
/// the daemon sees it, below `root`.
const GUARD: &str = r#"
root=$1 dir=$2
shift 2
exec 3<&0
${root:+chroot "$root"} dockerd --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$dir/pid" \
    -H "unix://$dir/docker.sock" --storage-driver vfs --iptables=false --ip6tables=false --bridge=none "$@" \
    >"$root$dir/log" 2>&1 </dev/null 3<&- &
daemon=$!
{ cat >/dev/null; kill "$daemon"; } <&3 &
stopper=$!
wait "$daemon"
echo "@ENDED@ $?" >>"$root$dir/log"
# If the daemon ended by itself, the log is kept for as long as the tests run.
kill "$stopper"
cat <&3 >/dev/null
grep -o " $root$dir[^ ]*" /proc/mounts | sort -r | xargs -r umount -l
rm -rf "$root$dir"
"#;

pub struct Daemon {
    /// The daemon's folder as this system sees it, and as the daemon does.
    dir: PathBuf,
    inner: PathBuf,
}

impl Daemon {
    /// Starts a daemon with these options added; it may not be ready yet.
    pub fn start(name: &str, options: &[&str]) -> Result<Self, String> {
        check_requirements()?;
        let inner = env::temp_dir().join(format!("dq-{name}-{}", std::process::id()));
        let dir = outside(&inner);
        fs::create_dir_all(&dir).map_err(|error| error.to_string())?;
        guard(&inner, options);
        Ok(Self { dir, inner })
    }

    /// Sends the daemon a signal, such as `KILL`, and waits for its end and that of its containerd, which the next one
    /// would take for its own.
    pub fn stop(&self, signal: &str) {
        let read = |file: &str| fs::read_to_string(self.dir.join(file)).unwrap_or_default();
        let (pid, containerd) = (read("pid"), read("exec/containerd/containerd.pid"));
        let mut kill = Command::new("kill");
        let sent = kill.args(["-s", signal, pid.trim()]).status();
        assert!(sent.unwrap().success());
        let ended = try_wait(READY, || self.log().contains(ENDED).then_some(()));
        ended.expect("dockerd does not end");
        let process = Path::new("/proc").join(containerd.trim());
        let is_gone = || containerd.is_empty() || !process.exists();
        try_wait(READY, || is_gone().then_some(())).expect("containerd does not end");
    }

    /// Starts the daemon again after its end; it may not be ready yet.
    pub fn restart(&self, options: &[&str]) {
        fs::remove_file(self.dir.join("log")).unwrap();
        guard(&self.inner, options);
    }

    /// A folder for files that daemons read too. It is removed when the test binary ends.
    pub fn folder(name: &str) -> Result<PathBuf, String> {
        check_requirements()?;
        let inner = env::temp_dir().join(format!("dq-{name}-{}", std::process::id()));
        let dir = outside(&inner);
        fs::create_dir_all(&dir).map_err(|error| error.to_string())?;
        keep(&dir);
        Ok(dir)
    }

    pub fn socket(&self) -> PathBuf {
        self.dir.join("docker.sock")
    }

    /// Waits until the daemon answers. The error names the cause: the last lines of its log.
    pub fn wait(&self) -> Result<(), String> {
        let started = try_wait(READY, || {
            if self.log().contains(ENDED) {
                return Some(Err("dockerd cannot start"));
            }
            self.is_ready().then_some(Ok(()))
        });
        let started = started.unwrap_or(Err("dockerd started but does not answer"));
        started.map_err(|error| format!("{error}; its log ends with:\n{}", self.last_lines()))
    }

    fn is_ready(&self) -> bool {
        let mut version = Command::new("docker");
        version
            .arg("version")
            .env_remove("DOCKER_CONTEXT")
            .env_remove("DOCKER_TLS_VERIFY")
            .env("DOCKER_HOST", format!("unix://{}", self.socket().display()));
        version.output().is_ok_and(|it| it.status.success())
    }

    fn log(&self) -> String {
        fs::read_to_string(self.dir.join("log")).unwrap_or_default()
    }

    /// The end of the log, where the cause of a failure is.
    fn last_lines(&self) -> String {
        const COUNT: usize = 10;
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(COUNT)..].join("\n")
    }
}

/// The folder of the certificates that tests/support/certificates makes. It lies beside the daemons' folders, because
/// they read it too.
pub fn certificates(name: &str) -> Result<String, String> {
    let dir = Daemon::folder(name)?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/certificates");
    let output = Command::new(script).arg(&dir).output();
    let output = output.map_err(|error| format!("no certificates: {error}"))?;
    if output.status.success() {
        Ok(dir.to_str().unwrap().to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// The root of the system whose dockerd is tested: empty for this system.
fn root() -> PathBuf {
    env::var_os(ROOT).map(PathBuf::from).unwrap_or_default()
}

/// A path of that system as this one sees it.
fn outside(inner: &Path) -> PathBuf {
    let mut path = root().into_os_string();
    path.push(inner);
    path.into()
}

/// A path of this system as that one sees it.
pub fn inside(path: &str) -> &str {
    path.strip_prefix(root().to_str().unwrap()).unwrap_or(path)
}

/// Starts the process that runs and stops the daemon.
fn guard(inner: &Path, options: &[&str]) {
    let mut command = Command::new("sh");
    command
        .args(["-c", &GUARD.replace("@ENDED@", ENDED), "guard"])
        .args([&root(), inner])
        .args(options)
        .env_remove("DOCKER_HOST")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Held::start(command).for_ever();
}

/// Removes a folder when the test binary ends.
fn keep(dir: &Path) {
    let mut command = Command::new("sh");
    command
        .args(["-c", r#"cat >/dev/null; rm -rf "$1""#, "keep"])
        .arg(dir);
    Held::start(command).for_ever();
}

/// What a daemon needs here; the error says what is missing.
fn check_requirements() -> Result<(), String> {
    let uid = fs::metadata("/proc/self").map(|it| std::os::unix::fs::MetadataExt::uid(&it));
    if !cfg!(target_os = "linux") || uid.is_ok_and(|it| it != 0) {
        return Err("a private dockerd needs Linux and root".into());
    }
    find("docker").ok_or("no docker here")?;
    if root().as_os_str().is_empty() {
        find("dockerd").map(|_| ()).ok_or("no dockerd here".into())
    } else {
        Ok(())
    }
}

/// The path of a program, searched for in PATH.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|dir| dir.join(program))
        .find(|it| it.is_file())
}
