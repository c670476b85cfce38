//! dq against a real dockerd.

use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::support::daemon::Daemon;
use crate::support::dq::{BINARY, Output, clean, run};
use crate::support::engine::{Engine, engine};
use crate::support::leave_out;
use crate::support::temp::TempDir;

/// Runs a line of shell in which `dq` is the built binary and the host is the engine's.
fn shell(engine: &Engine, line: &str) -> Output {
    let home = TempDir::new();
    let mut command = Command::new("bash");
    clean(&mut command, home.path());
    command.env("DOCKER_HOST", engine.host());
    command.args([
        "-o",
        "pipefail",
        "-c",
        &format!("dq() {{ {BINARY:?} \"$@\"; }}\n{line}"),
    ]);
    run(command, Vec::new())
}

#[test]
fn a_daemon_that_cannot_start_names_the_cause() {
    let broken = Daemon::start("broken", &["--no-such-option"]);
    match broken.and_then(|it| it.wait()) {
        Ok(()) => panic!("dockerd accepts --no-such-option"),
        Err(why) if why.contains("dockerd cannot start") => {
            assert!(why.contains("unknown flag: --no-such-option"), "{why}");
        }
        Err(why) => leave_out(&why),
    }
}

fn json(output: &Output) -> Value {
    assert_eq!((output.code, output.stderr.as_str()), (0, ""));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn lists_the_running_containers() {
    let Some(engine) = engine() else { return };
    let output = engine
        .dq(&[
            "/containers/json",
            r#"map(.Names[0]) | sort - ["/events"]"#,
            "-c",
        ])
        .run();
    output.is("[\"/logger\",\"/web\"]\n");
}

#[test]
fn each_name_is_a_separate_output() {
    let Some(engine) = engine() else { return };
    let filters = r#"{"name": ["^/web$"]}"#;
    let endpoint = format!("/containers/json?filters={}", percent_encode(filters));
    engine
        .dq(&[&endpoint, ".[].Names"])
        .run()
        .is("[\n  \"/web\"\n]\n");
}

fn percent_encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn the_identity_filter_preserves_every_value() {
    let Some(engine) = engine() else { return };
    let theirs: Value = serde_json::from_str(&engine.docker(&["inspect", "gone"])).unwrap();
    let ours = json(&engine.dq(&["/containers/gone/json"]).run());
    assert_eq!(ours["State"], theirs[0]["State"]);
    let keys = |it: &Value| it.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&ours), keys(&theirs[0]));
}

#[test]
fn compact_output_is_one_line() {
    let Some(engine) = engine() else { return };
    let output = engine.dq(&["/containers/json", "-c"]).run();
    assert_eq!(output.text().lines().count(), 1);
    assert!(output.text().starts_with("[{\"Id\":\""));
}

#[test]
fn inspects_one_container() {
    let Some(engine) = engine() else { return };
    let filter = "[.State.ExitCode, .State.Status, .Config.Image]";
    let output = engine.dq(&["/containers/gone/json", filter, "-c"]).run();
    output.is("[3,\"exited\",\"busybox:test\"]\n");
    let role = r#".Config.Labels["shop.role"]"#;
    engine
        .dq(&["/containers/web/json", role, "-r"])
        .run()
        .is("front door\n");
}

#[test]
fn reads_what_docker_prints() {
    let Some(engine) = engine() else { return };
    shell(engine, "docker inspect web | dq '.[0].State.Running'").is("true\n");
}

#[test]
fn not_found_exits_22_with_empty_stdout() {
    let Some(engine) = engine() else { return };
    engine
        .dq(&["/nope"])
        .run()
        .fails(22, &["dq: fetch: 404 Not Found: page not found"]);
    let output = engine.dq(&["/containers/nope/json", ".Id"]).run();
    output.fails(22, &["dq: fetch: 404 Not Found: No such container: nope"]);
    let output = engine.dq(&["/containers/web/logs"]).run();
    output.fails(
        22,
        &["dq: fetch: 400 Bad Request: Bad parameters: you must choose at least one stream"],
    );
}

#[test]
fn a_version_too_new_shows_the_engines_message() {
    let Some(engine) = engine() else { return };
    let output = engine
        .dq(&["/info"])
        .env("DOCKER_API_VERSION", "1.99")
        .run();
    output.fails(22, &["400 Bad Request", "client version 1.99 is too new"]);
}

#[test]
fn api_version_prefixes_the_path() {
    let Some(engine) = engine() else { return };
    let output = engine
        .dq(&["/version", ".ApiVersion | type"])
        .env("DOCKER_API_VERSION", "1.40")
        .run();
    output.is("\"string\"\n");
}

#[test]
fn logs_keep_their_stream() {
    let Some(engine) = engine() else { return };
    let output = engine
        .dq(&["/containers/logger/logs?stdout=1&stderr=1"])
        .run();
    assert_eq!(output.text(), "out 1\nout 2\nout 3\n");
    assert_eq!((output.stderr.as_str(), output.code), ("err 1\nerr 2\n", 0));
}

#[test]
fn a_filter_sees_log_lines_with_their_stream() {
    let Some(engine) = engine() else { return };
    let endpoint = "/containers/logger/logs?stdout=1&stderr=1";
    let output = engine
        .dq(&[endpoint, r#"select(.stream == "stderr").line"#, "-r"])
        .run();
    output.is("err 1\nerr 2\n");
}

#[test]
fn a_closed_pipe_ends_dq_silently() {
    let Some(engine) = engine() else { return };
    shell(engine, "dq /containers/json | head -1").is("[\n");
    shell(engine, "dq -c /info 'range(1e9)' | head -1").is("0\n");
    let live = shell(engine, "dq -c /events?since=0 .Type | head -1");
    assert_eq!((live.stderr.as_str(), live.code), ("", 0));
}

/// Measures the delay between an event's timestamp and dq's line. The best of three counts, because of other load.
#[test]
fn events_are_printed_immediately() {
    let Some(engine) = engine() else { return };
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let filter = r#"select(.Type == "container" and .Action == "start" and .Actor.Attributes.name == "events").timeNano"#;
    let running = engine
        .dq(&[&format!("/events?since={now}"), filter])
        .start();
    let delay = || {
        engine.run("events", &["--rm"], "sleep 100000");
        let (seen, nanoseconds) = running.line();
        let happened = UNIX_EPOCH + Duration::from_nanos(nanoseconds.parse().unwrap());
        engine.docker(&["rm", "-f", "events"]);
        seen.duration_since(happened).unwrap_or_default()
    };
    let delays = [delay(), delay(), delay()];
    println!("an event showed after {delays:?}");
    assert!(
        delays.into_iter().min().unwrap() < Duration::from_millis(100),
        "{delays:?}"
    );
}
