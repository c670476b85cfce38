//! JSON and raw strings as jq 1.8 prints them.

use std::io;

use super::*;

#[test]
fn layouts() {
    let sorted = Settings {
        sort_keys: true,
        ..compact()
    };
    let value = obj([("b", arr([int(1), obj([("x", arr([]))])])), ("a", obj([]))]);
    let cases = [
        (
            Settings::default(),
            "{\n  \"b\": [\n    1,\n    {\n      \"x\": []\n    }\n  ],\n  \"a\": {}\n}\n",
        ),
        (
            pretty(Indent::Tab),
            "{\n\t\"b\": [\n\t\t1,\n\t\t{\n\t\t\t\"x\": []\n\t\t}\n\t],\n\t\"a\": {}\n}\n",
        ),
        (
            pretty(Indent::Spaces(1)),
            "{\n \"b\": [\n  1,\n  {\n   \"x\": []\n  }\n ],\n \"a\": {}\n}\n",
        ),
        (
            pretty(Indent::Spaces(0)),
            "{\n\"b\": [\n1,\n{\n\"x\": []\n}\n],\n\"a\": {}\n}\n",
        ),
        (compact(), "{\"b\":[1,{\"x\":[]}],\"a\":{}}\n"),
        (sorted, "{\"a\":{},\"b\":[1,{\"x\":[]}]}\n"),
    ];
    for (settings, expected) in cases {
        assert_eq!(written(settings.clone(), &value), expected, "{settings:?}");
    }
}

#[test]
fn keys_are_sorted_by_code_point_at_every_level() {
    let inner = obj([
        ("\u{ff61}", int(1)),
        ("😀", int(2)),
        ("a", int(3)),
        ("", int(4)),
        ("B", int(5)),
    ]);
    let settings = Settings {
        sort_keys: true,
        ..compact()
    };
    let expected = "[{\"\":4,\"B\":5,\"a\":3,\"\u{ff61}\":1,\"😀\":2}]\n";
    assert_eq!(written(settings, &arr([inner])), expected);
}

/// A string, and how it is written by default, with `-a`, and on a terminal.
const STRINGS: [(&str, &str, &str, &str); 9] = [
    ("", "", "", ""),
    ("a/b'", "a/b'", "a/b'", "a/b'"),
    ("\"\\", r#"\"\\"#, r#"\"\\"#, r#"\"\\"#),
    (
        "\x08\t\n\x0c\r",
        r"\b\t\n\f\r",
        r"\b\t\n\f\r",
        r"\b\t\n\f\r",
    ),
    (
        "\0\x1b\x1f\x7f",
        r"\u0000\u001b\u001f\u007f",
        r"\u0000\u001b\u001f\u007f",
        r"\u0000\u001b\u001f\u007f",
    ),
    ("é\u{ffff}", "é\u{ffff}", r"\u00e9\uffff", "é\u{ffff}"),
    ("😀x", "😀x", r"\ud83d\ude00x", "😀x"),
    (
        "\u{9b}\u{202e}\u{2069}",
        "\u{9b}\u{202e}\u{2069}",
        r"\u009b\u202e\u2069",
        r"\u009b\u202e\u2069",
    ),
    (
        "0123456789abcdef\"",
        r#"0123456789abcdef\""#,
        r#"0123456789abcdef\""#,
        r#"0123456789abcdef\""#,
    ),
];

#[test]
fn strings() {
    let ascii = Settings {
        ascii: true,
        ..compact()
    };
    let terminal = Settings {
        sanitize: true,
        ..compact()
    };
    for (input, plain, with_a, on_terminal) in STRINGS {
        let value = text(input);
        assert_eq!(
            written(compact(), &value),
            format!("\"{plain}\"\n"),
            "{input:?}"
        );
        assert_eq!(
            written(ascii.clone(), &value),
            format!("\"{with_a}\"\n"),
            "{input:?} with -a"
        );
        assert_eq!(
            written(terminal.clone(), &value),
            format!("\"{on_terminal}\"\n"),
            "{input:?} on a terminal"
        );
        assert_eq!(
            written(compact(), &obj([(input, value)])),
            format!("{{\"{plain}\":\"{plain}\"}}\n")
        );
    }
}

#[test]
fn every_escape_at_every_offset() {
    for special in (0..0x80_u8).map(char::from) {
        let expected = match special {
            '\0'..='\x1f' | '"' | '\\' | '\x7f' => {
                let mut escaped = Vec::new();
                dq_text::push_json_escape(special, &mut escaped);
                String::from_utf8(escaped).unwrap()
            }
            _ => special.to_string(),
        };
        for offset in 0..40 {
            let (before, after) = (
                "é".repeat(offset / 2) + &"-".repeat(offset % 2),
                "-".repeat(40 - offset),
            );
            let json = written(compact(), &text(&format!("{before}{special}{after}")));
            assert_eq!(json, format!("\"{before}{expected}{after}\"\n"));
        }
    }
}

#[test]
fn numbers() {
    let cases = [
        (int(0), "0"),
        (int(-1), "-1"),
        (int(9_007_199_254_740_992), "9007199254740992"),
        (int(i64::MIN), "-9223372036854775808"),
        (Value::Num(Num::Float(1.5)), "1.5"),
        (Value::Num(Num::Float(f64::NAN)), "null"),
        (
            Value::Num(Num::Float(f64::INFINITY)),
            "1.7976931348623157e+308",
        ),
        (literal("100000000000000000000"), "100000000000000000000"),
        (literal("1.10"), "1.10"),
        (literal("1E+1000"), "1E+1000"),
        (literal("1E-1000"), "1E-1000"),
    ];
    for (value, expected) in cases {
        assert_eq!(written(compact(), &value), format!("{expected}\n"));
        assert_eq!(
            written(colored(compact()), &value),
            format!("{}\n", painted(&value, expected))
        );
    }
}

/// A number in the default palette: only NaN has a colour, that of `null`.
fn painted(value: &Value, json: &str) -> String {
    match value {
        Value::Num(Num::Float(x)) if x.is_nan() => format!("\x1b[90m{json}\x1b[0m"),
        _ => json.to_owned(),
    }
}

#[test]
fn raw_strings_separators_and_ends() {
    use RawOutput::{Joined, Lines, Nul, Off};
    let values = [text("é\n"), int(1), arr([text("a")])];
    let cases = [
        // raw, --seq, -a, output
        (Off, false, false, "\"é\\n\"\n1\n[\"a\"]\n"),
        (Lines, false, false, "é\n\n1\n[\"a\"]\n"),
        (Lines, false, true, "\"\\u00e9\\n\"\n1\n[\"a\"]\n"),
        (Joined, false, false, "é\n1[\"a\"]"),
        (Nul, false, false, "é\n\x001\0[\"a\"]\0"),
        (Off, true, false, "\x1e\"é\\n\"\n\x1e1\n\x1e[\"a\"]\n"),
        (Lines, true, false, "é\n\n\x1e1\n\x1e[\"a\"]\n"),
        (Lines, true, true, "\"\\u00e9\\n\"\n\x1e1\n\x1e[\"a\"]\n"),
        (Joined, true, false, "é\n\x1e1\x1e[\"a\"]"),
        (Nul, true, false, "é\n\0\x1e1\0\x1e[\"a\"]\0"),
    ];
    for (raw, seq, ascii, expected) in cases {
        let (out, result) = write_all(
            Settings {
                raw,
                seq,
                ascii,
                ..compact()
            },
            &values,
        );
        assert!(result.is_ok());
        assert_eq!(out, expected, "{raw:?} seq {seq} ascii {ascii}");
    }
}

#[test]
fn nul_in_a_string_is_an_error_with_raw_output0() {
    let settings = |raw, ascii| Settings {
        raw,
        ascii,
        ..compact()
    };
    let value = text("a\0b");
    let (out, result) = write_all(settings(RawOutput::Nul, false), &[text("x"), value.clone()]);
    assert_eq!(out, "x\0");
    assert_eq!(result.as_ref().unwrap_err().exit_code(), 5);
    let message = "Cannot dump a string containing NUL with --raw-output0 option";
    assert_eq!(result.unwrap_err().to_string(), message);
    assert_eq!(
        written(settings(RawOutput::Nul, true), &value),
        "\"a\\u0000b\"\0"
    );
    assert_eq!(written(settings(RawOutput::Lines, false), &value), "a\0b\n");
    assert_eq!(
        written(settings(RawOutput::Nul, false), &arr([value])),
        "[\"a\\u0000b\"]\0"
    );
}

#[test]
fn raw_strings_are_sanitized_on_a_terminal_only() {
    let settings = |sanitize| Settings {
        raw: RawOutput::Lines,
        sanitize,
        ..compact()
    };
    let value = text("\x1b[31mred\x1b[0m \x1b]0;title\x07");
    assert_eq!(
        written(settings(false), &value),
        "\x1b[31mred\x1b[0m \x1b]0;title\x07\n"
    );
    assert_eq!(
        written(settings(true), &value),
        "\x1b[31mred\x1b[0m \\u001b]0;title\\u0007\n"
    );
}

/// An array nested this many levels deep.
fn nested(levels: usize) -> Value {
    (1..levels).fold(arr([]), |inner, _| arr([inner]))
}

/// Runs a test with the large stack that writing and dropping deep values needs.
fn on_a_large_stack(test: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new()
        .stack_size(256 << 20)
        .spawn(test)
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn deep_values_are_written_or_refused() {
    on_a_large_stack(|| {
        let levels = MAX_DEPTH + 1;
        for settings in [compact(), colored(compact())] {
            let brackets = "[".repeat(levels) + &"]".repeat(levels) + "\n";
            assert_eq!(
                stripped(&written(settings.clone(), &nested(levels))),
                brackets
            );
            let mut formatter = formatter(settings);
            let error = formatter
                .write(&nested(levels + 1), &mut io::sink())
                .unwrap_err();
            assert!(matches!(error, Error::TooDeep));
            assert_eq!(error.exit_code(), 5);
            let mut out = Vec::new();
            formatter.write(&arr([int(1)]), &mut out).unwrap();
            formatter.flush_pending(&mut out).unwrap();
            assert_eq!(
                stripped(&String::from_utf8(out).unwrap()),
                "[1]\n",
                "the next value is written"
            );
        }
        let (out, result) = write_all(compact(), &[int(1), nested(levels + 1)]);
        assert_eq!(
            (out.as_str(), result.is_err()),
            ("1\n", true),
            "nothing of a small value that is too deep"
        );
    });
}

/// A writer that accepts this many bytes, then fails.
struct Full(usize, io::ErrorKind);

impl io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(self.1.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_failing_writer_ends_the_output() {
    let large = arr((0..200_000).map(int));
    for settings in [compact(), colored(compact())] {
        for (room, kind) in [
            (0, io::ErrorKind::BrokenPipe),
            (100_000, io::ErrorKind::StorageFull),
        ] {
            let error = formatter(settings.clone())
                .write(&large, &mut Full(room, kind))
                .unwrap_err();
            assert!(
                matches!(&error, Error::Io(e) if e.kind() == kind),
                "{error:?}"
            );
            assert_eq!(error.is_broken_pipe(), kind == io::ErrorKind::BrokenPipe);
            assert_eq!(error.exit_code(), 2);
        }
    }
}
