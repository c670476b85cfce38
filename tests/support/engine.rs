//! A real dockerd of the tests' own: started by the first test that needs it, gone with the test binary.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;
use std::{env, fs};

use super::dq::{Dq, dq};
use super::temp::TempDir;
use super::{leave_out, wait_for};

const READY: Duration = Duration::from_secs(60);
const IMAGE: &str = "busybox:test";

/// Runs the engine until its standard input ends, which it does with the test binary, however that ends.
const GUARD: &str = r#"
dir=$1
dockerd --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$dir/pid" -H "unix://$dir/docker.sock" \
    --storage-driver vfs --iptables=false --ip6tables=false --bridge=none >"$dir/log" 2>&1 </dev/null &
engine=$!
cat >/dev/null
kill "$engine"
wait "$engine"
grep -o " $dir[^ ]*" /proc/mounts | sort -r | xargs -r umount -l
rm -rf "$dir"
"#;

pub struct Engine {
    dir: PathBuf,
}

/// The engine with its containers: `web` (runs, has labels), `logger` (wrote three lines to stdout and two to
/// stderr), `gone` (exited with 3). `None` where it cannot be had: the test is left out.
pub fn engine() -> Option<&'static Engine> {
    static ENGINE: OnceLock<Result<Engine, String>> = OnceLock::new();
    match ENGINE.get_or_init(Engine::start) {
        Ok(engine) => Some(engine),
        Err(why) => {
            leave_out(why);
            None
        }
    }
}

impl Engine {
    fn start() -> Result<Self, String> {
        possible()?;
        let dir = env::temp_dir().join(format!("dq-engine-{}", std::process::id()));
        fs::create_dir_all(&dir).map_err(|error| error.to_string())?;
        guard(&dir);
        let engine = Self { dir };
        engine.wait()?;
        engine.import();
        engine.populate();
        Ok(engine)
    }

    pub fn host(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    pub fn socket(&self) -> PathBuf {
        self.dir.join("docker.sock")
    }

    /// A run of dq that DOCKER_HOST sends to this engine.
    pub fn dq(&self, args: &[&str]) -> Dq {
        dq(args).env("DOCKER_HOST", self.host())
    }

    /// What a docker command prints.
    pub fn docker(&self, args: &[&str]) -> String {
        let output = self.command(args).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "docker {args:?}: {error}");
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("docker");
        command
            .env_remove("DOCKER_CONTEXT")
            .env("DOCKER_HOST", self.host())
            .args(args);
        command
    }

    /// Runs a container of the test image that shares the machine's network, for there is no bridge.
    pub fn run(&self, name: &str, options: &[&str], command: &str) -> String {
        let fixed = [
            "run",
            "-d",
            "--pull",
            "never",
            "--network",
            "host",
            "--stop-signal",
            "KILL",
        ];
        let tail = ["--name", name, IMAGE, "sh", "-c", command];
        self.docker(&[fixed.as_slice(), options, tail.as_slice()].concat())
    }

    /// Waits until the engine answers; its own words where it gives up.
    fn wait(&self) -> Result<(), String> {
        wait_for("dockerd", READY, || {
            let log = fs::read_to_string(self.dir.join("log")).unwrap_or_default();
            if let Some(line) = log.lines().find(|it| it.contains("failed to start daemon")) {
                return Some(Err(line.to_owned()));
            }
            let version = self.command(&["version"]).output().ok()?;
            version.status.success().then_some(Ok(()))
        })
    }

    /// An image of nothing but busybox.
    fn import(&self) {
        let root = TempDir::new();
        fs::create_dir_all(root.join("bin")).unwrap();
        fs::copy(busybox().unwrap(), root.join("bin/busybox")).unwrap();
        for applet in ["sh", "sleep", "echo", "cat", "ls"] {
            std::os::unix::fs::symlink("busybox", root.join("bin").join(applet)).unwrap();
        }
        let mut tar = Command::new("tar");
        tar.arg("-C").arg(root.path()).args(["-c", "."]);
        let mut tar = tar.stdout(Stdio::piped()).spawn().unwrap();
        let import = self
            .command(&["import", "-", IMAGE])
            .stdin(tar.stdout.take().unwrap())
            .output();
        assert!(tar.wait().unwrap().success() && import.unwrap().status.success());
    }

    fn populate(&self) {
        self.run(
            "web",
            &["--label", "shop.role=front door", "--label", "tier=1"],
            "sleep 100000",
        );
        let lines = "for i in 1 2 3; do echo out $i; done; for i in 1 2; do echo err $i >&2; done; sleep 100000";
        self.run("logger", &[], lines);
        self.run("gone", &[], "exit 3");
        self.docker(&["wait", "gone"]);
        wait_for("the log", READY, || {
            let written = self.command(&["logs", "logger"]).output().unwrap();
            (written.stdout.len() == 18 && written.stderr.len() == 12).then_some(())
        });
    }
}

/// Starts the process that keeps the engine, in a group of its own: an interrupt is not for it.
fn guard(dir: &Path) {
    let mut command = Command::new("sh");
    command
        .args(["-c", GUARD, "guard"])
        .arg(dir)
        .env_remove("DOCKER_HOST");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    let child = command.spawn().unwrap();
    // Its standard input stays open as long as this process lives.
    std::mem::forget(child);
}

fn possible() -> Result<(), String> {
    let uid = fs::metadata("/proc/self").map(|it| std::os::unix::fs::MetadataExt::uid(&it));
    if !cfg!(target_os = "linux") || uid.is_ok_and(|it| it != 0) {
        return Err("a private dockerd needs Linux and root".into());
    }
    for program in ["dockerd", "docker", "tar"] {
        find(program).ok_or(format!("no {program} here"))?;
    }
    busybox().map(|_| ())
}

fn busybox() -> Result<PathBuf, String> {
    find("busybox").ok_or("no busybox here".into())
}

/// Where PATH has a program.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|dir| dir.join(program))
        .find(|it| it.is_file())
}
