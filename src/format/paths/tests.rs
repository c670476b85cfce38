//! Tests of the shapes of values.

#![allow(clippy::unwrap_used)]

use super::shape::{MAX_LEVELS, MAX_PATHS, Shape};
use dq_json::value::RawValue;

/// The rows of these outputs, in the way a table shows them.
fn rows(word: Option<&str>, outputs: &[&str]) -> (Vec<String>, bool) {
    let mut shape = Shape::new(word);
    for output in outputs {
        shape.add(RawValue::from_valid(output.as_bytes()));
    }
    let mut rows = Vec::new();
    shape
        .each_row(&mut |row| {
            let example = row.example.map(|it| it.to_json()).unwrap_or_default();
            let of = row.of.map(|of| format!("/{of}")).unwrap_or_default();
            let row = format!("{} {} {example} {}{of}", row.path, row.types, row.count);
            rows.push(row);
            Ok(())
        })
        .unwrap();
    (rows, shape.is_incomplete())
}

fn all(outputs: &[&str]) -> Vec<String> {
    rows(None, outputs).0
}

#[test]
fn paths_types_examples_and_counts() {
    let list = r#"[ {"Id": "a", "Labels": {"x.y": "shop"}, "Ports": [{"P": 80}, {"P": 81, "T": "tcp"}]},
        {"Id": "b", "Labels": null, "Ports": []}, {"Id": null, "Labels": {}} ]"#;
    let expected = [
        ". array  1",
        ".[] object  3",
        ".[].Id string or null \"a\" 3/3",
        ".[].Labels object or null  3/3",
        ".[].Labels[\"x.y\"] string \"shop\" 1/3",
        ".[].Ports array  2/3",
        ".[].Ports[] object  2",
        ".[].Ports[].P number 80 2/2",
        ".[].Ports[].T string \"tcp\" 1/2",
    ];
    assert_eq!(all(&[list]), expected);
}

#[test]
fn outputs_are_added_up() {
    let expected = [
        ". object, string, number, boolean or null 1E+1000 6",
        ".a array [] 2/6",
    ];
    let outputs = [
        "\"\"",
        "1e1000",
        "true",
        "null",
        r#"{"a":[]}"#,
        r#"{"a":[]}"#,
    ];
    assert_eq!(all(&outputs), expected);
    assert!(all(&[]).is_empty());
    assert_eq!(all(&["{}"]), [". object {} 1"]);
}

#[test]
fn a_good_example_replaces_an_empty_one() {
    let expected = [". object  3", ".a string or null \"x\" 3/3"];
    let outputs = [r#"{"a":null}"#, r#"{"a":""}"#, r#"{"a":"x"}"#];
    assert_eq!(all(&outputs), expected);
    let long = format!("\"{}\"", "é".repeat(300));
    let expected = format!(". string \"{}…\" 1", "é".repeat(200));
    assert_eq!(all(&[&long]), [expected]);
    let digits = "7".repeat(300);
    assert_eq!(
        all(&[&digits]),
        [format!(". number \"{}…\" 1", "7".repeat(200))]
    );
}

#[test]
fn a_key_that_is_repeated_or_escaped_is_one() {
    let expected = [". object  2", ".a number 1 2/2"];
    assert_eq!(all(&[r#"{"a":1,"\u0061":2}"#, r#"{"a":3}"#]), expected);
}

#[test]
fn paths_are_those_of_jq() {
    let object = r#"{"_1":1,"a-b":[[2]],"":3,"q\"\\\n":4,"é":5}"#;
    let expected = [
        ". object  1",
        "._1 number 1 1/1",
        ".[\"a-b\"] array  1/1",
        ".[\"a-b\"][] array  1",
        ".[\"a-b\"][][] number 2 1",
        ".[\"\"] number 3 1/1",
        ".[\"q\\\"\\\\\\n\"] number 4 1/1",
        ".[\"é\"] number 5 1/1",
    ];
    assert_eq!(all(&[object]), expected);
}

#[test]
fn an_object_with_very_many_keys_is_a_map() {
    let member =
        |at: usize| format!("{{\"net-{at}\":{{\"ip\":\"10.0.0.{at}\",\"n\":{{\"x\":{at}}}}}}}");
    let outputs: Vec<_> = (0..1000).map(member).collect();
    let outputs: Vec<_> = outputs.iter().map(String::as_str).collect();
    let expected = [
        ". object {\"net-0\":\"…\"} 1000",
        ".[] object  1000",
        ".[].ip string \"10.0.0.0\" 1000/1000",
        ".[].n object  1000/1000",
        ".[].n.x number 0 1000/1000",
    ];
    let (found, is_incomplete) = rows(None, &outputs);
    assert_eq!(found, expected);
    assert!(!is_incomplete);
    // What is searched for keeps its key.
    let expected = [
        ".[\"net-777\"] object  1/1000",
        ".[\"net-777\"].ip string \"10.0.0.777\" 1/1000",
        ".[\"net-777\"].n object  1/1000",
        ".[\"net-777\"].n.x number 777 1/1000",
    ];
    assert_eq!(rows(Some("NET-777"), &outputs).0, expected);
    let expected = [".[].ip string \"10.0.0.666\" 1000/1000"];
    assert_eq!(rows(Some("0.666"), &outputs).0[..1], expected);
}

#[test]
fn objects_of_one_kind_are_the_values_of_a_map() {
    let networks = |count: usize, key: &str| {
        let networks =
            (0..count).map(|at| format!("\"net{at}\":{{\"ip\":\"10.0.0.{at}\",{key}:1}}"));
        format!("{{{}}}", networks.collect::<Vec<_>>().join(","))
    };
    assert_eq!(all(&[&networks(10, "\"n\"")]).len(), 31);
    let expected = [
        ". object {\"net0\":\"…\"} 1",
        ".[] object  11",
        ".[].ip string \"10.0.0.0\" 11/11",
        ".[].n number 1 11/11",
    ];
    assert_eq!(all(&[&networks(11, "\"n\"")]), expected);
    let keys = |at: usize| format!("\"k{at}\":{{\"a{at}\":1}}");
    let others = format!("{{{}}}", (0..20).map(keys).collect::<Vec<_>>().join(","));
    assert_eq!(all(&[&others]).len(), 41);
}

#[test]
fn a_word_is_found_in_paths_and_values() {
    let list = r#"[{"Name":"web","Net":{"IP":"172.18.0.2"}},{"Name":"db","Net":{"IP":"172.17.0.9","Mac":"aa"}}]"#;
    let found = |word| rows(Some(word), &[list]).0;
    assert_eq!(found("172.17"), [".[].Net.IP string \"172.17.0.9\" 2/2"]);
    assert_eq!(found("net.m"), [".[].Net.Mac string \"aa\" 1/2"]);
    assert_eq!(found("DB"), [".[].Name string \"db\" 2/2"]);
    assert!(found("nowhere").is_empty());
    // Escaped text is searched as what it spells, and a long text shows the word.
    let long = format!(
        "{{\"a\":\"{}n\\u0061me{}\"}}",
        "-".repeat(300),
        "=".repeat(300)
    );
    let expected = format!(
        ".a string \"…{}name{}…\" 1/1",
        "-".repeat(40),
        "=".repeat(156)
    );
    assert_eq!(rows(Some("NAME"), &[&long]).0, [expected]);
}

#[test]
fn what_is_kept_is_bounded() {
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    let (found, is_incomplete) = rows(None, &[&deep]);
    assert_eq!(found.len(), MAX_LEVELS + 1);
    assert!(is_incomplete);
    // Objects of different kinds, each with few keys.
    let keys = |at: usize| (0..90).map(move |key| format!("\"k{at}_{key}\":{{\"a{key}\":1}}"));
    let objects: Vec<_> = (0..90)
        .map(|at| format!("\"o{at}\":{{{}}}", keys(at).collect::<Vec<_>>().join(",")))
        .collect();
    let wide = format!("{{{}}}", objects.join(","));
    let (found, is_incomplete) = rows(None, &[&wide, &wide]);
    assert_eq!(found.len(), MAX_PATHS);
    assert!(is_incomplete);
}
