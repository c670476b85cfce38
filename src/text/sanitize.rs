//! Text of a server made harmless: for a terminal, and for a message of one line.

use std::borrow::Cow;

use crate::chars::{is_ambiguous, is_dangerous, push_json_escape};

/// Characters of a server's text that one message shows at most.
const MESSAGE_LIMIT: usize = 1000;

/// Makes text safe to write to a terminal. Colours (SGR sequences, `ESC [ … m`), tabs and line ends (LF, CR LF) are
/// kept; every other dangerous character is shown as a JSON escape.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    escape(text, true)
}

/// The same without colours, for formats of data: an escape sequence in a cell is data, too.
pub fn sanitize_data(text: &str) -> Cow<'_, str> {
    escape(text, false)
}

fn escape(text: &str, keeps_colors: bool) -> Cow<'_, str> {
    if find_unsafe(text, keeps_colors).is_none() {
        return Cow::Borrowed(text);
    }
    let mut shown = Vec::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((at, c)) = find_unsafe(rest, keeps_colors) {
        shown.extend_from_slice(&rest.as_bytes()[..at]);
        push_json_escape(c, &mut shown);
        rest = &rest[at + c.len_utf8()..];
    }
    shown.extend_from_slice(rest.as_bytes());
    Cow::Owned(String::from_utf8_lossy(&shown).into_owned())
}

/// The first character that must not reach a terminal.
fn find_unsafe(text: &str, keeps_colors: bool) -> Option<(usize, char)> {
    text.char_indices().find(|&(at, c)| {
        is_dangerous(c) && !is_harmless(c, &text[at + c.len_utf8()..], keeps_colors)
    })
}

fn is_harmless(c: char, following: &str, keeps_colors: bool) -> bool {
    match c {
        '\t' | '\n' => true,
        // Alone it would let text overwrite what stands before it in its line.
        '\r' => following.starts_with('\n'),
        '\x1b' => keeps_colors && starts_sgr(following),
        _ => false,
    }
}

/// Whether an ESC before this text makes it a colour sequence.
fn starts_sgr(text: &str) -> bool {
    let parameters = |text: &str| {
        text.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';' || c == ':')
            .starts_with('m')
    };
    text.strip_prefix('[').is_some_and(parameters)
}

/// Makes text fit for a message of one line: cut after 1000 characters, every control character, line separator and
/// direction mark shown as an escape, colours included.
pub fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(MESSAGE_LIMIT));
    for (count, c) in text.chars().enumerate() {
        if count == MESSAGE_LIMIT {
            out.push('…');
            break;
        }
        push_visible(&mut out, c);
    }
    out
}

/// Makes text fit for a message of one line, as [`one_line`], whatever its length: what follows a line feed in the text
/// of a server must not pass for a line of dq's.
pub fn escape_line(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| is_dangerous(c) || is_ambiguous(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    text.chars().for_each(|c| push_visible(&mut out, c));
    Cow::Owned(out)
}

/// Makes text safe for a terminal while it arrives, as [`sanitize`] does with a whole one.
#[derive(Debug, Default)]
pub struct StreamSanitizer(Vec<u8>);

impl StreamSanitizer {
    /// Adds bytes. Returns the text so far, but for an end that may be part of a character, a colour or a line end.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.0.extend_from_slice(bytes);
        let rest = self.0.split_off(self.0.len() - unfinished(&self.0));
        let text = self.finish();
        self.0 = rest;
        text
    }

    /// What is left at the end.
    pub fn finish(&mut self) -> String {
        let text = std::mem::take(&mut self.0);
        sanitize(&String::from_utf8_lossy(&text)).into_owned()
    }
}

/// The longest colour sequence that is waited for, in bytes.
const LONGEST_SGR: usize = 32;

/// How many bytes at the end are the beginning of something.
fn unfinished(bytes: &[u8]) -> usize {
    let tail = &bytes[bytes.len().saturating_sub(LONGEST_SGR)..];
    let is_parameter = |byte: &u8| byte.is_ascii_digit() || b"[;:".contains(byte);
    let escape = tail.iter().rposition(|byte| *byte == b'\x1b');
    if let Some(at) = escape.filter(|at| tail[at + 1..].iter().all(is_parameter)) {
        return tail.len() - at;
    }
    let lead = tail.iter().rposition(|byte| *byte >= 0xc0);
    let cut = lead.filter(|at| {
        let end = std::str::from_utf8(&tail[*at..]);
        end.is_err_and(|error| error.error_len().is_none())
    });
    match cut {
        Some(at) => tail.len() - at,
        None => usize::from(tail.ends_with(b"\r")),
    }
}

fn push_visible(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\0'..='\x1f' | '\x7f'..='\u{9f}' => out.push_str(&format!("\\x{:02x}", u32::from(c))),
        c if is_dangerous(c) || is_ambiguous(c) => {
            out.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
        }
        _ => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sanitized_text() {
        let cases = [
            ("", ""),
            ("plain é 😀 \u{200f}", "plain é 😀 \u{200f}"),
            ("a\tb\nc\r\nd", "a\tb\nc\r\nd"),
            ("100%\r50%\r", r"100%\r50%\r"),
            ("\x1b[m\x1b[1;38:5:3m", "\x1b[m\x1b[1;38:5:3m"),
            ("\x1b[2J\x1b[1", r"\u001b[2J\u001b[1"),
            ("\x1b", r"\u001b"),
            ("\x1b[?1m\x1bc", r"\u001b[?1m\u001bc"),
            ("\0\x07\x08\x0b\x0c\x7f", r"\u0000\u0007\b\u000b\f\u007f"),
            ("\u{80}\u{9b}31m\u{9f}", r"\u0080\u009b31m\u009f"),
            (
                "\u{202a}\u{202e}\u{2066}\u{2069}",
                r"\u202a\u202e\u2066\u2069",
            ),
            (
                "\u{2029}\u{202f}\u{2065}\u{206a}",
                "\u{2029}\u{202f}\u{2065}\u{206a}",
            ),
        ];
        for (input, expected) in cases {
            assert_eq!(sanitize(input), expected, "{input:?}");
        }
    }

    #[test]
    fn data_has_no_colours() {
        let text = "\x1b[31mred\x1b[0m\ta\r\nb\r";
        assert_eq!(sanitize_data(text), "\\u001b[31mred\\u001b[0m\ta\r\nb\\r");
    }

    #[test]
    fn a_message_of_any_length_has_one_line() {
        assert_eq!(escape_line("plain é"), "plain é");
        assert_eq!(escape_line("x\nhint: run\x1b[0m"), "x\\nhint: run\\x1b[0m");
        assert_eq!(escape_line(&"\n".repeat(5000)).len(), 10_000);
    }

    #[test]
    fn pieces_are_sanitized_as_the_whole() {
        let text = "é\x1b[1;31mü😀\x1b[2J\r\nPassword: \x1b[38;2;1;2;3mx\x1b";
        let expected = sanitize(text);
        for size in 1..text.len() {
            let mut sanitizer = StreamSanitizer::default();
            let mut found = String::new();
            for piece in text.as_bytes().chunks(size) {
                found += &sanitizer.push(piece);
            }
            found += &sanitizer.finish();
            assert_eq!(found, expected, "{size}");
        }
    }

    #[test]
    fn a_prompt_is_shown_at_once() {
        let mut sanitizer = StreamSanitizer::default();
        assert_eq!(sanitizer.push(b"Password: "), "Password: ");
        assert_eq!(sanitizer.push(b"\xff\xfe"), "\u{fffd}\u{fffd}");
    }

    #[test]
    fn a_message_has_one_line() {
        assert_eq!(
            one_line("a\x1b[31mb\x07\x7f\u{9b}c"),
            "a\\x1b[31mb\\x07\\x7f\\x9bc"
        );
        assert_eq!(one_line("a\nb\u{202e}c\tü"), "a\\nb\\u{202e}c\\tü");
        assert_eq!(one_line("a\u{2028}b\u{ad}"), "a\\u{2028}b\\u{ad}");
        let long = one_line(&"x".repeat(5000));
        assert_eq!(long.chars().count(), MESSAGE_LIMIT + 1);
        assert!(long.ends_with('…'));
    }
}
