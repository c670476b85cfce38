//! What becomes of a response's body: values for the filter, or a plain copy.

use std::io::{self, Cursor, Read, Write};
use std::rc::Rc;

use super::output::Output;
use super::progress::Watched;
use super::reader::{considerate, in_step};
use super::{Arrival, Late, Problems};
use crate::catalogue;
use crate::error::Error;
use crate::plan::{Exchange, Plan};
use dq_fetch::{self, BodyKind, Response, logs};
use dq_filter::{Shape, Source};
use dq_json::read::ByteSource;
use dq_json::value::Value;

/// Bytes copied at once.
const CHUNK: usize = 64 * 1024;

/// The endpoint that was meant, where the server knows none of that path.
fn elsewhere(exchange: &Exchange) -> Option<String> {
    let request = &exchange.request;
    match &request.source {
        dq_fetch::Source::Endpoint(path) => catalogue::hint(&request.method, path),
        _ => None,
    }
}

/// Decides by status and kind what the body is for.
pub fn of_response(
    mut response: Response,
    exchange: &Exchange,
    plan: &Plan,
    output: &Rc<Output>,
    late: &Rc<Late>,
) -> Result<Arrival, Error> {
    if response.status >= 400 {
        let failure = response.failure().hinted(|| elsewhere(exchange));
        if !exchange.shown.failure {
            return Err(failure.into());
        }
        late.failure.replace(Some(failure));
    } else if exchange.request.method == "POST" && response.kind == BodyKind::Json {
        late.report.replace(Some(response.listen()));
    }
    let response = watched(response, output);
    let is_filtered = !plan.program.is_identity
        || plan.null_input
        || plan.inputs.shape != Shape::Values
        || !plan.output.format.is_json();
    match response.kind {
        BodyKind::Json | BodyKind::Empty => {
            let body = reader(response.body, exchange, output);
            Ok(inputs(body, plan.inputs.shape, plan))
        }
        BodyKind::Logs if is_filtered => {
            let lines = LogLines::new(response.frames());
            let lines = considerate(lines, output.clone());
            Ok(inputs(lines, plan.inputs.shape, plan))
        }
        BodyKind::Logs => copy_logs(response.frames(), output),
        BodyKind::Text if is_filtered => {
            let shape = if matches!(plan.inputs.shape, Shape::Slurped | Shape::Text) {
                Shape::Text
            } else {
                Shape::Lines
            };
            let body = Whole {
                body: reader(response.body, exchange, output),
                late: late.clone(),
            };
            Ok(inputs(Box::new(body), shape, plan))
        }
        BodyKind::Text => copy(response.body, output),
        BodyKind::Binary if plan.terminal.stdout.is_terminal => Err(Error::Usage {
            message: "the answer is binary, and stdout is a terminal".into(),
            hint: Some("send it to a file or a pipe: > FILE".into()),
        }),
        BodyKind::Binary if is_filtered => Err(Error::Input {
            name: None,
            problem: "the answer is binary, not JSON: leave the filter out to copy it".into(),
            code: 5,
        }),
        BodyKind::Binary => copy(response.body, output),
    }
}

/// With its way in shown, and the reader of stdout watched while nothing comes.
fn watched(mut response: Response, output: &Output) -> Response {
    if response.is_live() {
        output.expect_silence();
    }
    if let Some(progress) = output.progress_of_download() {
        let total = response.content_length();
        response.body = Box::new(Watched::new(response.body, progress, total));
    }
    response
}

/// The reader of a body. Reading one in pages asks for the next, whose head may be shown between the values of two; one
/// that answers a POST may report a failure: both not before the values that come first have been worked on.
fn reader(body: dq_fetch::Body, exchange: &Exchange, output: &Rc<Output>) -> Box<dyn ByteSource> {
    if exchange.shown.pages || exchange.request.method == "POST" {
        in_step(body, output.clone())
    } else {
        considerate(body, output.clone())
    }
}

fn inputs(body: Box<dyn ByteSource>, shape: Shape, plan: &Plan) -> Arrival {
    let source = Source {
        name: None,
        bytes: body,
    };
    let mut once = Some(source);
    let problems = Problems {
        is_response: true,
        ..Problems::default()
    };
    let settings = dq_filter::InputSettings {
        shape,
        ..plan.inputs
    };
    Arrival::Inputs {
        sources: Box::new(move || once.take()),
        settings,
        problems: Rc::new(problems),
    }
}

/// Text that ends where it breaks off: its last line counts, and the error is told behind it.
struct Whole {
    body: Box<dyn ByteSource>,
    late: Rc<Late>,
}

impl Read for Whole {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.body.read(buffer) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                self.late
                    .failure
                    .replace(Some(dq_fetch::read_error(&error)));
                Ok(0)
            }
            result => result,
        }
    }
}

impl ByteSource for Whole {}

/// A body that passes as it is.
fn copy(mut body: Box<dyn Read + Send>, output: &Output) -> Result<Arrival, Error> {
    let mut chunk = vec![0; CHUNK];
    loop {
        match body.read(&mut chunk) {
            Ok(0) => return Ok(Arrival::Copied),
            Ok(bytes) => {
                output.text(&chunk[..bytes])?;
                output.flush().map_err(dq_format::Error::Io)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(dq_fetch::read_error(&error).into()),
        }
    }
}

/// What a container wrote to stdout goes to stdout, what it wrote to stderr to stderr.
fn copy_logs<R: Read>(mut frames: logs::Frames<R>, output: &Output) -> Result<Arrival, Error> {
    let mut frame = Vec::new();
    loop {
        frame.clear();
        match frames.next_frame(&mut frame) {
            Ok(Some(logs::Stream::Stdout)) => {
                output.text(&frame)?;
                output.flush().map_err(dq_format::Error::Io)?;
            }
            Ok(Some(logs::Stream::Stderr)) => output.message(&frame),
            Ok(None) => return Ok(Arrival::Copied),
            Err(error) => return Err(dq_fetch::read_error(&error).into()),
        }
    }
}

/// A log as JSON, an object `{stream, line}` for each line.
struct LogLines<R> {
    frames: logs::Frames<R>,
    frame: Vec<u8>,
    /// What each of the two streams has begun a line with.
    begun: [Vec<u8>; 2],
    ready: Cursor<Vec<u8>>,
    ended: bool,
    /// What ended the log: told when all that came has been read.
    broken: Option<io::Error>,
}

impl<R: Read> LogLines<R> {
    fn new(frames: logs::Frames<R>) -> Self {
        Self {
            frames,
            frame: Vec::new(),
            begun: [Vec::new(), Vec::new()],
            ready: Cursor::default(),
            ended: false,
            broken: None,
        }
    }

    /// Takes the next frame in and makes its finished lines ready.
    fn advance(&mut self) -> io::Result<()> {
        self.frame.clear();
        let mut text = Vec::new();
        let next = self.frames.next_frame(&mut self.frame);
        match next.unwrap_or_else(|error| {
            self.broken = Some(error);
            None
        }) {
            Some(stream) => {
                let begun = &mut self.begun[usize::from(matches!(stream, logs::Stream::Stderr))];
                for line in self.frame.split_inclusive(|byte| *byte == b'\n') {
                    begun.extend_from_slice(line);
                    if line.ends_with(b"\n") {
                        write_line(&mut text, &stream, begun)?;
                        begun.clear();
                    }
                }
            }
            None => {
                self.ended = true;
                for (stream, begun) in [logs::Stream::Stdout, logs::Stream::Stderr]
                    .iter()
                    .zip(&self.begun)
                {
                    if !begun.is_empty() {
                        write_line(&mut text, stream, begun)?;
                    }
                }
            }
        }
        self.ready = Cursor::new(text);
        Ok(())
    }
}

fn write_line(text: &mut Vec<u8>, stream: &logs::Stream, line: &[u8]) -> io::Result<()> {
    let stream = if matches!(stream, logs::Stream::Stderr) {
        "stderr"
    } else {
        "stdout"
    };
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = Value::str(&*String::from_utf8_lossy(line));
    writeln!(
        text,
        "{}",
        Value::object([("stream", Value::str(stream)), ("line", line)]).to_json()
    )
}

impl<R: Read> Read for LogLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let bytes = self.ready.read(buffer)?;
            if bytes > 0 {
                return Ok(bytes);
            }
            if self.ended {
                return self.broken.take().map_or(Ok(0), Err);
            }
            self.advance()?;
        }
    }
}
