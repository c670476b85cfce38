//! The body of a response: values for the filter, or a plain copy.

use std::io::{self, Read};
use std::rc::Rc;

use super::arrival::{Arrival, DeferredFailure, SourceProblems};
use super::byte_source::{ReadMode, byte_source};
use super::logs::{self, LogLines};
use super::output::Output;
use super::progress::ProgressReader;
use super::server_sent_events::ServerSentEvents;
use crate::catalogue;
use crate::error::Error;
use crate::plan::{Exchange, Plan};
use dq_fetch::{BodyKind, Response, field_types};
use dq_filter::InputMode;
use dq_json::read::ByteSource;

/// Bytes copied at once.
const COPY_CHUNK: usize = 64 * 1024;

/// Decides by the status and the kind of body whether the body is filtered, copied to stdout or refused. `name` is that
/// of one of several sources.
pub fn arrival(
    mut response: Response,
    exchange: &Exchange,
    name: Option<&str>,
    plan: &Plan,
    output: &Rc<Output>,
    deferred: &Rc<DeferredFailure>,
) -> Result<Arrival, Error> {
    check_status(&mut response, exchange, deferred)?;
    let mut response = observed(response, output);
    let is_filtered = plan.filters_body();
    if is_filtered && plan.reads_values() {
        response.find_filterable_kind()?;
    }
    match response.kind {
        BodyKind::Json | BodyKind::Empty => {
            let body = body_source(response.body, exchange, output);
            Ok(inputs(body, plan.inputs.mode, exchange, plan))
        }
        BodyKind::Logs if is_filtered => {
            let lines = LogLines::new(response.frames(), name);
            let lines = byte_source(lines, ReadMode::Stream, output.clone());
            Ok(inputs(lines, plan.inputs.mode, exchange, plan))
        }
        BodyKind::Logs => logs::copy(response.frames(), output),
        BodyKind::ServerSentEvents if is_filtered && plan.reads_values() => {
            let events = ServerSentEvents::new(response.body);
            let events = byte_source(events, ReadMode::Stream, output.clone());
            Ok(inputs(events, plan.inputs.mode, exchange, plan))
        }
        BodyKind::Text | BodyKind::ServerSentEvents if is_filtered => {
            let body = TextBody {
                line: (text_shape(plan.inputs.mode) == InputMode::Lines).then_some(0),
                body: body_source(response.body, exchange, output),
                deferred: deferred.clone(),
            };
            Ok(inputs(
                Box::new(body),
                text_shape(plan.inputs.mode),
                exchange,
                plan,
            ))
        }
        BodyKind::Binary if plan.terminal.stdout.is_terminal => Err(Error::Usage {
            message: format!("{}, and stdout is a terminal", unreadable(&response)),
            hint: Some("send it to a file or a pipe: > FILE".into()),
        }),
        BodyKind::Binary if is_filtered => Err(Error::Input {
            name: None,
            problem: format!("{}: leave the filter out to copy it", unreadable(&response)),
            code: 5,
        }),
        BodyKind::Text | BodyKind::ServerSentEvents | BodyKind::Binary => {
            copy(response.body, output)
        }
    }
}

/// Says why no filter reads a binary response.
pub fn unreadable(response: &Response) -> String {
    match response.unknown_coding() {
        Some(coding) => {
            format!("the answer is compressed with {coding}, which dq does not decode")
        }
        None => "the answer is binary, not JSON".into(),
    }
}

/// A status of 400 or above is an error, at once or after the body has been shown; a progress stream may report one.
pub fn check_status(
    response: &mut Response,
    exchange: &Exchange,
    deferred: &DeferredFailure,
) -> Result<(), Error> {
    if response.status >= 400 {
        let is_engine = response.header("api-version").is_some();
        let failure = response.failure();
        let failure = failure
            .with_proxy_hint(|| {
                of_endpoint(exchange, catalogue::forbidden_by_proxy).filter(|_| !is_engine)
            })
            .with_message_hint(|message| field_types::hint(&exchange.fields, message))
            .with_path_hint(|| of_endpoint(exchange, catalogue::hint))
            .with_method_hint(|| of_endpoint(exchange, catalogue::wrong_method))
            .with_not_found_hint(|| exchange.not_found_hint.clone());
        if !exchange.shown.failure {
            return Err(failure.into());
        }
        deferred.fail(failure);
    } else if exchange.request.method == "POST"
        && !matches!(response.kind, BodyKind::Empty | BodyKind::Logs)
    {
        deferred.watch(response.scan_for_errors());
    }
    Ok(())
}

/// What the catalogue says about the method and the path of an endpoint.
fn of_endpoint(
    exchange: &Exchange,
    find: fn(method: &str, path: &str) -> Option<String>,
) -> Option<String> {
    let request = &exchange.request;
    match &request.source {
        dq_fetch::Source::Endpoint(path) => find(&request.method, path),
        _ => None,
    }
}

/// The response with its download shown as progress. While a live one is silent, a closed stdout ends the run.
fn observed(mut response: Response, output: &Output) -> Response {
    if response.is_live() {
        output.expect_silence();
    }
    if let Some(progress) = output.progress_of_download() {
        let total = response.body_length();
        response.body = Box::new(ProgressReader::new(response.body, progress, total));
    }
    response
}

/// The body as a byte source. Reading has effects where it requests the next page, whose head may be shown, and where
/// the answer to a POST may report a failure.
fn body_source(
    body: dq_fetch::Body,
    exchange: &Exchange,
    output: &Rc<Output>,
) -> Box<dyn ByteSource> {
    let mode = if exchange.shown.pages || exchange.request.method == "POST" {
        ReadMode::InStep
    } else {
        ReadMode::Stream
    };
    byte_source(body, mode, output.clone())
}

fn inputs(body: Box<dyn ByteSource>, mode: InputMode, exchange: &Exchange, plan: &Plan) -> Arrival {
    let problems = SourceProblems {
        is_response: true,
        ..SourceProblems::default()
    };
    let settings = dq_filter::InputSettings {
        mode,
        ..plan.inputs
    };
    Arrival::one(None, body, settings, problems).with_host(exchange.host.name())
}

/// How a body of text is read: as one string where everything is read at once, else line by line.
fn text_shape(mode: InputMode) -> InputMode {
    if matches!(mode, InputMode::Slurped | InputMode::Text) {
        InputMode::Text
    } else {
        InputMode::Lines
    }
}

/// Text that ends where the connection breaks off, so that its last line counts; the error is reported afterwards.
struct TextBody {
    /// The length of the current line; `None` where there are no lines.
    line: Option<usize>,
    body: Box<dyn ByteSource>,
    deferred: Rc<DeferredFailure>,
}

impl Read for TextBody {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.body.read(buffer) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                self.deferred.fail(dq_fetch::read_error(&error));
                Ok(0)
            }
            result => {
                let amount = result?;
                if let Some(line) = &mut self.line {
                    let end = buffer[..amount].iter().rposition(|byte| *byte == b'\n');
                    *line = end.map_or(*line + amount, |end| amount - end - 1);
                    logs::check_line(*line)?;
                }
                Ok(amount)
            }
        }
    }
}

impl ByteSource for TextBody {}

/// Copies a body to stdout.
fn copy(mut body: Box<dyn Read + Send>, output: &Output) -> Result<Arrival, Error> {
    let mut chunk = vec![0; COPY_CHUNK];
    loop {
        match body.read(&mut chunk) {
            Ok(0) => return Ok(Arrival::Done),
            Ok(bytes) => {
                output.text(&chunk[..bytes])?;
                output.flush().map_err(dq_format::Error::Io)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(dq_fetch::read_error(&error).into()),
        }
    }
}
