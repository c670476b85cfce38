//! Programs on which all jq implementations agree, run by jq and by dq: same output, same exit code.
//!
//! `tests/jq_differential.json` is an array of groups: `inputs` (a text of JSON values), `options` (default: `-c`)
//! and `programs`. Each program runs once over all inputs of its group.

use std::path::Path;
use std::process::Command;
use std::thread;

use serde_json::Value;

use crate::support::daemon::find;
use crate::support::diff::diff;
use crate::support::dq::{BINARY, Output, clean, run};
use crate::support::leave_out;
use crate::support::temp::TempDir;

struct Case {
    options: Vec<String>,
    inputs: String,
    program: String,
}

fn cases() -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/jq_differential.json");
    let groups: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    groups.iter().flat_map(cases_of_group).collect()
}

fn cases_of_group(group: &Value) -> Vec<Case> {
    let options = group.get("options").map_or(vec!["-c".to_owned()], words);
    let inputs = group["inputs"].as_str().unwrap();
    let case = |program| Case {
        options: options.clone(),
        inputs: inputs.to_owned(),
        program,
    };
    words(&group["programs"]).into_iter().map(case).collect()
}

fn words(list: &Value) -> Vec<String> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap().to_owned())
        .collect()
}

impl Case {
    fn run(&self, jq: &Path) -> Output {
        let home = TempDir::new();
        let mut command = Command::new(jq);
        clean(&mut command, home.path());
        command
            .args(&self.options)
            .arg(&self.program)
            .current_dir(home.path());
        run(command, self.inputs.clone().into_bytes())
    }

    /// Describes how dq differs from this jq; `None` if they agree.
    fn mismatch(&self, jq: &Path) -> Option<String> {
        let (theirs, ours) = (self.run(jq), self.run(Path::new(BINARY)));
        if (&theirs.stdout, theirs.code) == (&ours.stdout, ours.code) {
            return None;
        }
        let lines = diff(
            &String::from_utf8_lossy(&theirs.stdout),
            &String::from_utf8_lossy(&ours.stdout),
        );
        let codes = format!("exit code {}, jq's is {}", ours.code, theirs.code);
        Some(format!(
            "\n  {} '{}'\n    {codes}\n{lines}    {}",
            self.options.join(" "),
            self.program,
            ours.stderr
        ))
    }
}

/// Runs the cases in parallel, because most of the time is spent starting jq.
fn mismatches(cases: &[Case], jq: &Path) -> Vec<String> {
    let share = cases
        .len()
        .div_ceil(thread::available_parallelism().map_or(1, usize::from));
    let of_share =
        |share: &[Case]| -> Vec<String> { share.iter().filter_map(|it| it.mismatch(jq)).collect() };
    thread::scope(|scope| {
        let threads: Vec<_> = cases
            .chunks(share)
            .map(|share| scope.spawn(move || of_share(share)))
            .collect();
        threads
            .into_iter()
            .flat_map(|it| it.join().unwrap())
            .collect()
    })
}

#[test]
fn jq_and_dq_agree() {
    let Some(jq) = find("jq") else {
        return leave_out("no jq here");
    };
    let cases = cases();
    let faults = mismatches(&cases, &jq);
    assert!(
        faults.is_empty(),
        "{} of {} programs differ\n{}",
        faults.len(),
        cases.len(),
        faults.concat()
    );
}
