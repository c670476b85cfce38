//! The screen on a pseudo-terminal: the test binary runs itself there.

use std::env;
use std::process::{Command, exit};
use std::sync::mpsc;
use std::time::Instant;

use super::{Frame, Row, Screen, Wanted};

#[path = "../../tests/support/grid.rs"]
#[allow(dead_code)]
mod grid;
#[path = "../../tests/support/pty.rs"]
#[allow(dead_code)]
mod pty;

use grid::Grid;
use pty::Pty;

const VARIABLE: &str = "DQ_TEST_SCREEN";

/// Thirty rows, the first of which says what it is told to.
fn frame(first: &str, columns: usize) -> Frame {
    let row = |text: String| Row {
        text,
        changed: None,
    };
    let rows = (2..=30).map(|i| row(format!("row {i}")));
    Frame {
        header: vec![format!("NAME {columns}")],
        rows: std::iter::once(row(format!("row {first}")))
            .chain(rows)
            .collect(),
        status: "status".into(),
        is_stale: false,
    }
}

/// Not a test, but what is on the terminal in the others. Between keys it hangs, as in a request. At each `r` it does the
/// next thing that the variable names.
#[test]
#[ignore = "is started by the tests of this file, on a terminal"]
fn on_terminal() {
    let Ok(things) = env::var(VARIABLE) else {
        return;
    };
    // Behind what the harness says.
    println!();
    let (sender, receiver) = mpsc::channel();
    let notify = move |wanted| sender.send(wanted).unwrap();
    let screen = Screen::start(frame("1", Screen::size().columns), Box::new(notify)).unwrap();
    let mut things = things.split(' ');
    for wanted in receiver {
        let columns = Screen::size().columns;
        match (wanted, things.next()) {
            (Wanted::Layout, _) => screen.show(frame("1", columns)),
            (_, Some("same")) => screen.show(frame("1", columns)),
            (_, Some("other")) => screen.show(frame("one", columns)),
            (_, Some("mark")) => {
                let mut frame = frame("1", columns);
                frame.rows[0].changed = Some(Instant::now());
                screen.show(frame);
            }
            (_, Some("flood")) => loop {
                screen.show(frame("1", columns));
                screen.show(frame("one", columns));
            },
            (_, Some("drop")) => {
                drop(screen);
                exit(7);
            }
            (_, Some("panic")) => panic!("the screen breaks"),
            _ => {}
        }
    }
}

fn command(things: &str) -> Vec<String> {
    let binary = env::current_exe()
        .unwrap()
        .into_os_string()
        .into_string()
        .unwrap();
    let name = "screen::tests::on_terminal";
    let arguments = [
        "--exact",
        name,
        "--ignored",
        "--nocapture",
        "--test-threads=1",
    ];
    let variable = format!("{VARIABLE}={things}");
    let words = ["env".into(), variable, binary].into_iter();
    words.chain(arguments.map(String::from)).collect()
}

/// Starts the screen on a terminal of 20 by 6.
fn start(things: &str) -> Pty {
    let command = command(things);
    let words: Vec<&str> = command.iter().map(String::as_str).collect();
    let pty = Pty::start(&words, (20, 6), |_| {});
    pty.until("the first frame", |grid| shows(grid, "1", 20));
    pty
}

/// Starts a shell with job control, and the screen in it.
fn start_in_shell(line: impl Fn(&str) -> String) -> Pty {
    let pty = Pty::start(
        &["bash", "--norc", "--noediting", "-i"],
        (80, 12),
        |bash: &mut Command| {
            bash.env("PS1", "$ ");
        },
    );
    pty.until("a prompt", |grid| grid.lines().iter().any(|it| it == "$"));
    let command: Vec<String> = command("").iter().map(|word| format!("'{word}'")).collect();
    pty.press(&format!("{}\n", line(&command.join(" "))));
    pty
}

/// Whether the terminal shows the screen as it is at first.
fn shows(grid: &Grid, first: &str, columns: usize) -> bool {
    let lines = grid.lines();
    grid.is_alternate
        && !grid.shows_cursor
        && !grid.is_synchronized
        && lines.starts_with(&[format!("NAME {columns}"), format!("row {first}")])
        && lines
            .last()
            .is_some_and(|line| line.ends_with(" of 30  status"))
}

/// Whether the normal screen has the whole table.
fn is_printed(grid: &Grid) -> bool {
    let lines = grid.normal_lines();
    let header = lines.iter().position(|line| line.starts_with("NAME "));
    header.is_some_and(|at| {
        lines[at + 1..at + 31] == (1..=30).map(|i| format!("row {i}")).collect::<Vec<_>>()
    })
}

fn kill(pty: &Pty, signal: &str) {
    let pid = pty.child.id().to_string();
    assert!(
        Command::new("kill")
            .args([signal, &pid])
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn the_terminal_is_restored_however_the_screen_ends() {
    type End = (&'static str, fn(&Pty), i32);
    let ends: [End; 9] = [
        ("", |pty| pty.press("q"), 0),
        ("", |pty| pty.press("\x03"), -2),
        ("", |pty| kill(pty, "-INT"), -2),
        ("", |pty| kill(pty, "-TERM"), -15),
        ("", |pty| kill(pty, "-HUP"), -1),
        ("", |pty| kill(pty, "-QUIT"), -3),
        ("", |pty| pty.press("\x1c"), -3),
        ("drop", |pty| pty.press("r"), 7),
        ("panic", |pty| pty.press("r"), 101),
    ];
    for (things, end, code) in ends {
        let mut pty = start(things);
        assert!(!pty.has_old_modes(), "{code}");
        end(&pty);
        assert_eq!(pty.ends(), code);
        let grid = pty.until("a restored terminal", Grid::is_restored);
        assert!(pty.has_old_modes(), "{code}");
        let lines = grid.normal_lines();
        match things {
            "panic" => assert!(
                lines.iter().any(|line| line.contains("reaks")),
                "{lines:#?}"
            ),
            _ => assert!(is_printed(&grid), "{code} {lines:#?}"),
        }
    }
}

#[test]
fn the_process_ends_with_its_terminal() {
    let mut pty = start("");
    pty.hang_up();
    assert_eq!(pty.ends(), -1);
}

#[test]
fn a_terminal_that_takes_no_output_keeps_no_signal_off() {
    let mut pty = start("flood");
    pty.hang();
    pty.press("r");
    // The buffer of the terminal is soon full.
    std::thread::sleep(std::time::Duration::from_secs(1));
    kill(&pty, "-TERM");
    let begun = Instant::now();
    assert_eq!(pty.ends(), -15);
    assert!(begun.elapsed().as_secs() < 5);
}

#[test]
fn keys_come_from_the_terminal_though_stdin_is_none() {
    let command = command("");
    let line = format!("exec {} < /dev/null", command.join(" "));
    let mut pty = Pty::start(&["sh", "-c", &line], (20, 6), |_| {});
    pty.until("the first frame", |grid| shows(grid, "1", 20));
    pty.press("G");
    let last = "30 of 30  status";
    pty.until(last, |grid| {
        grid.lines().last().is_some_and(|line| line == last)
    });
    pty.press("q");
    assert_eq!(pty.ends(), 0);
    assert!(pty.has_old_modes());
}

#[test]
fn only_what_changed_is_written() {
    let pty = start("same other mark");
    let mut length = pty.is_quiet();
    let mut written = |keys: &str, done: &dyn Fn(&Grid) -> bool| {
        pty.press(keys);
        pty.until(keys, done);
        let before = std::mem::replace(&mut length, pty.is_quiet());
        String::from_utf8(pty.output()[before..].to_vec()).unwrap()
    };
    let is_first = |grid: &Grid| grid.lines()[1] == "row 1";
    assert_eq!(written("r", &is_first), "");
    assert_eq!(written("k", &is_first), "");
    let other = written("r", &|grid| grid.lines()[1] == "row one");
    assert_eq!(other, "\x1b[?2026h\x1b[2;1Hrow one\x1b[K\x1b[?2026l");
    let scrolled = written("j", &|grid| grid.lines()[1] == "row 2");
    assert!(scrolled.len() < 100, "{scrolled:?}");
    let marked = written("kr", &|grid| grid.lines()[1] == "row 1");
    assert!(marked.contains("\x1b[7mrow 1\x1b[0m"), "{marked:?}");
    let faded = written("", &|_| {
        String::from_utf8_lossy(&pty.output()).ends_with("Hrow 1\x1b[K\x1b[?2026l")
    });
    assert_eq!(faded, "\x1b[?2026h\x1b[2;1Hrow 1\x1b[K\x1b[?2026l");
}

#[test]
fn the_screen_follows_the_size_of_the_terminal() {
    let mut pty = start("");
    for size in [(30, 9), (5, 3), (1, 1), (40, 12)] {
        pty.resize(size);
        let header = format!("NAME {}", size.0);
        pty.until(&header, |grid| {
            let lines = grid.lines();
            lines.len() >= size.1.into()
                && match size.1 {
                    1 => lines[0] == "r",
                    3 => lines[..2] == ["NAME", "row 1"],
                    _ => {
                        lines[0] == header
                            && lines[usize::from(size.1) - 2] == format!("row {}", size.1 - 2)
                    }
                }
        });
    }
    pty.press("q");
    assert_eq!(pty.ends(), 0);
}

#[test]
fn ctrl_z_stops_the_job_and_fg_continues_it() {
    let mut pty = start_in_shell(str::to_owned);
    pty.until("the first frame", |grid| shows(grid, "1", 80));
    for _ in 0..2 {
        pty.press("\x1a");
        pty.until("the shell", |grid| {
            grid.is_restored() && grid.lines().last().unwrap() == "$"
        });
        pty.press("stty -a | grep -c ' echo '; fg\n");
        pty.until("the screen", |grid| shows(grid, "1", 80));
    }
    pty.press("q");
    let grid = pty.until("the shell", |grid| {
        is_printed(grid) && grid.lines().last().unwrap() == "$"
    });
    assert!(grid.is_restored());
    pty.press("exit 3\n");
    assert_eq!(pty.ends(), 3);
}

#[test]
fn a_background_job_stops_before_it_writes() {
    let mut pty = start_in_shell(|command| format!("{command} &"));
    pty.press("jobs\n");
    let stopped = |grid: &Grid| {
        grid.lines()
            .iter()
            .any(|line| line.starts_with("[1]+  Stopped"))
    };
    let end = Instant::now() + std::time::Duration::from_secs(20);
    while !stopped(&pty.grid()) && Instant::now() < end {
        pty.press("jobs\n");
        pty.is_quiet();
    }
    let grid = pty.grid();
    assert!(stopped(&grid) && grid.is_restored(), "{:#?}", grid.lines());
    pty.press("fg\n");
    pty.until("the screen", |grid| shows(grid, "1", 80));
    pty.press("\x03");
    pty.until("the shell", |grid| {
        grid.is_restored() && grid.lines().last().unwrap() == "$"
    });
    pty.press("exit $?\n");
    assert_eq!(pty.ends(), 130);
}

#[test]
fn ctrl_z_does_nothing_without_job_control() {
    let mut pty = start("other");
    pty.press("\x1ar");
    pty.until("the next frame", |grid| shows(grid, "one", 20));
    pty.press("q");
    assert_eq!(pty.ends(), 0);
}

/// The thread of the keyboard sleeps while nothing changes: it is woken by nothing.
#[test]
fn the_screen_is_idle_between_changes() {
    let pty = start("");
    pty.is_quiet();
    let switches = || {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", pty.child.id())).unwrap();
        let status =
            tasks.map(|task| std::fs::read_to_string(task.unwrap().path().join("status")).unwrap());
        let lines: Vec<String> = status
            .flat_map(|it| it.lines().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        lines
            .into_iter()
            .filter(|line| line.starts_with("voluntary_ctxt"))
            .collect::<Vec<_>>()
    };
    let before = switches();
    std::thread::sleep(std::time::Duration::from_secs(2));
    assert_eq!(switches(), before);
}
