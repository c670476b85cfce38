//! Differential tests: a fused filter and jaq-core run the same filter on the same text, and must agree.

#![allow(clippy::unwrap_used, clippy::panic)]

mod arrival;
mod random;
mod shapes;

use std::cell::RefCell;
use std::io::{self, Read};

use crate::filter::Engine;
use crate::{Filter, FilterRun, InputSettings, InputSource, Inputs, Program, RunError, compile};
use dq_json::read::{ByteSource, InputBuffer, ReadAhead};
use dq_json::value::FilterOutput;

/// A text that is read a few bytes at a time, and scanned with vector instructions from the first byte on.
struct SlowSource {
    text: Vec<u8>,
    at: usize,
    size: usize,
}

impl SlowSource {
    fn new(text: &str, size: usize) -> Self {
        Self {
            text: text.into(),
            at: 0,
            size,
        }
    }
}

impl Read for SlowSource {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = &self.text[self.at..];
        let size = self.size.min(rest.len()).min(buffer.len());
        buffer[..size].copy_from_slice(&rest[..size]);
        self.at += size;
        Ok(size)
    }
}

impl ByteSource for SlowSource {
    fn simd_threshold(&self) -> usize {
        0
    }
}

/// A text whose bytes after the first few are read by another thread.
struct ThreadedSource {
    drip: Option<SlowSource>,
    first: usize,
    pages: Option<ReadAhead>,
}

impl Read for ThreadedSource {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl ByteSource for ThreadedSource {
    fn fill_buffer(&mut self, buffer: &mut InputBuffer) -> io::Result<()> {
        if let Some(mut drip) = self.drip.take() {
            if drip.at < self.first {
                let read = buffer.read_from(&mut drip);
                self.drip = Some(drip);
                return read;
            }
            let place = drip.at - buffer.filled().len();
            self.pages = ReadAhead::spawn(Box::new(drip), place, buffer.filled()).ok();
        }
        self.pages.as_mut().unwrap().recv(buffer)
    }

    fn simd_threshold(&self) -> usize {
        0
    }
}

/// The outputs of a filter for a text, and how the run on each input ended.
fn run(filter: &str, text: &str, size: usize, fused: bool) -> Result<Vec<String>, String> {
    run_on(filter, Box::new(SlowSource::new(text, size)), fused)
}

fn run_on(filter: &str, bytes: Box<dyn ByteSource>, fused: bool) -> Result<Vec<String>, String> {
    let compiled = compiled(filter, fused)?;
    if fused && matches!(compiled.engine, Engine::Jaq(_)) {
        return Err(format!("{filter} is not fused"));
    }
    let mut once = Some(InputSource {
        name: None,
        host: None,
        bytes,
    });
    let inputs = Inputs::new(InputSettings::default(), Box::new(move || once.take()));
    let inputs = RefCell::new(inputs);
    let run = FilterRun::new(&compiled, &inputs, &|_| {}, 4 << 20, false);
    let mut outputs = RefCell::new(Vec::new());
    let mut emit = |item: FilterOutput| {
        outputs.borrow_mut().push(item.into_value().to_json());
        Ok::<_, ()>(())
    };
    while let Some(ended) = run.next_input(&mut emit) {
        outputs.borrow_mut().push(match ended {
            Ok(()) => "-".into(),
            Err(RunError::Raised(error)) => format!("error: {}", error.to_json()),
            Err(RunError::Halted(code)) => format!("exit {code}"),
            Err(RunError::Output(())) => "stopped".into(),
            Err(RunError::Unread(error)) => format!("unread: {error}"),
        });
    }
    Ok(std::mem::take(outputs.get_mut()))
}

const FILTERS: &[&str] = &[
    ".",
    ".a",
    ".a.b",
    ".a.b?",
    ".a?.b",
    ".a[0]",
    ".a[-1].b",
    ".a[]",
    ".a[]?",
    ".[]?",
    ".[]",
    ".[].a",
    ".[].a.b",
    ".[] | .a | .b",
    ".[] | {a, b: .c}",
    ".[] | {a, x: .a.b, \"y z\": \"-\\(.a)-\"}",
    ".[] | select(.a)",
    ".[] | select(.a == \"a\")",
    ".[] | select(.a == $x) | .b",
    ".[] | select(.a > 1 and .b != null) | .a + 1",
    ".[] | select(.a.b == 1 or (.c | not)) | .a.b, .c",
    ".[] | select(.a | test(\"a\")) | .b",
    ".[] | .a // .b // \"none\"",
    ".[] | if .a then .b elif .c then 1 else empty end",
    ".[] | [.a, .b]",
    ".[] | [.[]?]",
    ".[] | length",
    ".[] | .a | length",
    ".[] | try .a.b",
    ".[] | keys?",
    ".[] | try keys",
    ".a | try keys",
    "try keys",
    ". + {b: .a}",
    ".[] | . + {b: 1, d: .a}",
    ".[] | . + {a: .}",
    "try (. + {aa: 1, a: 2}) | tojson",
    ".[] | keys_unsorted?",
    "@json, @text",
    "type, tojson",
    ".[] | type, tojson",
    "\"\\(.)\" | length",
    "{a: try length, b: [.[]?]}",
    "map(type)",
    "[.[] | tojson]",
    "[.[]?] | length",
    ".[] | tostring",
    ".[] | numbers, strings",
    ".[] | ..",
    "[.. | numbers] | add",
    "..",
    ".. | scalars",
    "length",
    "add",
    "map(.a)",
    "map(.a) | length",
    "map(.a) | add",
    "[.[].a] | length",
    "[.[] | select(.a)] | length",
    "[.[] | .a] | sort",
    "map(select(.a == 1)) | map(.b)",
    "map({a}) | .[0]",
    "first(.[])",
    "first(.[].a) | . + 1",
    "limit(2; .[] | .a)",
    "first(.[] | .[]?)",
    "sort",
    "unique",
    "sort_by(.a)",
    "sort_by(.a, .b) | length",
    "group_by(.a)",
    "group_by(.a) | map({k: .[0].a, n: length})",
    "unique_by(.a) | .[]",
    "group_by(.a) | map({k: .[0].b.a, n: map(.c) | length})",
    "group_by(.a) | map(select(length > 1) | [.[].b])",
    "sort_by(.a) | .[-1].b",
    "sort_by(.b) | map(.a, .c)",
    "sort_by(.a) | first(.[] | select(.b)) | .c",
    "group_by(.b)[] | .[0]",
    "group_by(.a) | map(.[] | .b // .c)",
    "add(.[].a)",
    "{a: .a, n: length}",
    "[.a, .b] | length",
    ".[0].a",
    ".a as $y | .b",
    ".[] | .a as $y | $y",
    ".[] | @json",
    ".[] | .a | ascii_downcase",
    ".[] | error",
    ".[] | .a | tojson | fromjson",
];

/// Filters over elements, in less common shapes.
const STREAM_FILTERS: &[&str] = &[
    ".[0:2]",
    ".[] | .[0:2]",
    ".[][0:1]",
    ".[]?.a",
    "[.[] | .a][0]",
    "[.[] | .a][0:2] | length",
    "try .[] catch \"caught\"",
    "try (.[] | .a) catch .",
    "try (.[] | .a)",
    "[try (.[] | .a.b) catch length]",
    "try first(.[] | .a) catch 1",
    "first(try .[] catch 1)",
    "try .[] catch error",
    "try (.[] | error) catch .",
    "try error(.[]) catch .",
    "(try .[] catch .) | .a",
    "any",
    "all",
    "any(.a)",
    "all(.a?)",
    "any(.a, .b; . == 1)",
    "any(.[]; . == 1)",
    "all(.[] | .a?; . != null)",
    "any(.[]; true, error)",
    "any(.[]; empty)",
    "isempty(.[])",
    "isempty(.[] | select(.a == 1))",
    "last(.[])",
    "last(.[] | .a) | tojson",
    "[last(.[] | select(.a))] | length",
    "nth(1; .[])",
    "skip(1; .[])",
    "[skip(2; .[]) | .a]",
    "[limit(2; .[]) | [.]] | length",
    "limit(0; .[])",
    "limit(1 + 1; .[])",
    "limit(-1; .[])",
    "limit(1; limit(2; .[]))",
    "first(skip(1; .[]) | .a)",
    "[first(.[]), 1]",
    "[first(.[])] | add",
    "add(limit(2; .[]))",
    "add([.[]])",
    "[.[]] | add | length",
    "reduce .[] as $y (0; . + 1)",
    "reduce .[] as $y (0; . + $y)",
    "reduce .[] as $y (null; [$y, .])",
    "reduce .[] as $y ([]; . + [$y.a?])",
    "reduce .[] as $x (0; $x)",
    "reduce .[] as $x (0; empty)",
    "reduce .[] as $x (0; ., $x)",
    "reduce .[] as $y ($x; . + $x)",
    "reduce .[] as $y (1 / 0; . + 1)",
    "reduce .[] as [$a, $b] (0; . + $a + $b)",
    "reduce .[] as {$a, b: [$c]} ([]; . + [$a, $c])",
    "reduce .[] as {a: $a} (0; try (. + $a) catch 0)",
    "reduce .[] as {(\"a\", \"b\"): $a} ([]; . + [$a])",
    "reduce (.[] | .a?) as $y (0; . + 1) | . * 2",
    "reduce .[] as $y (0; . + 1) as $z | $z",
    "reduce limit(2; .[]) as $y ([]; . + [$y])",
    "foreach .[] as $y (0; . + 1)",
    "foreach .[] as $y (0; . + 1; [., $y])",
    "foreach .[] as $y (0; . + 1, . + 2; [., $y])",
    "foreach .[] as $y (0; empty; 1)",
    "foreach .[] as $y (0; . + 1; ., .)",
    "foreach .[] as $y (0; . + 1; if . > 1 then error else . end)",
    "foreach .[] as [$a, $b] (null; $a; [., $b])",
    "[foreach .[] as $y (0; $y) | .a?]",
    "first(foreach .[] as $y (0; . + 1; select(. > 1)))",
    "try (foreach .[] as $y (0; $y.a)) catch .",
    ".[] | [test(\"a\")?, ascii?, (.a | explode)?, ltrimstr(\"a\"), @text, (keys | length)?]",
    ".[] | [[splits(\"a\")?], gsub(\"a\"; \"b\")?, has(\"a\")?, (to_entries | length)?, (min | tojson)?]",
    ".[] | label $out | ., break $out",
    "def f: .[]; f",
    "def f: .a; .[] | f",
    "def f: .[] | .a; def g: f | length?; [g, f]",
    "def f(g): .[] | g, (g | tojson); f(.a?)",
    "def f(g; h): g | h; f(.[]; .a?) | f(.; f(length?; .))",
    "def f(g): g; . as $x | f($x | length)",
    "def length: 7; .[] | length",
    "def f: length; def length: 7; f, length",
    "def f(length): length; f(3), length",
    "def f(g): def g: 5; g; f(.[])",
    "def f: def g: 5; g; [.[]?] | f",
    "def f: f; 1",
    "def f: if . then 1 else (true | f) end; .[] | f",
    "def f: 1; def f: 2; f",
    "def f: 1; def g: def f: 2; f; f, g",
    "def f(g): . as $x | g; 5 as $x | f($x)",
    "def f($a): .[] | [$a]; f(1, 2)",
    "def f(g): label $l | g, break $l; label $l | f(.[]?, break $l), 9",
    "def f: .a; {f: f, \"x\\(f)\": [f?][0], (\"b\"): f | tojson}",
    "def f: .a; .[] | (if f then f elif f? then 2 else [f] end)?, try f catch \"no\", -(f // 1)?, .[f]?, .[f:]?",
    "def f: 0; reduce .[] as [$a] (f; f + 1), (foreach .[] as $b (f; f; [f]))",
    "def f: 1; .[] as {(f | tostring): $y} | $y",
    "def f: select(.a); .[] | f | .b",
];

const TEXTS: &[&str] = &[
    "",
    "null",
    "1 \"a\" true",
    "{}",
    "[]",
    "[[],{}]",
    "{\"a\":1,\"b\":{\"b\":2},\"c\":[1,2]}",
    "{\"a\":{\"b\":1},\"a\":5}",
    "{\"a\":5,\"a\":{\"c\":1}} {\"a\":{\"b\":{\"b\":1}}}",
    "[{\"a\":1,\"b\":2},{\"a\":\"a\",\"b\":null},{\"a\":{\"b\":1}},{\"b\":3}]",
    "[{\"a\":\"A\\u0041\\n\",\"c\":\"é\"},{\"\\u0061\":[1,2,{\"b\":1.50}]}]",
    "[{\"a\":1},{\"a\":2,\"b\":\"x\"},7,null,\"a\",[1,[2]]]",
    "[1,2,3] [\"a\",\"b\"] [null,false]",
    "[{\"a\":1,\"a\":2,\"b\":{\"c\":1,\"c\":2}}]",
    "[{\"a\":1},{\"a\":",
    "[{\"a\":1},{\"a\" 2}] 5",
    "[1 2]",
    "{\"a\":[{\"b\":1},{\"b\":2}]}",
    " [ { \"a\" : [ 1 , 2 ] , \"b\" : \"x\" } , { \"a\" : -0 } ] ",
    "[1e1000,10000000000000000000001,0.10,-5,1E3]",
    "[{\"a\":\"\\ud83d\"},{\"a\":\"\\ud83d\\ude00\"}]",
    "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}",
];

/// Filters that use their input only by one `.[]`.
const ELEMENT_FILTERS: &[&str] = &[
    ".[]",
    ".[]?",
    ".[].Names",
    ".[].Names[0]",
    ".[] | .Id",
    ".[] | select(.State == \"running\") | {Id, Names}",
    "[.[] | .Id] | sort",
    "map(select(.a)) | length",
    "length",
    "add",
    "first(.[])",
    "limit(3; .[] | .Id)",
    "any",
    "all(.a)",
    "reduce .[] as $x (0; . + $x)",
    "foreach .[] as [$a, $b] (null; $a; $b)",
    "try .[] catch .",
    "sort_by(.a)",
    "[limit(3; .[]) | .a] | add",
    ".[] | [env, now, (.a | env), (.b | now), (.c | env), now]",
];

/// Filters that use their input in another way too, or might.
const WHOLE_FILTERS: &[&str] = &[
    ".",
    ".a",
    ".[0]",
    ".a[]",
    ".[], .[]",
    ".[] as $x | .",
    ".[.[0]]",
    ".[][length]",
    "reduce .[] as $x (.; . + [$x])",
    "reduce .[] as {(.k): $x} (0; . + $x)",
    "limit(length; .[])",
    "[.[] | input]",
    "inputs",
    "sort",
    "def map(f): 1; map(.)",
    "{a: .[]}",
    "\"\\(.[])\"",
    "if .[] then 1 else 2 end",
    ".[] // 1",
    "path(.[])",
    ".[] |= 1",
    "label $out | .[] | break $out",
];

/// Whether both runs ended at broken JSON: jaq-core, which reads an input to its end first, then has fewer outputs.
fn is_cut_short(fused: &[String], core: &[String]) -> bool {
    let is_broken = |last: Option<&String>| last.is_some_and(|last| last.starts_with("unread"));
    is_broken(fused.last()) && is_broken(core.last())
}

#[test]
fn fused_filters_agree_with_jaq_core() {
    for filter in FILTERS.iter().chain(STREAM_FILTERS) {
        for text in TEXTS {
            let fused = run(filter, text, usize::MAX, true).unwrap_or_else(|error| {
                assert!(error.ends_with("is not fused"), "{error}");
                Vec::new()
            });
            let core = run(filter, text, usize::MAX, false).unwrap();
            if !fused.is_empty() && !is_cut_short(&fused, &core) {
                assert_eq!(fused, core, "{filter} on {text}");
            }
        }
    }
}

fn compiled(filter: &str, may_stream_elements: bool) -> Result<Filter, String> {
    compile(&Program {
        named: vec![("x".into(), dq_json::value::Value::str("a"))],
        may_stream_elements,
        ..Program::new(filter)
    })
    .map_err(|errors| format!("{filter}: {}", errors[0]))
}

#[test]
fn filters_that_use_elements_only_are_run_on_them() {
    for filter in ELEMENT_FILTERS {
        assert!(
            compiled(filter, true).unwrap().streams_elements(),
            "{filter}"
        );
    }
    for filter in WHOLE_FILTERS {
        assert!(
            !compiled(filter, true).unwrap().streams_elements(),
            "{filter}"
        );
    }
}

#[test]
fn the_size_of_reads_does_not_matter() {
    let every_size = FILTERS.iter().map(|filter| (filter, 1));
    let some_sizes = STREAM_FILTERS.iter().map(|filter| (filter, 11));
    for (filter, step) in every_size.chain(some_sizes) {
        for text in TEXTS {
            let Ok(whole) = run(filter, text, usize::MAX, true) else {
                continue;
            };
            for size in (1..text.len()).step_by(step) {
                let slow = run(filter, text, size, true).unwrap();
                assert_eq!(slow, whole, "{filter} on {text} by {size} bytes");
            }
        }
    }
}
