//! Container logs: copied to the streams they were written to, or as JSON lines for a filter.

use std::io::{self, Cursor, Read, Write};

use super::arrival::Arrival;
use super::output::Output;
use crate::error::Error;
use dq_fetch::logs;
use dq_json::value::Value;

/// Copies a log: stdout frames to stdout, stderr frames to stderr.
pub fn copy<R: Read>(mut frames: logs::Frames<R>, output: &Output) -> Result<Arrival, Error> {
    let mut frame = Vec::new();
    loop {
        frame.clear();
        match frames.next_frame(&mut frame) {
            Ok(Some(logs::LogStream::Stdout)) => {
                output.text(&frame)?;
                output.flush().map_err(dq_format::Error::Io)?;
            }
            Ok(Some(logs::LogStream::Stderr)) => output.text_of_stderr(&frame),
            Ok(None) => return Ok(Arrival::Done),
            Err(error) => return Err(dq_fetch::read_error(&error).into()),
        }
    }
}

/// A log as JSON text: an object `{stream, line}` for each line, with the `name` of the source in front where there are
/// several.
pub struct LogLines<R> {
    name: Option<String>,
    frames: logs::Frames<R>,
    frame: Vec<u8>,
    /// The unfinished line of each of the two streams.
    unfinished: [Vec<u8>; 2],
    /// JSON text that has not been read yet.
    ready: Cursor<Vec<u8>>,
    has_ended: bool,
    /// What ended the log early; returned once everything before it has been read.
    failure: Option<io::Error>,
}

impl<R: Read> LogLines<R> {
    /// Reads the frames of a log, that of the source with this name.
    pub fn new(frames: logs::Frames<R>, name: Option<&str>) -> Self {
        Self {
            name: name.map(str::to_owned),
            frames,
            frame: Vec::new(),
            unfinished: [Vec::new(), Vec::new()],
            ready: Cursor::default(),
            has_ended: false,
            failure: None,
        }
    }

    /// Reads the next frame and converts the lines that it finishes.
    fn advance(&mut self) -> io::Result<()> {
        self.frame.clear();
        let mut text = Vec::new();
        let next = self.frames.next_frame(&mut self.frame);
        match next.unwrap_or_else(|error| {
            self.failure = Some(error);
            None
        }) {
            Some(stream) => {
                let unfinished =
                    &mut self.unfinished[usize::from(matches!(stream, logs::LogStream::Stderr))];
                for line in self.frame.split_inclusive(|byte| *byte == b'\n') {
                    check_line(unfinished.len() + line.len())?;
                    unfinished.extend_from_slice(line);
                    if line.ends_with(b"\n") {
                        write_line(&mut text, self.name.as_deref(), &stream, unfinished)?;
                        unfinished.clear();
                    }
                }
            }
            None => {
                self.has_ended = true;
                for (stream, unfinished) in [logs::LogStream::Stdout, logs::LogStream::Stderr]
                    .iter()
                    .zip(&self.unfinished)
                {
                    if !unfinished.is_empty() {
                        write_line(&mut text, self.name.as_deref(), stream, unfinished)?;
                    }
                }
            }
        }
        self.ready = Cursor::new(text);
        Ok(())
    }
}

/// The longest line of a server's that a filter sees, in bytes.
const LINE_LIMIT: usize = 64 << 20;

/// Checks the length of a line of a server's, which is held until its end has arrived.
///
/// # Errors
/// One that `dq_fetch::read_error` turns into `Protocol`, for a line that is too long.
pub fn check_line(length: usize) -> io::Result<()> {
    if length <= LINE_LIMIT {
        return Ok(());
    }
    Err(io::Error::other(dq_fetch::Error::Protocol {
        problem: format!(
            "a line of the answer is longer than {} MiB",
            LINE_LIMIT >> 20
        ),
    }))
}

fn write_line(
    text: &mut Vec<u8>,
    name: Option<&str>,
    stream: &logs::LogStream,
    line: &[u8],
) -> io::Result<()> {
    let stream = if matches!(stream, logs::LogStream::Stderr) {
        "stderr"
    } else {
        "stdout"
    };
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = Value::str(&*String::from_utf8_lossy(line));
    let name = name.map(|name| ("name", Value::str(name)));
    let members = [("stream", Value::str(stream)), ("line", line)];
    let line: Value = Value::object(name.into_iter().chain(members));
    writeln!(text, "{}", line.to_json())
}

impl<R: Read> Read for LogLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let bytes = self.ready.read(buffer)?;
            if bytes > 0 {
                return Ok(bytes);
            }
            if self.has_ended {
                return self.failure.take().map_or(Ok(0), Err);
            }
            self.advance()?;
        }
    }
}
