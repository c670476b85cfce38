//! `--watch` on a terminal: the screen, its keys, and the terminal after it.

use std::time::Duration;

use crate::support::dq::{BINARY, clean};
use crate::support::engine::Engine;
use crate::support::grid::Grid;
use crate::support::pty::Pty;
use crate::support::server::{Reply, Server};

const TWO: &str =
    r#"[{"Id": "a", "name": "web", "state": "up"}, {"Id": "b", "name": "db", "state": "up"}]"#;
const CHANGED: &str =
    r#"[{"Id": "a", "name": "web", "state": "up"}, {"Id": "b", "name": "db", "state": "down"}]"#;
const FILTER: &str = ".[] | {name, state}";

/// Runs dq on a terminal of 40 by 8.
fn watch(server: &Server, args: &[&str]) -> Pty {
    watch_with(&server.host(), args, ("TERM", "xterm-256color"))
}

fn watch_with(host: &str, args: &[&str], variable: (&str, &str)) -> Pty {
    let words = [&[BINARY], args].concat();
    Pty::start(&words, (40, 8), |command| {
        clean(command, "/nonexistent".as_ref());
        command.env("TERM", "xterm-256color");
        command.env("DOCKER_HOST", host).env("NO_COLOR", "1");
        command.env(variable.0, variable.1);
    })
}

fn starts_with(lines: &[&str]) -> impl Fn(&Grid) -> bool {
    move |grid| {
        grid.is_alternate
            && grid
                .lines()
                .iter()
                .map(String::as_str)
                .take(lines.len())
                .eq(lines.iter().copied())
    }
}

#[test]
fn a_row_that_changes_is_marked_and_the_last_table_stays() {
    let server = Server::new([("/x", Reply::turns([Reply::json(TWO), Reply::json(CHANGED)]))]);
    let mut pty = watch(&server, &["/x", "-w=0.3", "-t", FILTER]);
    pty.until(
        "the first table",
        starts_with(&["NAME   STATE", "web    up", "db     up"]),
    );
    pty.until(
        "the second table",
        starts_with(&["NAME   STATE", "web    up", "db     down"]),
    );
    let output = String::from_utf8(pty.output()).unwrap();
    assert!(output.contains("\x1b[7mdb     down\x1b[0m"), "{output:?}");
    assert!(!output.contains("\x1b[7mweb"), "{output:?}");
    // The mark fades, and then nothing is written though the server is asked on.
    let asked = server.asked().len();
    std::thread::sleep(Duration::from_secs(2));
    let length = pty.is_quiet();
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(pty.output().len(), length);
    assert!(server.asked().len() > asked + 4);
    pty.press("q");
    assert_eq!(pty.ends(), 0);
    let grid = pty.until("a restored terminal", Grid::is_restored);
    assert_eq!(
        grid.normal_lines()[..3],
        ["NAME   STATE", "web    up", "db     down"]
    );
    assert!(pty.has_old_modes());
}

#[test]
fn a_server_that_does_not_answer_keeps_no_key_off() {
    let hanging = Reply::turns([Reply::json(TWO), Reply::Held("")]);
    let server = Server::new([("/x", hanging)]);
    let mut pty = watch(&server, &["/x", "-w=0.2", "-t", FILTER]);
    pty.until("the silence", |grid| {
        let lines = grid.lines();
        lines
            .last()
            .is_some_and(|line| line.starts_with("no answer for 4 s"))
    });
    pty.press("q");
    assert_eq!(pty.ends(), 0);
    let grid = pty.until("a restored terminal", Grid::is_restored);
    assert_eq!(
        grid.normal_lines()[..3],
        ["NAME   STATE", "web    up", "db     up"]
    );
}

#[test]
fn an_answer_that_is_an_error_is_no_silence() {
    let error = Reply::message("500 Internal Server Error", "out of order");
    let server = Server::new([("/x", Reply::turns([Reply::json(TWO), error]))]);
    let mut pty = watch(&server, &["/x", "-w=0.2", "-t", FILTER]);
    let says_so = |grid: &Grid| {
        let lines = grid.lines();
        lines
            .last()
            .is_some_and(|line| line.starts_with("fetch: 500 Internal Server Error: out"))
    };
    pty.until("the error", says_so);
    let output = String::from_utf8(pty.output()).unwrap();
    assert!(output.contains("\x1b[2mweb    up\x1b[0m"), "{output:?}");
    std::thread::sleep(Duration::from_millis(3500));
    assert!(says_so(&pty.grid()));
    pty.press("q");
    assert_eq!(pty.ends(), 0);
}

#[test]
fn a_first_request_that_fails_opens_no_screen() {
    let server = Server::new([("/x", Reply::json("[]"))]);
    let mut pty = watch(&server, &["/typo", "-w", "-t"]);
    assert_eq!(pty.ends(), 22);
    let grid = pty.until("the error", |grid| {
        grid.lines()
            .iter()
            .any(|line| line.contains("404 Not Found"))
    });
    assert!(grid.is_restored());
    assert!(!String::from_utf8_lossy(&pty.output()).contains('\x1b'));
}

#[test]
fn a_terminal_that_goes_away_ends_it() {
    let server = Server::new([("/x", Reply::json(TWO))]);
    let mut pty = watch(&server, &["/x", "-w=0.2", "-t", FILTER]);
    pty.until("the table", starts_with(&["NAME   STATE"]));
    pty.hang_up();
    assert_eq!(pty.ends(), -1);
}

#[test]
fn a_dumb_terminal_gets_the_tables_one_after_the_other() {
    let server = Server::new([("/x", Reply::turns([Reply::json(TWO), Reply::json(CHANGED)]))]);
    let mut pty = watch_with(
        &server.host(),
        &["/x", "-w=0.3", "-t", FILTER],
        ("TERM", "dumb"),
    );
    let grid = pty.until("two tables", |grid| {
        grid.lines().iter().any(|line| line == "db     down")
    });
    assert!(grid.lines().iter().any(|line| line == "db     up"));
    assert!(!String::from_utf8_lossy(&pty.output()).contains('\x1b'));
    pty.press("\x03");
    assert_eq!(pty.ends(), -2);
}

#[test]
fn the_table_is_laid_out_anew_for_another_size() {
    let wide = r#"[{"name": "web", "image": "registry.example.com/team/web:2026-11-28", "state": "up"}, {"name": "db"}]"#;
    let server = Server::new([("/x", Reply::json(wide))]);
    let mut pty = watch(&server, &["/x", "-w", "-t", ".[] | {name, image, state}"]);
    // The last column is there because the widest is cut.
    let is_fitted = |grid: &Grid| {
        grid.lines()
            .get(1)
            .is_some_and(|line| line.ends_with(" up") && line.contains('…'))
    };
    pty.until("a table of 40 columns", is_fitted);
    pty.resize((100, 8));
    pty.until("a table of 100 columns", |grid| {
        grid.lines()
            .get(1)
            .is_some_and(|line| line.contains("2026-11-28") && line.ends_with(" up"))
    });
    pty.resize((30, 8));
    pty.until("a table of 30 columns", is_fitted);
    pty.press("\x03");
    assert_eq!(pty.ends(), -2);
    assert!(pty.has_old_modes());
}

#[test]
fn a_long_table_scrolls() {
    let rows: Vec<String> = (1..=50).map(|i| format!(r#"{{"name": "c{i}"}}"#)).collect();
    let server = Server::new([("/x", Reply::json(&format!("[{}]", rows.join(","))))]);
    let mut pty = watch(&server, &["/x", "-w=0.2", "-t"]);
    pty.until("the first rows", starts_with(&["NAME", "c1", "c2"]));
    for (key, rows) in [
        ("\x1b[6~", ["c6", "c7"]),
        ("G", ["c45", "c46"]),
        ("k", ["c44", "c45"]),
        ("g", ["c1", "c2"]),
    ] {
        pty.press(key);
        pty.until(key, starts_with(&["NAME", rows[0], rows[1]]));
    }
    let last = pty.grid().lines().pop().unwrap();
    assert!(last.starts_with("6 of 50"), "{last}");
    pty.press("q");
    assert_eq!(pty.ends(), 0);
    let lines = pty
        .until("a restored terminal", Grid::is_restored)
        .normal_lines();
    assert_eq!(lines.len(), 51, "{lines:#?}");
}

/// With this option containers go on while the daemon is away.
const LIVE: &[&str] = &["--live-restore"];

#[test]
fn containers_come_and_go_and_the_engine_too() {
    let Some(engine) = Engine::private("watch", LIVE) else {
        return;
    };
    engine.run("one", &[], "sleep 100000");
    let args = ["ps", "-w", "--columns", "name, state"];
    let mut pty = watch_with(&engine.host(), &args, ("TERM", "xterm-256color"));
    pty.until(
        "one container",
        starts_with(&["NAME   STATE", "one    running"]),
    );
    engine.run("two", &[], "sleep 100000");
    let both = ["NAME   STATE", "two    running", "one    running"];
    pty.until("two containers", starts_with(&both));
    engine.docker(&["rename", "one", "renamed"]);
    let renamed = ["NAME      STATE", "two       running", "renamed   running"];
    pty.until("a renamed container", starts_with(&renamed));
    let output = String::from_utf8(pty.output()).unwrap();
    for marked in ["two    running", "renamed   running"] {
        assert!(
            output.contains(&format!("\x1b[7m{marked}\x1b[0m")),
            "{marked}: {output:?}"
        );
    }
    engine.daemon().stop("KILL");
    let last = |grid: &Grid| grid.lines().pop().unwrap_or_default();
    pty.until("the silence", |grid| {
        last(grid).starts_with("no answer for 4 s")
    });
    assert!(starts_with(&renamed)(&pty.grid()));
    engine.daemon().restart(LIVE);
    engine.daemon().wait().unwrap();
    pty.until("the engine again", |grid| !last(grid).contains("no answer"));
    engine.docker(&["rm", "-f", "renamed"]);
    let left = ["NAME      STATE", "two       running", ""];
    pty.until("one container again", starts_with(&left));
    pty.press("q");
    assert_eq!(pty.ends(), 0);
    let lines = pty
        .until("a restored terminal", Grid::is_restored)
        .normal_lines();
    assert_eq!(lines, left[..2]);
    engine.docker(&["rm", "-f", "two"]);
}
