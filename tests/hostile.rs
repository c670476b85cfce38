//! Servers that break off, lie or say no: what dq makes of them, and the exit code.

use std::process::Command;
use std::time::Duration;

use crate::support::dq::{BINARY, Dq, Output, clean, dq, run};
use crate::support::server::{Reply, Server};
use crate::support::temp::TempDir;

/// A run of dq that DOCKER_HOST sends to this server.
fn ask(server: &Server, args: &[&str]) -> Dq {
    dq(args).env("DOCKER_HOST", server.host())
}

/// What dq makes of one reply to `/x`.
fn answer(reply: Reply) -> Output {
    ask(&Server::new([("/x", reply)]), &["/x", "-c"]).run()
}

#[test]
fn a_filter_that_does_not_compile_sends_nothing() {
    let server = Server::new([("/", Reply::json("{}"))]);
    ask(&server, &["/containers/json", ".["])
        .run()
        .fails(3, &["dq: filter: "]);
    ask(&server, &["/containers/json", "nosuchfunction"])
        .run()
        .fails(3, &["nosuchfunction"]);
    assert_eq!(server.asked(), [""; 0]);
}

#[test]
fn a_request_is_plain() {
    let server = Server::new([("/", Reply::json("{}"))]);
    ask(&server, &["/containers/json?all=1", "-c"])
        .run()
        .is("{}\n");
    let request = &server.requests()[0];
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("GET", "/containers/json?all=1")
    );
    assert_eq!(request.header("host"), Some(""));
    assert!(request.header("user-agent").unwrap().starts_with("dq/"));
    assert_eq!(request.header("accept-encoding"), None);
    assert!(request.body.is_empty());
}

#[test]
fn one_request_for_one_source() {
    let server = Server::new([("/x", Reply::json("[1,2]"))]);
    ask(&server, &["/x", ".[]"]).run().is("1\n2\n");
    assert_eq!(server.asked(), ["GET /x"]);
}

#[test]
fn a_body_may_be_several_values() {
    answer(Reply::json("{\"a\":1}\r\n{\"a\":2}\r\n[]")).is("{\"a\":1}\n{\"a\":2}\n[]\n");
    answer(Reply::json("\u{1e}{\"a\":1}\n\u{1e}{\"a\":2}\n")).is("{\"a\":1}\n{\"a\":2}\n");
}

#[test]
fn a_body_may_be_empty() {
    answer(Reply::status("204 No Content", "", "")).is("");
    answer(Reply::json("")).is("");
}

#[test]
fn values_are_written_while_the_response_continues() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"a\":1}\n\r\n";
    let server = Server::new([("/events", Reply::Held(head))]);
    let running = ask(&server, &["/events", ".a"]).start();
    assert_eq!(running.line().1, "1");
}

#[test]
fn a_slow_response_is_awaited() {
    let pieces = vec![
        "HTTP/1.1 200",
        " OK\r\nContent-",
        "Length: 6\r\n\r",
        "\n[1,",
        "2]",
        "\n",
    ];
    answer(Reply::Slow(Duration::from_millis(30), pieces)).is("[1,2]\n");
}

#[test]
fn an_answer_without_length_ends_with_the_connection() {
    answer(Reply::Raw(b"HTTP/1.0 200 OK\r\n\r\n[1]".to_vec())).is("[1]\n");
}

#[test]
fn no_answer_at_all_is_exit_52() {
    answer(Reply::empty()).fails(52, &["dq: fetch: "]);
}

#[test]
fn a_connection_closed_at_once_is_an_empty_reply() {
    let output = ask(&Server::closing(), &["/x"]).run();
    assert!([52, 56].contains(&output.code), "{output:?}");
    output.fails(output.code, &["dq: fetch: "]);
}

#[test]
fn an_answer_that_breaks_off_is_exit_56() {
    answer(Reply::cut("[1,2")).fails(56, &["dq: fetch: "]);
    answer(Reply::cut_chunks("[1,2")).fails(56, &["dq: fetch: "]);
    answer(Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-".to_vec())).fails(56, &["dq: fetch: "]);
}

#[test]
fn values_before_a_lost_connection_are_written() {
    for reply in [
        Reply::cut("[1]\n[2]\n[3"),
        Reply::cut_chunks("[1]\n[2]\n[3"),
    ] {
        let output = answer(reply);
        assert_eq!(
            (output.text(), output.code),
            ("[1]\n[2]\n", 56),
            "{}",
            output.stderr
        );
    }
}

#[test]
fn a_response_that_is_not_http_is_an_error() {
    let output = answer(Reply::garbage());
    output.fails(56, &["dq: fetch: ", "HTTP"]);
}

#[test]
fn a_header_without_end_is_refused() {
    answer(Reply::EndlessHeader).fails(56, &["dq: fetch: "]);
}

#[test]
fn a_body_that_is_not_json_is_exit_5() {
    answer(Reply::json("{\"a\":")).fails(5, &["dq: "]);
    answer(Reply::json("<html>")).fails(5, &["dq: "]);
}

#[test]
fn errors_contain_the_servers_message() {
    let not_found = "404 Not Found";
    let docker = Reply::message(not_found, "No such container: x");
    answer(docker).fails(22, &["dq: fetch: 404 Not Found: No such container: x\n"]);
    let podman = Reply::podman(
        not_found,
        "no such container",
        "no container with name or ID \"x\" found: no such container",
    );
    let said =
        "dq: fetch: 404 Not Found: no container with name or ID \"x\" found: no such container\n";
    answer(podman).fails(22, &[said]);
    let text = Reply::status(
        not_found,
        "Content-Type: text/plain\r\n",
        "Not Found here\n",
    );
    answer(text).fails(22, &["dq: fetch: 404 Not Found: Not Found here\n"]);
    let empty = Reply::status("500 Internal Server Error", "", "");
    answer(empty).fails(22, &["dq: fetch: 500 Internal Server Error\n"]);
}

#[test]
fn an_error_is_fetched_from_a_keepalive_connection_at_once() {
    let head = "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"message\":\"x\"}";
    answer(Reply::Held(head)).fails(22, &["404 Not Found: x\n"]);
}

#[test]
fn control_characters_of_a_message_are_escaped() {
    let output = answer(Reply::message("400 Bad Request", "a\u{1b}]0;title\u{7}b"));
    output.fails(22, &["400 Bad Request: a"]);
}

#[test]
fn a_redirect_is_followed_on_the_same_host() {
    let server = Server::new([
        ("/old", Reply::redirect("/new")),
        ("/new", Reply::json("1")),
    ]);
    ask(&server, &["/old"]).run().is("1\n");
    assert_eq!(server.asked(), ["GET /old", "GET /new"]);
}

#[test]
fn redirects_in_a_circle_end() {
    let server = Server::new([("/", Reply::redirect("/again"))]);
    let output = ask(&server, &["/x"]).run();
    output.fails(22, &["dq: fetch: "]);
    assert!(server.asked().len() <= 11, "{:?}", server.asked());
}

#[test]
fn text_is_lines() {
    let text = || Reply::status("200 OK", "Content-Type: text/plain\r\n", "one\ntwo\n");
    let server = Server::new([("/x", text())]);
    ask(&server, &["/x"]).run().is("one\ntwo\n");
    ask(&server, &["/x", "length"]).run().is("3\n3\n");
}

#[test]
fn the_api_version_prefixes_the_path() {
    let server = Server::new([("/", Reply::json("1"))]);
    for path in ["/info", "/v1.30/info", "/_ping"] {
        ask(&server, &[path])
            .env("DOCKER_API_VERSION", "1.41")
            .run();
    }
    assert_eq!(
        server.asked(),
        ["GET /v1.41/info", "GET /v1.30/info", "GET /_ping"]
    );
}

#[test]
fn nesting_beyond_the_limit_is_an_error() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert_eq!(dq(["-c", "."]).stdin(nested(10_000)).run().code, 0);
    for depth in [10_002, 1_000_000] {
        dq(["-c", "."])
            .stdin(nested(depth))
            .run()
            .fails(5, &["dq: "]);
        answer(Reply::json(&nested(depth))).fails(5, &["dq: "]);
    }
}

/// The standard library reads a closed standard input as an empty one.
#[test]
fn a_standard_input_that_cannot_be_read_is_one_error() {
    let cases = [
        (". <&-", "dq: input: <stdin>: Bad file descriptor\n"),
        ("-R . <&-", "dq: input: <stdin>: Bad file descriptor\n"),
        (
            "--demo /version -X GET -F a=@- <&-",
            "dq: fetch: standard input: Bad file descriptor\n",
        ),
        (
            "--demo /version -H @- .Os <&-",
            "dq: cannot read the headers in -: Bad file descriptor\n",
        ),
        ("-n input <&-", "dq: input: <stdin>: Bad file descriptor\n"),
        ("-n input </", "dq: input: <stdin>: Is a directory\n"),
        (
            "-n 'try input catch error(\"no \" + .)' </",
            "dq: filter: no Is a directory (os error 21)\ndq: input: <stdin>: Is a directory\n",
        ),
    ];
    for (words, message) in cases {
        let home = TempDir::new();
        let mut command = Command::new("sh");
        clean(&mut command, home.path());
        command.args(["-c", &format!("exec \"$DQ\" {words}")]);
        command.env("DQ", BINARY);
        let output = run(command, Vec::new());
        assert_eq!(
            (output.code, output.stderr.as_str()),
            (2, message),
            "{words}"
        );
    }
}
