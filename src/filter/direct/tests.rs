//! The direct evaluator against jaq-core: the same programs on the same inputs.

use std::cell::RefCell;

use dq_json::read;
use dq_json::value::Value;
use jaq_core::ValT;

use crate::compiler::compile_for;
use crate::filter::Filter;
use crate::filter_run::FilterRun;
use crate::input::Inputs;
use crate::link::Target;
use crate::program::Program;
use crate::run_error::RunError;

/// Groups of programs, each with the inputs that they run on.
const GROUPS: &str = include_str!("../../../tests/jq_differential.json");

/// The stack that a program may use, in bytes. A sanitizer makes frames larger.
const STACK: usize = if cfg!(sanitized) { 14 << 20 } else { 4 << 20 };

fn compiled(program: &str, target: Target) -> Result<Filter, String> {
    let mut program = Program::new(program);
    // The fused evaluator stays out of it.
    program.may_stream_elements = false;
    compile_for(target, &program).map_err(|errors| {
        let messages = errors.iter().map(ToString::to_string);
        messages.collect::<Vec<_>>().join("\n")
    })
}

/// The outputs and messages of a filter, and how each run ended.
fn run(filter: &Filter, inputs: &'static str) -> Vec<String> {
    let inputs = RefCell::new(Inputs::of_values(inputs.as_bytes()));
    let log = RefCell::new(Vec::new());
    let write_message = |message: &[u8]| {
        let text = String::from_utf8_lossy(message).into_owned();
        log.borrow_mut().push(text);
    };
    let run = FilterRun::new(filter, &inputs, &write_message, STACK, false);
    let mut emit = |output: dq_json::value::FilterOutput| {
        log.borrow_mut().push(output.into_value().to_json());
        Ok::<_, ()>(())
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
    log.into_inner()
}

/// Runs a program in both ways; tells where they differ.
fn difference(program: &str, inputs: &'static str) -> Option<String> {
    let [direct, jaq_core] = [Target::Direct, Target::JaqCore].map(|target| {
        let filter = compiled(program, target)?;
        Ok::<_, String>(run(&filter, inputs))
    });
    (direct != jaq_core)
        .then(|| format!("{program}\non {inputs}\ndirect:   {direct:?}\njaq-core: {jaq_core:?}"))
}

#[test]
fn the_programs_that_are_compared_with_jq_agree() {
    let groups = read::from_slice(GROUPS.as_bytes()).unwrap();
    let field = |value: &Value, name| value.get(&Value::str(name)).unwrap();
    let list = |value: Value| value.values().map(Result::unwrap).collect::<Vec<_>>();
    let mut differences = Vec::new();
    for group in list(groups) {
        let inputs = field(&group, "inputs").as_str().unwrap().to_owned();
        let inputs: &'static str = inputs.leak();
        for program in list(field(&group, "programs")) {
            let program = program.as_str().unwrap();
            // The time of day passes.
            if !program.contains("now") {
                differences.extend(difference(program, inputs));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

/// As jq 1.8: a calculated zero is negated to -0, that of a literal to 0.
#[test]
fn zeros_are_negated_as_in_jq() {
    let cases = [
        ("[-(1 - 1), -(. - .), -(. + .)]", "[-0,-0,-0]"),
        ("[range(-1; 2) | -.]", "[1,-0,-1]"),
        ("[range(2) | -.], [range(0; 1) | -.]", "[0,-1] [0]"),
    ];
    for (program, expected) in cases {
        let outputs = run(&compiled(program, Target::Direct).unwrap(), "0").join(" ");
        assert_eq!(outputs, format!("{expected} -"), "{program}");
    }
}

/// What the evaluator decides by the number of outputs that its analysis finds.
#[test]
fn recursion_and_loops_agree() {
    let inputs = r#"0 3 [1,[2]] {"a":[1,2],"b":{"c":null}} "text" null"#;
    let programs = [
        "[limit(5; def f: ., (numbers | . + 1 | f); f)]",
        "def f(g): def h(k): reduce k as $v (0; . + 1); h(g | g); f(1, 2)",
        "def f(g): def h(k; l): [k, l]; h(g | g; {a: g}); f(1, 2), f(1), f(empty)",
        "def f($n): if $n > 100 then $n else f($n + 1) end; f(length)",
        "def f($n): if $n > 3 then $n else (1, 2) as $x | f($n + $x) end; [f(0)]",
        "def f($a; $b): if $a > 5 then [$a, $b] else f($a + 1; $a, $b) end; [f(0; 1)]",
        "def f(g; $n): if $n == 0 then . else g | f(g; $n - 1) end; [.. | numbers | f(. + 1, . * 2; 3)]",
        "def f(g; $n): if $n == 0 then g else f(g | g; $n - 1) end; [.. | numbers | f(. + 1; 2)]",
        "def f(g): def h: if length > 3 then . else (. + [1] | g | h) end; h; [] | f(.), f(., .)",
        "def f: if type == \"array\" then .[] | f else . end; [f]",
        "def f: . as $x | if type == \"number\" and . < 1000 then . + 1 | f else $x end; f",
        "def fib: if . < 2 then . else (. - 1 | fib) + (. - 2 | fib) end; [range(12) | fib]",
        "[recurse(if type == \"number\" and . < 3 then . + 1 else empty end)]",
        "[recurse(.[]?; . != null)]",
        "first(range(10) | select(. > 3)), isempty(empty), [limit(2; repeat(1))]",
        "[label $f | range(10) | ., (if . == 3 then break $f else empty end)]",
        "[.. as [$a] ?// $a | $a]",
        "try (1, error(\"x\"), 2) catch ., [.[]? | try error catch .]",
        "[(try (1, 2) catch .) | if . == 2 then try error(\"y\") catch . else . end]",
        "try ([1, 2][] | error) catch .",
        "[limit(3; try (1, error(\"x\")) catch (., ., .))]",
        "reduce range(5) as $i (.; [.] | .[0:1]), [foreach (1, 2, 3) as $i (0; . + $i; ., $i)]",
        "[foreach (1, 2, 3) as $i (0; empty, . + $i)], reduce (1, 2) as $i (0; empty)",
        "path(..), [paths], [path(first(.a, .b)?)], [path(if type == \"object\" then .a else . end)]",
        "[path(getpath([\"a\", 0])?)], try path(tojson) catch ., try path(1) catch .",
        "(.a[]? // 5) |= 7, (.. | numbers) += 1, del(.. | select(. == 2)), to_entries?",
        "[.[]?] | .[1:] |= map(.), .[0:1] = [9], .[-1:] |= [], (.[2:4] |= empty)",
        "try ((.a, .b) = (1, 2)) catch ., (try (.a |= (3, 4)) catch .), try (.[] |= empty) catch .",
        "limit(0; 1), [limit(1, 2; 1, 2, 3)], [skip(1; 1, 2)], try limit(-1; 1) catch .",
        "\"\\(1, 2) \\(3, 4)\", {a: (1, 2), b: (3, 4)}, {(\"a\", \"b\"): 1}, (1, 2) + (10, 20)",
        "[range(0, 1; 3, 4)], [range(5; 0; -2)], [range(0; 1; 0.3)], try range(\"a\") catch .",
        "walk(if type == \"array\" then sort else . end), walk(numbers), walk(., 1)",
        "fromstream(tostream), [tostream], fromstream(1 | truncate_stream([[0], 1], [[1, 0], 2], [[1, 0]], [[1]]))",
        "[splits(\"e\")?], add, add(.[]?), any, all(.[]?; . != null), map_values(.)?",
        "input as $x | [$x, .]",
        "[inputs]",
        "., debug, stderr, (1 | debug(\"m\"))",
        ". as {a: [$x, $y]} | [$x, $y]",
        "def f(x): x | x; def g(y): f(y + 1); [g(1, 2)]",
        "def f($x; y): def g($x): $x + y; g($x * 2); [f(1, 2; 10, 20)]",
        "reduce .[]? as [$a, $b] (null; [$a, $b, .])",
        "$__loc__, ([1, 2] | combinations(2)), (try error(null) catch .), ltrimstr(\"t\")",
        "[try \"s\\(any)t\\(.[]?)\" catch .], [try ([\"a\" + 1] | .[]? + empty) catch .], [try {(1, error(\"x\")): empty} catch .]",
        "[try {a: error(\"x\"), b: (.[]? | empty)} catch .], [try (error(\"x\") + (1, 2)) catch .], [try ((1, error(\"x\")) * .[]?) catch .]",
        "halt_error",
    ];
    let differences: Vec<_> = programs
        .iter()
        .filter_map(|program| difference(program, inputs))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

/// jaq-core nests these calls; here they run in the place of their caller.
#[test]
fn a_call_at_the_end_of_a_definition_takes_no_stack() {
    let programs = [
        (
            "def f($n): if $n == 0 then . else f($n - 1) end; f(300000)",
            "0",
        ),
        (
            "def f(g; $n): if $n == 0 then . else g | f(g; $n - 1) end; f(. + 1; 300000)",
            "300000",
        ),
        (
            "def f: . as $x | if $x > 300000 then $x else $x + 1 | f end; f",
            "300001",
        ),
        (
            "[recurse(if . < 300000 then . + 1 else empty end)] | length",
            "300001",
        ),
        ("last(limit(300000; repeat(1)))", "1"),
        ("until(. > 300000; . + 1)", "300001"),
        ("[while(. < 300000; . + 1)] | length", "300000"),
        (
            "last(def f: ., (. + 1 | if . < 300000 then f else empty end); f)",
            "299999",
        ),
    ];
    // A thread with enough stack for the check that ends what nests.
    let check = move || {
        for (program, expected) in programs {
            let filter = compiled(program, Target::Direct).unwrap();
            assert_eq!(run(&filter, "0"), [expected, "-"], "{program}");
        }
    };
    let thread = std::thread::Builder::new().stack_size(16 << 20);
    thread.spawn(check).unwrap().join().unwrap();
}
