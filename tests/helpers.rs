//! dq's helper functions for table cells: dq, plain jq with their source, and the docker CLI give the same text.
//!
//! `tests/helpers.json` is an array of pairs: a filter, and its outputs as JSON separated by spaces. An error is
//! represented by its message.

use std::path::Path;

use crate::support::daemon::find;
use crate::support::dq::{Output, clean, dq, run};
use crate::support::engine::engine;
use crate::support::leave_out;
use crate::support::temp::TempDir;

fn cases() -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/helpers.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Combines all filters into one program that prints a line of compact JSON for each.
fn program(cases: &[(String, String)]) -> String {
    let parts = cases
        .iter()
        .map(|(filter, _)| format!("[try ({filter}) catch .]"));
    parts.collect::<Vec<_>>().join(",\n")
}

/// Describes each filter whose output differs from the expected one.
fn mismatches(cases: &[(String, String)], output: &Output) -> Vec<String> {
    assert_eq!((output.stderr.as_str(), output.code), ("", 0));
    assert_eq!(output.text().lines().count(), cases.len());
    let wrong = cases.iter().zip(output.text().lines()).filter(|it| {
        let expected: Vec<serde_json::Value> = serde_json::Deserializer::from_str(&it.0.1)
            .into_iter()
            .collect::<Result<_, _>>()
            .unwrap();
        serde_json::Value::from(expected)
            != serde_json::from_str::<serde_json::Value>(it.1).unwrap()
    });
    wrong
        .map(|((filter, expected), line)| format!("\n  {filter}\n    - {expected}\n    + {line}"))
        .collect()
}

#[track_caller]
fn check(cases: &[(String, String)], output: &Output) {
    let faults = mismatches(cases, output);
    assert!(
        faults.is_empty(),
        "{} wrong:{}",
        faults.len(),
        faults.concat()
    );
}

#[test]
fn helpers_format_like_docker() {
    let cases = cases();
    check(&cases, &dq(["-n", "-c", &program(&cases)]).run());
}

#[test]
fn helpers_run_in_plain_jq() {
    let Some(jq) = find("jq") else {
        return leave_out("no jq here");
    };
    let helpers = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/filter/builtins/helpers.jq");
    let helpers = std::fs::read_to_string(helpers).unwrap();
    let cases = cases();
    let home = TempDir::new();
    let mut command = std::process::Command::new(jq);
    clean(&mut command, home.path());
    command.args(["-n", "-c", &format!("{helpers}\n{}", program(&cases))]);
    check(&cases, &run(command, Vec::new()));
}

#[test]
fn containers_and_images_are_shown_as_in_docker() {
    let Some(engine) = engine() else { return };
    let compare = |docker: &[&str], endpoint: &str, filter: &str| {
        // A second may pass between the two commands.
        let same = (0..5).any(|_| {
            let mut theirs: Vec<String> = engine.docker(docker).lines().map(Into::into).collect();
            let output = engine.dq(&[endpoint, "-r", filter]).run();
            let mut ours: Vec<String> = output.text().lines().map(Into::into).collect();
            theirs.sort();
            ours.sort();
            if theirs != ours {
                println!("{theirs:#?}\n{ours:#?}");
            }
            theirs == ours && !ours.is_empty()
        });
        assert!(same, "{docker:?} and {filter} differ");
    };
    compare(
        &[
            "ps",
            "-a",
            "--filter",
            "label=tier",
            "--format",
            "{{.ID}} {{.Names}} {{.RunningFor}} {{.Labels}}",
        ],
        "/containers/json?all=1&filters={\"label\":[\"tier\"]}",
        r#".[] | "\(short_id) \(name) \(.Created | ago) \(labels | split(", ") | join(","))""#,
    );
    compare(
        &[
            "images",
            "--format",
            "{{.ID}} {{.Repository}}:{{.Tag}} {{.CreatedSince}} {{.Size}}",
        ],
        "/images/json",
        r#".[] | "\(short_id) \(name) \(.Created | ago) \(.Size | bytes)""#,
    );
    compare(
        &["network", "ls", "--format", "{{.ID}} {{.Name}}"],
        "/networks",
        r#".[] | "\(short_id) \(name)""#,
    );
}
