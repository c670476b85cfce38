//! `GET /containers/{id}/logs` of the sample engine.

use super::query::Query;
use super::recorded::{Container, LogLine};
use super::response::{DemoResponse, Refusal, bytes};
use super::times;

const MULTIPLEXED: &str = "application/vnd.docker.multiplexed-stream";

/// The log of a container: `stdout`, `stderr`, `since`, `until`, `tail` and `timestamps` as dockerd applies them. It ends
/// after the recorded lines, also with `follow`.
///
/// # Errors
/// No stream asked for, 400; a time that is no number, 500.
pub(crate) fn respond(container: &Container, query: &Query) -> Result<DemoResponse, Refusal> {
    let is_wanted = wanted_streams(query)?;
    let time = |name: &str| times::parse(query.get(name).unwrap_or_default());
    // Zero is no limit, as dockerd reads it.
    let limit = |name: &str| time(name).map(|it| it.filter(|time| *time != 0));
    let (since, until) = (limit("since")?, limit("until")?);
    let lines = container.log_lines().filter(|line| {
        let written = times::from_rfc3339(line.time).unwrap_or_default();
        is_wanted[usize::from(line.stream) - 1]
            && since.is_none_or(|since| since <= written)
            && until.is_none_or(|until| written <= until)
    });
    let lines: Vec<_> = lines.collect();
    let tail = query.get("tail").and_then(|count| count.parse().ok());
    let skipped = lines.len().saturating_sub(tail.unwrap_or(lines.len()));
    let has_time = query.flag("timestamps", false);
    let frames = lines[skipped..].iter().flat_map(|it| frame(it, has_time));
    Ok(bytes(MULTIPLEXED, frames.collect()))
}

/// Whether stdout and stderr are asked for.
///
/// # Errors
/// Neither is: 400.
pub(crate) fn wanted_streams(query: &Query) -> Result<[bool; 2], Refusal> {
    let wanted = ["stdout", "stderr"].map(|stream| query.flag(stream, false));
    if wanted == [false, false] {
        let message = "Bad parameters: you must choose at least one stream";
        return Err(Refusal::bad_request(message));
    }
    Ok(wanted)
}

/// One log line as a frame of `application/vnd.docker.multiplexed-stream`: the stream's number, three zeros, the length
/// as a big-endian u32, the text.
fn frame(line: &LogLine, has_time: bool) -> Vec<u8> {
    let text = if has_time {
        format!("{} {}\n", line.time, line.text)
    } else {
        format!("{}\n", line.text)
    };
    let mut frame = vec![line.stream, 0, 0, 0];
    frame.extend((text.len() as u32).to_be_bytes());
    frame.extend(text.into_bytes());
    frame
}
