//! The outputs of a round as lines, laid out by the format of the plan.

use std::io::{self, Write};
use std::time::Instant;

use super::answer::Shown;
use crate::error::Error;
use crate::screen::{Frame, Row};
use dq_format::{LineLayout, Settings};
use dq_json::value::FilterOutput;

const FAINT: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";
/// The distance of tab stops, in columns.
const TAB: usize = 8;

/// Writes the outputs of a round, with what their formatter reports to `report`.
///
/// # Errors
/// Those of the writer and of the format.
pub fn write(
    outputs: &[&Shown],
    settings: Settings,
    out: &mut dyn Write,
    report: &dyn Fn(&str),
) -> Result<LineLayout, Error> {
    let is_sanitized = settings.sanitize;
    let mut formatter = dq_format::formatter(settings);
    for shown in outputs {
        if let Some(host) = &shown.host {
            formatter.set_host(host);
        }
        if let Some(text) = shown.value.as_str().filter(|_| shown.is_text) {
            write_text(text, is_sanitized, out).map_err(dq_format::Error::Io)?;
        } else {
            formatter.write_output(FilterOutput::Value(shown.value.clone()), out)?;
        }
    }
    let finished = formatter.finish(out);
    for missing in formatter.missing_columns() {
        let lines = super::super::missing_columns::lines(&missing);
        lines.iter().for_each(|line| report(line));
    }
    finished?;
    formatter.flush_pending(out).map_err(dq_format::Error::Io)?;
    Ok(formatter.line_layout())
}

/// Writes text of the server, with an end to its last line: something may follow.
fn write_text(text: &str, is_sanitized: bool, out: &mut dyn Write) -> io::Result<()> {
    if is_sanitized {
        out.write_all(dq_text::sanitize(text).as_bytes())?;
    } else {
        out.write_all(text.as_bytes())?;
    }
    if text.is_empty() || text.ends_with('\n') {
        return Ok(());
    }
    out.write_all(b"\n")
}

/// The state of a row.
#[derive(Clone, Copy, Default)]
pub struct RowState {
    /// When it has changed, if it has since the first round.
    pub changed: Option<Instant>,
    /// Its source has failed since.
    pub is_stale: bool,
}

/// The frame of the outputs, given the states of their rows.
pub fn frame(outputs: &[&Shown], settings: Settings, states: &[RowState]) -> Result<Frame, Error> {
    let mut text = Vec::new();
    let layout = write(outputs, settings, &mut text, &|_| ())?;
    let text = String::from_utf8_lossy(&text);
    let mut lines = text.lines().map(without_tabs);
    let header = lines.by_ref().take(layout.header).collect();
    // Without a line for each row, no line is marked.
    let states = states.iter().take(layout.rows).copied();
    let states = states.chain(std::iter::repeat(RowState::default()));
    let mut rows: Vec<Row> = lines.zip(states).map(row).collect();
    // What stands below the rows of a table is a note about it.
    let is_table = layout.header > 0 || layout.rows > 0;
    let notes = rows.split_off(if is_table { layout.rows } else { rows.len() });
    let notes: Vec<String> = notes.into_iter().map(|note| note.text).collect();
    Ok(Frame {
        header,
        rows,
        status: notes.join(" "),
        ..Frame::default()
    })
}

fn row((text, state): (String, RowState)) -> Row {
    let text = if state.is_stale {
        format!("{FAINT}{}{RESET}", text.replace(RESET, "\x1b[0;2m"))
    } else {
        text
    };
    Row {
        text,
        changed: state.changed,
    }
}

/// The line with spaces instead of tabs, whose width depends on the column.
fn without_tabs(line: &str) -> String {
    let mut pieces = line.split('\t');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let column = dq_format::truncate(&text, usize::MAX).1;
        text.extend(std::iter::repeat_n(' ', TAB - column % TAB));
        text.push_str(piece);
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use dq_format::Format;

    #[test]
    fn a_note_below_a_table_is_no_row() {
        let rows = br#"[{"name": "web", "image": "nginx", "command": "sleep", "ports": "80/tcp", "labels": "a, b"}, {"name": "db"}]"#;
        let shown = Shown {
            host: None,
            value: dq_json::read::from_slice(rows).unwrap(),
            is_text: false,
            is_stale: false,
        };
        let settings = Settings {
            format: Format::Table,
            width: Some(20),
            ..Settings::default()
        };
        let frame = frame(&[&shown], settings, &[]).unwrap();
        assert_eq!((frame.header.len(), frame.rows.len()), (1, 2));
        assert!(frame.status.contains("columns"), "{}", frame.status);
    }
}
