//! Tests which texts are accepted, with which values or errors, and that results do not depend on how the bytes arrive.

#![allow(clippy::unwrap_used)]

use std::io::{self, Read};

use super::{
    ByteSource, EventReader, JqReaderSettings, ScannedValue, ValidateOnly, ValueReader, from_slice,
};
use crate::value::{MAX_DEPTH, Value};

/// Bytes that arrive a few at a time, and are scanned with vector instructions from the first byte.
struct Drip<'t> {
    text: &'t [u8],
    size: usize,
}

impl Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.size.min(self.text.len()).min(buffer.len());
        let (now, later) = self.text.split_at(size);
        buffer[..size].copy_from_slice(now);
        self.text = later;
        Ok(size)
    }
}

impl ByteSource for Drip<'_> {
    fn simd_threshold(&self) -> usize {
        0
    }
}

/// Every value of a text as compact JSON, and the error that ends it. Each read returns `size` bytes.
fn read(text: &[u8], size: usize) -> Vec<String> {
    let mut reader = ValueReader::new(Drip { text, size });
    std::iter::from_fn(|| reader.next_value())
        .map(|value| value.map_or_else(|error| error.to_string(), |value| value.to_json()))
        .collect()
}

const TEXTS: &[(&str, &[&str])] = &[
    ("", &[]),
    (" \n\t\r ", &[]),
    ("null true false", &["null", "true", "false"]),
    ("1 -2 3.50 1e3 -0", &["1", "-2", "3.50", "1E+3", "-0"]),
    (
        "[1,2][3]{}\"a\"\"b\"",
        &["[1,2]", "[3]", "{}", "\"a\"", "\"b\""],
    ),
    ("[]", &["[]"]),
    ("[ ] { }", &["[]", "{}"]),
    (
        "{\"a\":[1,{\"b\":null}],\"c\":\"\\u00e9\\n\\\"x\"}",
        &["{\"a\":[1,{\"b\":null}],\"c\":\"é\\n\\\"x\"}"],
    ),
    ("{\"a\":1,\"b\":2,\"a\":3}", &["{\"a\":3,\"b\":2}"]),
    ("{\"a\\u0062\":1}", &["{\"ab\":1}"]),
    ("\"\\ud83d\\ude00 😀\"", &["\"😀 😀\""]),
    ("\"\\ud83d x\"", &["\"\u{fffd} x\""]),
    ("\"\\ude00\\ud83d\"", &["\"\u{fffd}\u{fffd}\""]),
    ("\"\\ud83d\\n\"", &["\"\u{fffd}\\n\""]),
    ("\u{feff}[1]", &["[1]"]),
    ("\u{1e}1\n\u{1e}[2]\n", &["1", "[2]"]),
    ("[1,2", &["Unfinished JSON term"]),
    ("[1 2]", &["Expected separator between values"]),
    ("[1,]", &["Expected another array element"]),
    ("[,1]", &["Expected value before ','"]),
    ("{\"a\" 1}", &["Expected separator between values"]),
    ("{\"a\":1,}", &["Expected another key-value pair"]),
    ("{1:2}", &["Object keys must be strings"]),
    ("{a:2}", &["Invalid numeric literal"]),
    ("]", &["Unmatched ']'"]),
    ("1 }", &["1", "Unmatched '}'"]),
    ("tru", &["Invalid literal"]),
    ("truex", &["Invalid literal"]),
    ("nul", &["Invalid literal"]),
    ("nan", &["null"]),
    ("[NaN,-nan, +sNaN ,nan00]", &["[null,null,null,null]"]),
    (
        "{\"nan\":nan}NaN[nan]",
        &["{\"nan\":null}", "null", "[null]"],
    ),
    (
        "Infinity -inf\n+INFINITY",
        &[
            "1.7976931348623157e+308",
            "-1.7976931348623157e+308",
            "1.7976931348623157e+308",
        ],
    ),
    ("nan1", &["Invalid numeric literal"]),
    ("nann", &["Invalid numeric literal"]),
    ("[Infinit]", &["Invalid numeric literal"]),
    ("infinityx", &["Invalid numeric literal"]),
    ("+-nan", &["Invalid numeric literal"]),
    ("na", &["Invalid numeric literal"]),
    ("[nan 1]", &["Expected separator between values"]),
    ("{nan:1}", &["Object keys must be strings"]),
    ("nan,1", &["Expected value before ','"]),
    ("'a'", &["Invalid string literal; expected \", but got '"]),
    ("# 1", &["Invalid numeric literal"]),
    ("01", &["Invalid numeric literal"]),
    ("+1", &["Invalid numeric literal"]),
    ("1.", &["Invalid numeric literal"]),
    (".5", &["Invalid numeric literal"]),
    ("1e", &["Invalid numeric literal"]),
    ("-", &["Invalid numeric literal"]),
    ("1true", &["Invalid numeric literal"]),
    ("\"abc", &["Unfinished string"]),
    (
        "\"a\nb\"",
        &["Invalid string: control characters from U+0000 through U+001F must be escaped"],
    ),
    ("\"\\x\"", &["Invalid escape"]),
    ("\"\\u12g4\"", &["Invalid characters in \\uXXXX escape"]),
    ("[\"\\u12", &["Unfinished string"]),
];

#[test]
fn values_and_errors_do_not_depend_on_how_the_bytes_arrive() {
    for (text, expected) in TEXTS {
        let whole = read(text.as_bytes(), usize::MAX);
        assert_eq!(whole.len(), expected.len(), "{text:?} gives {whole:?}");
        for (got, expected) in whole.iter().zip(*expected) {
            assert!(got.starts_with(expected), "{text:?} gives {got:?}");
        }
        for size in 1..=text.len() {
            assert_eq!(
                read(text.as_bytes(), size),
                whole,
                "{text:?} by {size} bytes"
            );
        }
    }
}

#[test]
fn a_value_can_be_longer_than_a_read() {
    let long = format!(
        "[{}\"{}\"]",
        "{\"key\":[1,2,3]},".repeat(40_000),
        "é".repeat(300_000)
    );
    for size in [1_000, 4_096, 262_144, usize::MAX] {
        assert_eq!(read(long.as_bytes(), size), std::slice::from_ref(&long));
    }
}

#[test]
fn invalid_utf8_becomes_replacement_characters() {
    assert_eq!(read(b"\"a\xffb\"", 1), ["\"a\u{fffd}b\""]);
    assert_eq!(read(b"{\"\xc3\":1}", 2), ["{\"\u{fffd}\":1}"]);
}

#[test]
fn nesting_is_limited() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let deepest = nested(MAX_DEPTH);
    assert!(from_slice(deepest.as_bytes()).is_ok());
    let mut reader = ValueReader::new(Drip {
        text: deepest.as_bytes(),
        size: 1000,
    });
    assert!(reader.next_value().unwrap().is_ok());
    for text in [nested(MAX_DEPTH + 1), "[".repeat(1_000_000)] {
        let error = from_slice(text.as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with("Exceeds depth limit"), "{error}");
        assert_eq!(read(text.as_bytes(), 1000), [error]);
    }
}

#[test]
fn from_slice_takes_exactly_one_value() {
    for text in ["", " ", "1 2", "[1] x"] {
        assert!(from_slice(text.as_bytes()).is_err(), "{text:?}");
    }
    assert_eq!(
        from_slice(b" [1] ").unwrap(),
        Value::from(vec![Value::from(1usize)])
    );
}

#[test]
fn elements_do_not_depend_on_how_the_bytes_arrive() {
    let text = "[1, [2,{\"a\":\"x\\n\"}] ,\"é\", {}] [] [4]";
    for size in 1..=text.len() {
        let mut reader = ValueReader::new(Drip {
            text: text.as_bytes(),
            size,
        });
        let mut arrays = Vec::new();
        while let Some(opened) = reader.open_or_scan(&mut ValidateOnly) {
            assert_eq!(opened.unwrap(), ScannedValue::OpenArray);
            let elements = std::iter::from_fn(|| reader.next_element());
            arrays.push(
                elements
                    .map(|element| element.unwrap().to_json())
                    .collect::<Vec<_>>(),
            );
        }
        assert_eq!(
            arrays[0],
            ["1", "[2,{\"a\":\"x\\n\"}]", "\"é\"", "{}"],
            "by {size} bytes"
        );
        assert!(arrays[1].is_empty());
        assert_eq!(arrays[2], ["4"]);
    }
}

#[test]
fn events_are_those_of_jq() {
    let text = "{\"a\":[1,{\"b\":2}],\"c\":[]} 3 [] [[4]]";
    let expected = [
        "[[\"a\",0],1]",
        "[[\"a\",1,\"b\"],2]",
        "[[\"a\",1,\"b\"]]",
        "[[\"a\",1]]",
        "[[\"c\"],[]]",
        "[[\"c\"]]",
        "[[],3]",
        "[[],[]]",
        "[[0,0],4]",
        "[[0,0]]",
        "[[0]]",
    ];
    for size in 1..=text.len() {
        let drip: Box<dyn ByteSource> = Box::new(Drip {
            text: text.as_bytes(),
            size,
        });
        let mut events = EventReader::new(drip, JqReaderSettings::default());
        let read = std::iter::from_fn(|| events.next_value());
        let read: Vec<_> = read.map(|event| event.unwrap().to_json()).collect();
        assert_eq!(read, expected, "by {size} bytes");
    }
}

#[test]
fn the_line_of_a_value_counts_wherever_a_read_ended() {
    let text = b"{\"a\":1} \n[2]\n \n\"x\" {\"b\":\n3} \r\n[4]";
    for size in 1..=text.len() {
        let mut reader = ValueReader::new(Drip { text, size });
        let mut lines = Vec::new();
        while let Some(value) = reader.next_value() {
            value.unwrap();
            reader.read_to_line_end();
            lines.push(reader.line_number());
        }
        assert_eq!(lines, [1, 2, 4, 5, 5], "by {size} bytes");
    }
}

#[test]
fn an_error_behind_a_value_whose_line_is_asked_for_is_told_by_the_next_read() {
    struct Broken(bool);
    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            buffer[..4].copy_from_slice(b"[1] ");
            Ok(4)
        }
    }
    impl ByteSource for Broken {}
    let mut reader = ValueReader::new(Broken(false));
    assert_eq!(reader.next_value().unwrap().unwrap().to_json(), "[1]");
    reader.read_to_line_end();
    assert_eq!(reader.line_number(), 0);
    assert!(reader.next_value().unwrap().is_err());
    assert!(reader.next_value().is_none());
}

/// An endless input: a prefix, then a text repeated forever. Counts the bytes that are read.
struct Endless<'t> {
    begin: &'t [u8],
    again: &'t [u8],
    at: usize,
    bytes_read: &'t std::cell::Cell<usize>,
}

impl Read for Endless<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for byte in buffer.iter_mut() {
            *byte = match self.begin.split_first() {
                Some((first, others)) => {
                    self.begin = others;
                    *first
                }
                None => {
                    let byte = self.again[self.at];
                    self.at = (self.at + 1) % self.again.len();
                    byte
                }
            };
        }
        self.bytes_read.set(self.bytes_read.get() + buffer.len());
        Ok(buffer.len())
    }
}

impl ByteSource for Endless<'_> {
    fn simd_threshold(&self) -> usize {
        0
    }
}

#[test]
fn an_error_in_an_endless_input_is_reported() {
    let inputs: [(&[u8], &[u8], &str); 9] = [
        (b"", b"\0", "Invalid numeric literal at line 1, column 1"),
        (b"", b"y", "Invalid numeric literal"),
        (b"[1", b"y", "Invalid numeric literal"),
        (b"[tru", b"y", "Invalid literal"),
        (b"\"", b"\0", "Invalid string: control characters"),
        (b"[\"\\x", b"y", "Invalid escape"),
        (b"[\"\\u00zz", b"\\", "Invalid characters in \\uXXXX escape"),
        (b"{[", b"1,", "Object keys must be strings"),
        (
            b"{\"a\" \"",
            b"y\\u00e9",
            "Expected separator between values",
        ),
    ];
    for (begin, again, expected) in inputs {
        let count = std::cell::Cell::new(0);
        let mut reader = ValueReader::new(Endless {
            begin,
            again,
            at: 0,
            bytes_read: &count,
        });
        let error = reader.next_value().unwrap().unwrap_err().to_string();
        assert!(error.starts_with(expected), "{begin:?}: {error}");
        assert!(count.get() < 4 << 20, "{begin:?}: {} bytes", count.get());
    }
}

#[test]
fn the_place_of_a_late_error_does_not_depend_on_how_the_bytes_arrive() {
    let far = [vec![b'y'; 3 << 20], b"\\x".to_vec(), vec![b'y'; 1000]].concat();
    let texts = [
        (&b"{["[..], b"1,".repeat(2 << 20), "Object keys"),
        (b"[\"", [&*far, b"\"]"].concat(), "Invalid escape"),
        (b"{\"", [&*far, b"\":1}"].concat(), "Invalid escape"),
    ];
    for (begin, rest, expected) in texts {
        let text = [begin, &rest].concat();
        let errors = [1000, 70_000, text.len()].map(|size| read(&text, size));
        assert!(errors[0][0].starts_with(expected), "{:?}", errors[0]);
        assert_eq!(errors[0], errors[1]);
        assert_eq!(errors[0], errors[2]);
    }
}

#[test]
fn a_number_of_many_digits_is_read_in_linear_time() {
    let digits = "7".repeat(8 << 20);
    for (text, values) in [
        (format!("[{digits}, 1]"), vec![format!("[{digits},1]")]),
        (
            format!("{digits} \"{digits}\""),
            vec![digits.clone(), format!("\"{digits}\"")],
        ),
    ] {
        assert!(read(text.as_bytes(), 4096) == values);
    }
}
