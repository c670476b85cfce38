//! The filter language, and files of saved filters.

use std::cell::RefCell;

use dq_filter::saved::{FilterOrigin, SavedFilter, placeholders, split_repeated};
use dq_filter::{FilterRun, Inputs, Program, RunError, compile, literal_paths, standalone};

use crate::Target;
use crate::pieces::Pieces;
use crate::programs::Generator;

pub const LANGUAGE: Target = Target {
    name: "filter",
    run: language,
    seeds: &[
        ".a.b[0]?.\"c\"[1:2] | select(.x == 1 and (.y | not)) // empty, {a, \"b\": 1, (.c): $__loc__}",
        "def f($a; g): reduce g as [$x, {y: $z}] (0; . + $x); try f(1; .[]) catch \"\\(.)\\u00e9\"",
        "label $out | foreach (1, 2) as $i (0; . + $i; if . > 2 then ., break $out elif . then 1 else 2 end)",
        ". as [$a] ?// {a: $a} ?// $a | @base64 \"x\\($a)\" | .[\"a\"] |= (1 -2*-3 % 4 / 5)",
        "import \"a\" as a; include \"b\"; a::f # comment \\\n | $ENV.PATH, $__prog_args",
        "module {a: [1, {b: null}]}; def @f: 1; .. | ..a? | .[-1:] |= 1 | limit(3; repeat(.))",
        "[.[] | {a: .b, c: (.d | length)}] | map(.a += 1) | del(.[0]) | to_entries | with_entries(.)",
    ],
    runs_programs: true,
};

/// A text compiles, or the errors can be shown. Compiling is deterministic.
fn language(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut ends = [true, false].map(|may_stream_elements| {
        let program = Program {
            may_stream_elements,
            may_split_arrays: true,
            ..Program::new(&text)
        };
        match compile(&program) {
            Ok(_) => String::new(),
            Err(errors) => {
                let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
                assert!(!errors.is_empty());
                errors.join("\n")
            }
        }
    });
    let [first, second] = &mut ends;
    assert_eq!(
        first, second,
        "the evaluators differ about what is an error"
    );
    let _ = literal_paths(&text);
    if first.is_empty() && ends_soon(&text) {
        for input in INPUTS {
            evaluators(&text, input);
        }
    }
}

/// What the programs run on.
const INPUTS: [&str; 3] = [
    r#"{"a":[1,{"b":null,"c":"x"},[]],"b":{"c":2.50},"d":"text"}"#,
    r#"[0,"a",null,{"a":{}},[[1,2],3],100000000000000000000]"#,
    r#""s" 3 null"#,
];

/// What may loop, build something huge, or depend on time or place.
const LONG: [&str; 20] = [
    "def",
    "recurse",
    "..",
    "repeat",
    "while",
    "until",
    "range",
    "limit",
    "combinations",
    "walk",
    "pow",
    "exp",
    "*",
    "now",
    "time",
    "env",
    "ENV",
    "fetch",
    "input",
    "splits",
];

/// Whether a text is surely no program that runs long.
fn ends_soon(text: &str) -> bool {
    let is_long_number = |digits: &str| digits.len() > 3;
    let mut numbers = text.split(|c: char| !c.is_ascii_digit());
    text.len() < 300
        && !LONG.iter().any(|word| text.contains(word))
        && !numbers.any(is_long_number)
        && !text
            .as_bytes()
            .windows(2)
            .any(|pair| pair[0].is_ascii_digit() && pair[1].eq_ignore_ascii_case(&b'e'))
        && text.matches([',', '[', '?', '=']).count() < 8
}

pub const EVALUATORS: Target = Target {
    name: "evaluators",
    run: generated,
    seeds: &["1", "22", "seed"],
    runs_programs: true,
};

/// A generated program. Its seed is the bytes, so that each input is another program.
fn generated(data: &[u8]) {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in data {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let mut generator = Generator::new(hash);
    let mut program = generator.program();
    if hash.is_multiple_of(4) {
        // With definitions of its own, which are inlined if they are simple.
        let mut next = || generator.program();
        program = format!(
            "def h: {program}; def k(g): {} | g; {} | h, k({})",
            next(),
            next(),
            next()
        );
    }
    // Of some inputs they go on for ever, in jq, too: `recurse("x")`.
    if program.contains("combinations") || program.contains("recurse(") {
        return;
    }
    let values: Vec<_> = (0..4).map(|_| generator.value(3)).collect();
    evaluators(&program, &values.join(" "));
}

/// The three evaluators have the same outputs: on the text of the input, on values, and jaq-core.
fn evaluators(program: &str, input: &str) {
    let outputs = |program, may_stream_elements| {
        let input = Pieces::new(input.as_bytes(), usize::MAX, false);
        outputs(program, may_stream_elements, input)
    };
    let Some(fused) = outputs(program, true) else {
        return;
    };
    let direct = outputs(program, false).expect("the same program");
    assert_eq!(
        fused, direct,
        "element by element and as a whole: {program} on {input}"
    );
    // A program that calls `fetch` is run by jaq-core.
    let by_jaq = format!("({program}\n), (empty | fetch(.))");
    if let Some(jaq) = outputs(&by_jaq, false)
        // Where a path is refused, jaq-core may have met another error before.
        && !direct.iter().chain(&jaq).any(|output| output.contains("nvalid path expression"))
    {
        assert_eq!(
            direct, jaq,
            "dq's evaluators and jaq-core: {program} on {input}"
        );
    }
}

/// The outputs of a program that are taken, for each run.
const MOST_OUTPUTS: usize = 200;
/// Their bytes, of all runs: a state that `foreach` squares is soon endless.
const MOST_BYTES: usize = 1 << 20;

/// The outputs, and how each run ended; `None` if the program does not compile.
fn outputs(text: &str, may_stream_elements: bool, input: Pieces) -> Option<Vec<String>> {
    let program = Program {
        may_stream_elements,
        ..Program::new(text)
    };
    let filter = compile(&program).ok()?;
    let inputs = RefCell::new(Inputs::of_values(input));
    let log = RefCell::new(Vec::new());
    // Messages are left out: jaq-core evaluates the source of `foreach` before its initial value.
    let run = FilterRun::new(&filter, &inputs, &|_| {}, 16 << 20, false);
    let (mut count, mut bytes) = (0, 0);
    let mut emit = |output: dq_json::value::FilterOutput| {
        let output = output.into_value().to_json();
        count += 1;
        bytes += output.len();
        log.borrow_mut().push(output);
        if count % MOST_OUTPUTS == 0 || bytes > MOST_BYTES {
            Err(())
        } else {
            Ok(())
        }
    };
    while let Some(ended) = run.next_input(&mut emit) {
        log.borrow_mut().push(match ended {
            Ok(()) => "-".into(),
            Err(RunError::Raised(error)) => format!("error: {}", error.to_json()),
            Err(RunError::Halted(code)) => format!("exit {code}"),
            Err(RunError::Output(())) => "stopped".into(),
            Err(RunError::Unread(error)) => format!("unread: {error}"),
        });
    }
    drop(run);
    Some(log.into_inner())
}

pub const RECORDS: Target = Target {
    name: "records",
    run: records,
    seeds: &[
        "{\"a\":\"start\",\"b\":{\"c\":17,\"x\":[1,null]},\"t\":1700000000}\n{\"a\":\"stop\\n\",\"b\":{\"c\":-1.5e3,\"y\":[20,true]},\"t\":1700000001}\n",
        "{\"a\": {\n\"b\": \"\"}, \"a\\u0062\": 1}\n{\"a\": {\n\"c\": \"\\\"\"}, \"ab\": 12}\n{\"a\": {\n\"c\": \"}\"}, \"ab\": 0}\n",
        "[[\"x\",1],{\"b\":2}] {\"b\":{\"c\":{\"a\":1}}} {\"b\":{\"c\":{\"b\":22}}}{\"b\":{\"c\":{\"\":333}}}",
    ],
    runs_programs: false,
};

/// Filters of a record's fields, and of its members.
const OF_RECORDS: [&str; 4] = [
    ".a, .b.c, .ab, input_line_number",
    "try ({n: length, k: keys, a} + {t: type}) catch ., (. + {a: 1, t: .b?})?, keys_unsorted?",
    "[.[]?] | length, tojson",
    "tojson, \"\\(.)\", ([.[]? | type] | length)",
];

/// What is found of a record does not depend on whether its shape is known, which is learned where an index is used, and
/// is the same as of its value.
fn records(data: &[u8]) {
    for (filter, most) in OF_RECORDS.iter().flat_map(|it| [(it, 256), (it, 9)]) {
        let outputs = |indexes, is_text| {
            let input = Pieces::new(data, most, indexes);
            outputs(filter, is_text, input)
        };
        let expected = outputs(false, true);
        assert_eq!(
            outputs(true, true),
            expected,
            "{filter} in pieces of {most}"
        );
        if !filter.contains("input_line_number") {
            let of_values = outputs(false, false);
            assert_eq!(of_values, expected, "{filter} of values");
        }
    }
}

pub const SAVED: Target = Target {
    name: "saved",
    run: saved,
    seeds: &[
        "module {about: \"x\", endpoint: \"/c/{id}/json?a={b...}\", output: \"table\", columns: \"A: a|ago, {b, c}\", method: \"HEAD\", host: \"tcp://h\", args: {a: 1}};\n.[] | .a\n",
        "# comment\nmodule {\"endpoint\": \"/{name...}\", fallback: [\"/x\"], parallel: 3};\nps | map(.x)",
        "def f: 1; f",
    ],
    runs_programs: false,
};

/// The header of a saved filter is read or refused, and its placeholders are found.
fn saved(data: &[u8]) {
    let text = String::from_utf8_lossy(data).into_owned();
    let filter = SavedFilter {
        name: "fuzzed".into(),
        text: text.clone().into(),
        origin: FilterOrigin::User,
        path: "fuzzed.jq".into(),
    };
    match filter.metadata() {
        Ok(metadata) => {
            if let Some(endpoint) = &metadata.endpoint {
                let (plain, _) = split_repeated(endpoint);
                let _ = placeholders(&plain).len();
            }
            // A number that is too large is the largest double, and that is a number of its own when it is read.
            let header = metadata.header().replace("e+308", "E+308");
            let again = dq_filter::saved::Metadata::read(&format!("{header}\n."), "again.jq");
            let again = again.unwrap_or_else(|error| panic!("{error} of {header}"));
            assert_eq!(again.header(), header);
            if let Some(columns) = &metadata.columns {
                let _ = dq_format::parse_columns(columns);
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let _ = (filter.is_identity(), filter.first_call());
    let _ = dq_filter::without_header(&text);
    if let Ok(plain) = standalone(&Program::new(&text)) {
        let errors = compile(&Program::new(&plain)).err().unwrap_or_default();
        let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
        assert!(errors.is_empty(), "{errors:?} of {plain}");
    }
}
