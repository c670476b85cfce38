//! `fetch` in filters: how many requests are sent, when, and how often.

use std::time::{Duration, Instant};

use crate::support::dq::{Dq, dq};
use crate::support::server::{Reply, Server};

fn ask(server: &Server, args: &[&str]) -> Dq {
    let host = server.host();
    dq([&["--host", &host, "-n", "-c"], args].concat())
}

/// The paths that the server was asked for, sorted.
fn asked(server: &Server) -> Vec<String> {
    let mut asked = server.asked();
    asked.sort();
    asked
}

#[test]
fn no_more_requests_are_begun_than_may_be_under_way() {
    let server = Server::new([("/", Reply::json("1"))]);
    let filter = r#"first(fetch(range(100) | "/\(.)"))"#;
    ask(&server, &["--parallel", "3", filter]).run().is("1\n");
    // Those that were begun may still be on their way when dq ends.
    assert!(asked(&server).len() <= 3, "{:?}", asked(&server));
}

#[test]
fn requests_are_under_way_at_the_same_time() {
    let slow = Reply::Slow(
        Duration::from_millis(500),
        vec!["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n1\n"],
    );
    let server = Server::new([("/", slow)]);
    let start = Instant::now();
    let filter = r#"[fetch(range(16) | "/\(.)")] | length"#;
    ask(&server, &["--parallel", "16", filter]).run().is("16\n");
    assert!(start.elapsed() < Duration::from_millis(500 * 8));
}

#[test]
fn a_path_is_requested_once() {
    let server = Server::new([("/", Reply::json("[1]"))]);
    let filter = r#"[fetch("/a", "/a"), fetch("/b", "/a")] | length"#;
    ask(&server, &[filter]).run().is("4\n");
    assert_eq!(asked(&server), ["GET /a", "GET /b"]);
}

#[test]
fn long_bodies_and_failures_are_not_kept() {
    let long = format!("\"{}\"", "x".repeat(2 << 20));
    let missing = || Reply::message("404 Not Found", "none");
    let server = Server::new([
        ("/long", Reply::json(&long)),
        ("/gone", Reply::turns([missing(), Reply::json("2")])),
    ]);
    let filter = r#"(fetch("/long") | length), (try fetch("/gone") catch .status), fetch("/gone"), (fetch("/long") | length)"#;
    ask(&server, &[filter])
        .run()
        .is("2097152\n404\n2\n2097152\n");
    assert_eq!(asked(&server).len(), 4);
}

#[test]
fn a_pause_that_the_server_asks_for_is_taken() {
    let busy = Reply::status("429 Too Many Requests", "Retry-After: 1\r\n", "");
    let server = Server::new([("/", Reply::turns([busy, Reply::json("1")]))]);
    let start = Instant::now();
    ask(&server, &[r#"fetch("/a")"#]).run().is("1\n");
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(asked(&server).len(), 2);
}

#[test]
fn headers_and_the_log_of_requests_are_those_of_the_command_line() {
    let server = Server::new([("/", Reply::json("1"))]);
    let output = ask(&server, &["-H", "X-Test: y", "-v", r#"fetch("/a")"#]).run();
    assert_eq!((output.text(), output.code), ("1\n", 0));
    assert!(
        output.stderr.contains("> GET /a HTTP/1.1"),
        "{}",
        output.stderr
    );
    assert_eq!(server.requests()[0].header("x-test"), Some("y"));
}

#[test]
fn bodies_are_read_like_answers() {
    let frame = |text: &str| {
        let length = u8::try_from(text.len()).unwrap();
        [&[1, 0, 0, 0, 0, 0, 0, length][..], text.as_bytes()].concat()
    };
    let log = [frame("a\n"), frame("b\n")].concat();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\nContent-Length: {}\r\n\r\n",
        log.len()
    );
    let server = Server::new([
        (
            "/text",
            Reply::status("200 OK", "Content-Type: text/plain\r\n", "x\ny\n"),
        ),
        ("/log", Reply::Raw([head.as_bytes(), &log].concat())),
        ("/values", Reply::json("1 2\n{\"a\": 12345678901234567890}")),
        ("/broken", Reply::json("[1")),
    ]);
    let filter = r#"[fetch("/text", "/log", "/values")], (try fetch("/broken") catch .message)"#;
    ask(&server, &[filter]).run().is(concat!(
        r#"["x","y",{"stream":"stdout","line":"a"},{"stream":"stdout","line":"b"},1,2,{"a":12345678901234567890}]"#,
        "\n\"invalid JSON: Unfinished JSON term at EOF at line 1, column 2\"\n"
    ));
}
