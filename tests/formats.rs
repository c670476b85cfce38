//! Formats on streams and terminals, where a case kept as data does not reach.

use std::process::Command;
use std::time::Duration;

use crate::support::daemon::find;
use crate::support::dq::{BINARY, Dq, clean, dq, run};
use crate::support::engine::engine;
use crate::support::leave_out;
use crate::support::server::{Reply, Server};
use crate::support::temp::TempDir;

/// Long enough to be taken for quiet.
const PAUSE: Duration = Duration::from_millis(120);

fn ask(server: &Server, args: &[&str]) -> Dq {
    let host = server.host();
    dq([&["--host", &*host, "/events"], args].concat())
}

/// A server that sends these pieces with pauses between them.
fn slow(pieces: &[&'static str]) -> Server {
    let head = "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n";
    Server::new([("/events", Reply::Slow(PAUSE, [&[head], pieces].concat()))])
}

#[test]
fn rows_are_written_while_the_response_continues() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"a\":1}\n\r\n";
    let server = Server::new([("/events", Reply::Held(head))]);
    let running = ask(&server, &["-t"]).start();
    assert_eq!(running.line().1, "A");
    assert_eq!(running.line().1, "1");
    let running = ask(&server, &["-n", "inputs", "-o", "csv"]).start();
    assert_eq!(running.line().1, "a");
    assert_eq!(running.line().1, "1");
}

#[test]
fn columns_grow_when_later_rows_are_wider() {
    let server = slow(&[
        "{\"a\":\"x\",\"b\":1}\n",
        "{\"a\":\"wider\",\"b\":2}\n",
        "{\"a\":\"y\",\"b\":3}\n",
    ]);
    ask(&server, &["-t"])
        .run()
        .is("A   B\nx   1\nwider   2\ny       3\n");
}

#[test]
fn rows_that_arrive_together_share_their_column_widths() {
    let server = slow(&["{\"a\":\"x\",\"b\":1}\n{\"a\":\"wider\",\"c\":2}\n"]);
    ask(&server, &["-t"])
        .run()
        .is("A       B   C\nx       1\nwider       2\n");
}

#[test]
fn the_elements_of_one_array_share_their_column_widths() {
    let pieces = ["[{\"a\":\"x\",\"b\":1},\n", "{\"a\":\"wider\",\"b\":2}]"];
    for filter in [".", ".[]"] {
        ask(&slow(&pieces), &["-t", filter])
            .run()
            .is("A       B\nx       1\nwider   2\n");
    }
}

#[test]
fn keys_after_the_header_are_left_out() {
    let pieces = ["{\"a\":1}\n", "{\"b\":2,\"a\":3}\n"];
    ask(&slow(&pieces), &["-t"]).run().is("A\n1\n3\n");
    for format in ["csv", "tsv"] {
        let output = ask(&slow(&pieces), &["-o", format]).run();
        assert_eq!((output.text(), output.code), ("a\n1\n3\n", 5));
        let said = "dq: format: left out, because they appeared after the header was written: b; name all columns with --columns\n";
        assert_eq!(output.stderr, said);
    }
    ask(&slow(&pieces), &["-o", "csv", "--columns", "a,b"])
        .run()
        .is("a,b\n1,\n3,2\n");
}

#[test]
fn rows_are_written_when_the_connection_is_lost() {
    let server = Server::new([("/events", Reply::cut("{\"a\":1}\n"))]);
    let output = ask(&server, &["-t"]).run();
    assert_eq!((output.text(), output.code), ("A\n1\n", 56));
}

#[test]
fn cbor_is_written_as_bytes() {
    let output = dq([
        "-n",
        "-o",
        "cbor",
        "{a: [1, -2, 1.5, null, true, \"ü\"]}, 18446744073709551616",
    ])
    .run();
    let expected =
        b"\xa1\x61a\x86\x01\x21\xf9\x3e\0\xf6\xf5\x62\xc3\xbc\xc2\x49\x01\0\0\0\0\0\0\0\0";
    assert_eq!(output.stdout, expected);
}

#[test]
fn cbor_is_refused_on_a_terminal() {
    if find("script").is_none() {
        return leave_out("no script here");
    }
    let home = TempDir::new();
    let mut command = Command::new("script");
    clean(&mut command, home.path());
    command.env("SHELL", "/bin/sh");
    command.args(["-qec", &format!("{BINARY} -n -o cbor 1"), "/dev/null"]);
    let output = run(command, Vec::new());
    let said = "dq: CBOR is binary, and stdout is a terminal\r\nhint: send it to a file or a pipe: > FILE\r\n";
    assert_eq!((output.text(), output.code), (said, 2));
}

/// The table and docker's own say the same of an engine, in the same order.
#[test]
fn a_table_shows_what_docker_shows() {
    let Some(engine) = engine() else { return };
    let words = |text: &str| -> Vec<Vec<String>> {
        let lines = text.lines().map(|line| line.split("   ").map(str::trim));
        lines
            .map(|cells| cells.filter(|it| !it.is_empty()).map(Into::into).collect())
            .collect()
    };
    let theirs = engine.docker(&["network", "ls"]);
    let filter =
        "sort_by(.Name)[] | {\"network id\": short_id, name: name, driver: .Driver, scope: .Scope}";
    let ours = engine.dq(&["/networks", "-t", filter]).run();
    assert_eq!(words(ours.text()), words(&theirs));
    let theirs = engine.docker(&[
        "images",
        "--format",
        "table {{.ID}}\t{{.Repository}}:{{.Tag}}\t{{.Size}}",
    ]);
    let filter = ".[] | {\"image id\": short_id, \"repository:tag\": name, size: (.Size | bytes)}";
    let ours = engine.dq(&["/images/json", "-t", filter]).run();
    assert_eq!(words(ours.text()), words(&theirs));
}

#[test]
fn a_value_that_cannot_be_written_is_an_error() {
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = Command::new(BINARY)
        .args(["-n", "1"])
        .stdout(full)
        .output()
        .unwrap();
    let said = "dq: format: cannot write the output: No space left on device\n";
    assert_eq!(String::from_utf8_lossy(&output.stderr), said);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_closed_stdout_is_an_error_whatever_is_printed() {
    for words in [
        "--help",
        "-h",
        "-V",
        "--version",
        "--list",
        "--show ps",
        "--generate man",
        "-n 1",
    ] {
        let line = format!("exec \"$0\" {words} >&-");
        let output = Command::new("sh")
            .args(["-c", &line, BINARY])
            .output()
            .unwrap();
        let said = "dq: format: cannot write the output: Bad file descriptor\n";
        assert_eq!(String::from_utf8_lossy(&output.stderr), said, "{words}");
        assert_eq!(output.status.code(), Some(2), "{words}");
    }
}

/// However little is written for each read: what is lost with one write must not be forgotten with the next.
#[test]
fn a_reader_that_goes_away_ends_what_never_ends() {
    for args in [
        &["-c", ".a"][..],
        &[".a | debug"],
        &["-n", "inputs.a"],
        &["-R", "fromjson.a"],
        &["-o", "yaml", ".a"],
    ] {
        let output = dq(args).stdin("{\"a\":1}\n").until_first_line();
        assert_eq!((output.text(), output.code), ("1\n", 0), "{args:?}");
    }
}

#[test]
fn a_long_array_is_yaml_while_it_is_read() {
    let elements = (0..100_000).map(|i| format!("{{\"a\":[{i}],\"b\":\"x\"}}"));
    let array = format!("[{}", elements.collect::<Vec<_>>().join(","));
    let lines = (0..100_000).map(|i| format!("- a:\n    - {i}\n  b: x\n"));
    let expected: String = lines.collect();
    let whole = dq(["-o", "yaml"]).stdin(format!("{array}] []")).run();
    whole.is(&format!("{expected}---\n[]\n"));
    // What was read before an error has been written.
    let cut = dq(["-o", "yaml"]).stdin(array).run();
    assert_eq!((cut.code, cut.text()), (5, &*expected));
}
