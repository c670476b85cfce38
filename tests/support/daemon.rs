//! dockerd in a folder of its own, and gone with the test binary, however that ends.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs};

use super::held::Held;
use super::wait_for;

const READY: Duration = Duration::from_secs(60);

/// Where another system is installed whose dockerd is to be tested (`tests/run --engine 26`); empty for this one's.
const ROOT: &str = "DQ_TEST_ENGINE_ROOT";

/// Runs the daemon until its standard input ends, which it does with the test binary. `dir` is its folder as it sees
/// it, below `root`.
const GUARD: &str = r#"
root=$1 dir=$2
shift 2
${root:+chroot "$root"} dockerd --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$dir/pid" \
    -H "unix://$dir/docker.sock" --storage-driver vfs --iptables=false --ip6tables=false --bridge=none "$@" \
    >"$root$dir/log" 2>&1 </dev/null &
engine=$!
cat >/dev/null
kill "$engine"
wait "$engine"
grep -o " $root$dir[^ ]*" /proc/mounts | sort -r | xargs -r umount -l
rm -rf "$root$dir"
"#;

pub struct Daemon {
    /// Its folder as we see it.
    dir: PathBuf,
}

impl Daemon {
    /// Starts one with these options besides; it may not be ready yet.
    pub fn start(name: &str, options: &[&str]) -> Result<Self, String> {
        possible()?;
        let inner = env::temp_dir().join(format!("dq-{name}-{}", std::process::id()));
        let dir = outside(&inner);
        fs::create_dir_all(&dir).map_err(|error| error.to_string())?;
        guard(&inner, options);
        Ok(Self { dir })
    }

    /// A folder for files that daemons read too. It goes with the test binary.
    pub fn folder(name: &str) -> Result<PathBuf, String> {
        possible()?;
        let inner = env::temp_dir().join(format!("dq-{name}-{}", std::process::id()));
        let dir = outside(&inner);
        fs::create_dir_all(&dir).map_err(|error| error.to_string())?;
        keep(&dir);
        Ok(dir)
    }

    pub fn socket(&self) -> PathBuf {
        self.dir.join("docker.sock")
    }

    /// Waits until it answers; its own words where it gives up.
    pub fn wait(&self) -> Result<(), String> {
        wait_for("dockerd", READY, || {
            let log = fs::read_to_string(self.dir.join("log")).unwrap_or_default();
            let failed = |line: &&str| {
                line.contains("failed to start daemon") || line.contains("failed to load listeners")
            };
            if let Some(line) = log.lines().find(failed) {
                return Some(Err(line.to_owned()));
            }
            let mut version = Command::new("docker");
            version
                .arg("version")
                .env_remove("DOCKER_CONTEXT")
                .env_remove("DOCKER_TLS_VERIFY")
                .env("DOCKER_HOST", format!("unix://{}", self.socket().display()));
            let version = version.output().ok()?;
            version.status.success().then_some(Ok(()))
        })
    }
}

/// The folder of what the script makes; it goes with the daemons, for they see it too.
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

/// The system that dockerd is of: empty for this one.
fn root() -> PathBuf {
    env::var_os(ROOT).map(PathBuf::from).unwrap_or_default()
}

/// A path of that system's as we see it.
fn outside(inner: &Path) -> PathBuf {
    let mut path = root().into_os_string();
    path.push(inner);
    path.into()
}

/// A path of ours as that system sees it.
pub fn inside(path: &str) -> &str {
    path.strip_prefix(root().to_str().unwrap()).unwrap_or(path)
}

/// Starts the process that keeps the daemon.
fn guard(inner: &Path, options: &[&str]) {
    let mut command = Command::new("sh");
    command
        .args(["-c", GUARD, "guard"])
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

fn possible() -> Result<(), String> {
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

/// Where PATH has a program.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|dir| dir.join(program))
        .find(|it| it.is_file())
}
