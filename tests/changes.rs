//! Changes to a real dockerd (containers, images, files) and the streams they produce.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::support::dq::BINARY;
use crate::support::engine::{Engine, scratch};
use crate::support::temp::TempDir;
use crate::support::wait_for;

/// Creates and starts a container of the test image that runs this command.
fn start(engine: &Engine, name: &str, tty: bool, command: &str) {
    let body = serde_json::json!({
        "Image": "busybox:test",
        "Cmd": ["sh", "-c", command],
        "Tty": tty,
        "HostConfig": {"NetworkMode": "host"},
        "StopSignal": "KILL",
    });
    let endpoint = format!("/containers/create?name={name}");
    let created = engine.dq(&[&endpoint, "-d", &body.to_string()]).run();
    assert_eq!(created.code, 0, "{}", created.stderr);
    engine
        .dq(&["-X", "POST", &format!("/containers/{name}/start")])
        .run()
        .is("");
}

fn wait(engine: &Engine, name: &str, exit_code: i32) {
    let endpoint = format!("/containers/{name}/wait");
    let waited = engine.dq(&["-X", "POST", &endpoint, ".StatusCode"]).run();
    waited.is(&format!("{exit_code}\n"));
}

#[test]
fn fields_create_a_container() {
    let Some(engine) = scratch() else { return };
    let line = r#"
        dq /containers/create -q name=fields -F Image=busybox:test -F 'Cmd[]=sh' -F 'Cmd[]=-c' \
            -F 'Cmd[]=exit 7' -F Labels[a.b]=c -F HostConfig[NetworkMode]=host -F HostConfig[AutoRemove]=false \
            '.Warnings' -c
        dq -X POST /containers/fields/start
        dq -X POST /containers/fields/wait .StatusCode
        dq /containers/json -q all=1 -q filters.name=fields -q filters.label=a.b=c -c '.[].Names'
        dq /containers/fields/json -c '[.Config.Cmd, .State.ExitCode]'
        dq -X DELETE /containers/fields
        dq /containers/fields/json; echo $?"#;
    let output = engine.shell(line);
    assert_eq!(
        output.text(),
        "[]\n7\n[\"/fields\"]\n[[\"sh\",\"-c\",\"exit 7\"],7]\n22\n"
    );
    assert_eq!(
        output.stderr,
        "dq: fetch: 404 Not Found: No such container: fields\n"
    );
}

#[test]
fn starting_a_running_container_succeeds() {
    let Some(engine) = scratch() else { return };
    start(engine, "twice", false, "sleep 100000");
    for endpoint in ["/containers/twice/start", "/containers/twice/start"] {
        engine.dq(&["-X", "POST", endpoint]).run().is("");
    }
    let output = engine
        .dq(&[
            "/containers/create?name=twice",
            "-F",
            "Image=busybox:test",
            "-F",
            "Cmd[]=sh",
        ])
        .run();
    output.fails(22, &["409 Conflict", "already in use"]);
}

#[test]
fn images_load_from_files_and_pipes() {
    let Some(engine) = scratch() else { return };
    let dir = TempDir::new();
    let tar = dir.join("image.tar");
    let tar = tar.to_str().unwrap();
    engine.docker(&["save", "busybox:test", "-o", tar]);
    for line in [
        format!("dq /images/load -d @{tar} -r .stream"),
        format!("cat {tar} | dq /images/load -d @- -r .stream"),
        format!("dq /images/load -d @- -r .stream < {tar}"),
        // Standard input is sent from its current offset; bytes read earlier are not sent.
        format!("(head -c 0 >/dev/null; dq /images/load -d @- -r .stream) < {tar}"),
    ] {
        engine.shell(&line).is("Loaded image: busybox:test\n\n");
    }
    let output = engine.shell(
        "head -c 3000000 /dev/zero | tr '\\0' x | dq /images/load -d @- -c '.errorDetail | keys'",
    );
    assert_eq!((output.text(), output.code), ("[\"message\"]\n", 22));
    assert!(
        output.stderr.starts_with("dq: fetch: "),
        "{}",
        output.stderr
    );
}

#[test]
fn builds_stream_output_and_report_failure() {
    let Some(engine) = scratch() else { return };
    let build = |dockerfile: &str, filter: &str| {
        let line = format!(
            "printf '{dockerfile}' > Dockerfile; \
             tar -c Dockerfile | dq /build -q t=built:test -q networkmode=host -q rm=1 -d @- {filter}"
        );
        engine.shell(&line)
    };
    let good = build(
        "FROM busybox:test\\nRUN echo building\\n",
        "-j '.stream // empty'",
    );
    assert!(good.text().contains("\nbuilding\n"), "{good:?}");
    assert!(good.text().ends_with("Successfully tagged built:test\n"));
    assert_eq!((good.stderr.as_str(), good.code), ("", 0));
    let bad = build(
        "FROM busybox:test\\nRUN false\\n",
        "-c 'select(.errorDetail).errorDetail.code'",
    );
    assert_eq!((bad.text(), bad.code), ("1\n", 22));
    assert!(
        bad.stderr
            .contains("dq: fetch: The command '/bin/sh -c false' returned a non-zero code: 1\n")
    );
    let broken = build("NONSENSE\\n", "");
    broken.fails(22, &["400 Bad Request", "NONSENSE"]);
}

#[test]
fn a_failed_pull_reports_the_cause() {
    let Some(engine) = scratch() else { return };
    let output = engine
        .dq(&[
            "-X",
            "POST",
            "/images/create",
            "-q",
            "fromImage=localhost:1/x",
            "-q",
            "tag=y",
        ])
        .run();
    assert_eq!(output.code, 22, "{output:?}");
    assert!(
        output.stderr.starts_with("dq: fetch: ") && output.stderr.contains("refused"),
        "{output:?}"
    );
}

#[test]
fn files_are_copied_in_and_out() {
    let Some(engine) = scratch() else { return };
    start(engine, "files", false, "sleep 100000");
    let output = engine.shell(
        "echo hello > note; tar -c note | dq -X PUT /containers/files/archive -q path=/ -d @-\n\
         dq /containers/files/archive -q path=/note | tar -xO\n\
         dq -X HEAD -i /containers/files/archive -q path=/note | grep -c X-Docker-Container-Path-Stat",
    );
    output.is("hello\n1\n");
    let long = engine.shell(
        "head -c 30000000 /dev/zero | dq -X PUT /containers/nowhere/archive -q path=/ -d @-",
    );
    long.fails(
        22,
        &["dq: fetch: 404 Not Found: No such container: nowhere\n"],
    );
}

#[test]
fn a_long_body_is_sent_over_tls_or_rejected() {
    let Some(engine) = scratch() else { return };
    start(engine, "secured", false, "sleep 100000");
    let dir = TempDir::new();
    engine.add_context("secure", dir.path());
    let put = |name: &str, header: &str| {
        let home = dir.path().display();
        let line = format!(
            "export HOME={home}; head -c 30000000 /dev/zero > zero; tar -c zero | \
             dq --context secure -X PUT /containers/{name}/archive -q path=/ -d @- -H '{header}'"
        );
        engine.shell(&line)
    };
    for header in ["A: b", "Expect:"] {
        put("secured", header).is("");
        let refused = put("nowhere", header);
        refused.fails(
            22,
            &["dq: fetch: 404 Not Found: No such container: nowhere\n"],
        );
    }
    let size = [
        "--context",
        "secure",
        "/containers/secured/archive?path=/zero",
    ];
    let output = engine.dq(&size).env("HOME", dir.path()).run();
    assert!(output.stdout.len() > 30_000_000, "{}", output.stderr);
}

/// Runs dq to completion; returns its peak resident set size in kB and its exit code.
fn measure_memory(engine: &Engine, args: &[&str], stdin: &Path, stdout: Stdio) -> (u64, i32) {
    let mut command = Command::new(BINARY);
    command.args(args).env("DOCKER_HOST", engine.host());
    command.stdin(fs::File::open(stdin).unwrap()).stdout(stdout);
    let mut child = command.spawn().unwrap();
    let mut peak = 0;
    loop {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
        let size = line.and_then(|it| it.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(size.unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            return (peak, status.code().unwrap_or(-1));
        }
        sleep(Duration::from_millis(5));
    }
}

#[test]
fn memory_does_not_grow_with_the_body() {
    let Some(engine) = scratch() else { return };
    start(engine, "long", false, "sleep 100000");
    let dir = TempDir::new();
    let zero = fs::File::create(dir.join("zero")).unwrap();
    zero.set_len(100 << 20).unwrap();
    let mut tar = Command::new("tar");
    tar.arg("-C").arg(dir.path()).args(["-c", "-f"]);
    let tar_file = dir.join("zero.tar");
    assert!(tar.arg(&tar_file).arg("zero").status().unwrap().success());
    let put = [
        "-X",
        "PUT",
        "/containers/long/archive",
        "-q",
        "path=/",
        "-d",
    ];
    let at_file = format!("@{}", tar_file.display());
    for body in ["@-", at_file.as_str()] {
        let args = [&put[..], &[body]].concat();
        let (peak, code) = measure_memory(engine, &args, &tar_file, Stdio::null());
        assert!(code == 0 && peak < 30_000, "{body}: {peak} kB, exit {code}");
    }
    let copy = fs::File::create(dir.join("copy")).unwrap();
    let get = ["/containers/long/archive?path=/zero"];
    let (peak, code) = measure_memory(engine, &get, Path::new("/dev/null"), copy.into());
    assert!(code == 0 && peak < 30_000, "{peak} kB, exit {code}");
    assert!(fs::metadata(dir.join("copy")).unwrap().len() > 100 << 20);
}

#[test]
fn exec_output_is_split_by_stream() {
    let Some(engine) = scratch() else { return };
    start(engine, "exec", false, "sleep 100000");
    let exec = |tty: bool, filter: &str| {
        let line = format!(
            "id=$(dq /containers/exec/exec -F AttachStdout=true -F AttachStderr=true -F Tty={tty} \
                 -F 'Cmd[]=sh' -F 'Cmd[]=-c' -F 'Cmd[]=echo out; echo err >&2; exit 3' -r .Id)\n\
             dq /exec/$id/start -F Detach=false -F Tty={tty} {filter}\n\
             dq /exec/$id/json .ExitCode >&2"
        );
        engine.shell(&line)
    };
    let plain = exec(false, "");
    assert_eq!((plain.text(), plain.stderr.as_str()), ("out\n", "err\n3\n"));
    let lines = exec(false, "-c 'select(.stream == \"stderr\")'");
    assert_eq!(lines.text(), "{\"stream\":\"stderr\",\"line\":\"err\"}\n");
    let tty = exec(true, "-r .line");
    assert_eq!(tty.text(), "out\nerr\n");
}

#[test]
fn terminal_logs_and_attach() {
    let Some(engine) = scratch() else { return };
    start(engine, "tty", true, "echo one; echo two >&2");
    wait(engine, "tty", 0);
    let logs = "/containers/tty/logs?stdout=1&stderr=1";
    engine.dq(&[logs]).run().is("one\r\ntwo\r\n");
    engine.dq(&[logs, "-c"]).run().is("one\r\ntwo\r\n");
    let lines =
        "{\"stream\":\"stdout\",\"line\":\"one\"}\n{\"stream\":\"stdout\",\"line\":\"two\"}\n";
    engine.dq(&[logs, "-c", "."]).run().is(lines);
    let old = engine
        .dq(&[logs, "-c", "."])
        .env("DOCKER_API_VERSION", "1.40")
        .run();
    old.is(lines);
    // Terminal output is not framed: bytes that look like a frame header are the program's output.
    start(
        engine,
        "mimic",
        true,
        r"printf '\001\000\000\000\000\000\000\003abc and more\n'",
    );
    wait(engine, "mimic", 0);
    let mimic = engine.dq(&["/containers/mimic/logs?stdout=1"]).run();
    assert_eq!((mimic.stderr.as_str(), mimic.code), ("", 0));
    assert!(mimic.text().ends_with("abc and more\r\n"), "{mimic:?}");

    start(
        engine,
        "attach",
        false,
        "echo before; sleep 1; echo out; echo err >&2",
    );
    let attach = "/containers/attach/attach?stream=1&stdout=1&stderr=1&logs=1";
    let output = engine.dq(&["-X", "POST", attach]).run();
    assert_eq!(
        (output.text(), output.stderr.as_str(), output.code),
        ("before\nout\n", "err\n", 0)
    );
}

#[test]
fn logs_are_followed_live() {
    let Some(engine) = scratch() else { return };
    start(
        engine,
        "follow",
        false,
        "echo one; while [ ! -e /go ]; do sleep 0.1; done; echo two; sleep 100000",
    );
    let running = engine
        .dq(&["/containers/follow/logs?stdout=1&follow=1", "-r", ".line"])
        .start();
    assert_eq!(running.line().1, "one");
    let output =
        engine.shell("touch go; tar -c go | dq -X PUT /containers/follow/archive -q path=/ -d @-");
    output.is("");
    assert_eq!(running.line().1, "two");
}

#[test]
fn prune_reports_counts() {
    let Some(engine) = scratch() else { return };
    for name in ["pruned1", "pruned2"] {
        let args = [
            "/containers/create",
            "-q",
            &format!("name={name}"),
            "-F",
            "Image=busybox:test",
            "-F",
            "Cmd[]=sh",
            "-F",
            "Labels[prune]=me",
        ];
        assert_eq!(engine.dq(&args).run().code, 0);
    }
    let prune = [
        "-X",
        "POST",
        "/containers/prune",
        "-q",
        "filters.label=prune=me",
        ".ContainersDeleted | length",
    ];
    engine.dq(&prune).run().is("2\n");
    engine.dq(&prune).run().is("0\n");
}

#[test]
fn events_report_the_changes() {
    let Some(engine) = scratch() else { return };
    let filter = r#"select(.Actor.Attributes.name == "told").Action"#;
    let running = engine
        .dq(&[
            "/events?since=0",
            "-q",
            "filters.type=container",
            "-r",
            filter,
        ])
        .start();
    start(engine, "told", false, "exit 0");
    assert_eq!(
        [(); 3].map(|()| running.line().1),
        ["create", "start", "die"]
    );
}

#[test]
fn the_curl_command_has_the_same_effect() {
    let Some(engine) = scratch() else { return };
    start(engine, "curled", false, "echo it\\'s; sleep 100000");
    wait_for("the log", Duration::from_secs(10), || {
        let log = engine.dq(&["/containers/curled/logs?stdout=1"]).run();
        (log.text() == "it's\n").then_some(())
    });
    let calls = [
        r#"/containers/json -q filters.name=curled -c '.[] | [.Names, .Image, "it'"'"'s"]'"#,
        r#"'/containers/json?filters={"name":["curled"]}' --arg a 'b c' -r '.[].Id + $a'"#,
        r#"/containers/curled/json -r .Config.Image -H 'X-Token: s3cret' -H 'X-Empty;'"#,
        r#"/volumes/create -F Name=curled -F 'Labels[a]=it'"'"'s' .Labels.a -r"#,
        r#"/volumes/create -d '{"Name": "curled", "Labels": {"a": "é"}}' -c .Name"#,
        r#"-X POST /containers/curled/update -d @body.json -c"#,
        r#"-X PUT /containers/curled/archive -q path=/ -d @body.tar"#,
        r#"-X HEAD /_ping"#,
        r#"/_ping"#,
        r#"-X DELETE /volumes/curled?force=1"#,
        r#"/containers/nope/json .Id"#,
        r#"/containers/nope/json --fail-with-body -c .message"#,
    ];
    for call in calls {
        let body = if call.contains("-F") {
            r#"{"Name":"curled","Labels":{"a":"it'"'"'s"}}"#
        } else {
            r#"{"Name": "curled", "Labels": {"a": "é"}}"#
        };
        let files = "echo '{\"Memory\": 0}' > body.json; tar -cf body.tar body.json; export HEADER_X_TOKEN=s3cret\n";
        let call = call.replace(" -H 'X-Empty;'", "");
        let own = engine.shell(&format!("{files} dq {call} 2>/dev/null"));
        let again = engine.shell(&format!(
            "{files} export BODY='{body}'; dq --curl {call} 2>/dev/null > line; . ./line 2>/dev/null"
        ));
        assert_eq!((again.text(), again.code), (own.text(), own.code), "{call}");
    }
    let dir = TempDir::new();
    engine.add_context("secure", dir.path());
    let call = ["--context", "secure", "/info", ".Driver", "-r"];
    engine.dq(&call).env("HOME", dir.path()).run().is("vfs\n");
    let line = engine
        .dq(&[&["--curl"], &call[..]].concat())
        .env("HOME", dir.path())
        .run();
    fs::write(dir.join("line"), line.text()).unwrap();
    engine
        .shell(&format!(". {}", dir.join("line").display()))
        .is("vfs\n");
}

#[test]
fn verbose_names_the_host_and_its_source() {
    let Some(engine) = scratch() else { return };
    let dir = TempDir::new();
    engine.add_context("secure", dir.path());
    let output = engine
        .dq(&["/_ping", "-v", "--context", "secure"])
        .env("HOME", dir.path())
        .run();
    assert_eq!(output.text(), "OK");
    let first = output.stderr.lines().next().unwrap_or_default();
    assert!(first.starts_with("* host tcp://127.0.0.1:"), "{first}");
    assert!(
        first.ends_with(", chosen by context \"secure\" (--context)"),
        "{first}"
    );
}
