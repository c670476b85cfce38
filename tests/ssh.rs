//! `ssh://` hosts: a real sshd on loopback in front of the test engine.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::support::dq::{Dq, dq, with_default_signals};
use crate::support::engine::{Engine, engine};
use crate::support::held::{Held, programs, wait_until_ready};
use crate::support::temp::TempDir;
use crate::support::{free_port, leave_out, wait_for};

const READY: Duration = Duration::from_secs(30);

/// An sshd that accepts this user's key: on one port, the remote docker uses the engine's socket; on the other, there
/// is no docker command.
struct Sshd {
    dir: TempDir,
    port: u16,
    bare: u16,
    engine: PathBuf,
}

fn sshd() -> Option<&'static Sshd> {
    static SSHD: OnceLock<Result<Sshd, String>> = OnceLock::new();
    let engine = engine()?;
    match SSHD.get_or_init(|| Sshd::start(engine)) {
        Ok(sshd) => Some(sshd),
        Err(why) => {
            leave_out(why);
            None
        }
    }
}

fn key(path: &Path) {
    let keygen = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-f"])
        .arg(path)
        .status();
    assert!(keygen.unwrap().success());
}

impl Sshd {
    fn start(engine: &Engine) -> Result<Self, String> {
        let [daemon, client, _] = programs(["sshd", "ssh", "ssh-keygen"])?;
        // The privilege separation directory of sshd.
        fs::create_dir_all("/run/sshd").map_err(|error| error.to_string())?;
        let dir = TempDir::new();
        let at = |name: &str| dir.join(name).display().to_string();
        key(&dir.join("host"));
        key(&dir.join("key"));
        let (port, bare) = (free_port(), free_port());
        let config = format!(
            "ListenAddress 127.0.0.1:{port}\nListenAddress 127.0.0.1:{bare}\nHostKey {}\nAuthorizedKeysFile {}\n\
             PidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\n\
             KbdInteractiveAuthentication no\nDenyUsers bin\nMatch LocalPort {port}\n SetEnv DOCKER_HOST={}\n\
             Match LocalPort {bare}\n SetEnv PATH=/nonexistent\n",
            at("host"),
            at("key.pub"),
            engine.host()
        );
        let config = dir.write("sshd_config", config);
        let own = format!(
            "IdentityFile {}\nIdentitiesOnly yes\nUserKnownHostsFile {}\nStrictHostKeyChecking accept-new\nLogLevel ERROR\n",
            at("key"),
            at("known")
        );
        dir.write("config", own);
        // ssh reads the configuration of the account, not of $HOME, so a wrapper passes `-F`; it also records the process id.
        let script = format!(
            "#!/bin/sh\necho $$ >>{}\nexec {client} -F {} \"$@\"\n",
            at("started"),
            at("config")
        );
        let script = dir.write("bin/ssh", script);
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        let config = config.display().to_string();
        let words = [daemon.as_str(), "-D", "-e", "-f", &config];
        Held::program(&dir, &words).for_ever();
        wait_until_ready(dir.path(), READY, || {
            TcpStream::connect(("127.0.0.1", bare)).ok()
        });
        let engine = engine.socket();
        Ok(Self {
            dir,
            port,
            bare,
            engine,
        })
    }

    fn host(&self) -> String {
        format!("ssh://127.0.0.1:{}", self.port)
    }

    /// A run of dq with the test's ssh wrapper first in PATH.
    fn dq(&self, host: &str, args: &[&str]) -> Dq {
        let path = format!(
            "{}:{}",
            self.dir.join("bin").display(),
            std::env::var("PATH").unwrap_or_default()
        );
        dq(["--host", host].iter().chain(args)).env("PATH", path)
    }

    /// The ssh processes that were started and still exist, zombies included.
    fn running(&self) -> Vec<String> {
        let started = fs::read_to_string(self.dir.join("started")).unwrap_or_default();
        let is_there = |pid: &&str| Path::new("/proc").join(pid).join("stat").exists();
        started
            .lines()
            .filter(is_there)
            .map(str::to_owned)
            .collect()
    }
}

/// These checks share one sshd and one list of processes, so they run in sequence.
#[test]
fn engines_behind_ssh() {
    let Some(sshd) = sshd() else { return };
    requests_succeed(sshd);
    failures_are_explained(sshd);
    no_ssh_process_remains(sshd);
}

fn requests_succeed(sshd: &Sshd) {
    let host = sshd.host();
    sshd.dq(&host, &["/_ping"]).run().is("OK");
    sshd.dq(&host, &["/containers/web/json", ".State.Status"])
        .run()
        .is("\"running\"\n");
    let by_socket = format!("{host}{}", sshd.engine.display());
    sshd.dq(&by_socket, &["/containers/gone/json", ".State.ExitCode"])
        .run()
        .is("3\n");
    let logs = sshd
        .dq(&host, &["/containers/logger/logs?stdout=1&stderr=1"])
        .run();
    assert_eq!(
        (logs.text(), logs.stderr.as_str(), logs.code),
        ("out 1\nout 2\nout 3\n", "err 1\nerr 2\n", 0)
    );
    let watched = sshd.dq(&host, &["/containers/web/json", "-w", ".State.Status"]);
    let watched = watched.until_first_line();
    let seen = (watched.text(), watched.stderr.as_str(), watched.code);
    assert_eq!(seen, ("\"running\"\n", "", 0));
    let socket = sshd.engine.display().to_string();
    let both = ["--host", &socket, "/containers/web/json", "-s", "-c"];
    let both = [both.as_slice(), &["map(.Name)"]].concat();
    sshd.dq(&host, &both).run().is("[\"/web\",\"/web\"]\n");
    let missing = sshd.dq(&host, &["/containers/nope/json"]).run();
    missing.fails(22, &["dq: fetch: 404 Not Found: No such container: nope\n"]);
    let user = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
    let named = host.replace("ssh://", &format!("ssh://{}@", user.trim()));
    sshd.dq(&named, &["/_ping"]).run().is("OK");
    context(sshd);
}

/// A context that the docker CLI created for an ssh host.
fn context(sshd: &Sshd) {
    let home = TempDir::new();
    let create = [
        "context",
        "create",
        "far",
        "--docker",
        &format!("host={}", sshd.host()),
    ];
    let docker = Command::new("docker")
        .args(create)
        .env("DOCKER_CONFIG", home.path())
        .output();
    assert!(docker.unwrap().status.success());
    let path = format!(
        "{}:{}",
        sshd.dir.join("bin").display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let run = dq(["/_ping"])
        .env("PATH", path)
        .env("DOCKER_CONFIG", home.path().as_os_str());
    run.env("DOCKER_CONTEXT", "far").run().is("OK");
}

fn failures_are_explained(sshd: &Sshd) {
    let ssh_s = "ssh failed (exit code 255)\nhint: see the message above";
    let at = |port: u16, rest: &str| format!("ssh://127.0.0.1:{port}{rest}");
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = at(silent.local_addr().unwrap().port(), "");
    let cases: [(String, &[&str], &[&str]); 6] = [
        (
            at(free_port(), ""),
            &[],
            &[
                "Connection refused",
                "dq: fetch: cannot connect to ssh://127.0.0.1:",
                ssh_s,
            ],
        ),
        (
            sshd.host().replace("ssh://", "ssh://bin@"),
            &[],
            &["bin@127.0.0.1: Permission denied", ssh_s],
        ),
        (silent, &["--connect-timeout", "0.5"], &["timed out", ssh_s]),
        (
            at(sshd.port, "/nope.sock"),
            &[],
            &[
                "/nope.sock",
                "docker system dial-stdio failed on that host (exit code 1)",
            ],
        ),
        (
            at(sshd.bare, ""),
            &[],
            &[
                "docker",
                "there is no docker command on that host (exit code 127)",
                "hint: docker 18.09",
            ],
        ),
        (
            "ssh://no-such-host.invalid".into(),
            &[],
            &["no-such-host.invalid", ssh_s],
        ),
    ];
    for (host, args, says) in cases {
        let output = sshd.dq(&host, &[args, &["/_ping"]].concat()).run();
        output.fails(7, says);
    }
    // nologin reports on standard output that the account is not available.
    let talks = sshd.host().replace("ssh://", "ssh://nobody@");
    let output = sshd.dq(&talks, &["/_ping"]).run();
    output.fails(
        56,
        &["did not answer with HTTP; does a shell over there print something first?\n"],
    );
    let no_ssh = sshd
        .dq(&sshd.host(), &["/_ping"])
        .env("PATH", "/nonexistent")
        .run();
    no_ssh.fails(
        7,
        &["the program ssh was not found\nhint: install openssh-client\n"],
    );
    let late = sshd.dq(&sshd.host(), &["/events", "-m", "1"]).run();
    late.fails(28, &["timed out"]);
}

fn no_ssh_process_remains(sshd: &Sshd) {
    assert_eq!(sshd.running(), [""; 0], "after the cases");
    // dq ends because of the filter, a closed pipe, a signal.
    let halted = sshd.dq(&sshd.host(), &["/events?since=0", "halt"]).run();
    halted.is("");
    assert_eq!(sshd.running(), [""; 0], "after halt");
    let events = sshd
        .dq(&sshd.host(), &["/events?since=0", "-c", ".Type"])
        .start();
    events.line();
    assert_eq!(sshd.running().len(), 1);
    drop(events);
    let gone = || sshd.running().is_empty().then_some(());
    wait_for("the end of ssh after dq was killed", READY, gone);
    for _ in 0..3 {
        let begun = Instant::now();
        let output = sshd
            .dq(&sshd.host(), &["/events?since=0", "-c", ".Type"])
            .until_first_line();
        assert_eq!((output.stderr.as_str(), output.code), ("", 0));
        assert_eq!(sshd.running(), [""; 0], "after {:?}", begun.elapsed());
    }
}

/// An ssh that is still connecting does not notice that its parent has exited.
#[test]
fn a_signal_ends_a_connecting_ssh() {
    let dir = TempDir::new();
    dir.write("ssh", "#!/bin/sh\necho $$ > pid; exec sleep 600\n");
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(dir.join("ssh"), executable).unwrap();
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        // Without job control (`set -m`) the shell starts background jobs with SIGINT ignored.
        let line = format!(
            "set -m; rm -f pid; {} --host ssh://nowhere /info & until [ -s pid ]; do sleep 0.01; done; \
             kill -{signal} $!; wait $! 2>/dev/null; echo $?; kill -0 $(cat pid) 2>/dev/null && echo left",
            crate::support::dq::BINARY
        );
        let mut shell = with_default_signals("bash");
        let path = format!("{}:/usr/bin:/bin", dir.path().display());
        shell
            .args(["-c", &line])
            .env("PATH", path)
            .current_dir(dir.path());
        let output = crate::support::dq::run(shell, Vec::new());
        assert_eq!(output.text(), format!("{code}\n"), "{signal}");
    }
}
