//! Records that have the shape of the one before, or nearly: they are read as those that have no index, and so no shape.

use super::{SlowSource, ThreadedSource, run, run_on};

/// Each differs from the first in something that decides its shape, or what is found in it.
const RECORDS: &[&str] = &[
    r#"{"a":"x","b":{"c":"y","d":[1,{"c":2}]},"e":12}"#,
    r#"{"a":"longer, with : and }","b":{"c":"y","d":[-1.5e3,{"c":true}]},"e":null}"#,
    r#"{"a":"\"","b":{"c":"\\","d":[0,{"c":0}]},"e":0}"#,
    r#"{"b":"x","a":{"c":"y","d":[1,{"c":2}]},"e":12}"#,
    r#"{"a":"x","b":{"d":"y","c":[1,{"c":2}]},"e":12}"#,
    r#"{"a":"x","b":{"c":"y","d":[1,{"d":2}]},"e":12}"#,
    r#"{"a":"x","a":{"c":"y","d":[1,{"c":2}]},"a":12}"#,
    r#"{"a":"x","b":{"c":"y","c":[1,{"c":2}]},"b":12}"#,
    r#"{"a":12,"b":{"c":"y","d":[1,{"c":2}]},"e":"x"}"#,
    r#"{"\u0061":"x","b":{"c":"y","d":[1,{"c":2}]},"e":12}"#,
    r#"{"a" :"x","b":{"c":"y","d":[1,{"c":2}]},"e":12}"#,
    r#"{"a": "x", "b": {"c": "y", "d": [1, {"c": 2}]}, "e": 12}"#,
    r#"{"a":"x","b":{"c":"y","d":[1,{"c":2}]},"e":nan}"#,
    r#"{"a":"x","b":{"c":"y","d":[1,["c",2]]},"e":12}"#,
    r#"{"ab":"x","b":{"c":"y","d":[1,{"c":2}]},"e":12}"#,
    r#"{"":"x","b":{"c":"y","d":[1,{"c":2}]},"e":12}"#,
    r#"{"a":"x","b":{"c":"y"},"e":12}"#,
    r#"[{"a":"x"},{"b":{"c":"y"}}]"#,
    r#"{"a":"x"}"#,
    "{}",
    "\"a\"",
    "1",
    "null",
];

/// These end the run, where they are.
const INVALID: &[&str] = &[
    r#"{"a":"x","b":{"c":"y","d":[1,{"c":2}]},"e":12x}"#,
    r#"{"a":"x","b":{"c":"y","d":[1,{"c":2}]},"e":tru}"#,
    r#"{"a":"x","b":{"c":"y","d":[01,{"c":2}]},"e":12}"#,
    r#"{"a":"x","b":{"c":"y","d":[1,{"c":2]}},"e":12}"#,
    r#"{"a":"x","b":{"c":"y""d":[1,{"c":2}]},"e":12}"#,
    r#"{"a":"x"z,"b":{"c":"y","d":[1,{"c":2}]},"e":12}"#,
    r#"{"a":"\x","b":{"c":"y","d":[1,{"c":2}]},"e":12}"#,
    r#"{"a":"x","b":{"c":"y","d":[1,{"c":2}]},"e":}"#,
    r#"{"a":"x","b":{"c":"y","d":[1,{"c":2}]},"e":{}"#,
    "{\"a\":\"x\ny\",\"b\":{\"c\":\"y\",\"d\":[1,{\"c\":2}]},\"e\":12}",
];

const FILTERS: &[&str] = &[
    ".a",
    ".a?, .b.c?, .e?",
    "{a, e}?",
    "select(.b.c? == \"y\") | .a",
    "select(.a? == \"x\")",
    "try length",
    "try keys",
    "[try .[]] | length",
    "{n: try length, a: .a?}",
    "select(.a? == \"x\") | length, keys, [.[]]",
    "try (.[] | tojson)",
    "tojson, type",
];

fn agree(filter: &str, text: &str) {
    // Fewer bytes than a block have no index.
    let plain = run(filter, text, 50, true);
    for first in [0, 70] {
        let source = ThreadedSource {
            drip: Some(SlowSource::new(text, 100_000)),
            first,
            pages: None,
        };
        let threaded = run_on(filter, Box::new(source), true);
        let begin: String = text.chars().take(300).collect();
        assert!(plain == threaded, "{filter} of {begin}…");
    }
}

#[test]
fn a_record_after_any_other_is_read_as_it_is() {
    // The index ends with a whole block, so the records that count are not the last ones.
    let padding = format!("{}\n", RECORDS[0]).repeat(3);
    for one in RECORDS {
        for other in RECORDS.iter().chain(INVALID) {
            let text = format!("{one}\n{one}\n{other}\n{one}\n{other}\n{padding}");
            FILTERS.iter().for_each(|filter| agree(filter, &text));
        }
    }
}

#[test]
fn many_records_without_a_common_shape_are_read_as_they_are() {
    let records = RECORDS.iter().cycle().enumerate().take(4_000);
    let lines = records.map(|(number, record)| {
        // For a while each has another shape, then all have the same.
        let record = if number % 1000 < 500 {
            record
        } else {
            RECORDS[0]
        };
        format!("{record}\n")
    });
    let text: String = lines.collect();
    FILTERS.iter().for_each(|filter| agree(filter, &text));
}
