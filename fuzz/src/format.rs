//! Formats and table cells.

use dq_format::{Columns, Format, Settings, formatter, parse_columns, text_width, truncate};
use dq_json::read::ValueReader;

use crate::Target;

pub const CELLS: Target = Target {
    name: "cells",
    run: cells,
    seeds: &[
        "A: a, b.c|x, {d, e}\n[{\"a\":\"x\\u001b[31mred\\u0007\",\"b\":{\"c\":[1,null]}},{\"a\":\"\u{4e2d}\u{6587}\u{1f469}\u{200d}\u{1f469}\u{301}\",\"d\":\"l1\\nl2\\t\"}]",
        "a[0].\"b\", ., x\n{\"a\":1}\n{\"b\":2}\n[1,\"two\",[3]]\n\"\u{202e}rtl\u{feff}\"",
    ],
    runs_programs: false,
};

const FORMATS: [&str; 9] = [
    "table", "record", "csv", "tsv", "markdown", "yaml", "xml", "toml", "lines",
];

/// The first line is a list of columns, the rest are values: no format panics, and on a terminal no control character
/// of a value gets through.
fn cells(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (columns, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let list = parse_columns(columns);
    let mut reader = ValueReader::new(rest.as_bytes());
    let mut values = Vec::new();
    while let Some(Ok(value)) = reader.next_value() {
        values.push(value);
    }
    let selected = list.ok().map(|list| list.columns);
    for name in FORMATS {
        let Some(format) = Format::from_name(name) else {
            continue;
        };
        for selected in [None, selected.clone()] {
            let columns = Columns {
                selected,
                has_header: true,
                ..Columns::default()
            };
            let width = Some(data.len() % 90);
            let settings = Settings {
                format,
                columns,
                width,
                sanitize: true,
                ..Settings::default()
            };
            let mut formatter = formatter(settings);
            let mut out = Vec::new();
            for value in &values {
                let _ = formatter.write(value, &mut out);
            }
            let _ = formatter.finish(&mut out);
            let out = String::from_utf8(out).unwrap_or_else(|error| panic!("{name}: {error}"));
            let bad = out
                .chars()
                .find(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r'));
            assert!(bad.is_none(), "{name}: {bad:?} in {out:?}");
        }
    }
    // Texts are cut when their control characters are gone.
    let plain = rest.replace(char::is_control, "");
    for width in [0, 1, 2, 7, 40] {
        let (cut, _) = truncate(&plain, width);
        assert!(text_width(cut) <= width, "{cut:?} is wider than {width}");
    }
}
