//! The built-in saved filters that fetch, on real engines: what they show is what the docker command shows, and what
//! `dq run` prints makes the same container.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::daemon::find;
use crate::support::dq::{dq, run};
use crate::support::engine::{Engine, engine, scratch, swarm};
use crate::support::server::{Reply, Server};
use crate::support::temp::TempDir;
use crate::support::{leave_out, wait_for};

/// The value that a saved filter yields.
fn value(engine: &Engine, args: &[&str]) -> Value {
    let output = engine.dq(&[args, &["-c"]].concat()).run();
    assert_eq!((output.stderr.as_str(), output.code), ("", 0), "{args:?}");
    serde_json::from_str(output.text()).unwrap()
}

#[test]
fn used_tells_who_uses_images_and_volumes() {
    let Some(engine) = scratch() else { return };
    for name in ["used-kept", "used-alone"] {
        engine.docker(&["volume", "create", name]);
    }
    let write = "sh -c 'echo 0123456789 > /data/file'";
    engine.run("used-a", &["-v", "used-kept:/data"], write);
    engine.docker(&[
        "create",
        "--name",
        "used-b",
        "-v",
        "used-kept:/x",
        "busybox:test",
        "sh",
    ]);
    let rows = r#"map(select(.name | startswith("used-")) | [.kind, .name, .used_by])"#;
    let expected = json!([
        ["volume", "used-alone", []],
        ["volume", "used-kept", ["used-a", "used-b"]]
    ]);
    assert_eq!(value(engine, &["used", rows]), expected);
    let image = r#".[] | select(.name | split(", ") | index("busybox:test"))"#;
    let image = value(engine, &["used", image]);
    let users = image["used_by"].as_array().unwrap();
    assert!(users.contains(&json!("used-a")), "{image}");
    let size = engine.docker(&["image", "inspect", "busybox:test", "-f", "{{.Size}}"]);
    assert_eq!(image["size"].to_string(), size);
}

#[test]
fn compose_counts_the_states_of_each_project() {
    let Some(engine) = scratch() else { return };
    let file = "com.docker.compose.project.config_files=/srv/a.yaml,/srv/b.yaml";
    let create = |name: &str, project: &str, oneoff: &str, command: &str| {
        let project = format!("com.docker.compose.project={project}");
        let oneoff = format!("com.docker.compose.oneoff={oneoff}");
        engine.run(name, &["-l", &project, "-l", file, "-l", &oneoff], command);
    };
    create("compose-1", "lib-one", "False", "sleep 1000");
    create("compose-2", "lib-one", "False", "sleep 1000");
    create("compose-3", "lib-one", "False", "exit 1");
    create("compose-4", "lib-one", "True", "sleep 1000");
    create("compose-5", "lib-two", "False", "exit 0");
    engine.docker(&["wait", "compose-3", "compose-5"]);
    let only = r#"map(select(.name | startswith("lib-")))"#;
    let files = json!(["/srv/a.yaml", "/srv/b.yaml"]);
    let expected = json!([
        {"name": "lib-one", "status": {"exited": 1, "running": 2}, "config_files": files},
        {"name": "lib-two", "status": {"exited": 1}, "config_files": files}
    ]);
    assert_eq!(value(engine, &["compose", only]), expected);
    let table = engine
        .dq(&["compose", "map(select(.name == \"lib-one\"))"])
        .run();
    table.is(concat!(
        "NAME      STATUS                  CONFIG FILES\n",
        "lib-one   exited(1), running(2)   /srv/a.yaml, /srv/b.yaml\n"
    ));
}

/// Starts tests/support/registry, which ends with the test binary. Returns its address.
fn registry(arguments: &[&str]) -> Option<String> {
    use std::io::{BufRead, BufReader};
    if find("python3").is_none() {
        leave_out("no python3 here");
        return None;
    }
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/registry");
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut port = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut port)
        .unwrap();
    // The pipe to its standard input stays open.
    std::mem::forget(child);
    Some(format!("127.0.0.1:{}", port.trim_end()))
}

/// Pushes the test image under a name and runs a container of it.
fn push_and_run(engine: &Engine, container: &str, image: &str) {
    engine.docker(&["tag", "busybox:test", image]);
    engine.docker(&["push", "-q", image]);
    let options = [
        "run",
        "-d",
        "--network",
        "host",
        "--stop-signal",
        "KILL",
        "--name",
        container,
    ];
    engine.docker(&[&options, &[image, "sleep", "100000"][..]].concat());
}

#[test]
fn outdated_compares_with_the_registry() {
    let Some(engine) = scratch() else { return };
    let Some(registry) = registry(&[]) else {
        return;
    };
    let image = |name: &str| format!("{registry}/{name}:1");
    for name in ["lib-current", "lib-outdated", "lib-gone"] {
        push_and_run(engine, name, &image(name));
    }
    engine.run("lib-local", &[], "sleep 100000");
    // The tag gets another image.
    let other = engine.docker(&["commit", "-m", "other", "lib-local", &image("lib-outdated")]);
    engine.docker(&["push", "-q", &image("lib-outdated")]);
    let manifest = format!("http://{registry}/v2/lib-gone/manifests/1");
    dq(["-X", "DELETE", &manifest]).run();
    let only = r#"map(select(.container | test("^lib-(current|outdated|gone|local)$")))"#;
    let rows = value(
        engine,
        &[
            "outdated",
            &format!("{only} | map([.container, .state, .reason])"),
        ],
    );
    let expected = json!([
        ["lib-current", "current", null],
        ["lib-gone", "gone", "manifest unknown"],
        ["lib-local", "local", "never pulled or pushed"],
        [
            "lib-outdated",
            "outdated",
            "the tag is at another image here"
        ]
    ]);
    assert_eq!(rows, expected);
    let digest = |name: &str| engine.docker(&["inspect", name, "-f", "{{index .RepoDigests 0}}"]);
    let rows = value(
        engine,
        &[
            "outdated",
            &format!("{only} | map({{(.container): .}}) | add"),
        ],
    );
    let (old, new) = (&rows["lib-current"], &rows["lib-outdated"]);
    let current = old["current"].as_str().unwrap();
    assert!(
        engine
            .docker(&["inspect", &image("lib-current")])
            .contains(current),
        "{rows}"
    );
    assert_eq!(old["latest"], old["current"]);
    assert_eq!(new["current"], old["current"]);
    assert!(
        digest(&other).ends_with(new["latest"].as_str().unwrap()),
        "{rows}"
    );
}

#[test]
fn outdated_sends_logins_only_where_it_is_told_to() {
    let Some(engine) = scratch() else { return };
    let Some(registry) = registry(&["ann:secret"]) else {
        return;
    };
    let home = TempDir::new();
    // "ann:secret" in base64.
    let config = json!({"auths": {&registry: {"auth": "YW5uOnNlY3JldA=="}}});
    home.write(".docker/config.json", config.to_string());
    let image = format!("{registry}/lib-private:1");
    engine.docker(&["tag", "busybox:test", &image]);
    let push = [
        &format!("/images/{registry}/lib-private/push?tag=1"),
        "-X",
        "POST",
        "--registry-auth",
        "empty",
    ];
    let pushed = engine.dq(&push).env("HOME", home.path()).run();
    assert_eq!((pushed.stderr.as_str(), pushed.code), ("", 0));
    let options = [
        "run",
        "-d",
        "--network",
        "host",
        "--stop-signal",
        "KILL",
        "--name",
        "lib-private",
    ];
    engine.docker(&[&options, &[&image, "sleep", "100000"][..]].concat());
    let filter = r#".[] | select(.container == "lib-private").state"#;
    let state = |more: &[&str]| {
        let args = [&["outdated", filter, "-r"], more].concat();
        let output = engine.dq(&args).env("HOME", home.path()).run();
        assert_eq!((output.stderr.as_str(), output.code), ("", 0));
        output.text().trim_end().to_owned()
    };
    assert_eq!(state(&[]), "denied");
    assert_eq!(state(&["--registry-auth"]), "current");
}

#[test]
fn only_paths_that_name_a_registry_get_a_login() {
    let server = Server::new([("/", Reply::json("1"))]);
    let home = TempDir::new();
    home.write(
        ".docker/config.json",
        r#"{"auths": {"r:1": {"auth": "YTpi"}}}"#,
    );
    let host = server.host();
    let filter = r#"fetch("/info", "/distribution/r:1/x/json")"#;
    let args = [
        "--host",
        &host,
        "--registry-auth",
        "/containers/json",
        filter,
    ];
    dq(args).env("HOME", home.path()).run().is("1\n1\n");
    let sent = |request: &crate::support::server::Request| {
        (
            request.target.clone(),
            request.header("x-registry-auth").is_some(),
        )
    };
    let mut requests: Vec<_> = server.requests().iter().map(sent).collect();
    requests.sort();
    let expected = [
        ("/containers/json", false),
        ("/distribution/r:1/x/json", true),
        ("/info", false),
    ];
    assert_eq!(
        requests,
        expected.map(|(path, sent)| (path.to_owned(), sent))
    );
}

/// What two containers must have in common. The engine fills in the rest itself.
const CONFIGURATION: &str = r#"[
  (.Config | .Env |= (. // [] | sort) | del(.Hostname, .Image, .Entrypoint, .Cmd, .AttachStdout, .AttachStderr)),
  (.HostConfig | del(.ContainerIDFile, .ConsoleSize)),
  (.Config.Entrypoint // []) + (.Config.Cmd // []),
  ([.Mounts[] | [.Type, .Destination, .RW, if (.Name // "" | length) == 64 then null else .Source end]] | sort)
]"#;

/// Creates a container with these options, then again from what `dq run` prints, and compares them.
#[track_caller]
fn assert_remade(engine: &Engine, words: &[&str]) {
    let name = "lib-remade";
    let configuration = || value(engine, &["inspect", name, CONFIGURATION]);
    engine.docker(&[&["create", "--name", name], words].concat());
    let original = configuration();
    let line = engine.dq(&["run", name]).run();
    assert_eq!((line.stderr.as_str(), line.code), ("", 0), "{words:?}");
    engine.docker(&["rm", name]);
    // `docker create` takes the options of `docker run` but one.
    let line = line
        .text()
        .replacen("docker run", "docker create", 1)
        .replacen(" -d ", " ", 1);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &line])
        .env("DOCKER_HOST", engine.host())
        .env_remove("DOCKER_CONTEXT");
    let remade = run(shell, Vec::new());
    assert_eq!(remade.code, 0, "{line}\n{}", remade.stderr);
    assert_eq!(configuration(), original, "{line}");
    engine.docker(&["rm", name]);
}

/// An image whose configuration is not empty.
fn rich_image(engine: &Engine) {
    let base = engine.docker(&["create", "busybox:test", "true"]);
    let configuration = json!({
        "Env": ["A=1", "B=two words"],
        "Labels": {"l": "1", "m": "2"},
        "WorkingDir": "/bin",
        "Volumes": {"/volume": {}},
        "ExposedPorts": {"80/tcp": {}, "81/tcp": {}},
        "User": "5",
        "Entrypoint": ["sleep"],
        "Cmd": ["1000"],
        "StopSignal": "SIGKILL",
        "Healthcheck": {"Test": ["CMD-SHELL", "echo hi"], "Interval": 7_000_000_000_u64}
    });
    let endpoint = format!("/commit?container={base}&repo=lib-rich");
    value(
        engine,
        &["-X", "POST", &endpoint, "-d", &configuration.to_string()],
    );
    engine.docker(&["rm", &base]);
}

#[test]
fn run_makes_the_same_container() {
    let Some(engine) = scratch() else { return };
    rich_image(engine);
    let cases: [&[&str]; 15] = [
        &["busybox:test", "sleep", "100"],
        &[
            "-e",
            "A=it's $(id) `id` \"x\" \\ \ntwo ;&|<>*?~#!",
            "-e",
            "EMPTY=",
            "-e",
            "U=ü€",
            "busybox:test",
            "-x",
            "a b",
            "",
        ],
        &[
            "-l",
            "a=b c",
            "-l",
            "q='x'",
            "-l",
            "e=",
            "busybox:test",
            "sh",
            "-c",
            "echo \"$0\"; sleep 1",
        ],
        &[
            "--mount",
            "type=volume,src=lib-data,dst=/m,readonly,volume-nocopy",
            "-v",
            "/anonymous",
            "-v",
            "/tmp:/h:ro",
            "busybox:test",
            "a",
        ],
        &[
            "--mount",
            "type=tmpfs,dst=/t,tmpfs-size=1048576,tmpfs-mode=1770",
            "--tmpfs",
            "/u:size=1m",
            "--tmpfs",
            "/w",
            "busybox:test",
            "a",
        ],
        &[
            "--mount",
            "type=volume,\"src=lib-data\",dst=/v,volume-driver=local,\"volume-opt=o=size=1m,uid=5\",volume-label=a=b",
            "busybox:test",
            "a",
        ],
        &[
            "-p",
            "127.0.0.1:8080:80",
            "-p",
            "53:53/udp",
            "-p",
            "90",
            "-p",
            "[::1]:91:91",
            "--expose",
            "99",
            "busybox:test",
            "a",
        ],
        &[
            "--restart",
            "on-failure:3",
            "--cap-add",
            "NET_ADMIN",
            "--cap-drop",
            "KILL",
            "--device",
            "/dev/null:/dev/x",
            "--device",
            "/dev/full:/dev/full:r",
            "--memory",
            "64m",
            "--cpus",
            "0.5",
            "busybox:test",
            "a",
        ],
        &[
            "--network",
            "host",
            "--health-cmd",
            "echo 'x y'",
            "--health-interval",
            "90s",
            "--health-retries",
            "2",
            "-w",
            "/bin",
            "-u",
            "1000:1000",
            "-it",
            "--entrypoint",
            "sleep",
            "busybox:test",
            "1",
        ],
        &[
            "--network",
            "none",
            "--restart",
            "unless-stopped",
            "--init",
            "--read-only",
            "--shm-size",
            "1m",
            "--ulimit",
            "nofile=10:20",
            "--group-add",
            "7",
            "--pids-limit",
            "50",
            "--ipc",
            "shareable",
            "--hostname",
            "h",
            "--log-opt",
            "max-size=1m",
            "--rm=false",
            "--privileged",
            "busybox:test",
            "a",
        ],
        &["lib-rich"],
        &["lib-rich", "77"],
        &[
            "--no-healthcheck",
            "-e",
            "A=9",
            "-e",
            "C=3",
            "-l",
            "l=9",
            "-w",
            "/",
            "-u",
            "0",
            "--entrypoint",
            "sh",
            "lib-rich",
            "-c",
            "x",
        ],
        &[
            "--health-interval",
            "9s",
            "--stop-signal",
            "INT",
            "--stop-timeout",
            "3",
            "--entrypoint",
            "",
            "lib-rich",
            "sh",
        ],
        &[
            "--gpus",
            "all",
            "--add-host",
            "h:1.2.3.4",
            "--dns",
            "1.2.3.4",
            "--security-opt",
            "systempaths=unconfined",
            "--cpu-quota",
            "50000",
            "--oom-score-adj",
            "5",
            "busybox:test",
            "a",
        ],
    ];
    for words in cases {
        assert_remade(engine, words);
    }
}

#[test]
fn lists_of_a_swarm_show_names_as_docker_does() {
    let Some(engine) = swarm() else { return };
    let create = [
        "service",
        "create",
        "--detach",
        "--network",
        "host",
        "--no-resolve-image",
        "--stop-grace-period",
        "0s",
    ];
    engine.docker(
        &[
            &create,
            &[
                "--name",
                "shop",
                "--replicas",
                "2",
                "busybox:test",
                "sleep",
                "100000",
            ][..],
        ]
        .concat(),
    );
    engine.docker(
        &[
            &create,
            &[
                "--name",
                "agent",
                "--mode",
                "global",
                "busybox:test",
                "sleep",
                "100000",
            ][..],
        ]
        .concat(),
    );
    let lines = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    // A task has no node before it is scheduled: the two lists are compared when nothing changes any more.
    wait_for("three running tasks", Duration::from_secs(60), || {
        let format = "{{.CurrentState}}";
        let states = engine.docker(&["service", "ps", "--format", format, "shop", "agent"]);
        let running = |state: &&str| state.starts_with("Running");
        (states.lines().filter(running).count() == 3).then_some(())
    });
    let format = "{{.Name}} {{.Node}} {{.DesiredState}}";
    let theirs = engine.docker(&["service", "ps", "--format", format, "shop", "agent"]);
    let row = r#".[] | "\(.name) \(.node) \(.desired[:1] | ascii_upcase)\(.desired[1:])""#;
    let ours = engine.dq(&["tasks", row, "-r"]).run();
    assert_eq!(lines(ours.text()), lines(&theirs));
    assert_eq!(theirs.lines().count(), 3);
    let theirs = engine.docker(&["node", "ls", "--format", "{{.ID}} {{.Hostname}} {{.Self}}"]);
    let ours = engine
        .dq(&["nodes", r#".[] | "\(.id) \(.hostname) \(.self)""#, "-r"])
        .run();
    assert_eq!(lines(ours.text()), lines(&theirs));
    let table = engine.dq(&["nodes"]).run();
    assert!(table.text().contains(" *   "), "{}", table.text());
    let theirs = engine.docker(&[
        "service",
        "ls",
        "--format",
        "{{.Name}} {{.Mode}} {{.Image}}",
    ]);
    let ours = engine
        .dq(&["services", r#".[] | "\(.name) \(.mode) \(.image)""#, "-r"])
        .run();
    assert_eq!(lines(ours.text()), lines(&theirs));
}

#[test]
fn an_engine_without_a_swarm_says_what_to_do() {
    let Some(engine) = engine() else { return };
    for name in ["tasks", "services", "nodes"] {
        let why =
            "503 Service Unavailable: This node is not a swarm manager. Use \"docker swarm init\"";
        engine.dq(&[name]).run().fails(22, &[why]);
    }
}
