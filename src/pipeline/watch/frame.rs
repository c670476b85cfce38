//! The outputs of a round as lines, laid out by the format of the plan.

use std::io::Write;
use std::rc::Rc;
use std::time::Instant;

use crate::error::Error;
use crate::screen::{Frame, Row};
use dq_format::{LineLayout, Settings};
use dq_json::value::{FilterOutput, Value};

/// Writes the outputs of a round, with what their formatter reports to `report`.
///
/// # Errors
/// Those of the writer and of the format.
pub fn write(
    outputs: &[(Option<Rc<str>>, Value)],
    settings: Settings,
    out: &mut dyn Write,
    report: &dyn Fn(&str),
) -> Result<LineLayout, Error> {
    let mut formatter = dq_format::formatter(settings);
    for (host, value) in outputs {
        if let Some(host) = host {
            formatter.set_host(host);
        }
        formatter.write_output(FilterOutput::Value(value.clone()), out)?;
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

/// The frame of the outputs; `changes` says when each row has changed.
pub fn frame(
    outputs: &[(Option<Rc<str>>, Value)],
    settings: Settings,
    changes: &[Option<Instant>],
) -> Result<Frame, Error> {
    let mut text = Vec::new();
    let layout = write(outputs, settings, &mut text, &|_| ())?;
    let text = String::from_utf8_lossy(&text);
    let mut lines = text.lines().map(str::to_owned);
    let header = lines.by_ref().take(layout.header).collect();
    // Without a line for each row, no line is marked.
    let changes = changes.iter().take(layout.rows).copied();
    let changes = changes.chain(std::iter::repeat(None));
    let rows = lines.zip(changes);
    Ok(Frame {
        header,
        rows: rows.map(|(text, changed)| Row { text, changed }).collect(),
        ..Frame::default()
    })
}
