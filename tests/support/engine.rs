//! A real dockerd of the tests' own: started by the first test that needs it, gone with the test binary.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use super::daemon::{Daemon, find};
use super::dq::{Dq, dq};
use super::temp::TempDir;
use super::{leave_out, wait_for};

const READY: Duration = Duration::from_secs(60);
const IMAGE: &str = "busybox:test";

pub struct Engine {
    daemon: Daemon,
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
        find("tar").ok_or("no tar here")?;
        busybox()?;
        let daemon = Daemon::start("engine", &[])?;
        daemon.wait()?;
        let engine = Self { daemon };
        engine.import();
        engine.populate();
        Ok(engine)
    }

    pub fn host(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    pub fn socket(&self) -> PathBuf {
        self.daemon.socket()
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

fn busybox() -> Result<PathBuf, String> {
    find("busybox").ok_or("no busybox here".into())
}
