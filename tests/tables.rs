//! Tables on terminals of several widths and off a terminal, against `tests/tables/golden.txt`.
//!
//! There `$ WIDTH COMMAND` is followed by what the command prints on a terminal so wide; with `-` for the width it
//! prints to a pipe, with a `c` behind it in colours, where ESC is shown as `^[`. Run with `DQ_BLESS=1`, the test
//! writes the file anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use crate::support::daemon::find;
use crate::support::diff::diff;
use crate::support::dq::{BINARY, clean, run};
use crate::support::leave_out;
use crate::support::temp::TempDir;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables")
}

struct Example {
    width: String,
    command: String,
    printed: String,
}

fn examples() -> Vec<Example> {
    let text = fs::read_to_string(folder().join("golden.txt")).unwrap();
    let mut examples: Vec<Example> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("$ "), examples.last_mut()) {
            (Some(rest), _) => {
                let (width, command) = rest.split_once(' ').unwrap();
                examples.push(Example {
                    width: width.into(),
                    command: command.into(),
                    printed: String::new(),
                });
            }
            (None, Some(example)) => example.printed += &format!("{line}\n"),
            (None, None) => panic!("no command above {line:?}"),
        }
    }
    examples
}

/// What the command prints on a terminal of that width, or to a pipe.
fn printed(width: &str, line: &str) -> String {
    let home = TempDir::new();
    let line = format!("dq() {{ {BINARY:?} \"$@\"; }}\n{line}");
    let (columns, in_colour) = width
        .strip_suffix('c')
        .map_or((width, false), |it| (it, true));
    let mut command = match columns {
        "-" => {
            let mut command = Command::new("sh");
            command.args(["-c", &line]);
            command
        }
        _ => {
            // Of the programs that give a terminal, script is the one that every Linux has.
            let mut command = Command::new("script");
            command.args(["-qec", &line, "/dev/null"]);
            command
        }
    };
    clean(&mut command, home.path());
    command
        .env("COLUMNS", columns)
        .env("SHELL", "/bin/sh")
        .current_dir(folder());
    if !in_colour {
        command.env("NO_COLOR", "1");
    }
    let output = run(command, Vec::new());
    assert_eq!(output.stderr, "", "{line}");
    String::from_utf8(output.stdout)
        .unwrap()
        .replace('\r', "")
        .replace('\x1b', "^[")
}

/// The examples on all processors: most of the time goes into starting programs.
fn all_printed(examples: &[Example]) -> Vec<String> {
    let share = examples
        .len()
        .div_ceil(thread::available_parallelism().map_or(1, usize::from));
    thread::scope(|scope| {
        let threads: Vec<_> = examples
            .chunks(share)
            .map(|share| {
                scope.spawn(|| {
                    share
                        .iter()
                        .map(|it| printed(&it.width, &it.command))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|it| it.join().unwrap())
            .collect()
    })
}

#[test]
fn tables_match_the_expected_files() {
    if find("script").is_none() {
        return leave_out("no script here");
    }
    let examples = examples();
    let printed = all_printed(&examples);
    if std::env::var_os("DQ_BLESS").is_some() {
        let text = examples.iter().zip(&printed);
        let text: String = text
            .map(|(it, printed)| format!("$ {} {}\n{printed}", it.width, it.command))
            .collect();
        fs::write(folder().join("golden.txt"), text).unwrap();
    }
    let wrong = examples
        .iter()
        .zip(&printed)
        .filter(|(example, printed)| example.printed != **printed);
    let faults: Vec<String> = wrong
        .map(|(it, printed)| {
            format!(
                "\n  $ {} {}\n{}",
                it.width,
                it.command,
                diff(&it.printed, printed)
            )
        })
        .collect();
    assert!(
        faults.is_empty(),
        "{} of {} differ\n{}",
        faults.len(),
        examples.len(),
        faults.concat()
    );
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for example in examples() {
        let Ok(width) = example.width.trim_end_matches('c').parse::<usize>() else {
            continue;
        };
        if example.command.contains("--wide") {
            continue;
        }
        for line in example.printed.lines() {
            let plain = without_colours(line);
            assert!(
                unicode_width::UnicodeWidthStr::width(&*plain) <= width,
                "{} wide: {line}",
                example.width
            );
        }
    }
}

fn without_colours(line: &str) -> String {
    let mut pieces = line.split("^[[");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |plain, piece| {
        plain + piece.split_once('m').map_or("", |it| it.1)
    })
}

#[test]
fn no_line_ends_in_spaces() {
    for example in examples() {
        for line in example.printed.lines() {
            assert_eq!(line.trim_end(), line, "{}", example.command);
        }
    }
}
