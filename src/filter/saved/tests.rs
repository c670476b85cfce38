//! Names, metadata and calls of saved filters.

#![allow(clippy::unwrap_used)]

use super::*;
use dq_json::value::Value;

/// Built-in filters.
const BUILT_IN: BuiltInFilters = &[
    (
        "names",
        "module {endpoint: \"/containers/json\"};\n.[].Names[]\n",
    ),
    (
        "ps",
        "module {endpoint: \"/containers/json\"};\n.[] | {id: short_id, name}\n",
    ),
    ("running", "map(select(.State == \"running\"))\n"),
];

#[test]
fn a_name_is_a_jq_identifier_that_is_free() {
    for free in ["web", "my_logs", "_x", "v2", "NAMES"] {
        assert_eq!(name_problem(free), None, "{free}");
    }
    let taken = ["map", "length", "ago", "short_id", "input", "now", "splits"];
    for name in taken {
        assert!(
            name_problem(name)
                .unwrap()
                .contains("is a function already"),
            "{name}"
        );
    }
    for none in [
        "", "2x", "a-b", "a.b", "a::b", "../a", "if", "def", "true", "null", "é", "a b",
    ] {
        assert!(
            name_problem(none).unwrap().contains("cannot name a filter"),
            "{none}"
        );
    }
}

#[test]
fn a_header_is_read_as_it_was_written() {
    let metadata = Metadata {
        about: Some("what \"it\" is for".into()),
        endpoint: Some("/x/{a}/{b}?filters={\"a\":[\"b\"]}".into()),
        repeated: Some("b".into()),
        fallback: vec!["/y/{b}".into()],
        method: Some("HEAD".into()),
        output: Some("table".into()),
        columns: Some("id, a.b".into()),
        host: Some("tcp://h:1".into()),
        words: Some("names".into()),
        parallel: Some(64),
        args: vec![
            (
                "min".into(),
                Value::from(vec![Value::Null, Value::str("x")]),
            ),
            ("odd-name".into(), Value::Bool(true)),
        ],
    };
    let text = format!("{}.", metadata.header());
    assert_eq!(Metadata::read(&text, "").unwrap(), metadata);
    assert_eq!(Metadata::default().header(), "");
}

#[test]
fn what_a_header_may_say() {
    let cases = [
        (
            "module {endpoint: \"/x/{a...}/{b}\"}; .",
            Some("{name...} is the last placeholder, and in the path"),
        ),
        (
            "module {fallback: [\"/x?a=1\"]}; .",
            Some("fallback is an array of paths"),
        ),
        (".a", None),
        ("module {}; .", None),
        ("module {about: \"x\", name: 1, license: {a: []}}; .", None),
        ("module {columns: \"a,b\"}; .", None),
        (
            "module {endpoint: \"x\"}; .",
            Some("endpoint is a text that starts with /"),
        ),
        (
            "module {endpoint: null}; .",
            Some("endpoint is a text that starts with /"),
        ),
        (
            "module {method: \"POST\"}; .",
            Some("method is GET or HEAD"),
        ),
        (
            "module {columns: [1]}; .",
            Some("columns is an array of names"),
        ),
        (
            "module {args: []}; .",
            Some("args is an object, by name without $"),
        ),
        (
            "module {about: .x}; .",
            Some("Module metadata must be constant"),
        ),
        ("module [1]; .", Some("Module metadata must be an object")),
        ("module {about: \"x\"} 1", Some("unexpected 1, expected ;")),
    ];
    for (text, problem) in cases {
        let read = Metadata::read(text, "").map_err(|error| error.message);
        assert_eq!(read.err().as_deref(), problem, "{text}");
    }
}

#[test]
fn only_what_changes_nothing_is_an_identity() {
    let identity = |text: &str| SavedFilter {
        name: "x".into(),
        text: text.to_owned().into(),
        origin: FilterOrigin::User,
        path: "x".into(),
    };
    assert!(identity("module {endpoint: \"/x\"};\n.\n").is_identity());
    assert!(identity(". # as it is").is_identity());
    for text in [".a", "def f: 1; .", ". | .", ".[]", "", "|"] {
        assert!(!identity(text).is_identity(), "{text}");
    }
}

#[test]
fn what_may_be_a_call() {
    let saved_filters = SavedFilters::new(BUILT_IN, None, Vec::new());
    for text in [
        "running",
        "map(running)",
        "[ps]|names",
        "{a: names}",
        "def f: ps; f",
    ] {
        assert!(saved_filters.may_be_called_in(text), "{text}");
    }
    for text in [
        ".ps",
        ".[].names",
        "$ps",
        "psx",
        "xps",
        "\"ps\"",
        ".a.info[.top]",
        "@ps",
        "map(.Names)",
        "",
    ] {
        assert!(!saved_filters.may_be_called_in(text), "{text}");
    }
}
