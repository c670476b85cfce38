//! The end of memory: with inputs that never end, in other threads, on a screen, and where the system refuses it.

use std::process::Command;

use crate::support::dq::{self, BINARY, Output, clean, dq};
use crate::support::pty::Pty;
use crate::support::server::{Reply, Server};
use crate::support::temp::TempDir;

const LINES: &str = "dq: filter: out of memory (the limit of DQ_MEMORY is 16 MiB)\n\
    hint: what a filter collects ([…], -s, sort, group_by) is in memory all at once; \
    without that, values are read one at a time\n";

/// Runs a line of sh with dq as `$DQ`.
fn sh(line: &str, limit: &str) -> Output {
    let home = TempDir::new();
    let mut command = Command::new("sh");
    clean(&mut command, home.path());
    command.args(["-c", line]).env("DQ", BINARY);
    command.env("DQ_MEMORY", limit);
    dq::run(command, Vec::new())
}

#[track_caller]
fn is_out_of_memory(output: &Output, stdout: &str) {
    assert_eq!(output.text(), stdout);
    assert_eq!((output.stderr.as_str(), output.code), (LINES, 5));
}

#[test]
fn inputs_that_never_end() {
    let cases = [
        (r#"yes '{"a":[1,2,3]}' | "$DQ" -s length"#, ""),
        (
            r#"yes '{"a":[1,2,3]}' | "$DQ" -n '1, 2, ([inputs] | length)'"#,
            "1\n2\n",
        ),
        (r#"(printf '1 2 "'; yes | tr -d '\n') | "$DQ" ."#, "1\n2\n"),
        (r#"yes | tr -d '\n' | "$DQ" -Rs length"#, ""),
        (r#"yes | "$DQ" -n '[inputs] | length' -R"#, ""),
    ];
    for (line, stdout) in cases {
        is_out_of_memory(&sh(line, "16M"), stdout);
    }
}

/// The outputs for all lines before the one that needs too much are written, also where threads filter.
#[test]
fn lines_that_threads_filter() {
    let dir = TempDir::new();
    let file = dir.join("lines.json");
    let lines = (0..300_000).map(|n| format!("{{\"n\":{n},\"text\":\"some text\"}}\n"));
    std::fs::write(&file, lines.collect::<String>()).unwrap();
    for large in [250_000, 250_001, 299_999] {
        let filter = format!("if .n == {large} then [range(1e8) | tostring] | sort else .n end");
        let dq = dq(["-c", &filter, file.to_str().unwrap()]);
        let output = dq.env("DQ_MEMORY", "64M").run();
        let before: String = (0..large).map(|n| format!("{n}\n")).collect();
        assert!(
            output.text() == before,
            "{} lines",
            output.text().lines().count()
        );
        let message = "dq: filter: out of memory (the limit of DQ_MEMORY is 64 MiB)\n";
        assert!(output.stderr.starts_with(message), "{}", output.stderr);
        assert_eq!(output.code, 5);
    }
}

#[test]
fn a_stream_needs_little_memory() {
    let line =
        r#"yes '{"a":[1,2,3]}' | head -n 200000 | "$DQ" -n 'reduce inputs as $x (0; . + $x.a[0])'"#;
    sh(line, "6M").is("200000\n");
}

/// A body of 30 MB.
fn large_body() -> String {
    format!("[\"{}\"]", "x".repeat(30_000_000))
}

#[test]
fn responses() {
    let server = Server::new([
        ("/small", Reply::json("[1]")),
        ("/large", Reply::json(&large_body())),
    ]);
    let cases: [(&[&str], &str); 3] = [
        (&["/large"], ""),
        (&["-s", "/large"], ""),
        // A thread holds the body that the filter waits for.
        (&["/small", r#"1, 2, fetch("/large")"#], "1\n2\n"),
    ];
    for (args, stdout) in cases {
        let dq = dq(args).env("DOCKER_HOST", server.host());
        is_out_of_memory(&dq.env("DQ_MEMORY", "16M").run(), stdout);
    }
}

#[test]
fn a_screen_is_restored() {
    let server = Server::new([("/x", Reply::turns([Reply::json("1"), Reply::json("1e9")]))]);
    let words = [BINARY, "/x", "-w=0.3", "{n: [range(.)] | length}", "-t"];
    let mut pty = Pty::start(&words, (60, 8), |command| {
        clean(command, "/nonexistent".as_ref());
        command.env("TERM", "xterm-256color").env("NO_COLOR", "1");
        command.env("DOCKER_HOST", server.host());
        command.env("DQ_MEMORY", "16M");
    });
    assert_eq!(pty.ends(), 5);
    let grid = pty.grid();
    assert!(!grid.is_alternate);
    assert!(pty.has_old_modes());
    let lines = grid.lines().join("\n");
    assert!(
        lines.contains("dq: filter: out of memory (the limit"),
        "{lines}"
    );
}

/// The system refuses memory before any ceiling is reached.
#[cfg(target_os = "linux")]
#[test]
fn the_system_refuses() {
    for filter in [
        "1, 2, ([range(1e9)] | length)",
        "1, 2, ([range(1e9) | {a: .}] | length)",
        r#"1, 2, ("x" * 1e9)"#,
    ] {
        let line = format!(r#"ulimit -v 1160000; "$DQ" -n '{filter}'"#);
        let output = sh(&line, "8G");
        assert_eq!((output.text(), output.code), ("1\n2\n", 5));
        let start = "dq: filter: out of memory (the system refuses ";
        assert!(output.stderr.starts_with(start), "{}", output.stderr);
        assert_eq!(output.stderr.lines().count(), 2);
    }
}
