//! Every example of README.md: what stands after `$ ` is run by sh, what stands below is what it prints.
//!
//! A block opened by ```` ```console ```` is run in an empty folder with nothing of the environment; one opened by
//! ```` ```console,engine ```` has DOCKER_HOST name the tests' engine; those opened by ```` ```console,jobs ```` are run one
//! after the other in one folder, on an engine where things may be changed and that docker's context build-7 reaches
//! through TLS; ```` ```console,no-run ```` is only counted.
//! A line of `> ` goes on with the command above; a line `…` stands for any number of lines.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::diff::diff;
use crate::support::dq::{BINARY, clean, run};
use crate::support::engine::{Engine, engine, scratch};
use crate::support::temp::TempDir;

struct Block {
    /// The line of README.md it begins at.
    line: usize,
    kind: String,
    examples: Vec<Example>,
}

struct Example {
    line: usize,
    command: String,
    printed: String,
}

fn blocks() -> Vec<Block> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(path).unwrap();
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(kind)) => {
                open = Some(Block {
                    line: number + 1,
                    kind: kind.into(),
                    examples: Vec::new(),
                })
            }
            (None, None) => {}
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => block.add(number + 1, line),
        }
    }
    blocks.retain(|it| it.kind.starts_with("console"));
    blocks
}

impl Block {
    fn add(&mut self, number: usize, line: &str) {
        if let Some(command) = line.strip_prefix("$ ") {
            self.examples.push(Example {
                line: number,
                command: command.into(),
                printed: String::new(),
            });
        } else if let Some(example) = self.examples.last_mut() {
            match line.strip_prefix("> ") {
                Some(more) if example.printed.is_empty() => example.command += &format!("\n{more}"),
                _ => example.printed += &format!("{line}\n"),
            }
        }
    }

    /// Runs the examples one after the other in this folder; what differs.
    fn faults(&self, engine: Option<&Engine>, work: &TempDir) -> Vec<String> {
        let dir = TempDir::new();
        let bin = dir.join("bin");
        fs::create_dir(&bin).unwrap();
        std::os::unix::fs::symlink(BINARY, bin.join("dq")).unwrap();
        self.examples
            .iter()
            .filter_map(|it| self.fault(it, &bin, work, engine))
            .collect()
    }

    fn fault(
        &self,
        example: &Example,
        bin: &Path,
        work: &TempDir,
        engine: Option<&Engine>,
    ) -> Option<String> {
        let mut command = Command::new("sh");
        clean(&mut command, work.path());
        let path = std::env::var("PATH").unwrap_or_default();
        command
            .env("PATH", format!("{}:{path}", bin.display()))
            .current_dir(work.path());
        command.envs(engine.map(|it| ("DOCKER_HOST", it.host())));
        command.args(["-c", &format!("exec 2>&1\n{}", example.command)]);
        let output = run(command, Vec::new());
        let printed = String::from_utf8_lossy(&output.stdout);
        let differs = !matches(&lines(&example.printed), &lines(&printed));
        let report = || {
            format!(
                "\n  line {}: $ {}\n{}",
                example.line,
                example.command,
                diff(&example.printed, &printed)
            )
        };
        differs.then(report)
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

/// Whether the lines are those of the pattern, where `…` stands for any number of them.
fn matches(pattern: &[&str], lines: &[&str]) -> bool {
    match pattern {
        [] => lines.is_empty(),
        ["…", rest @ ..] => (0..=lines.len()).any(|skipped| matches(rest, &lines[skipped..])),
        [first, rest @ ..] => lines.first() == Some(first) && matches(rest, &lines[1..]),
    }
}

fn check(kind: &str, engine: Option<&Engine>) {
    let blocks = blocks().into_iter().filter(|it| it.kind == kind);
    report(
        blocks
            .flat_map(|it| it.faults(engine, &TempDir::new()))
            .collect(),
    );
}

fn report(faults: Vec<String>) {
    assert!(
        faults.is_empty(),
        "{} examples of README.md are wrong\n{}",
        faults.len(),
        faults.concat()
    );
}

#[test]
fn examples_print_what_stands_below_them() {
    check("console", None);
}

#[test]
fn examples_for_an_engine_print_what_stands_below_them() {
    let Some(engine) = engine() else { return };
    check("console,engine", Some(engine));
}

#[test]
fn the_ten_jobs_print_what_stands_below_them() {
    let Some(engine) = scratch() else { return };
    let work = TempDir::new();
    engine.add_context("build-7", work.path());
    let blocks = blocks().into_iter().filter(|it| it.kind == "console,jobs");
    let faults: Vec<String> = blocks
        .flat_map(|it| it.faults(Some(engine), &work))
        .collect();
    report(faults);
}

#[test]
fn every_example_is_run_or_known() {
    let mut left = Vec::new();
    for block in blocks() {
        match block.kind.as_str() {
            "console" | "console,engine" | "console,jobs" => assert!(
                !block.examples.is_empty(),
                "line {}: no example",
                block.line
            ),
            "console,no-run" => {
                left.extend(block.examples.into_iter().map(|it| (it.line, it.command)))
            }
            other => panic!("line {}: a block of kind {other:?}", block.line),
        }
    }
    println!(
        "{} examples of README.md are not run: {left:#?}",
        left.len()
    );
}
