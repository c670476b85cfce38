//! Several words behind a saved filter: one request each, against a real engine and against servers of our own.

use std::time::Duration;

use crate::support::dq::{BINARY, Output, dq, run, with_default_signals};
use crate::support::engine::{Engine, scratch};
use crate::support::server::{Reply, Server};
use crate::support::temp::TempDir;
use crate::support::wait_for;

const READY: Duration = Duration::from_secs(60);

/// Starts containers whose names begin with `prefix`, and waits until those that end have ended.
fn containers(engine: &Engine, containers: &[(&str, &str)]) {
    for (name, command) in containers {
        engine.run(name, &[], command);
        if !command.contains("sleep 100000") {
            engine.docker(&["wait", name]);
        }
    }
}

/// The lines that begin with a prefix, without it.
fn lines_of<'t>(text: &'t str, prefix: &str) -> Vec<&'t str> {
    let lines = text.lines();
    lines.filter_map(|line| line.strip_prefix(prefix)).collect()
}

#[test]
fn logs_come_in_the_order_typed_with_names_in_front() {
    let Some(engine) = scratch() else { return };
    containers(
        engine,
        &[
            ("order-a", "echo one; echo two >&2; printf end"),
            ("order-long", "echo three"),
        ],
    );
    let output = engine.dq(&["logs", "order-long", "order-a"]).run();
    let stdout = "order-long | three\norder-a    | one\norder-a    | end\n";
    assert_eq!((output.text(), output.code), (stdout, 0));
    assert_eq!(output.stderr, "order-a    | two\n");
    let filter = "[.name, .stream, .line, input_filename]";
    let words = ["logs", "order-long", "order-a", "-c", filter];
    let text = engine.dq(&words).run().text().to_owned();
    let mut lines: Vec<_> = text.lines().collect();
    assert_eq!(
        lines.remove(0),
        r#"["order-long","stdout","three","order-long"]"#
    );
    lines.sort_unstable();
    let expected = [
        r#"["order-a","stderr","two","order-a"]"#,
        r#"["order-a","stdout","end","order-a"]"#,
        r#"["order-a","stdout","one","order-a"]"#,
    ];
    assert_eq!(lines, expected);
    let one = engine.dq(&["logs", "order-long", "-c", ". | keys"]).run();
    one.is("[\"line\",\"stream\"]\n");
    let colored = engine.dq(&["logs", "order-a", "order-long", "-C"]).run();
    let prefix = "\x1b[0;36morder-a    | \x1b[0mone\n";
    assert!(colored.text().starts_with(prefix), "{}", colored.text());
}

#[test]
fn followed_logs_are_merged_as_they_come() {
    let Some(engine) = scratch() else { return };
    let turns = "i=0; while [ $i -lt 20 ]; do i=$((i+1)); echo $i; sleep 0.1; done";
    engine.run("turn-a", &[], turns);
    engine.run("turn-b", &[], turns);
    engine.run("turn-c", &[], "echo soon over");
    let words = ["logs", "turn-a", "turn-b", "turn-c", "-q", "follow=1"];
    let output = engine.dq(&words).run();
    let numbers: Vec<String> = (1..=20).map(|it| it.to_string()).collect();
    assert_eq!(lines_of(output.text(), "turn-a | "), numbers);
    assert_eq!(lines_of(output.text(), "turn-b | "), numbers);
    assert_eq!(lines_of(output.text(), "turn-c | "), ["soon over"]);
    assert_eq!(output.text().lines().count(), 41);
    // Read afterwards they come one after the other; now they come in turns.
    let first_b = output.text().find("turn-b").unwrap();
    assert!(first_b < output.text().rfind("turn-a").unwrap());
}

#[test]
fn a_container_that_is_missing_or_stops_ends_only_its_own_stream() {
    let Some(engine) = scratch() else { return };
    engine.run("stop-a", &[], "echo a; sleep 100000");
    engine.run("stop-b", &[], "echo b; sleep 3; echo later");
    let stop = "dq() { \"$DQ\" \"$@\"; }; (sleep 1; docker rm -f stop-a > /dev/null) & \
                dq logs stop-a stop-missing stop-b -q follow=1; echo $?";
    let output = engine.shell(&format!("DQ={BINARY}; {stop}"));
    let mut lines: Vec<_> = output.text().lines().collect();
    lines.sort_unstable();
    let expected = [
        "22",
        "stop-a       | a",
        "stop-b       | b",
        "stop-b       | later",
    ];
    assert_eq!(lines, expected, "{}", output.stderr);
    let missing = "dq: fetch: stop-missing: 404 Not Found: No such container: stop-missing";
    assert!(output.stderr.contains(missing), "{}", output.stderr);
}

#[test]
fn a_closed_pipe_and_an_interrupt_end_silent_streams() {
    let Some(engine) = scratch() else { return };
    containers(
        engine,
        &[
            ("pipe-a", "echo a; sleep 100000"),
            ("pipe-b", "echo b; sleep 100000"),
        ],
    );
    wait_for("the logs", READY, || {
        let logs = |name| engine.docker(&["logs", name]);
        (logs("pipe-a") == "a" && logs("pipe-b") == "b").then_some(())
    });
    let words = ["logs", "pipe-a", "pipe-b", "-q", "follow=1"];
    let output = engine.dq(&words).until_first_line();
    assert_eq!((output.code, output.stderr.as_str()), (0, ""));
    let mut command = with_default_signals("timeout");
    command.args(["--preserve-status", "-s", "INT", "1", BINARY]);
    command.args(words).env("DOCKER_HOST", engine.host());
    let output = run(command, Vec::new());
    assert_eq!(output.code, 130, "{}", output.stderr);
    let mut lines: Vec<_> = output.text().lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["pipe-a | a", "pipe-b | b"]);
}

#[test]
fn inspect_takes_everything_that_has_a_name() {
    let Some(engine) = scratch() else { return };
    engine.run("all-web", &[], "sleep 100000");
    engine.docker(&["volume", "create", "all-volume"]);
    // Other tests give the image more tags.
    let filter = ".Name // (.RepoTags[] | select(. == \"busybox:test\"))";
    let words = [
        "inspect",
        "all-web",
        "busybox:test",
        "all-volume",
        "host",
        filter,
        "-r",
    ];
    let output = engine.dq(&words).run();
    assert_eq!(output.text(), "/all-web\nbusybox:test\nall-volume\nhost\n");
    let mut told: Vec<_> = output.stderr.lines().collect();
    told.sort_unstable();
    let expected = [
        "dq: all-volume is a volume, not a container",
        "dq: busybox:test is an image, not a container",
        "dq: host is a network, not a container",
    ];
    assert_eq!(told, expected);
    let restarts = engine
        .dq(&["restarts", "all-web", "all-web", "-o", "csv"])
        .run();
    assert_eq!(restarts.text().lines().count(), 3, "{}", restarts.text());
}

#[test]
fn fifty_words_come_in_their_order() {
    let server = Server::new([("/containers/", Reply::json("{\"n\": 1}"))]);
    let names: Vec<String> = (0..50).map(|it| format!("w{it}")).collect();
    let words = ["inspect"]
        .into_iter()
        .chain(names.iter().map(String::as_str));
    let words = words.chain([". | input_filename", "-r"]);
    let output = dq(words).env("DOCKER_HOST", server.host()).run();
    output.is(&format!("{}\n", names.join("\n")));
    assert_eq!(server.asked().len(), 50);
}

/// A response whose body is frames of a log: this line again and again, up to this many bytes.
fn log(line: &str, bytes: usize) -> Reply {
    let mut frame = vec![1, 0, 0, 0];
    frame.extend((line.len() as u32).to_be_bytes());
    frame.extend(line.bytes());
    Reply::Http {
        status: "200 OK",
        headers: "Content-Type: application/vnd.docker.multiplexed-stream\r\n",
        body: frame.repeat(bytes / frame.len()),
    }
}

/// Runs dq with a limit on its data, far below the length of what it reads.
fn limited(server: &Server, words: &str) -> Output {
    let home = TempDir::new();
    let mut command = with_default_signals("bash");
    let line = format!("ulimit -d 60000; {BINARY} {words} | wc -l");
    command.args(["-o", "pipefail", "-c", &line]);
    command
        .env("DOCKER_HOST", server.host())
        .current_dir(home.path());
    run(command, Vec::new())
}

#[test]
fn long_logs_take_little_memory() {
    const LENGTH: usize = 100 << 20;
    let line = format!("{}\n", "x".repeat(1015));
    let server = Server::new([
        ("/containers/a/", log(&line, LENGTH)),
        ("/containers/b/", log(&line, LENGTH)),
    ]);
    let expected = format!("{}\n", 2 * (LENGTH / 1024));
    for words in ["logs a b", "logs a b -q follow=1"] {
        limited(&server, words).is(&expected);
    }
}

#[test]
fn a_stream_that_breaks_does_not_end_the_others() {
    let stream = |body: &str| {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
        Reply::Raw(format!("{head}{body}").into_bytes())
    };
    let slow = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
    let server = Server::new([
        ("/containers/a/stats", stream("{\"n\": 1}\n{\"n\"")),
        ("/containers/b/stats", stream("{\"n\": 2}\n{]")),
        (
            "/containers/c/stats",
            Reply::Slow(
                Duration::from_millis(300),
                vec![slow, "{\"n\": 3}", " {\"n\": 4}"],
            ),
        ),
    ]);
    let home = TempDir::new();
    let filter = "module {endpoint: \"/containers/{name...}/stats\"};\n[input_filename, .n]";
    home.write(".config/dq/filters/live.jq", filter);
    let output = dq(["live", "a", "b", "c", "-c"])
        .dir(home.path())
        .env("HOME", home.path())
        .env("DOCKER_HOST", server.host())
        .run();
    let mut lines: Vec<_> = output.text().lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["[\"a\",1]", "[\"b\",2]", "[\"c\",3]", "[\"c\",4]"]);
    for part in ["dq: input: a: invalid JSON", "dq: input: b: invalid JSON"] {
        assert!(output.stderr.contains(part), "{}", output.stderr);
    }
    assert_eq!(output.code, 5);
}

#[test]
fn the_time_limit_is_for_all_requests() {
    let server = Server::new([("/containers/", Reply::Held(""))]);
    let names: Vec<String> = (0..5).map(|it| format!("w{it}")).collect();
    let words = ["inspect", "--parallel", "1", "-m", "0.5"];
    let words = words.into_iter().chain(names.iter().map(String::as_str));
    let began = std::time::Instant::now();
    let output = dq(words).env("DOCKER_HOST", server.host()).run();
    output.fails(
        28,
        &[
            "dq: fetch: w0: timed out",
            "dq: fetch: w1, w2, w3, w4: timed out after 0.5 s",
        ],
    );
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(server.asked().len(), 1);
}
