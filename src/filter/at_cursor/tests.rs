//! Unfinished filters, and what is suggested at their ends.

#![allow(clippy::unwrap_used)]

use std::rc::Rc;

use dq_json::value::Value;

use super::candidates::{OuterNames, Suggestion, Unfinished, outputs};
use super::lookup::Lookup;
use super::shape::{Shape, Shapes};

/// A list of two containers.
const CONTAINERS: &str = r#"[
    {"Id": "1", "Names": ["/web"], "State": "running", "Status": "Up", "Image": "nginx",
     "Ports": [{"PrivatePort": 80, "Type": "tcp"}], "Labels": {"com.docker.project": "shop", "a\"b\\c": "x", "role": "y"},
     "HostConfig": {"NetworkMode": "host"}, "NetworkSettings": {"Networks": {"bridge": {"Gateway": "1", "IPAddress": "2"}}}},
    {"Id": "2", "SizeRw": 1, "Labels": null, "Mounts": [], "a b": {"c": true}, "x\u001by": 1, "\u202e": 2}
]"#;

/// Knows one saved filter and one endpoint.
struct Known;

impl Lookup for Known {
    fn saved_filter(&self, name: &str) -> Option<String> {
        (name == "rows").then(|| {
            "module {endpoint: \"/x\"}; .[] | {name: .Names[0], net: .HostConfig}".to_owned()
        })
    }

    fn answer(&self, path: &str) -> Option<Shape> {
        (path == "/containers/x/json")
            .then(|| shape_of(r#"{"State": {"Pid": 1}, "RestartCount": 2}"#))
    }
}

fn note(value: &Value, shape: &mut Shape) {
    shape.add_type(match value {
        Value::Null => Shape::NULL,
        Value::Bool(_) => Shape::BOOLEAN,
        Value::Num(_) => Shape::NUMBER,
        Value::Str(_) => Shape::STRING,
        Value::Arr(_) => Shape::ARRAY,
        Value::Obj(_) => Shape::OBJECT,
    });
    match value {
        Value::Arr(array) => array.iter().for_each(|it| note(it, shape.element_mut())),
        Value::Obj(object) => {
            let mut near = 0;
            for (key, value) in object.iter() {
                let at = shape.position(key, near).unwrap();
                near = at + 1;
                note(value, shape.value_mut(at).unwrap());
            }
        }
        _ => {}
    }
}

fn shape_of(json: &str) -> Shape {
    let mut shape = Shape::default();
    note(
        &dq_json::read::from_slice(json.as_bytes()).unwrap(),
        &mut shape,
    );
    shape
}

fn names() -> OuterNames {
    OuterNames {
        saved_filters: vec![
            ("rows".into(), "Rows".into()),
            ("selected".into(), String::new()),
        ],
        variables: vec!["$tag".into()],
    }
}

fn suggestions(filter: &str, inputs: &Shapes) -> Vec<Suggestion> {
    let unfinished = Unfinished::new(filter);
    unfinished.map_or(Vec::new(), |it| it.suggestions(inputs, &Known, &names()))
}

/// The suggested words, `!` behind one that is whole, and in parentheses what probably follows the only one.
fn suggested(filter: &str, inputs: &Shapes) -> String {
    let found = suggestions(filter, inputs);
    let is_only = found.len() == 1;
    let words = found.iter().map(|it| {
        let is_kept = it.text.starts_with(filter) || it.is_replacement;
        assert!(is_kept, "{filter}: {}", it.text);
        let end = if it.is_whole { "!" } else { "" };
        let next = if is_only && !it.next.is_empty() {
            format!("({})", it.next)
        } else {
            String::new()
        };
        format!("{}{end}{next}", &it.text[it.start..])
    });
    words.collect::<Vec<_>>().join(" ")
}

fn check(cases: &[(&str, &str)], inputs: &Shapes) {
    let mut faults = String::new();
    for (filter, expected) in cases {
        let found = suggested(filter, inputs);
        if found != *expected {
            faults += &format!("\n{filter}\n  {found}\n  {expected}");
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn keys_at_the_end() {
    let containers = vec![Rc::new(shape_of(CONTAINERS))];
    let labels = r#"com.docker.project"] a\"b\\c"] role"]"#;
    let cases = [
        (".[].Sta", "State Status"),
        (".[].Statu", "Status"),
        (".[].Status", "Status!"),
        (".", "[](.)"),
        (".[", "]"),
        (
            ".[]",
            ".Id .Names .State .Status .Image .Ports .Labels .HostConfig .NetworkSettings .SizeRw .Mounts [\"a b\"]",
        ),
        (".[0].Host", "HostConfig(.)"),
        (".[0].HostConfig", "HostConfig."),
        (".[-1].Host", "HostConfig(.)"),
        (".[1:3][].Host", "HostConfig(.)"),
        (".[]|.Names,.I", "Id Image"),
        (".[] | .Names, .I", "Id Image"),
        (".[] | .HostConfig.", "NetworkMode"),
        (".[].HostConfig.Netw", "NetworkMode"),
        ("map(select(.Sta", "State Status"),
        ("map(select(.Statu", "Status())"),
        ("map(select(.Status", "Status)"),
        ("map(select(.State == \"running\") | .Statu", "Status())"),
        ("map(select(.State == \"running\")) | .[].Na", "Names([])"),
        ("{Id, Na", "Names(})"),
        ("map({Id, Na", "Names(})"),
        (".[] | {Id, Na", "Names(})"),
        (".[] | {Id, Names", "Names}"),
        (".[] | {Id, a: .Sta", "State Status"),
        (".[] | {a: .HostConfig.", "NetworkMode(})"),
        (".[] | {\"a", "a b\"(})"),
        (
            ".[].Labels[",
            "\"com.docker.project\"] \"a\\\"b\\\\c\"] \"role\"]",
        ),
        (".[].Labels[\"", labels),
        (".[].Labels[\"com.", "com.docker.project\"]"),
        (".[].Labels.\"com.", "com.docker.project\""),
        (".[].Labels[\"a\\\"", r#"a\"b\\c"]"#),
        (".[].Labels.ro", "role"),
        (
            ".[].Labels.",
            "[\"com.docker.project\"] [\"a\\\"b\\\\c\"] role",
        ),
        (".[].Labels | has(\"ro", "role\"())"),
        (".[].Labels | keys", "keys keys_unsorted"),
        (".[][\"a b\"].", "c"),
        (".[].[\"a b\"].", "c"),
        (".[].\"a b\".", "c"),
        (".[].Ports[].Pri", "PrivatePort"),
        (".[].Ports[0].Pri", "PrivatePort"),
        (".[].Ports", "Ports[]"),
        (".[].NetworkSettings.Networks.bridge.", "Gateway IPAddress"),
        (".[].NetworkSettings.Networks[].Ga", "Gateway"),
        (".[] as $c | $c.Sta", "State Status"),
        (".[] as {State: $s, Labels: $l} | $l.ro", "role"),
        (".[] as [$a] ?// {HostConfig: $a} | $a.Net", "NetworkMode"),
        ("reduce .[] as $c ({}; . + {($c.Id): $c.Im", "Image(})"),
        ("reduce .[] as $c (0; $c.Im", "Image())"),
        ("reduce .[] as $c ({a: 1, b: []}; .", "a b"),
        ("foreach .[] as $c (0; . + 1; $c.Im", "Image())"),
        ("if .[0].Sta", "State Status"),
        ("if (.[0].State == \"x\") then .[0].Im", "Image"),
        ("if true then . else .[0].Im", "Image"),
        ("if . then 1 elif .[0].Im", "Image"),
        ("try .[0].Im", "Image"),
        (".[0].Im", "Image"),
        (".. | .PrivateP", "PrivatePort"),
        ("..|.Gate", "Gateway"),
        ("recurse | .Gate", "Gateway"),
        (".[] | with_entries(.v", "value(.)"),
        (".[].HostConfig | to_entries[].k", "key"),
        (".[].HostConfig | to_entries | map(.k", "key())"),
        ("\"\\(.[0].Na", "Names([])"),
        (".[] | \"\\(.Id) is \\(.Sta", "State Status"),
        ("@base64 \"\\(.[0].Im", "Image())"),
        ("def f: .[].Im", "Image"),
        ("def f: .[]; f | .Im", "Image"),
        ("def f(g): map(g); f(.Im", "Image())"),
        ("def f($c): $c.Im; f(.[0]) | .", ""),
        ("def f($c): {x: $c}; f(.[0]) | .x.Im", "Image"),
        ("def f: f | .[0]; f.Im", ""),
        ("sort_by(.Sta", "State Status"),
        ("sort_by(.State) | .[0].Im", "Image"),
        ("group_by(.State) | map(.[0].Im", "Image())"),
        ("group_by(.State)[][].Im", "Image"),
        ("max_by(.SizeRw).Im", "Image"),
        ("first(.[]).Im", "Image"),
        ("limit(3; .[]).Im", "Image"),
        ("first.Im", "Image"),
        ("[.[] | {n: .Names}] | .[].", "n([])"),
        ("any(.[]; .Im", "Image())"),
        ("all(.Im", "Image())"),
        ("INDEX(.Id)[].Im", "Image"),
        ("[.[].Ports[]] | map(.Ty", "Type())"),
        (".[] | .Ports + .Mounts | .[].Ty", "Type"),
        (".[] | (.Labels // .HostConfig).ro", "role"),
        ("label $out | .[] | .Im", "Image"),
        (".[] | select(.Labels[\"com.", "com.docker.project\"]())"),
        (".[] | del(.Im", "Image())"),
        (".[] |= .Im", "Image"),
        (".[].Image |= . + .", ""),
        ("getpath([0, \"Ports\", 0]).Ty", "Type"),
        ("rows.na", "name"),
        ("rows | .net.", "NetworkMode"),
        ("fetch(.[] | \"/containers/\\(.Id)/json\") | .State.", "Pid"),
        ("fetch(.[] | \"/containers/\\(.I", "Id Image"),
        ("# comment\n.[0].Im", "Image"),
        (".[].Nothing.", ""),
        (".[].sta", "State Status"),
        (".[].hostconfig", "HostConfig(.)"),
        (".[].a", "[\"a b\"](.)"),
        (".[] | {id, na", "Names(})"),
        (".[] | {a", "\"a b\"(})"),
        (".[].Labels.com", "[\"com.docker.project\"]"),
        (".[].s", "State Status SizeRw"),
        (".[].x", ""),
        (".[0].State.", ""),
        ("limit(3; .[]) as $c | [$c.Im", "Image(])"),
    ];
    check(&cases, &containers);
}

#[test]
fn names_at_the_end() {
    let containers = vec![Rc::new(shape_of(CONTAINERS))];
    let cases = [
        ("sel", "selected select("),
        (".[] | sel", "selected select("),
        ("map(selec", "selected select("),
        ("row", "rows"),
        ("rows", "rows!"),
        ("with_", "with_entries((.)"),
        ("map(.[\"a b\"]", ".c())"),
        (".[][\"a b\"].c", "c!"),
        (".[].Labels[\"role\"]", "!"),
        ("map(.Labels[\"role\"]", ")"),
        ("def fetched: 1; fetc", "fetched fetch("),
        ("short_", "short_id"),
        ("def f(first_one): firs", "first first("),
        ("firs", "first first("),
        (".[] as $container | $c", "$container"),
        ("$", "$tag $ENV $ARGS $__loc__"),
        ("$t", "$tag"),
        (". as [$a, {b: $ab}] | $a", "$a $ab"),
        ("reduce .[] as $x (0; $", "$x $tag $ENV $ARGS $__loc__"),
        ("@base6", "@base64 @base64d"),
        ("@u", "@uri @urid"),
        (
            ".[] | ",
            ".Id .Names .State .Status .Image .Ports .Labels .HostConfig .NetworkSettings .SizeRw .Mounts .[\"a b\"]",
        ),
        ("", ".[](.)"),
        (
            "map(",
            ".Id .Names .State .Status .Image .Ports .Labels .HostConfig .NetworkSettings .SizeRw .Mounts .[\"a b\"]",
        ),
    ];
    check(&cases, &containers);
}

#[test]
fn nothing_where_nothing_can_stand() {
    let containers = vec![Rc::new(shape_of(CONTAINERS))];
    for filter in [
        ".a )",
        ".[0",
        "\"abc",
        ".a.",
        ". as $x",
        "def f",
        "1",
        "# .Sta",
        ".a #",
        "}",
        "import \"a",
        "\"\\",
        "..S",
        "{a:1} {",
        ".[] | {Id} Na",
    ] {
        assert_eq!(suggested(filter, &containers), "", "{filter}");
    }
}

#[test]
fn types_are_described() {
    let containers = vec![Rc::new(shape_of(CONTAINERS))];
    let cases = [
        (".[].Statu", "string"),
        (".[].Name", "array of strings"),
        (".[].Label", "object or null"),
        (".[].Port", "array of objects"),
        (".[].Moun", "array"),
    ];
    for (filter, expected) in cases {
        let found = suggestions(filter, &containers);
        assert_eq!(found[0].about, expected, "{filter}");
    }
}

#[test]
fn rows_of_programs() {
    let containers = vec![Rc::new(shape_of(CONTAINERS))];
    let rows = outputs(
        "module {about: \"x\"}; . // [] | map({id: .Id, up: .Status})",
        &containers,
        &Known,
    );
    assert_eq!(suggested(".[].", &rows), "id up");
    assert_eq!(suggested(".[].", &outputs("(", &containers, &Known)), "");
}

/// A keyboard that types parts of filters in any order, and cuts them anywhere.
#[test]
fn no_beginning_panics() {
    const PARTS: [&str; 46] = [
        ".",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "\"",
        "\\(",
        "\\",
        "|",
        ",",
        ":",
        ";",
        "$x",
        "as",
        " ",
        "if ",
        "then ",
        "elif ",
        "else ",
        "end",
        "reduce ",
        "foreach ",
        "def f(g; $a): ",
        "f(.a; .)",
        "try ",
        "catch ",
        "label $l | ",
        "..",
        "?//",
        "//=",
        "@base64 ",
        ".[].Sta",
        ".Labels[\"com",
        "map(",
        "select(",
        "rows",
        "\u{e9}",
        "\u{1f600}",
        "\n",
        "# ",
        "1e9",
        "-",
        "import ",
        "with_entries(",
    ];
    let containers = vec![Rc::new(shape_of(CONTAINERS))];
    let mut seed = 1_u32;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % below
    };
    for _ in 0..4000 {
        let count = 1 + random(14);
        let filter: String = (0..count).map(|_| PARTS[random(PARTS.len())]).collect();
        let end = (0..=random(filter.len() + 1))
            .rev()
            .find(|at| filter.is_char_boundary(*at));
        let filter = &filter[..end.unwrap_or(0)];
        for found in suggestions(filter, &containers) {
            let is_kept = found.text.starts_with(filter) || found.is_replacement;
            assert!(is_kept, "{filter:?}: {found:?}");
            assert!(
                found.text.is_char_boundary(found.start),
                "{filter:?}: {found:?}"
            );
        }
    }
}

#[test]
fn deep_and_recursive_filters_end() {
    let containers = vec![Rc::new(shape_of(CONTAINERS))];
    for part in [
        "(",
        "[",
        "{a:",
        "-",
        "if ",
        "try ",
        ".[",
        "\"\\(",
        "def f: ",
        ". as $x | ",
        ".|",
        "map(",
    ] {
        let filter = part.repeat(3000);
        assert_eq!(
            suggested(&format!("{filter}.Sta"), &containers),
            "",
            "{part}"
        );
    }
    for filter in [
        "def f: f, f; f | .",
        "def f(g): f(f(g)), g; f(.) | .",
        "def f: def g: f; g, g; [f] | .[].",
        "repeat(.[]) | .[].",
        "[recurse(.., ..)] | .[].",
        ".. | .. | .. | .. | .. | .",
        "def a: .[]|a,a; def b: a|b,b; def c: b|c,c; c.",
    ] {
        suggestions(filter, &containers);
    }
}
