//! The column of hosts.

use super::*;
use crate::columns::Selection;
use crate::parse_columns;

/// Writes the values of two hosts, `a` and `b-2`.
fn of_hosts(format: Format, columns: Columns, values: [&str; 2]) -> String {
    let settings = Settings {
        format,
        columns: Columns {
            has_host: true,
            ..columns
        },
        has_json_fallback: true,
        ..Settings::default()
    };
    written_of_hosts(settings, values)
}

fn written_of_hosts(settings: Settings, values: [&str; 2]) -> String {
    let mut formatter = formatter(settings);
    let mut out = Vec::new();
    for (host, json) in ["a", "b-2"].into_iter().zip(values) {
        formatter.set_host(host);
        formatter.write(&value(json), &mut out).unwrap();
    }
    formatter.finish(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn selected(text: &str, selection: Selection) -> Columns {
    Columns {
        selected: Some(parse_columns(text).unwrap().columns),
        selection,
        ..Columns::default()
    }
}

const ROWS: [&str; 2] = [
    r#"[{"name": "web", "size": 1}, {"name": "db"}]"#,
    r#"[{"name": "x", "host": "own", "size": 22}]"#,
];

#[test]
fn the_host_is_the_first_column() {
    let cases = [
        (
            Format::Table,
            "HOST   NAME   SIZE   HOST\na      web       1\na      db\nb-2    x        22   own\n",
        ),
        (
            Format::Csv,
            "host,name,size,host\na,web,1,\na,db,,\nb-2,x,22,own\n",
        ),
        (
            Format::Tsv,
            "host\tname\tsize\thost\na\tweb\t1\t\na\tdb\t\t\nb-2\tx\t22\town\n",
        ),
        (
            Format::Markdown,
            "| host | name | size | host |\n| --- | --- | --: | --- |\n\
             | a | web | 1 | |\n| a | db | | |\n| b-2 | x | 22 | own |\n",
        ),
    ];
    for (format, expected) in cases {
        assert_eq!(of_hosts(format, Columns::default(), ROWS), expected);
    }
}

#[test]
fn selected_columns_follow_the_host() {
    for selection in [
        Selection::Fixed,
        Selection::Tentative,
        Selection::Presentation,
    ] {
        let columns = selected("size, N: name", selection);
        let out = of_hosts(Format::Csv, columns, ROWS);
        let first = out.lines().next().unwrap();
        assert!(first.starts_with("host,"), "{selection:?} {out}");
        assert!(out.contains("\nb-2,"), "{selection:?} {out}");
    }
    let columns = selected("size, N: name", Selection::Fixed);
    let expected = "HOST   SIZE   N\na         1   web\na             db\nb-2      22   x\n";
    assert_eq!(of_hosts(Format::Table, columns, ROWS), expected);
    // The columns are for other rows.
    let columns = selected("state", Selection::Tentative);
    let out = of_hosts(Format::Csv, columns, ROWS);
    assert!(out.starts_with("host,name,size"), "{out}");
}

#[test]
fn sorted_columns_follow_the_host() {
    let settings = Settings {
        format: Format::Csv,
        columns: Columns {
            has_host: true,
            ..Columns::default()
        },
        sort_keys: true,
        ..Settings::default()
    };
    let out = written_of_hosts(settings, [r#"{"b": 1, "a": 2}"#, r#"{"a": 3}"#]);
    assert_eq!(out, "host,a,b\na,2,1\nb-2,3,\n");
}

#[test]
fn rows_without_keys_have_a_host_too() {
    let out = of_hosts(Format::Csv, Columns::default(), ["[[1, 2], [3]]", "[[4]]"]);
    assert_eq!(out, "a,1,2\na,3,\nb-2,4,\n");
    let settings = Settings {
        format: Format::Table,
        columns: Columns {
            has_host: true,
            ..Columns::default()
        },
        ..Settings::default()
    };
    let out = written_of_hosts(settings, ["1", "\"x\""]);
    assert_eq!(out, "HOST   VALUE\na      1\nb-2    x\n");
}

#[test]
fn what_is_no_table_is_json_without_a_host() {
    let out = of_hosts(Format::Table, Columns::default(), ["1", "2"]);
    assert_eq!(out, "1\n2\n");
    let out = of_hosts(Format::Table, Columns::default(), ["[]", "[]"]);
    assert_eq!(out, "");
    let columns = selected("name", Selection::Fixed);
    let out = of_hosts(Format::Table, columns, ["[]", "[]"]);
    assert_eq!(out, "HOST   NAME\n");
}

#[test]
fn the_host_stays_where_a_terminal_is_narrow() {
    let row = r#"[{"name": "a-container", "image": "registry.example.org/team/image:1.2.3",
        "command": "sh -c while-true-do-sleep", "labels": {"a": "b", "c": "d"}}]"#;
    let settings = Settings {
        format: Format::Table,
        width: Some(30),
        columns: Columns {
            has_host: true,
            ..Columns::default()
        },
        ..Settings::default()
    };
    let out = written_of_hosts(settings, [row, row]);
    assert!(out.starts_with("HOST   NAME"), "{out}");
    assert!(out.contains("\nb-2    a-container"), "{out}");
}
