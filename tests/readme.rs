//! Every example of README.md and of the chapters in `docs/`: the text after `$ ` is run by sh, the text below it is the
//! expected output.
//!
//! The info string of a block decides how it is run:
//! - `console`: in an empty folder with an empty environment.
//! - `console,engine`: the same, with DOCKER_HOST set to the tests' engine.
//! - `console,jobs`: all such blocks one after the other in one folder, on an engine that may be changed and that the
//!   docker context build-7 reaches through TLS.
//! - `console,no-run`: not run, only counted.
//!
//! A line that begins with `> ` continues the command above it. A line `…` matches any number of lines.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::diff::diff;
use crate::support::dq::{BINARY, clean, run};
use crate::support::engine::{Engine, engine, scratch};
use crate::support::markdown::{CodeBlock, documents};
use crate::support::temp::TempDir;

struct Block {
    /// `docs/formats.md:12`.
    place: String,
    info: String,
    examples: Vec<Example>,
}

struct Example {
    command: String,
    expected: String,
}

/// The blocks of examples, in the order of the documents.
fn blocks() -> Vec<Block> {
    let documents = documents(&["", "docs"]).into_iter();
    documents
        .flat_map(|document| {
            let path = document.path.display().to_string();
            let blocks = document.code_blocks().into_iter();
            blocks.map(move |it| Block::new(&path, it))
        })
        .filter(|it| it.info.starts_with("console"))
        .collect()
}

impl Block {
    fn new(path: &str, block: CodeBlock) -> Self {
        let mut examples = Vec::new();
        block.lines.iter().for_each(|it| add(&mut examples, it));
        Self {
            place: format!("{path}:{}", block.line),
            info: block.info,
            examples,
        }
    }

    /// Runs the examples one after the other in this folder and returns the differences.
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
        let differs = !matches(&lines(&example.expected), &lines(&printed));
        let report = || {
            format!(
                "\n  {}: $ {}\n{}",
                self.place,
                example.command,
                diff(&example.expected, &printed)
            )
        };
        differs.then(report)
    }
}

/// Adds a line of a block to its examples.
fn add(examples: &mut Vec<Example>, line: &str) {
    if let Some(command) = line.strip_prefix("$ ") {
        examples.push(Example {
            command: command.into(),
            expected: String::new(),
        });
    } else if let Some(example) = examples.last_mut() {
        match line.strip_prefix("> ") {
            Some(more) if example.expected.is_empty() => example.command += &format!("\n{more}"),
            _ => example.expected += &format!("{line}\n"),
        }
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

/// Whether the lines match the pattern, in which `…` stands for any number of lines.
fn matches(pattern: &[&str], lines: &[&str]) -> bool {
    match pattern {
        [] => lines.is_empty(),
        ["…", rest @ ..] => (0..=lines.len()).any(|skipped| matches(rest, &lines[skipped..])),
        [first, rest @ ..] => {
            let is_like = |line: &&str| without_ages(line) == without_ages(first);
            lines.first().is_some_and(is_like) && matches(rest, &lines[1..])
        }
    }
}

/// A line without the ages in it and the spaces behind them: those of the sample engine's objects grow.
fn without_ages(line: &str) -> String {
    let mut words = Vec::new();
    for word in line
        .split_inclusive(' ')
        .flat_map(|word| word.split_inclusive('\n'))
    {
        if word.trim_end() == "ago" && words.len() >= 2 {
            words.truncate(words.len() - 2);
            words.push("AGE");
        } else if !(word == " " && words.last() == Some(&"AGE")) {
            words.push(word);
        }
    }
    words.concat()
}

fn check(info: &str, engine: Option<&Engine>) {
    let blocks = blocks().into_iter().filter(|it| it.info == info);
    report(
        blocks
            .flat_map(|it| it.faults(engine, &TempDir::new()))
            .collect(),
    );
}

fn report(faults: Vec<String>) {
    assert!(
        faults.is_empty(),
        "{} examples of the documents are wrong\n{}",
        faults.len(),
        faults.concat()
    );
}

#[test]
fn examples_print_the_expected_output() {
    check("console", None);
}

#[test]
fn examples_on_an_engine_print_the_expected_output() {
    let Some(engine) = engine() else { return };
    check("console,engine", Some(engine));
}

#[test]
fn the_ten_jobs_print_the_expected_output() {
    let Some(engine) = scratch() else { return };
    let work = TempDir::new();
    engine.add_context("build-7", work.path());
    let blocks = blocks().into_iter().filter(|it| it.info == "console,jobs");
    let faults: Vec<String> = blocks
        .flat_map(|it| it.faults(Some(engine), &work))
        .collect();
    report(faults);
}

#[test]
fn every_block_of_examples_is_run_or_marked() {
    let mut unexecuted = Vec::new();
    for block in blocks() {
        let place = block.place;
        match block.info.as_str() {
            "console" | "console,engine" | "console,jobs" => {
                assert!(!block.examples.is_empty(), "{place}: no example");
            }
            "console,no-run" => {
                let commands = block.examples.into_iter().map(|it| it.command);
                unexecuted.extend(commands.map(|it| format!("{place}: {it}")));
            }
            other => panic!("{place}: unknown info string {other:?}"),
        }
    }
    println!("{} examples are not run: {unexecuted:#?}", unexecuted.len());
}

/// A line that runs dq would escape the tests outside of a block of examples.
#[test]
fn no_example_is_outside_of_a_block_of_examples() {
    let is_command = |line: &str| {
        let line = line.trim_start();
        line.starts_with("$ ") || line.starts_with("dq ")
    };
    let mut wrong = Vec::new();
    for document in documents(&["", "docs"]) {
        let path = document.path.display();
        let blocks = document.code_blocks();
        let other = blocks.iter().filter(|it| {
            !it.info.starts_with("console") && it.lines.iter().any(|it| is_command(it))
        });
        wrong.extend(other.map(|it| format!("{path}:{}", it.line)));
        let indented = document.prose().into_iter();
        let indented = indented.filter(|(_, line)| line.starts_with("    ") && is_command(line));
        wrong.extend(indented.map(|(number, _)| format!("{path}:{number}")));
    }
    assert!(wrong.is_empty(), "mark these with ```console: {wrong:#?}");
}
