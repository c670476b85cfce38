//! Runs harnesses on inputs that it makes of their seeds and of the corpus: dq-fuzz SECONDS [TARGET…]
//!
//! An input that reaches new code joins those that others are made of, as in libFuzzer.

mod coverage;
mod inputs;
mod journal;

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use dq_fuzz::{TARGETS, Target};

use crate::coverage::Coverage;
use crate::inputs::{Random, mutate};
use crate::journal::{Journal, LEFT_OUT};

/// The stack of the thread that runs the harnesses, in bytes: dq has such a one, too.
const STACK: usize = 1 << 28;

/// After so many failures a target ends.
const MOST_FAILURES: usize = 20;

/// Set in the environment of a process that [`run_programs`] starts.
const ALONE: &str = "DQ_FUZZ_ALONE";

fn folder(name: &str, target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(name)
        .join(target)
}

/// The seeds and the corpus of a target.
fn pool(target: &Target) -> Vec<Vec<u8>> {
    let seeds = target.seeds.iter();
    let mut pool: Vec<_> = seeds.map(|seed| seed.as_bytes().to_vec()).collect();
    let files = std::fs::read_dir(folder("corpus", target.name));
    let files = files.into_iter().flatten().flatten();
    pool.extend(files.filter_map(|file| std::fs::read(file.path()).ok()));
    pool
}

/// Runs one input; keeps it in a file if the harness panics. Returns whether it passed.
fn passes(target: &Target, journal: &Journal, input: &[u8]) -> bool {
    journal.begin(input);
    let has_passed = catch_unwind(|| (target.run)(input)).is_ok();
    journal.end(has_passed);
    if has_passed {
        return true;
    }
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    let path = folder("artifacts", target.name).join(format!("{:016x}", hasher.finish()));
    let kept = std::fs::write(&path, input);
    eprintln!("{}: failed: {} {kept:?}", target.name, path.display());
    false
}

/// Runs a target for that long; returns how many inputs failed.
fn run(target: &Target, seconds: u64, seed: u64) -> usize {
    let artifacts = folder("artifacts", target.name);
    if let Err(error) = std::fs::create_dir_all(&artifacts) {
        eprintln!("{}: {error}", artifacts.display());
    }
    let current = artifacts.join(format!("current-{}", std::process::id()));
    let journal = Journal::new(current, target.runs_programs);
    let (start, limit) = (Instant::now(), Duration::from_secs(seconds));
    let (mut random, mut coverage) = (Random(seed), Coverage::new());
    let (mut inputs, mut failures) = (0_u64, 0);
    let mut pool = pool(target);
    Coverage::reset();
    for input in &pool {
        failures += usize::from(!passes(target, &journal, input));
        coverage.take();
    }
    while start.elapsed() < limit && failures < MOST_FAILURES {
        let input = mutate(&mut random, &pool);
        let has_passed = passes(target, &journal, &input);
        inputs += 1;
        failures += usize::from(!has_passed);
        if coverage.take() && has_passed {
            pool.push(input);
        }
    }
    let (edges, taken) = coverage.edges();
    println!(
        "{}: {inputs} inputs in {} s, {failures} failed; {taken} of {edges} edges, {} inputs reached new ones (seed {seed})",
        target.name,
        start.elapsed().as_secs(),
        pool.len(),
    );
    failures
}

/// Runs a target whose programs may take for ever: in a process of its own, and in another one behind each that does.
/// Returns whether something failed.
fn run_programs(target: &Target, seconds: u64, seed: u64) -> bool {
    let (start, mut has_failed) = (Instant::now(), false);
    for seed in seed.. {
        let left = seconds.saturating_sub(start.elapsed().as_secs());
        if left == 0 {
            break;
        }
        let code = std::env::current_exe().and_then(|program| {
            let mut command = Command::new(program);
            command.args([&left.to_string(), target.name]);
            command.envs([("DQ_FUZZ_SEED", seed.to_string()), (ALONE, "1".into())]);
            Ok(command.status()?.code())
        });
        let code = code.ok().flatten();
        has_failed |= !matches!(code, Some(code) if code == 0 || code == LEFT_OUT[0]);
        if !code.is_some_and(|code| LEFT_OUT.contains(&code)) {
            break;
        }
    }
    has_failed
}

/// Runs the inputs in these files, to see what fails; returns how many do.
fn run_files(target: &Target, files: &[String]) -> usize {
    let fails = |path: &&String| match std::fs::read(path) {
        Ok(input) => catch_unwind(|| (target.run)(&input)).is_err(),
        Err(error) => {
            eprintln!("{path}: {error}");
            true
        }
    };
    files.iter().filter(fails).count()
}

/// Does what the command line says; returns how many inputs failed.
fn run_all(seconds: u64, words: &[String]) -> usize {
    let seed = std::env::var("DQ_FUZZ_SEED").ok();
    let seed = seed.and_then(|it| it.parse().ok());
    let seed = seed.unwrap_or_else(|| std::process::id().into());
    let named = |target: &&Target| words.iter().any(|word| word == target.name);
    if let (Some(target), 0) = (TARGETS.iter().find(named), seconds) {
        return run_files(target, &words[1..]);
    }
    let wanted = |target: &&Target| words.is_empty() || named(target);
    let wanted = TARGETS.iter().filter(wanted);
    let is_alone = std::env::var_os(ALONE).is_some();
    let run = |target: &Target| match target.runs_programs && !is_alone {
        true => usize::from(run_programs(target, seconds, seed)),
        false => run(target, seconds, seed),
    };
    wanted.map(run).sum()
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().and_then(|it| it.parse().ok());
    let words: Vec<_> = arguments.collect();
    let known = |word: &String| TARGETS.iter().any(|target| target.name == *word);
    let (Some(seconds), true) = (seconds, seconds == Some(0) || words.iter().all(known)) else {
        let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
        eprintln!("usage: tests/fuzz SECONDS [TARGET…], or tests/fuzz 0 TARGET FILE… to run files");
        eprintln!("targets: {}", names.join(", "));
        std::process::exit(2);
    };
    let thread = std::thread::Builder::new().stack_size(STACK);
    let thread = thread.spawn(move || run_all(seconds, &words));
    let failures = thread.map_or(1, |thread| thread.join().unwrap_or(1));
    std::process::exit(i32::from(failures > 0));
}
