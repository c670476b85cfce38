//! Generated programs and odd values, run by jq 1.8 and by dq: same outputs, same end.
//!
//! The programs are made by [`crate::support::programs`] from a seed, so that a difference can be found again. The test
//! needs jq 1.8 or later, in `PATH` or named by `DQ_TEST_JQ`; without it nothing is compared, because no Debian has that
//! jq yet. `DQ_FUZZ_PAIRS` is the number of pairs of a program and a
//! value (default: 1,000), `DQ_FUZZ_SEED` the seed.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::support::daemon::find;
use crate::support::dq::{BINARY, clean, run};
use crate::support::programs::Generator;
use crate::support::temp::TempDir;

/// How many values one program gets.
const VALUES: u64 = 8;

/// What a run gave: the exit code, and for each input its outputs, with how they ended.
#[derive(PartialEq)]
struct Run {
    code: i32,
    outputs: String,
    errors: Vec<String>,
}

/// The jq to compare with.
fn jq() -> Option<PathBuf> {
    let jq = env::var_os("DQ_TEST_JQ")
        .map(PathBuf::from)
        .or_else(|| find("jq"))?;
    let version = Command::new(&jq).arg("--version").output().ok()?;
    let version = String::from_utf8(version.stdout).ok()?;
    let mut numbers = version.trim().strip_prefix("jq-")?.split('.');
    let mut number = || numbers.next()?.parse().ok();
    ((number()?, number()?) >= (1_u32, 8_u32)).then_some(jq)
}

fn setting(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |it| it.parse().expect("a number"))
}

fn run_one(program: &Path, home: &TempDir, filter: &str, inputs: &str) -> Run {
    let mut command = Command::new("timeout");
    clean(&mut command, home.path());
    // The last output tells an input whose outputs ended from one with an error.
    let filter = format!("({filter}), \"end\"");
    command.arg("10").arg(program).args(["-c", &filter]);
    let output = run(command, inputs.as_bytes().to_vec());
    let errors = output.stderr.lines().map(|line| {
        let line = line.strip_prefix("dq: filter: ").unwrap_or(line);
        match line.strip_prefix("jq: error (at <stdin>:0)") {
            Some(rest) => rest.trim_start_matches([':', ' ']).to_owned(),
            None => line.to_owned(),
        }
    });
    Run {
        code: output.code,
        errors: errors.collect(),
        outputs: String::from_utf8_lossy(&output.stdout).into_owned(),
    }
}

/// Why jq and dq may differ in this program: the differences that docs/jq.md lists.
fn explanation(filter: &str, theirs: &Run, ours: &Run) -> Option<&'static str> {
    let mentions = |run: &Run, text: &str| {
        run.outputs.contains(text) || run.errors.iter().any(|it| it.contains(text))
    };
    if theirs.code == 124 || ours.code == 124 {
        return Some("time limit");
    }
    if mentions(theirs, "Invalid path expression") {
        return Some("paths of values without one");
    }
    if filter.contains("?//") {
        return Some("?// in an update, and errors behind its body");
    }
    None
}

#[test]
fn jq_and_dq_agree_on_generated_programs() {
    let Some(jq) = jq() else {
        eprintln!("no jq 1.8 here: nothing was compared");
        return;
    };
    let programs = setting("DQ_FUZZ_PAIRS", 1000).div_ceil(VALUES);
    let seed = setting("DQ_FUZZ_SEED", 1);
    let next = AtomicU64::new(0);
    let worker = || {
        let home = TempDir::new();
        let (mut faults, mut explained) = (Vec::new(), 0_usize);
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= programs {
                return (faults, explained);
            }
            let mut generator = Generator::new(seed.wrapping_mul(1_000_003).wrapping_add(number));
            let filter = generator.program();
            let inputs: Vec<String> = (0..VALUES).map(|_| generator.value(3)).collect();
            let inputs = inputs.join("\n");
            let theirs = run_one(&jq, &home, &filter, &inputs);
            let ours = run_one(Path::new(BINARY), &home, &filter, &inputs);
            if theirs.outputs == ours.outputs && (theirs.code == 3) == (ours.code == 3) {
                continue;
            }
            if explanation(&filter, &theirs, &ours).is_some() {
                explained += 1;
                continue;
            }
            faults.push(fault(&jq, &home, number, &filter, &inputs));
        }
    };
    let count = thread::available_parallelism().map_or(1, usize::from);
    let results: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..count).map(|_| scope.spawn(worker)).collect();
        threads.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let explained: usize = results.iter().map(|(_, explained)| explained).sum();
    let faults: Vec<_> = results.into_iter().flat_map(|(faults, _)| faults).collect();
    println!(
        "{programs} programs, {} differ, {explained} as documented",
        faults.len()
    );
    assert!(faults.is_empty(), "seed {seed}\n{}", faults.concat());
}

/// The first value on which the program differs, with both runs.
fn fault(jq: &Path, home: &TempDir, number: u64, filter: &str, inputs: &str) -> String {
    let mut report = format!("\n#{number} {filter}\n");
    for input in inputs.lines() {
        let theirs = run_one(jq, home, filter, input);
        let ours = run_one(Path::new(BINARY), home, filter, input);
        if theirs.outputs != ours.outputs || (theirs.code == 3) != (ours.code == 3) {
            let shown = |run: &Run| {
                let outputs = run.outputs.replace('\n', " ");
                let outputs: String = outputs.chars().take(400).collect();
                format!("{} {outputs}{}", run.code, run.errors.join(" | "))
            };
            report += &format!(
                "   . {input}\n  jq {}\n  dq {}\n",
                shown(&theirs),
                shown(&ours)
            );
            break;
        }
    }
    report
}
