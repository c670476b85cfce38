//! A line as it is written to the terminal: cut to its width, with its style restored after each style inside of it.

use dq_format::truncate;

const ESCAPE: char = '\x1b';
/// Turns off every attribute (SGR 0, ECMA-48).
pub const RESET: &str = "\x1b[0m";

/// A line that fits the terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The text with its SGR sequences; the last of them, if there are any, resets all.
    pub text: String,
    /// The width of the text in character cells.
    pub width: usize,
}

impl Line {
    /// The part of `text` from column `left` on that is at most `columns` wide. `style` is an SGR sequence for all of
    /// it, or empty. A wide character that is cut becomes spaces, so that the rest keeps its column.
    pub fn new(text: &str, left: usize, columns: usize, style: &str) -> Self {
        let mut cut = Cut {
            line: Self::default(),
            hidden: left,
            room: columns,
        };
        cut.line.text.push_str(style);
        let mut rest = text;
        while let Some(at) = rest.find(ESCAPE) {
            cut.push(&rest[..at]);
            let sequence;
            (sequence, rest) = split_sgr(&rest[at..]);
            if !sequence.is_empty() {
                cut.line.text.push_str(sequence);
                cut.line.text.push_str(style);
            }
        }
        cut.push(rest);
        if cut.line.text.contains(ESCAPE) && !cut.line.text.ends_with(RESET) {
            cut.line.text.push_str(RESET);
        }
        cut.line
    }
}

/// Splits text that begins with ESC behind its SGR sequence, which is empty if it begins with none.
fn split_sgr(text: &str) -> (&str, &str) {
    let parameters = text.strip_prefix("\x1b[").unwrap_or_default();
    let length = parameters
        .bytes()
        .take_while(|byte| matches!(byte, b'0'..=b'9' | b';' | b':'))
        .count();
    match parameters[length..].strip_prefix('m') {
        Some(rest) => text.split_at(text.len() - rest.len()),
        None => ("", &text[1..]),
    }
}

/// A line that is being cut.
struct Cut {
    line: Line,
    /// The columns that are still to be left out.
    hidden: usize,
    /// The columns that are still free.
    room: usize,
}

impl Cut {
    /// Appends what is visible of a text without sequences.
    fn push(&mut self, text: &str) {
        if text.contains(char::is_control) {
            let visible: String = text.chars().filter(|it| !it.is_control()).collect();
            return self.push(&visible);
        }
        let text = self.hide(text);
        let (shown, width) = truncate(text, self.room);
        self.line.text.push_str(shown);
        self.line.width += width;
        // Behind a wide character that does not fit comes nothing, even where a narrow one would.
        let is_cut = shown.len() < text.len();
        self.room = if is_cut { 0 } else { self.room - width };
    }

    /// Leaves out the columns that are hidden; returns the rest.
    fn hide<'t>(&mut self, text: &'t str) -> &'t str {
        let (hidden, width) = truncate(text, self.hidden);
        self.hidden -= width;
        let rest = &text[hidden.len()..];
        if rest.is_empty() || self.hidden == 0 {
            return rest;
        }
        // The next character begins in the hidden part.
        let (_, next) = (1..)
            .map(|columns| truncate(rest, columns))
            .find(|(cluster, _)| !cluster.is_empty())
            .unwrap_or((rest, self.hidden));
        let (cluster, _) = truncate(rest, next);
        let spaces = (next - self.hidden.min(next)).min(self.room);
        self.hidden = 0;
        self.line.text.extend(std::iter::repeat_n(' ', spaces));
        self.line.width += spaces;
        self.room -= spaces;
        &rest[cluster.len()..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, left: usize, columns: usize, expected: &str, width: usize) {
        let line = Line::new(text, left, columns, "");
        assert_eq!(
            (line.text.as_str(), line.width),
            (expected, width),
            "{text:?} {left} {columns}"
        );
    }

    #[test]
    fn a_line_is_cut_by_its_width() {
        check("abc", 0, 5, "abc", 3);
        check("abc", 0, 2, "ab", 2);
        check("abc", 1, 1, "b", 1);
        check("abc", 3, 5, "", 0);
        check("abc", 9, 5, "", 0);
        check("abc", 0, 0, "", 0);
        check("日本語", 0, 5, "日本", 4);
        check("日a", 0, 1, "", 0);
        check("日本語", 1, 5, " 本語", 5);
        check("日本語", 1, 2, " ", 1);
        check("日本語", 2, 2, "本", 2);
        check("日本語", 5, 9, " ", 1);
        check("日", 1, 0, "", 0);
        check("e\u{301}e\u{301}", 1, 1, "e\u{301}", 1);
        check("a👩\u{200d}👩\u{200d}👧b", 2, 3, " b", 2);
    }

    #[test]
    fn sgr_sequences_are_kept_whole_and_take_no_room() {
        check(
            "\x1b[1;34mab\x1b[0mcd",
            0,
            3,
            "\x1b[1;34mab\x1b[0mc\x1b[0m",
            3,
        );
        check("\x1b[38:5:9mab", 1, 1, "\x1b[38:5:9mb\x1b[0m", 1);
        check("\x1b[31m", 0, 0, "\x1b[31m\x1b[0m", 0);
        check("\x1b[31ma\x1b[0m", 0, 9, "\x1b[31ma\x1b[0m", 1);
    }

    #[test]
    fn other_control_characters_are_left_out() {
        check("a\tb\r\n\x07c", 0, 9, "abc", 3);
        check("\x1b[2Ja\x1b]0;t\x07\x1b", 0, 9, "[2Ja]0;t", 8);
        check("\x1b[31", 0, 9, "[31", 3);
    }

    #[test]
    fn the_style_of_a_line_outlasts_those_inside() {
        let line = Line::new("a\x1b[1mb\x1b[0mc", 0, 9, "\x1b[7m");
        assert_eq!(line.text, "\x1b[7ma\x1b[1m\x1b[7mb\x1b[0m\x1b[7mc\x1b[0m");
    }
}
