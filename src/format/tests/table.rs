//! Tables of hostile values at every width.

use super::*;
use crate::width::width;

/// One JSON value per line.
const HOSTILE: &str = include_str!("../../../tests/tables/hostile.json");

fn hostile() -> Vec<Value> {
    HOSTILE.lines().map(value).collect()
}

fn table(width: Option<usize>) -> Settings {
    Settings {
        format: Format::Table,
        width,
        ..Settings::default()
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for columns in 12..300 {
        for palette in [None, Some(Palette::default())] {
            let settings = Settings {
                palette,
                ..table(Some(columns))
            };
            let (out, result) = write_all(settings, &hostile());
            result.unwrap();
            for line in stripped(&out).lines() {
                assert!(
                    width(line) <= columns,
                    "{} in {columns}: {line}",
                    width(line)
                );
                assert_eq!(line.trim_end(), line);
            }
        }
    }
}

#[test]
fn control_characters_are_escaped() {
    for format in [Format::Table, Format::Markdown] {
        for columns in [None, Some(30), Some(80)] {
            let settings = Settings {
                format,
                ..table(columns)
            };
            let (out, result) = write_all(settings, &hostile());
            result.unwrap();
            let bad =
                |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
            assert_eq!(out.find(bad), None, "{out}");
        }
    }
}

#[test]
fn on_a_terminal_only_colours_are_sent() {
    for format in [Format::Csv, Format::Tsv, Format::Yaml] {
        let settings = Settings {
            format,
            sanitize: true,
            ..Settings::default()
        };
        let (out, result) = write_all(settings, &hostile());
        result.unwrap();
        for part in ["\x1b]", "\x1b[2J", "\x07", "\u{9b}", "\u{202e}", "\u{2066}"] {
            assert!(!out.contains(part), "{format:?} {part:?}: {out:?}");
        }
    }
}

#[test]
fn every_row_is_written_once() {
    let rows: Vec<Value> = (0..1000)
        .map(|i| obj([("id", int(i)), ("text", text(&"x".repeat(i as usize % 90)))]))
        .collect();
    for columns in [None, Some(80), Some(12)] {
        let (out, result) = write_all(table(columns), &rows);
        result.unwrap();
        let lines = out.lines().filter(|line| !line.is_empty()).count();
        // At a width of 12, the text is left out, and a last line says so.
        assert_eq!(lines, if columns == Some(12) { 1002 } else { 1001 });
    }
}

#[test]
fn held_rows_are_written_before_blocking() {
    let mut formatter = formatter(table(None));
    let mut out = Vec::new();
    let mut write = |formatter: &mut Box<dyn Formatter>, json: &str| {
        formatter.write(&value(json), &mut out).unwrap()
    };
    write(&mut formatter, r#"{"a": "x", "b": 1}"#);
    formatter.before_blocking(&mut io::sink()).unwrap();
    write(&mut formatter, r#"{"a": "wide", "b": "text", "c": 3}"#);
    assert_eq!(String::from_utf8(out).unwrap(), "wide   text\n");
}

/// Containers as the engine lists them.
const CONTAINERS: &str = include_str!("../../../tests/tables/containers.json");

fn written(settings: Settings, values: &[Value]) -> String {
    let (out, result) = write_all(settings, values);
    result.unwrap();
    out
}

#[test]
fn the_word_at_the_end_of_a_state_is_whole_at_every_width() {
    let words = ["(healthy)", "(unhealthy)", "(health: starting)", "(Paused)"];
    for columns in 12..300 {
        let out = written(table(Some(columns)), &[value(CONTAINERS)]);
        let has_states = out.lines().next().unwrap().contains("STATUS");
        let is_shown = |word: &&str| out.contains(*word);
        assert!(
            !has_states || words.iter().all(is_shown),
            "{columns}: {out}"
        );
    }
}

#[test]
fn addresses_and_numbers_are_whole_at_every_width() {
    let row = |name: &str, last: i64| {
        obj([
            ("name", text(name)),
            ("note", text(&"long text ".repeat(9))),
            ("ip", text(&format!("172.21.100.{last}"))),
            ("ipv6", text(&format!("2001:db8:1:2:3:4:5:{last}"))),
            ("size", text(&format!("{last}MB"))),
            ("count", int(last * 1_000_000_007)),
            ("mac", text(&format!("02:42:ac:15:00:{last}"))),
        ])
    };
    let rows = [row("web", 10), row("db", 255)];
    let whole = written(table(None), &rows);
    let whole: Vec<&str> = whole.split_whitespace().collect();
    for columns in 12..200 {
        let out = written(table(Some(columns)), &rows);
        let rows = out.lines().skip(1).take(2);
        let numbers = rows.flat_map(str::split_whitespace);
        for number in numbers.filter(|it| it.starts_with(|c: char| c.is_ascii_digit())) {
            assert!(whole.contains(&number), "{columns}: {number}");
        }
    }
}

#[test]
fn only_a_single_object_becomes_a_record() {
    let object = || {
        let text = text(&"x".repeat(30));
        obj(["id", "a", "b", "c"].map(|key| (key, text.clone())))
    };
    let is_record = |values: &[Value]| {
        let out = written(table(Some(40)), values);
        let headers = ["ID", "A", "B", "C"];
        let has_all = out
            .lines()
            .zip(headers)
            .all(|(line, it)| line.starts_with(it));
        assert_eq!(out.contains("of 4 columns"), !has_all, "{out}");
        has_all
    };
    assert!(is_record(&[object()]));
    assert!(!is_record(&[vec![object()].into()]));
    assert!(!is_record(&[object(), object()]));
}

#[test]
fn a_stream_says_at_its_end_which_columns_it_left_out() {
    let mut formatter = formatter(table(Some(20)));
    let mut out = Vec::new();
    let row = |name: &str, long: &str| {
        let long = text(long);
        obj([("name", text(name)), ("a", long.clone()), ("b", long)])
    };
    formatter
        .write(&row("one", &"x".repeat(30)), &mut out)
        .unwrap();
    formatter.before_blocking(&mut out).unwrap();
    assert_eq!(
        String::from_utf8_lossy(&out),
        "NAME  A\none   xxxxxxxxxxxxx…\n"
    );
    formatter.write(&row("longer", "y"), &mut out).unwrap();
    formatter.finish(&mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert_eq!(
        out.lines().skip(2).collect::<Vec<_>>(),
        ["longer  y", "2 of 3 columns"]
    );
}
