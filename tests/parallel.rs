//! Lines that threads filter: outputs, messages and exit codes are those of a run without threads, which is what
//! `--unbuffered` gives.
//!
//! `DQ_FUZZ_SECONDS` sets how long random inputs are tried (2 seconds by default), and `DQ_FUZZ_SEED` the first of them.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::dq::{Output, clean, dq};
use crate::support::temp::TempDir;

/// A pseudo-random generator (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// Records of several shapes, with escapes, repeated keys and white space, about `bytes` in length.
fn records(random: &mut Random, bytes: usize) -> String {
    let mut text = String::new();
    while text.len() < bytes {
        let n = random.below(1000);
        let action = random.pick(&["start", "stop", "die", "exec: \\\"sh\\\"", "st\\u0061rt"]);
        let id = "0123456789abcdef".repeat(random.below(5));
        let more = random.pick(&[
            "",
            ",\"exitCode\":\"1\"",
            ",\"Action\":\"again\"",
            ",\"list\":[1,{\"a\":[]},\"x\"]",
            ", \"b\" : false",
        ]);
        let space = random.pick(&["", "", "", " ", "\r", "\n"]);
        writeln!(
            text,
            "{{\"Action\":\"{action}\",\"id\":\"{id}\",\"n\":{n},\"Actor\":{{\"ID\":null,\"Attributes\":{{\"name\":\"web-{n}\"{more}}}}}{more}}}{space}"
        )
        .unwrap();
    }
    text
}

const FILTERS: [&str; 14] = [
    "select(.Action == \"start\") | .Actor.Attributes.name",
    ".Action",
    "{Action, id}",
    "select(.Action | test(\"^s\"))",
    ".",
    ".. | scalars",
    "to_entries[0]",
    "[.list[]?]",
    "first(.[] | strings)",
    "if .n == 7 then error(\"seven\") else .n end",
    ".n, input.n",
    "if .n == 7 then halt_error else empty end",
    "(.n, input_line_number)",
    ".b",
];

/// Runs a filter with and without threads, on a file and on standard input.
fn compare(text: &str, filter: &str, options: &[&str], what: &str) {
    let dir = TempDir::new();
    let file = dir.write("records.jsonl", text);
    let run = |more: &[&str], file: Option<&str>| {
        let args = options.iter().chain([&filter]).chain(more).copied();
        let command = dq(args.chain(file));
        let command = if file.is_none() {
            command.stdin(text)
        } else {
            command
        };
        command.run()
    };
    let path = file.to_str().unwrap();
    let expected = run(&["--unbuffered"], Some(path));
    let same = |found: &Output, name: &str| {
        let where_ = format!("{what}: {filter} {options:?} from {name}");
        assert!(found.stdout == expected.stdout, "{where_}: outputs differ");
        assert_eq!(
            found.stderr.replace(name, path),
            expected.stderr,
            "{where_}"
        );
        assert_eq!(found.code, expected.code, "{where_}");
    };
    same(&run(&[], Some(path)), path);
    same(&run(&[], None), "<stdin>");
}

#[test]
fn lines_are_filtered_as_without_threads() {
    let text = records(&mut Random(1), 1_400_000);
    for filter in FILTERS {
        compare(&text, filter, &["-c"], "records");
    }
    for options in [
        &["-r"][..],
        &["-S"],
        &["-j"],
        &["--seq", "-c"],
        &["-C"],
        &["-ce"],
        &["-s", "-c"],
    ] {
        compare(&text, ".Action?, .[0:2]?", options, "records");
    }
    compare(
        &text,
        ".n + ($x | tonumber)",
        &["--arg", "x", "3"],
        "records",
    );
    compare(&text, ".n + $x", &["--argjson", "x", "3"], "records");
}

#[test]
fn what_is_not_one_value_a_line_is_filtered_as_without_threads() {
    let text = records(&mut Random(2), 1_400_000);
    let middle = text[..1_250_000].rfind('\n').unwrap() + 1;
    let (before, after) = text.split_at(middle);
    let long = format!("[{}0]\n", "1,".repeat(800_000));
    for (what, text) in [
        ("no newline at the end", text.trim_end().to_owned()),
        ("a value in two lines", format!("{before}{{\"n\":\n{after}")),
        (
            "a line that ends inside of a string",
            format!("{before}{{\"n\":\"\n{after}"),
        ),
        ("a stray comma", format!("{before},{after}")),
        ("a byte order mark", format!("{before}\u{feff}{after}")),
        ("cut off", text[..text.len() - 20].to_owned()),
        ("a long line", format!("{before}{long}{after}")),
        ("empty lines", text.replace('\n', "\n\n \n")),
        ("one line", text.replace('\n', " ")),
        (
            "an array over many lines",
            format!("[{}\n0]\n", text.trim_end().replace("}\n{", "},\n{")),
        ),
        (
            "indented",
            text.replace('{', "{\n  ").replace("}\n", "\n}\n"),
        ),
    ] {
        for filter in [".n?", "."] {
            compare(&text, filter, &["-c"], what);
        }
    }
}

/// Puts something random at a random place.
fn damage(random: &mut Random, text: &mut String) {
    let mut at = random.below(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    text.insert_str(
        at,
        random.pick(&[
            "\n", "\"", "}", "{", ",", "x", "\\", "[", "1", "\u{1e}", " \n ",
        ]),
    );
}

#[test]
fn random_lines_are_filtered_as_without_threads() {
    let setting = |name| {
        std::env::var(name)
            .ok()
            .and_then(|value| value.parse().ok())
    };
    let length = Duration::from_secs(setting("DQ_FUZZ_SECONDS").unwrap_or(2));
    let first = setting("DQ_FUZZ_SEED").unwrap_or(0);
    let begin = Instant::now();
    for seed in first.. {
        let mut random = Random(seed);
        let bytes = 1_100_000 + random.below(1_000_000);
        let mut text = records(&mut random, bytes);
        for _ in 0..random.below(3) {
            damage(&mut random, &mut text);
        }
        let filter = random.pick(&FILTERS);
        let option = random.pick(&["-c", "-r", "-S", "-ce"]);
        compare(&text, filter, &[option], &format!("DQ_FUZZ_SEED={seed}"));
        if begin.elapsed() > length {
            return;
        }
    }
}

#[test]
fn a_value_without_a_newline_is_filtered_when_the_input_pauses() {
    let home = TempDir::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dq"));
    clean(&mut command, home.path());
    command
        .args(["-c", ".n"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (mut stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let lines = "{\"n\":1}\n".repeat(500_000);
    let writer = std::thread::spawn(move || {
        stdin.write_all(lines.as_bytes()).unwrap();
        stdin.write_all(b"{\"n\":2}").unwrap();
        stdin
    });
    let mut outputs = BufReader::new(stdout).lines();
    let last = outputs.by_ref().find(|line| line.as_ref().unwrap() != "1");
    assert_eq!(last.unwrap().unwrap(), "2");
    drop(writer.join().unwrap());
    assert!(child.wait().unwrap().success());
}
