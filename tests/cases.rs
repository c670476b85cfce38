//! Command-line tests stored as data: every file in `tests/cases/` is one test.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::cases::run_file;

macro_rules! case_files {
    ($($test:ident: $file:literal,)+) => {
        $(
            #[test]
            fn $test() {
                run_file($file);
            }
        )+

        const FILES: &[&str] = &[$($file),+];
    };
}

case_files! {
    built_in: "built-in",
    columns: "columns",
    compile_errors: "compile-errors",
    defaults: "defaults",
    demo: "demo",
    elements: "elements",
    exec: "exec",
    extremes: "extremes",
    fetch: "fetch",
    formats: "formats",
    habits: "habits",
    hosts: "hosts",
    jq_cli: "jq-cli",
    library: "library",
    memory: "memory",
    misspelt: "misspelt",
    paths: "paths",
    podman: "podman",
    regex: "regex",
    saved: "saved",
    updates: "updates",
    watch: "watch",
    words: "words",
}

#[test]
fn every_case_file_has_a_test() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let files = fs::read_dir(dir).unwrap().map(|it| it.unwrap().path());
    let found: BTreeSet<_> = files
        .map(|it| it.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(found, FILES.iter().map(|it| (*it).to_owned()).collect());
}
