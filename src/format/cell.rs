//! Values in table cells: one line, readable, without control characters.

use std::fmt::Write as _;

use dq_json::value::Value;
use dq_text::{is_ambiguous, is_dangerous, push_json_escape};

/// Values nested deeper than this in a cell are shown as `…`.
const MAX_DEPTH: usize = 8;

/// Appends a value: strings without quotes, the elements of an array separated by commas, an object as
/// `key=value, …`. Arrays and objects inside those are in brackets.
pub fn push_readable(value: &Value, out: &mut String) {
    push_nested(value, 0, out);
}

fn push_nested(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Null => {}
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Num(n) => {
            // Writing to a string cannot fail.
            let _ = write!(out, "{n}");
        }
        Value::Str(text) => push_visible(text, out),
        Value::Arr(_) | Value::Obj(_) if depth >= MAX_DEPTH => out.push('…'),
        Value::Arr(items) => {
            let elements = items.iter().map(|item| (None, item));
            push_list(elements, ["[", "]"], depth, out);
        }
        Value::Obj(map) => {
            let entries = map.iter().map(|(key, value)| (Some(&**key), value));
            push_list(entries, ["{", "}"], depth, out);
        }
    }
}

fn push_list<'v>(
    entries: impl Iterator<Item = (Option<&'v str>, &'v Value)>,
    brackets: [&str; 2],
    depth: usize,
    out: &mut String,
) {
    let [open, close] = if depth == 0 { [""; 2] } else { brackets };
    out.push_str(open);
    for (at, (key, value)) in entries.enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        if let Some(key) = key {
            push_visible(key, out);
            out.push('=');
        }
        push_nested(value, depth + 1, out);
    }
    out.push_str(close);
}

/// Appends text, with every control character, line break and bidirectional control as an escape.
pub fn push_visible(text: &str, out: &mut String) {
    // Printable ASCII is the common case; the compiler vectorises this loop.
    if text.bytes().all(|byte| (b' '..0x7f).contains(&byte)) {
        return out.push_str(text);
    }
    for c in text.chars() {
        // Terminals disagree about the width of such characters as the soft hyphen, so a row could wrap.
        if is_dangerous(c) || is_ambiguous(c) {
            let mut escape = Vec::with_capacity(12);
            push_json_escape(c, &mut escape);
            out.push_str(&String::from_utf8_lossy(&escape));
        } else {
            out.push(c);
        }
    }
}

/// The first twelve digits of a SHA-256 digest, which is how docker shows IDs; `None` for any other text.
pub fn short_hash(text: &str) -> Option<&str> {
    let digits = text.strip_prefix("sha256:").unwrap_or(text);
    let is_hash = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| &digits[..12])
}

#[cfg(test)]
mod tests {
    use super::super::tests::value;
    use super::*;

    #[test]
    fn values_in_cells() {
        let cases = [
            ("null", ""),
            ("true", "true"),
            ("-1.50", "-1.50"),
            ("12345678901234567890", "12345678901234567890"),
            (r#""a b""#, "a b"),
            (r#"["/a", "/b", 1, null]"#, "/a, /b, 1, "),
            (r#"{"a": "b", "c": 1, "d": null}"#, "a=b, c=1, d="),
            (
                r#"[{"a": 1}, {"a": [1, 2], "b": {}}]"#,
                "{a=1}, {a=[1, 2], b={}}",
            ),
            (r#"{"a": [], "b": ["x"]}"#, "a=[], b=[x]"),
            ("[]", ""),
            ("{}", ""),
            ("[[[[[[[[[[1]]]]]]]]]]", "[[[[[[[…]]]]]]]"),
        ];
        for (json, expected) in cases {
            let mut out = String::new();
            push_readable(&value(json), &mut out);
            assert_eq!(out, expected, "{json}");
        }
    }

    #[test]
    fn control_characters_are_escaped() {
        let cases = [
            ("a\nb\tc\r", r"a\nb\tc\r"),
            ("\x1b[31mred\x1b[0m", r"\u001b[31mred\u001b[0m"),
            ("\x1b]0;title\x07", r"\u001b]0;title\u0007"),
            ("\0\x7f\u{9b}31m", r"\u0000\u007f\u009b31m"),
            (
                "evil\u{202e}gpj.exe\u{2066}\u{2069}",
                r"evil\u202egpj.exe\u2066\u2069",
            ),
            ("a\u{2028}b\u{2029}", r"a\u2028b\u2029"),
            ("soft\u{ad}hyphen", r"soft\u00adhyphen"),
            ("日本 👩\u{200d}👧", "日本 👩\u{200d}👧"),
        ];
        for (text, expected) in cases {
            let mut out = String::new();
            push_visible(text, &mut out);
            assert_eq!(out, expected, "{text:?}");
        }
    }

    #[test]
    fn short_hashes() {
        let digits = "0123456789abcdef".repeat(4);
        assert_eq!(short_hash(&digits), Some("0123456789ab"));
        assert_eq!(
            short_hash(&format!("sha256:{digits}")),
            Some("0123456789ab")
        );
        assert_eq!(short_hash(&digits[1..]), None);
        assert_eq!(short_hash(&digits.replace('a', "g")), None);
        assert_eq!(short_hash(&format!("sha512:{digits}")), None);
    }
}
