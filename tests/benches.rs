//! The benchmarked filters are correct: each filter in `benches/jobs.json` prints the same bytes as jq.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::daemon::find;
use crate::support::dq::{clean, dq, run};
use crate::support::leave_out;
use crate::support::temp::TempDir;

/// Enough copies to fill several windows, so that elements begin and end at many positions of a window.
const COPIES: usize = 200;

/// The filters, each with the kind of its input data.
fn jobs() -> BTreeSet<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/jobs.json");
    let jobs: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let text = |job: &Value, key| job[key].as_str().unwrap().to_owned();
    jobs.iter()
        .map(|job| (text(job, "data"), text(job, "filter")))
        .collect()
}

fn data(kind: &str) -> String {
    let answer = |endpoint, filter| {
        let output = dq(["--demo", endpoint, "-c", filter]).run();
        String::from_utf8(output.stdout).unwrap()
    };
    match kind {
        "containers" => {
            let elements = answer("/containers/json?all=1", ".[]").replace('\n', ",");
            let copies = elements.repeat(COPIES);
            format!("[{}]\n", copies.trim_end_matches(','))
        }
        _ => answer("/events", ".").repeat(COPIES),
    }
}

#[test]
fn benchmarked_filters_print_what_jq_prints() {
    let Some(jq) = find("jq") else {
        return leave_out("jq is not here");
    };
    for (kind, filter) in jobs() {
        let data = data(&kind);
        let home = TempDir::new();
        let mut command = Command::new(&jq);
        command.args(["-M", &filter]);
        clean(&mut command, home.path());
        let expected = run(command, data.clone().into_bytes());
        assert!(expected.stdout.len() > 1, "{filter} prints nothing");
        let printed = dq(["-M", &filter]).stdin(data).run();
        assert!(
            printed.stdout == expected.stdout,
            "{filter} prints {} bytes, jq {}",
            printed.stdout.len(),
            expected.stdout.len()
        );
    }
}
