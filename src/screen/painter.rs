//! What is to be written so that the terminal shows other lines: only those that changed.

use crossterm::Command;
use crossterm::cursor::MoveTo;
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};

use super::line::Line;

/// Knows the lines that the terminal shows.
#[derive(Default)]
pub struct Painter {
    /// From the top down; `None` if they are unknown.
    shown: Option<Vec<Line>>,
}

impl Painter {
    /// Notes that the terminal shows something else: after its size changed, or after another program has written to it.
    pub fn forget(&mut self) {
        self.shown = None;
    }

    /// The text that changes what is shown to `lines`, one for each row of a terminal of that many columns; empty if
    /// nothing changes. The update is synchronized: the terminal shows all of it at once.
    pub fn paint(&mut self, lines: Vec<Line>, columns: usize) -> String {
        let mut text = String::new();
        for (row, line) in lines.iter().enumerate() {
            let shown = self.shown.as_ref().and_then(|shown| shown.get(row));
            if shown != Some(line) {
                if text.is_empty() {
                    append(&mut text, BeginSynchronizedUpdate);
                }
                append(&mut text, MoveTo(0, u16::try_from(row).unwrap_or(u16::MAX)));
                // Behind a line of full width the cursor may still be in the last column, and would erase it.
                let is_full = line.width >= columns;
                if is_full && !line.text.is_ascii() {
                    // The terminal may take its characters for narrower.
                    append(&mut text, Clear(ClearType::UntilNewLine));
                }
                text.push_str(&line.text);
                if !is_full {
                    append(&mut text, Clear(ClearType::UntilNewLine));
                }
            }
        }
        if !text.is_empty() {
            append(&mut text, EndSynchronizedUpdate);
        }
        self.shown = Some(lines);
        text
    }
}

/// Appends the escape sequence of a command.
pub fn append(text: &mut String, command: impl Command) {
    // Writing to a string cannot fail.
    let _ = command.write_ansi(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(texts: &[&str]) -> Vec<Line> {
        texts.iter().map(|text| Line::new(text, 0, 8, "")).collect()
    }

    #[test]
    fn only_changed_lines_are_written() {
        let mut painter = Painter::default();
        let first = painter.paint(lines(&["NAME", "web", "12345678"]), 8);
        let expected =
            "\x1b[?2026h\x1b[1;1HNAME\x1b[K\x1b[2;1Hweb\x1b[K\x1b[3;1H12345678\x1b[?2026l";
        assert_eq!(first, expected);
        assert_eq!(painter.paint(lines(&["NAME", "web", "12345678"]), 8), "");
        let changed = painter.paint(lines(&["NAME", "db", "12345678"]), 8);
        assert_eq!(changed, "\x1b[?2026h\x1b[2;1Hdb\x1b[K\x1b[?2026l");
    }

    #[test]
    fn everything_is_written_where_it_is_unknown_what_is_shown() {
        let mut painter = Painter::default();
        let first = painter.paint(lines(&["NAME", "", ""]), 8);
        painter.forget();
        assert_eq!(painter.paint(lines(&["NAME", "", ""]), 8), first);
        assert!(
            painter
                .paint(lines(&["NAME", "", "", ""]), 8)
                .contains("\x1b[4;1H\x1b[K")
        );
    }
}
