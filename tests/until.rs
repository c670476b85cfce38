//! `--until`: repeats a request until its condition holds.

use std::thread;
use std::time::{Duration, Instant};

use crate::support::dq::{Dq, dq};
use crate::support::engine::scratch;
use crate::support::server::{Reply, Server};
use crate::support::temp::TempDir;

fn ask(server: &Server, args: &[&str]) -> Dq {
    dq([&["--until"], args].concat()).env("DOCKER_HOST", server.host())
}

fn missing() -> Reply {
    Reply::message("404 Not Found", "none")
}

#[test]
fn the_outputs_of_the_try_that_succeeds_are_printed() {
    let turns = [
        Reply::json("[1, false]"),
        Reply::json("[]"),
        Reply::json("[false, 3]"),
    ];
    let server = Server::new([("/x", Reply::turns(turns))]);
    ask(&server, &["/x", ".[]"]).run().is("false\n3\n");
    assert_eq!(server.asked(), ["GET /x"; 3]);
}

#[test]
fn a_long_array_is_one_output() {
    let long = format!("[{}1]", "\"0123456789\",".repeat(200_000));
    let server = Server::new([("/x", Reply::json(&long))]);
    let output = ask(&server, &["/x", "-c", "-m", "20"]).run();
    assert!(output.code == 0 && output.text().trim_end() == long);
}

#[test]
fn what_is_not_there_yet_is_waited_for() {
    let turns = Reply::turns([
        missing(),
        Reply::message("503 Service Unavailable", "starting"),
        Reply::json("{\"ready\": true}"),
    ]);
    let server = Server::new([("/x", turns)]);
    ask(&server, &["-m", "30", "/x", ".ready"])
        .run()
        .is("true\n");
}

#[test]
fn the_time_limit_tells_the_last_state() {
    let cases = [
        (Reply::json("{\"ok\": false}"), "the last output was false"),
        (Reply::json("{}"), "the last output was null"),
        (missing(), "404 Not Found: none"),
    ];
    for (reply, state) in cases {
        let server = Server::new([("/x", reply)]);
        let output = ask(&server, &["-m", "1.2", "/x", ".ok"]).run();
        let message = format!("dq: fetch: timed out after 1.2 s: {state}");
        output.fails(28, &[&message]);
    }
}

#[test]
fn an_error_of_the_filter_ends_it() {
    let server = Server::new([("/x", Reply::json("{\"exit\": 3}"))]);
    let filter = r#"if .exit then error("it has ended") else .ready end"#;
    let output = ask(&server, &["-m", "30", "/x", filter]).run();
    output.fails(5, &["dq: filter: it has ended"]);
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn a_status_that_will_not_change_ends_it() {
    let server = Server::new([("/x", Reply::message("400 Bad Request", "no"))]);
    ask(&server, &["-m", "30", "/x"])
        .run()
        .fails(22, &["dq: fetch: 400 Bad Request: no"]);
}

#[test]
fn a_socket_that_appears_is_waited_for() {
    let home = TempDir::new();
    let socket = home.path().join("s");
    let host = format!("unix://{}", socket.display());
    let start = Instant::now();
    let server = thread::spawn(move || {
        thread::sleep(Duration::from_millis(500));
        Server::at(
            &socket,
            [(
                "/_ping",
                Reply::status("200 OK", "Content-Type: text/plain\r\n", "OK"),
            )],
        )
    });
    dq(["--until", "-m", "30", "/_ping"])
        .env("DOCKER_HOST", &host)
        .run()
        .is("OK");
    assert!(start.elapsed() >= Duration::from_millis(500));
    drop(server.join().unwrap());
}

/// Without events the engine would be asked again after a second.
#[test]
fn an_event_of_the_engine_is_noticed_at_once() {
    let Some(engine) = scratch() else { return };
    engine.run("until-event", &[], "sleep 100000");
    let path = "/containers/until-event/json";
    let filter = ".State.Paused";
    let waiting = engine.dq(&["--until", "-m", "60", path, filter]).start();
    thread::sleep(Duration::from_millis(500));
    engine.docker(&["pause", "until-event"]);
    assert_eq!(waiting.line().1, "true");
    engine.docker(&["unpause", "until-event"]);
}

#[test]
fn a_field_that_does_not_exist_is_told_once() {
    let turns = [Reply::json("{}"), Reply::json("{}"), Reply::json("{}")];
    let path = "/containers/web/json";
    let server = Server::new([(path, Reply::turns(turns))]);
    let output = ask(&server, &["-m", "2.3", path, ".State.Helth"]).run();
    let hint = "hint: /containers/web/json has no .State.Helth: did you mean .Health?\n";
    output.fails(28, &[hint]);
    assert_eq!(output.stderr.matches(hint).count(), 1);
}

#[test]
fn a_proxy_that_forbids_the_endpoint_ends_it() {
    let path = "/containers/web/json";
    let server = Server::new([(path, Reply::message("403 Forbidden", ""))]);
    let hint = "hint: a proxy in front of the engine forbids GET /containers/web/json\n";
    ask(&server, &[path, ".Id"]).run().fails(22, &[hint]);
}
