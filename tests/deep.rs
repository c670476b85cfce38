//! Deep and wide filters: a result or an error with a line of text, never a signal, in linear time.

use std::time::{Duration, Instant};

use crate::support::dq::{Dq, dq};
use crate::support::temp::TempDir;

const DEEP: &str = "the filter is nested too deeply";
const LONG: &str = "the filter has too many parts in a row";

/// What is in front of the repetitions, what is repeated, what stands between, what closes each, and the outcome: text
/// of an error, or the output.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Result<&'static str, &'static str>,
);

const CASES: [Case; 34] = [
    ("", "(", "1", ")", Err(DEEP)),
    ("", "[", "1", "]", Err(DEEP)),
    ("", "{a:", "1", "}", Err(DEEP)),
    ("", ".[", "0", "]", Err(DEEP)),
    ("", "\"\\(", "1", ")\"", Err(DEEP)),
    ("", "if . then ", "1", " else 2 end", Err(DEEP)),
    ("", "reduce . as $x (.;", "1", ")", Err(DEEP)),
    ("", "map(", ".", ")", Err(DEEP)),
    ("", ".a|=(", "1", ")", Err(DEEP)),
    (". as ", "[", "$x", "]", Err(DEEP)),
    (". as ", "{a:", "$x", "}", Err(DEEP)),
    ("", "def f: ", "1", ";1", Err(DEEP)),
    ("module {a:", "[", "", "]", Err(DEEP)),
    ("", "-", "1", "", Err(DEEP)),
    ("", "try ", "1", "", Err(DEEP)),
    ("", "reduce ", "1", " as $x (.;.)", Err(DEEP)),
    ("", "label $a|", "1", "", Err(DEEP)),
    ("", "1 as $x|", "1", "", Err(DEEP)),
    ("", ".|", "1", "", Err(DEEP)),
    ("", "null//", "1", "", Err(DEEP)),
    ("", "1+", "1", "", Err(LONG)),
    ("", "1*", "1", "", Err(LONG)),
    (".", ".a", "", "", Err("unexpected")),
    ("", ".a", "", "", Err(LONG)),
    ("", ".a?", "", "", Err(LONG)),
    (".", "[0]", "", "", Err(LONG)),
    ("if 1 then 2 ", "elif 1 then 2 ", "end", "", Err(LONG)),
    (". as $a", "?//$a", "|1", "", Err(LONG)),
    ("def f(a", ";a", "): 1; f", "", Err(LONG)),
    (
        "\"",
        "\\n",
        "\"",
        "",
        Err("the string has too many escapes"),
    ),
    (".", "?", "", "", Ok("null\n")),
    ("[1", ",1", "]|length", "", Ok("300001\n")),
    ("", "false or ", "true", "", Ok("true\n")),
    ("", "#\\\n", "\n1", "", Ok("1\n")),
];

const COUNT: usize = 300_000;

/// The longest time for one of them, in a build without optimization on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn run_in_time(name: &str, run: Dq) -> crate::support::dq::Output {
    let start = Instant::now();
    let output = run.run();
    assert!(start.elapsed() < PATIENCE, "{name}: {:?}", start.elapsed());
    output
}

#[test]
fn filters_of_any_depth_end_with_a_result_or_an_error() {
    let dir = TempDir::new();
    let file = dir.join("deep.jq");
    for (front, repeated, middle, closing, outcome) in CASES {
        let filter = [
            front,
            &repeated.repeat(COUNT),
            middle,
            &closing.repeat(COUNT),
        ]
        .concat();
        std::fs::write(&file, filter).unwrap();
        let name = format!("{front}{repeated}…{middle}{closing}…");
        let output = run_in_time(&name, dq(["-n", "-f", file.to_str().unwrap()]));
        match outcome {
            Ok(wanted) => assert_eq!((output.code, output.text()), (0, wanted), "{name}"),
            Err(message) => {
                assert_eq!(output.code, 3, "{name}: {}", output.stderr);
                assert!(output.stderr.contains(message), "{name}: {}", output.stderr);
            }
        }
    }
}

#[test]
fn many_names_are_found_in_linear_time() {
    let dir = TempDir::new();
    let file = dir.join("wide.jq");
    let run = |name: &str, filter: &str, outcome: &str| {
        std::fs::write(&file, filter).unwrap();
        run_in_time(name, dq(["-n", "-f", file.to_str().unwrap()])).is(outcome);
    };
    let numbered = |text: &str| -> String {
        let numbered = (0..100_000).map(|i| text.replace('#', &i.to_string()));
        numbered.collect()
    };
    let definitions = numbered("def f#: length; ");
    run("definitions", &(definitions + "[1]|f0+f99999"), "2\n");
    let members = numbered("k#: (.+#),");
    run(
        "members",
        &format!("1|{{{members}}}|length, .k70000"),
        "100000\n70001\n",
    );
}

#[test]
fn long_sums_have_a_result() {
    let sum = format!("{}1", "1+".repeat(9_999));
    dq(["-n", &sum]).run().is("10000\n");
}

#[test]
fn alternatives_do_not_multiply_without_limit() {
    let filter = format!("{}1", ". as $a ?// $b | ".repeat(40));
    dq(["-n", &filter])
        .run()
        .fails(3, &["too many alternatives"]);
    let filter = format!("{}1", ". as $a ?// $b | ".repeat(4));
    dq(["-n", &filter]).run().is("1\n");
}

#[test]
fn many_errors_are_told_in_part() {
    let filter: Vec<_> = (0..5_000).map(|i| format!("nope{i}")).collect();
    let output = run_in_time("undefined", dq(["-n", &filter.join(",")]));
    output.fails(
        3,
        &["nope0/0 is not defined", "there are more than 20 errors"],
    );
    assert!(output.stderr.lines().count() < 100);
}

#[test]
fn lines_are_counted_once() {
    let filter = format!("[{}$__loc__.line]|last", "$__loc__,\n".repeat(20_000));
    let dir = TempDir::new();
    let file = dir.join("lines.jq");
    std::fs::write(&file, filter).unwrap();
    let output = run_in_time("$__loc__", dq(["-n", "-f", file.to_str().unwrap()]));
    output.is("20001\n");
}

#[test]
fn saved_filters_with_deep_headers_stop_nothing() {
    let home = TempDir::new();
    let folder = home.join(".config/dq/filters");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, open, close) in [("deep", "[", "]"), ("wide", "1,", ""), ("sum", "1+", "")] {
        let value = [&open.repeat(200_000), "1", &close.repeat(200_000)].concat();
        let text = format!("module {{about: \"x\", a: [{value}]}};\n1\n");
        std::fs::write(folder.join(format!("{name}.jq")), text).unwrap();
    }
    let at_home = |args: &[&str]| dq(args.iter().copied()).env("HOME", home.path()).run();
    for args in [
        &["--list"][..],
        &["deep"],
        &["sum"],
        &["-n", "wide"],
        &["deep", "--help"],
        &["--show", "deep"],
    ] {
        let output = at_home(args);
        assert!(
            matches!(output.code, 0 | 2 | 3),
            "{args:?}: {} {}",
            output.code,
            output.stderr
        );
    }
    let tab = at_home(&["--complete", "bash", "1", "dq", "de"]);
    assert!(tab.code < 128, "{}", tab.stderr);
}

#[test]
fn parameters_fields_and_columns_of_any_depth_end() {
    let brackets = "[".repeat(50_000);
    let words = ["a", "(", "{", "[", "\"", "|", ",", ":", "\\("];
    for option in ["-q", "-F", "--columns", "-o"] {
        for word in words {
            let value = format!("a{}={brackets}", word.repeat(20_000));
            let output = run_in_time(option, dq(["--demo", "/_ping", option, &value]));
            assert!(
                (0..128).contains(&output.code),
                "{option} {word}: {}",
                output.code
            );
        }
    }
}
