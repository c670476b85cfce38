//! `--watch` off a terminal, on a real dockerd: an output for every change, and none without one.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::dq::{BINARY, clean, dq};
use crate::support::engine::{Engine, scratch};
use crate::support::pty::Pty;
use crate::support::server::{Reply, Server};
use crate::support::temp::TempDir;

const NAMES: &str = "map(.name)";

/// Watches the names of the containers that carry this label.
fn names(label: &str) -> Vec<String> {
    let query = format!("filters.label={label}");
    ["ps", "-w", "-c", "-q", &query, NAMES]
        .map(str::to_owned)
        .into()
}

fn watch(engine: &Engine, label: &str) -> crate::support::dq::Running {
    let words = names(label);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    engine.dq(&words).start()
}

#[test]
fn a_container_that_starts_is_renamed_and_stops_is_a_line_each() {
    let Some(engine) = scratch() else { return };
    let watching = watch(engine, "watch-lines");
    assert_eq!(watching.line().1, "[]");
    engine.run("lines", &["--label", "watch-lines"], "sleep 100000");
    assert_eq!(watching.line().1, r#"["lines"]"#);
    engine.docker(&["rename", "lines", "renamed"]);
    assert_eq!(watching.line().1, r#"["renamed"]"#);
    engine.docker(&["rm", "-f", "renamed"]);
    assert_eq!(watching.line().1, "[]");
}

/// Docker 20.10 reports the pause before its list of containers has it.
#[test]
fn a_list_that_is_behind_its_event_is_asked_for_again() {
    let Some(engine) = scratch() else { return };
    engine.run("late", &["--label", "watch-late"], "sleep 100000");
    let query = "filters.label=watch-late";
    let watching = engine
        .dq(&["ps", "-w", "-c", "-q", query, "map(.state)"])
        .start();
    assert_eq!(watching.line().1, r#"["running"]"#);
    let begun = Instant::now();
    for _ in 0..2 {
        engine.docker(&["pause", "late"]);
        assert_eq!(watching.line().1, r#"["paused"]"#);
        engine.docker(&["unpause", "late"]);
        assert_eq!(watching.line().1, r#"["running"]"#);
    }
    // Without events it would ask again after 10 s.
    assert!(begun.elapsed() < Duration::from_secs(8));
    engine.docker(&["rm", "-f", "late"]);
}

/// An `exec`, which is what a health check is, is an event of the container.
#[test]
fn nothing_is_written_while_nothing_changes() {
    let Some(engine) = scratch() else { return };
    engine.run("quiet", &["--label", "watch-quiet"], "sleep 100000");
    let watching = watch(engine, "watch-quiet");
    assert_eq!(watching.line().1, r#"["quiet"]"#);
    for _ in 0..3 {
        engine.docker(&["exec", "quiet", "echo", "x"]);
    }
    sleep(Duration::from_millis(1200));
    engine.docker(&["rm", "-f", "quiet"]);
    assert_eq!(watching.line().1, "[]");
}

#[test]
fn the_end_of_the_reader_ends_it_at_once() {
    let Some(engine) = scratch() else { return };
    let begun = Instant::now();
    let words = names("watch-head");
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let output = engine.dq(&words).until_first_line();
    assert_eq!(
        (output.text(), output.stderr.as_str(), output.code),
        ("[]\n", "", 0)
    );
    // It would ask again after 10 s.
    assert!(begun.elapsed() < Duration::from_secs(8));
}

#[test]
fn a_daemon_that_was_killed_is_waited_for() {
    let Some(engine) = Engine::private("watch", &[]) else {
        return;
    };
    let watching = engine.dq(&[
        "/containers/json",
        "-w",
        "-c",
        "-q",
        "all=1",
        "map(.Names[0])",
    ]);
    let watching = watching.start();
    assert_eq!(watching.line().1, "[]");
    engine.daemon().stop("KILL");
    sleep(Duration::from_secs(1));
    engine.daemon().restart(&[]);
    engine.daemon().wait().unwrap();
    engine.docker(&["create", "--name", "after", "busybox:test", "sh"]);
    assert_eq!(watching.line().1, r#"["/after"]"#);
}

#[test]
fn the_events_of_a_host_behind_tls_are_read_too() {
    let Some(engine) = scratch() else { return };
    let home = TempDir::new();
    engine.add_context("tls", home.path());
    let mut words = vec!["--context".to_owned(), "tls".to_owned()];
    words.extend(names("watch-tls"));
    let watching = dq(words).env("HOME", home.path()).start();
    assert_eq!(watching.line().1, "[]");
    engine.run("over-tls", &["--label", "watch-tls"], "sleep 100000");
    let begun = Instant::now();
    assert_eq!(watching.line().1, r#"["over-tls"]"#);
    // Without events it would ask again after 2 s.
    assert!(begun.elapsed() < Duration::from_millis(1500));
    engine.docker(&["rm", "-f", "over-tls"]);
}

fn two_hosts(first: &Server, second: &Server, size: (u16, u16)) -> Pty {
    let words = [
        BINARY,
        "/x",
        "-w=0.3",
        "-t",
        "--host",
        &first.host(),
        "--host",
        &second.host(),
    ];
    Pty::start(&words, size, |command| {
        clean(command, "/nonexistent".as_ref());
        command.env("TERM", "xterm-256color").env("NO_COLOR", "1");
    })
}

#[test]
fn the_rows_of_a_host_that_fails_stay_dimmed() {
    let stays = Server::new([("/x", Reply::json(r#"[{"name": "web"}]"#))]);
    let turns = [
        Reply::json(r#"[{"name": "db"}]"#),
        Reply::message("500 Internal Server Error", "broken"),
    ];
    let fails = Server::new([("/x", Reply::turns(turns))]);
    let mut pty = two_hosts(&stays, &fails, (120, 6));
    let grid = pty.until("the failure", |grid| {
        grid.lines()
            .last()
            .is_some_and(|line| line.contains("broken"))
    });
    let lines = grid.lines();
    assert!(
        lines[1].ends_with(" web") && lines[2].ends_with(" db"),
        "{lines:#?}"
    );
    let output = String::from_utf8(pty.output()).unwrap();
    let dimmed: Vec<&str> = output.split("\x1b[2m").skip(1).collect();
    let is_dimmed = |name: &str| {
        dimmed
            .iter()
            .any(|it| it.split("\x1b[0m").next().unwrap().contains(name))
    };
    assert!(is_dimmed("db") && !is_dimmed("web"), "{output:?}");
    pty.press("q");
    assert_eq!(pty.ends(), 0);
}

#[test]
fn text_of_the_server_is_shown_on_the_screen() {
    let text = |body| Reply::status("200 OK", "Content-Type: text/plain\r\n", body);
    let server = Server::new([("/x", Reply::turns([text("a\tb\x1b[2J"), text("later")]))]);
    let host = server.host();
    let mut pty = Pty::start(
        &[BINARY, "/x", "-w=0.3", "--host", &host],
        (60, 5),
        |command| {
            command.env("HOME", "/nonexistent").env("TERM", "xterm");
        },
    );
    let line = |text: &'static str| {
        move |grid: &crate::support::grid::Grid| {
            grid.lines()
                .first()
                .is_some_and(|line| line.starts_with(text))
        }
    };
    pty.until("the first text", line("a       b"));
    pty.until("the second text", line("later"));
    pty.press("q");
    assert_eq!(pty.ends(), 0);
}

/// `--retry` is for the first answer: its pauses would delay the others.
#[test]
fn every_round_is_another_try() {
    let busy = Reply::message("503 Service Unavailable", "starting");
    let turns = [busy.clone(), Reply::json("1"), busy, Reply::json("2")];
    let server = Server::new([("/x", Reply::turns(turns))]);
    let words = ["/x", "-w=0.3", "--retry", "3"];
    let watching = dq(words).env("DOCKER_HOST", server.host()).start();
    assert_eq!(watching.line().1, "1");
    let begun = Instant::now();
    assert_eq!(watching.line().1, "2");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn an_error_of_the_filter_is_told_once_while_it_is_the_same() {
    let turns = ["1", "2", "2", "2", "3", "3", "1"].map(Reply::json);
    let server = Server::new([("/x", Reply::turns(turns))]);
    let filter = "if . > 1 then error(\"it is \\(.)\") else . end";
    let words = ["/x", "-w=0.1", "-m", "3", filter];
    let output = dq(words).env("DOCKER_HOST", server.host()).run();
    let told = "dq: filter: it is 2\ndq: filter: it is 3\n\
                dq: fetch: timed out after 3 s of watching\n";
    assert_eq!((output.text(), output.stderr.as_str()), ("1\n", told));
}
