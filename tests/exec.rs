//! `--exec`: a command in a container of a real engine, and engines that fail in between.

use std::time::{Duration, Instant};

use crate::support::dq::{Output, dq};
use crate::support::engine::scratch;
use crate::support::server::{Reply, Server};

/// The streams and the exit code.
fn parts(output: &Output) -> (&str, &str, i32) {
    (output.text(), output.stderr.as_str(), output.code)
}

#[test]
fn a_command_has_its_streams_and_its_exit_code() {
    let Some(engine) = scratch() else { return };
    engine.run("execute", &[], "sleep 100000");
    let exec = |words: &[&str]| engine.dq(&[&["--exec", "execute"], words].concat()).run();
    let failed = exec(&["--", "sh", "-c", "echo out; echo err >&2; exit 3"]);
    assert_eq!(parts(&failed), ("out\n", "err\n", 3));
    exec(&["--", "echo", "a b", "-c", "--"]).is("a b -c --\n");
    // The engine does not keep the order of what is written to both at the same time.
    let script = "echo out; sleep 0.3; echo err >&2; exit 4";
    let lines = exec(&["-c", ".", "--", "sh", "-c", script]);
    let expected =
        "{\"stream\":\"stdout\",\"line\":\"out\"}\n{\"stream\":\"stderr\",\"line\":\"err\"}\n";
    assert_eq!(parts(&lines), (expected, "", 4));
    exec(&["-t", "--no-header", ".line", "--", "ls", "/bin/cat"]).is("/bin/cat\n");
    let fields = [
        "-F",
        "WorkingDir=/bin",
        "-F",
        "Env[]=A=x y",
        "-F",
        "User=0:7",
    ];
    let shown = "echo $PWD $A; busybox id -g";
    exec(&[&fields[..], &["--", "sh", "-c", shown]].concat()).is("/bin x y\n7\n");
    // The filter's own exit code counts where the command has succeeded.
    assert_eq!(exec(&["-e", "empty", "--", "ls"]).code, 4);
    assert_eq!(exec(&["error(\"x\")", "--", "echo"]).code, 5);
    assert_eq!(
        exec(&["error(\"x\")", "--", "sh", "-c", "echo; exit 9"]).code,
        9
    );
}

#[test]
fn a_command_that_closes_its_output_is_waited_for() {
    let Some(engine) = scratch() else { return };
    engine.run("silent", &[], "sleep 100000");
    let exec = |options: &[&str], script: &str| {
        let words = ["--exec", "silent", "--", "sh", "-c", script];
        engine.dq(&[options, &words].concat()).run()
    };
    let start = Instant::now();
    let waited = exec(&[], "exec >&- 2>&-; sleep 1; exit 6");
    assert_eq!(parts(&waited), ("", "", 6));
    assert!(start.elapsed() >= Duration::from_secs(1));
    let limited = exec(&["-m", "1"], "exec >&- 2>&-; sleep 20");
    limited.fails(28, &["dq: fetch: timed out"]);
    let limited = exec(&["-m", "1"], "echo a; sleep 20");
    assert_eq!((limited.text(), limited.code), ("a\n", 28));
}

#[test]
fn a_command_that_cannot_start_has_the_code_of_docker_exec() {
    let Some(engine) = scratch() else { return };
    engine.run("lacking", &[], "sleep 100000");
    let exec = |name: &str, command: &str| engine.dq(&["--exec", name, "--", command]).run();
    // 126 up to Docker 20.10, 127 later.
    let missing = exec("lacking", "nope");
    assert!(matches!(missing.code, 126 | 127), "{missing:?}");
    assert!(
        missing
            .text()
            .contains("\"nope\": executable file not found")
    );
    assert_eq!(exec("lacking", "/bin").code, 126);
    exec("lackin", "ls").fails(
        22,
        &[
            "No such container: lackin\n",
            "hint: did you mean lacking?\n",
        ],
    );
    engine.docker(&["stop", "-t", "0", "lacking"]);
    let hint = "hint: dq -X POST /containers/lacking/start\n";
    exec("lacking", "ls").fails(22, &["409 Conflict", "is not running\n", hint]);
}

const CREATED: &str = r#"{"Id":"e1"}"#;

/// An engine that answers the three requests so.
fn engine(created: Reply, started: Reply, state: Reply) -> Server {
    Server::new([
        ("/containers/web/exec", created),
        ("/exec/e1/start", started),
        ("/exec/e1/json", state),
    ])
}

/// The output of a command, as Podman answers: in frames, without the version of an API.
fn frames(length: &str) -> Reply {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n{length}\r\n"
    );
    let mut bytes = head.into_bytes();
    bytes.extend(b"\x01\0\0\0\0\0\0\x04out\n\x02\0\0\0\0\0\0\x04err\n");
    Reply::Raw(bytes)
}

fn exec(server: &Server, words: &[&str]) -> Output {
    let words = [&["--exec", "web"], words, &["--", "ls"]].concat();
    dq(words).env("DOCKER_HOST", server.host()).run()
}

#[test]
fn the_requests_of_a_command() {
    let states = Reply::turns([
        Reply::json(r#"{"Running":true,"ExitCode":null}"#),
        Reply::json(r#"{"Running":false,"ExitCode":-1}"#),
    ]);
    let server = engine(Reply::json(CREATED), frames(""), states);
    let output = exec(&server, &["-F", "Privileged=true"]);
    assert_eq!(parts(&output), ("out\n", "err\n", 255));
    let asked = [
        "POST /containers/web/exec",
        "POST /exec/e1/start",
        "GET /exec/e1/json",
        "GET /exec/e1/json",
    ];
    assert_eq!(server.asked(), asked);
    let bodies: Vec<_> = server.requests().into_iter().map(|it| it.body).collect();
    let bodies: Vec<_> = bodies
        .iter()
        .map(|it| String::from_utf8_lossy(it))
        .collect();
    let body = r#"{"Privileged":true,"AttachStdout":true,"AttachStderr":true,"Cmd":["ls"]}"#;
    assert_eq!(bodies[..2], [body, r#"{"Detach":false,"Tty":false}"#]);
}

#[test]
fn a_code_whose_last_byte_is_0_is_no_success() {
    for (state, code) in [
        (0, 0),
        (256, 1),
        (1_073_807_360, 1),
        (3_221_225_786_u32, 58),
    ] {
        let state = Reply::json(&format!(r#"{{"Running":false,"ExitCode":{state}}}"#));
        let server = engine(Reply::json(CREATED), frames(""), state);
        assert_eq!(parts(&exec(&server, &[])), ("out\n", "err\n", code));
    }
}

#[test]
fn a_lost_connection_is_no_success() {
    let cut = frames("Content-Length: 1000\r\n");
    let server = engine(Reply::json(CREATED), cut, Reply::json("{}"));
    let output = exec(&server, &[]);
    assert_eq!((output.text(), output.code), ("out\n", 56), "{output:?}");
    // The end of the connection is the end of the output: only the next request tells.
    let server = engine(Reply::json(CREATED), frames(""), Reply::empty());
    let output = exec(&server, &[]);
    let lost = "err\ndq: fetch: connection lost: the exit code of the command is not known\n";
    assert_eq!(parts(&output), ("out\n", lost, 56));
}

#[test]
fn an_answer_that_is_none_is_refused() {
    for body in [r#"{"Id":"../x"}"#, r#"{"Id":""}"#, "[]"] {
        let server = engine(Reply::json(body), Reply::empty(), Reply::empty());
        exec(&server, &[]).fails(56, &["--exec: the answer names no prepared command"]);
        assert_eq!(server.asked().len(), 1, "{body}");
    }
    let server = engine(Reply::json("<html>"), Reply::empty(), Reply::empty());
    exec(&server, &[]).fails(56, &["--exec: the answer is not the JSON of an engine"]);
    let server = engine(Reply::json(CREATED), frames(""), Reply::json("{}"));
    let output = exec(&server, &[]);
    assert_eq!((output.text(), output.code), ("out\n", 56), "{output:?}");
}
