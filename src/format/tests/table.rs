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
