//! The functions against their specification: each helper as a function and as the definition of `helpers.jq`, on
//! values of all kinds.

use std::borrow::Cow;

use crate::filter::Filter;
use crate::saved::{FilterOrigin, SavedFilter, SavedFilters};
use crate::{Program, compile, standalone};

/// Calls of every helper that is a function; `$v` is the value.
const CALLS: [&str; 21] = [
    "_capital",
    "_event_line",
    "_human_duration",
    "_labels",
    "_natural",
    "_percent",
    "_seconds",
    "_time",
    "ago",
    "bytes",
    "bytes(\"si\")",
    "bytes(\"iec\")",
    "bytes($argument)",
    "duration",
    "labels",
    "labels(\"com.x\")",
    "labels($argument)",
    "name",
    "ports",
    "short_id",
    "bytes(\"si\", null, \"iec\")",
];

const KEYS: [&str; 42] = [
    "Id",
    "ID",
    "id",
    "Actor",
    "Attributes",
    "Names",
    "Name",
    "name",
    "Spec",
    "Config",
    "Labels",
    "RepoTags",
    "RepoDigests",
    "com.x",
    "Ports",
    "NetworkSettings",
    "Endpoint",
    "ExposedPorts",
    "80/tcp",
    "81/tcp",
    "82/tcp",
    "443/udp",
    "/tcp",
    "x/tcp",
    "",
    "90/sctp/x",
    "0/tcp",
    "range",
    "Type",
    "protocol",
    "IP",
    "host_ip",
    "PrivatePort",
    "container_port",
    "TargetPort",
    "PublicPort",
    "host_port",
    "HostIp",
    "HostPort",
    "time",
    "timeNano",
    "Action",
];

const SCALARS: [&str; 60] = [
    "null",
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-0.0",
    "1",
    "-1",
    "2",
    "80",
    "81",
    "82",
    "8080",
    "0.5",
    "1.005",
    "-1.5",
    "59.99",
    "99.95",
    "999.6",
    "1000",
    "1023.9",
    "1e3",
    "123456789",
    "1751500000",
    "1751500000.987",
    "1751500000123",
    "1751500000123456",
    "1751500000123456789",
    "-62135596800",
    "-62135596800000",
    "-62135596800000000",
    "-6795364578871345152",
    "1e17",
    "99999999999",
    "100000000000",
    "12345678901234567890123",
    "1e400",
    "-1e400",
    "1e-400",
    "0.1234567890123456789012",
    "\"\"",
    "\"/\"",
    "\"/web\"",
    "\"/web/db\"",
    "\"<none>:<none>\"",
    "\"nginx:1.27\"",
    "\"nginx@sha256:0123456789abcdef\"",
    "\"sha256:0123456789abcdef01\"",
    "\"0123456789abcdef\"",
    "\"80\"",
    "\"0\"",
    "\" 80\"",
    "\"0.0.0.0\"",
    "\"::\"",
    "\"127.0.0.1\"",
    "\"::1\"",
    "\"tcp\"",
    "\"tcp,udp\"",
    "\"\u{e9}l\u{1f600}ve 12 b003 \u{0}x\"",
];

const TIMES: [&str; 44] = [
    "2026-01-02T03:04:05Z",
    "2026-01-02T03:04:05.5Z",
    "2026-01-02T03:04:05.123456789Z",
    "2026-01-02t03:04:05z",
    "2026-01-02 03:04:05+05:30",
    "2026-01-02T03:04:05-00:00",
    "2026-02-31T03:04:05Z",
    "2026-13-01T03:04:05Z",
    "2026-01-02T24:00:00Z",
    "2026-01-02T03:04:60Z",
    "1969-12-31T23:59:59Z",
    "1969-12-31T23:59:58Z",
    "1970-01-01T00:00:00Z",
    "1970-01-01T00:00:01Z",
    "0001-01-01T00:00:00Z",
    "0001-01-01 00:00:00 +0000 UTC",
    "0001-01-01T01:00:00+01:00",
    "9999-12-31T23:59:59.999999999Z",
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
    "6 Nov 1994 08:49:37 +0100",
    "Thu, 1 Jan 69 00:00:00 -0100",
    "1 Feb 70 00:00:00 UT",
    "Sun Nov 6 08:49:37 UTC 1994",
    "2026-01-02 03:04:05.123 +0000 UTC",
    "2026-01-02 03:04:05 -0100 EST m=+0.5",
    "2026-01-02 03:04:05 UTC",
    "2026-01-02 03:04:05",
    "2026-01-02",
    "03:04",
    "yesterday",
    "Z",
    "z",
    "+01:00",
    "1751500000",
    "+1751500000",
    "-62135596800",
    "1.7515e9",
    "nan",
    "NaN",
    "Infinity",
    "2026-01-02T03:04:05.é5Z",
    "é026-01-02T03:04:05Z",
];

/// A pseudo-random generator (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn times<T>(&mut self, most: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| make(self)).collect()
    }
}

/// A JSON text of any shape.
fn any(random: &mut Random, depth: usize) -> String {
    match random.below(if depth == 0 { 6 } else { 12 }) {
        0..=3 => random.pick(&SCALARS).to_owned(),
        4 | 5 => time(random),
        6 | 7 => list(random.times(4, |random| any(random, depth - 1))),
        8 => ports(random),
        _ => object(random, 5, depth),
    }
}

fn list(items: Vec<String>) -> String {
    format!("[{}]", items.join(","))
}

fn object(random: &mut Random, most: usize, depth: usize) -> String {
    let members = random.times(most, |random| {
        let key = random.pick(&KEYS);
        format!("\"{key}\":{}", any(random, depth - 1))
    });
    format!("{{{}}}", members.join(","))
}

/// A time in one of the spellings, sometimes damaged.
fn time(random: &mut Random) -> String {
    let mut text: Vec<char> = random.pick(&TIMES).chars().collect();
    if random.below(4) == 0 {
        let at = random.below(text.len());
        match random.below(3) {
            0 => drop(text.remove(at)),
            1 => text[at] = ['0', ' ', ':', '-', 'T', '.', 'é'][random.below(7)],
            _ => text.insert(at, ['1', '9', ' ', 'Z', '+'][random.below(5)]),
        }
    }
    format!("\"{}\"", text.into_iter().collect::<String>())
}

/// Ports in one of the shapes that Docker and Podman have, mostly right.
fn ports(random: &mut Random) -> String {
    const IPS: [&str; 9] = [
        "null",
        "\"\"",
        "\"0.0.0.0\"",
        "\"::\"",
        "\"127.0.0.1\"",
        "\"::1\"",
        "\"10.0.0.1\"",
        "\"*\"",
        "5",
    ];
    const NUMBERS: [&str; 12] = [
        "80", "81", "82", "8080", "8081", "8082", "0", "null", "\"8080\"", "\"\"", "\"x\"", "79.5",
    ];
    let number = |random: &mut Random| match random.below(12) {
        0 => random.pick(&NUMBERS).to_owned(),
        _ => NUMBERS[random.below(8)].to_owned(),
    };
    let kind = |random: &mut Random| {
        random
            .pick(&[
                "\"tcp\"",
                "\"tcp\"",
                "\"udp\"",
                "\"\"",
                "\"tcp,udp\"",
                "null",
                "1",
            ])
            .to_owned()
    };
    let ip = |random: &mut Random| {
        let usual = if random.below(9) == 0 { 9 } else { 6 };
        IPS[random.below(usual)].to_owned()
    };
    match random.below(4) {
        0 => list(random.times(7, |random| {
            format!(
                "{{\"IP\":{},\"PrivatePort\":{},\"PublicPort\":{},\"Type\":{}}}",
                ip(random), number(random), number(random), kind(random)
            )
        })),
        1 => list(random.times(4, |random| {
            format!(
                "{{\"host_ip\":{},\"container_port\":{},\"host_port\":{},\"protocol\":{},\"range\":{}}}",
                ip(random), number(random), number(random), kind(random), random.pick(&["1", "3", "0", "2.5", "null", "-1", "\"2\""])
            )
        })),
        2 => list(random.times(4, |random| {
            format!(
                "{{\"Protocol\":{},\"TargetPort\":{},\"PublishedPort\":{},\"PublishMode\":\"ingress\"}}",
                kind(random), number(random), number(random)
            )
        })),
        _ => {
            let members = random.times(6, |random| {
                let key = random.pick(&["80/tcp", "81/tcp", "82/tcp", "80/udp", "443", "8081/tcp", "x/tcp", ""]);
                let bindings = random.times(3, |random| {
                    format!("{{\"HostIp\":{},\"HostPort\":{}}}", ip(random), number(random))
                });
                let bindings = match random.below(6) {
                    0 => random.pick(&["null", "{}", "5", "[null]", "[[]]"]).to_owned(),
                    _ => list(bindings),
                };
                format!("\"{key}\":{bindings}")
            });
            format!("{{{}}}", members.join(","))
        }
    }
}

/// A call as a function, and as a definition.
fn compiled(call: &str) -> (Filter, Filter) {
    let text = format!(". as [$v, $argument] | $v | try [{call}] catch {{error: .}}");
    let saved = SavedFilter {
        name: "test".into(),
        text: Cow::Owned(text),
        // A built-in filter may call private helpers.
        origin: FilterOrigin::BuiltIn,
        path: "test".into(),
    };
    let program = Program::of_saved_filter(&saved, &[], &SavedFilters::default(), None);
    let definitions = standalone(&program).unwrap();
    let name = call.split('(').next().unwrap();
    assert!(
        definitions.contains(&format!("def {name}")),
        "{definitions}"
    );
    let definition = compile(&Program::new(&definitions)).unwrap();
    (compile(&program).unwrap(), definition)
}

fn output(filter: &Filter, input: &str) -> String {
    let mut outputs = String::new();
    let ended = filter.run_on(
        std::io::Cursor::new(input.to_owned().into_bytes()),
        |value| {
            outputs.push_str(&value.to_json());
        },
    );
    match ended {
        Ok(()) => outputs,
        Err(error) => format!("{outputs} {}", matches!(error, crate::RunError::Raised(_))),
    }
}

/// Compares all calls on so many values.
fn compare(seed: u64, values: usize) {
    let calls = CALLS.map(|call| (call, compiled(call)));
    let mut random = Random(seed);
    for at in 0..values {
        let value = match at
            .checked_sub(SCALARS.len())
            .map(|at| at.checked_sub(TIMES.len()))
        {
            None => SCALARS[at].to_owned(),
            Some(None) => format!("\"{}\"", TIMES[at - SCALARS.len()]),
            Some(Some(_)) if random.below(3) == 0 => object(&mut random, 9, 3),
            Some(Some(_)) => any(&mut random, 4),
        };
        let argument = random.pick(&["\"si\"", "\"iec\"", "null", "\"com.x\"", "0", "{}", "[]"]);
        let input = format!("[{value},{argument}]");
        for (call, (function, definition)) in &calls {
            let is_same = || output(function, &input) == output(definition, &input);
            // A second may begin between two runs of `ago`.
            if !is_same() && !is_same() {
                let (is, should) = (output(function, &input), output(definition, &input));
                panic!("{call} of {input}\n  is     {is}\n  should {should}");
            }
        }
    }
}

#[test]
fn functions_have_the_outputs_of_their_definitions() {
    compare(1, 250);
}

/// For a long run: `SEED=2 cargo test -p dq-filter --release long -- --ignored`.
#[test]
#[ignore = "it runs for as long as it is allowed to"]
fn a_long_comparison() {
    let seed = std::env::var("SEED").map_or(2, |seed| seed.parse().unwrap());
    compare(seed, usize::MAX);
}
