//! A private dockerd, started by the first test that needs it. It disappears with the test binary.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use super::daemon::{Daemon, certificates, find, inside};
use super::dq::{BINARY, Dq, Output, clean, dq, run};
use super::temp::TempDir;
use super::{free_port, leave_out, wait_for};

const READY: Duration = Duration::from_secs(60);
const IMAGE: &str = "busybox:test";

pub struct Engine {
    daemon: Daemon,
    /// Port and certificate folder, if the daemon also listens with TLS.
    tls: Option<(u16, String)>,
}

/// The engine with its containers: `web` (runs, has labels), `logger` (wrote three lines to stdout and two to
/// stderr), `gone` (exited with 3). `None` if it cannot run here: the test is left out.
pub fn engine() -> Option<&'static Engine> {
    static ENGINE: OnceLock<Result<Engine, String>> = OnceLock::new();
    if_started(ENGINE.get_or_init(Engine::start))
}

/// A second engine that has only the image, for tests that change things: each uses names and labels of its own. It
/// also listens with TLS.
pub fn scratch() -> Option<&'static Engine> {
    static ENGINE: OnceLock<Result<Engine, String>> = OnceLock::new();
    if_started(ENGINE.get_or_init(Engine::start_scratch))
}

/// An engine that is the only manager of a swarm.
pub fn swarm() -> Option<&'static Engine> {
    static ENGINE: OnceLock<Result<Engine, String>> = OnceLock::new();
    if_started(ENGINE.get_or_init(Engine::start_swarm))
}

fn if_started(engine: &'static Result<Engine, String>) -> Option<&'static Engine> {
    match engine {
        Ok(engine) => Some(engine),
        Err(why) => {
            leave_out(why);
            None
        }
    }
}

impl Engine {
    /// An engine for one test, which has only the image. `None` if it cannot run here.
    pub fn private(name: &str, options: &[&str]) -> Option<Self> {
        let start = || {
            find("tar").ok_or("no tar here")?;
            busybox()?;
            let daemon = Daemon::start(name, options)?;
            daemon.wait()?;
            let engine = Self { daemon, tls: None };
            engine.import();
            Ok(engine)
        };
        start().map_err(|why: String| leave_out(&why)).ok()
    }

    /// The daemon, to be stopped and started again.
    pub fn daemon(&self) -> &Daemon {
        &self.daemon
    }

    fn start() -> Result<Self, String> {
        find("tar").ok_or("no tar here")?;
        busybox()?;
        let daemon = Daemon::start("engine", &[])?;
        daemon.wait()?;
        let engine = Self { daemon, tls: None };
        engine.import();
        engine.populate();
        Ok(engine)
    }

    fn start_scratch() -> Result<Self, String> {
        find("tar").ok_or("no tar here")?;
        busybox()?;
        let certs = certificates("scratch-certs")?;
        let port = free_port();
        let inner = inside(&certs);
        let options = [
            "--tlsverify".to_owned(),
            format!("--tlscacert={inner}/ca.pem"),
            format!("--tlscert={inner}/server.pem"),
            format!("--tlskey={inner}/server-key.pem"),
            format!("--host=tcp://127.0.0.1:{port}"),
        ];
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let daemon = Daemon::start("scratch", &options)?;
        daemon.wait()?;
        let engine = Self {
            daemon,
            tls: Some((port, certs)),
        };
        engine.import();
        Ok(engine)
    }

    fn start_swarm() -> Result<Self, String> {
        find("tar").ok_or("no tar here")?;
        busybox()?;
        let daemon = Daemon::start("swarm", &[])?;
        daemon.wait()?;
        let engine = Self { daemon, tls: None };
        engine.import();
        let listen = format!("127.0.0.1:{}", free_port());
        let address = ["--advertise-addr", "127.0.0.1", "--listen-addr", &listen];
        let data = format!("--data-path-port={}", 1024 + free_port() % 48000);
        let init = ["swarm", "init", &data];
        engine.docker(&[&init[..], &address[..]].concat());
        Ok(engine)
    }

    /// Creates a docker context of this name that uses TLS, in a user's home.
    pub fn add_context(&self, name: &str, home: &Path) {
        let (port, certs) = self.tls.as_ref().unwrap();
        let docker = format!(
            "host=tcp://127.0.0.1:{port},ca={certs}/ca.pem,cert={certs}/cert.pem,key={certs}/key.pem"
        );
        let mut create = Command::new("docker");
        create
            .env("HOME", home)
            .env_remove("DOCKER_CONFIG")
            .args(["context", "create", name, "--docker", &docker]);
        let output = create.output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "docker context create: {error}");
    }

    /// Runs a line of shell in which `dq` is the built binary and the host is this engine's.
    pub fn shell(&self, line: &str) -> Output {
        let home = TempDir::new();
        let mut command = Command::new("bash");
        clean(&mut command, home.path());
        command
            .env("DOCKER_HOST", self.host())
            .current_dir(home.path());
        let line = format!("dq() {{ {BINARY:?} \"$@\"; }}\n{line}");
        command.args(["-o", "pipefail", "-c", &line]);
        run(command, Vec::new())
    }

    pub fn host(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    pub fn socket(&self) -> PathBuf {
        self.daemon.socket()
    }

    /// The socket's path as the engine itself sees it.
    pub fn inner_socket(&self) -> String {
        let socket = self.socket();
        inside(socket.to_str().unwrap()).to_owned()
    }

    /// The port for TLS, and the folder of certificates as the engine sees it.
    pub fn tls(&self) -> (u16, &str) {
        let (port, certificates) = self.tls.as_ref().unwrap();
        (*port, inside(certificates))
    }

    /// A run of dq with DOCKER_HOST set to this engine.
    pub fn dq(&self, args: &[&str]) -> Dq {
        dq(args).env("DOCKER_HOST", self.host())
    }

    /// The output of a docker command.
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

    /// Runs a container of the test image in the machine's network, because the engine has no bridge.
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

    /// Imports an image that contains only busybox.
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
