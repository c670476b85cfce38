//! `--exec`: prepares a command in a container, starts it, and asks for its exit code once its output has ended.

use std::io::Read;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use super::arrival::{Arrival, DeferredFailure};
use super::output::Output;
use super::{body, exchange};
use crate::error::Error;
use crate::plan::{Exchange, Plan, curl};
use dq_fetch::{Payload, Response, Source};
use serde_json::Value;

/// The longest answer to one of these requests, and the longest list of containers for a hint, in bytes.
const LONGEST_ANSWER: u64 = 1 << 20;
/// The longest id of a command in bytes; the Engine's have 64.
const MAX_ID: usize = 128;
/// The pauses between two questions whether the command has ended: a command may close its output before it ends.
const SHORTEST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What is sent to start a command: dq reads its output to the end, which is in frames as without a terminal.
const START: &str = r#"{"Detach":false,"Tty":false}"#;

/// A command in a container, which has been started.
pub struct Command<'p> {
    /// The request that has prepared it.
    create: &'p Exchange,
    id: String,
    /// When the time limit of `-m` expires.
    deadline: Option<Instant>,
}

impl<'p> Command<'p> {
    /// Starts the command that `create` prepares. Its output arrives.
    ///
    /// # Errors
    /// Those of the requests, with the name of a container that was probably meant.
    pub fn start(
        create: &'p Exchange,
        plan: &Plan,
        output: &Rc<Output>,
        deferred: &Rc<DeferredFailure>,
    ) -> Result<(Self, Arrival), Error> {
        let limit = create.settings.max_time;
        let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
        let answer =
            json(create, plan, output).map_err(|error| with_hint(error, create, plan, output))?;
        let id = answer.get("Id").and_then(Value::as_str).unwrap_or_default();
        let is_id =
            (1..=MAX_ID).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric());
        if !is_id {
            return Err(unexpected("the answer names no prepared command"));
        }
        let command = Self {
            create,
            id: id.to_owned(),
            deadline,
        };
        let start = command.request("POST", "start");
        let response = exchange::send(&start, plan, output)?;
        let arrival = body::arrival(response, &start, None, plan, output, deferred)?;
        Ok((command, arrival))
    }

    /// Waits until the command has ended; returns its exit code.
    ///
    /// # Errors
    /// Those of the requests. An engine that is gone has ended the output, too: the connection was lost.
    pub fn exit_code(&self, plan: &Plan, output: &Output) -> Result<u8, Error> {
        let mut pause = SHORTEST_PAUSE;
        loop {
            let state = json(&self.request("GET", "json"), plan, output).map_err(lost)?;
            if state.get("Running") != Some(&Value::Bool(true)) {
                let code = state.get("ExitCode").and_then(Value::as_i64);
                let code = code.ok_or_else(|| unexpected("the command has no exit code"))?;
                // Codes of Windows have 32 bits: one whose last byte is 0 is no success.
                let byte = code.rem_euclid(256) as u8;
                return Ok(byte.max((code != 0).into()));
            }
            let left = self.left();
            thread::sleep(left.map_or(pause, |left| left.min(pause)));
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// A request about the prepared command.
    fn request(&self, method: &str, action: &str) -> Exchange {
        about_command(self.create, method, &self.id, action).with_max_time(self.left())
    }

    /// How much of the time limit is left. Zero would mean no limit.
    fn left(&self) -> Option<Duration> {
        let left = |end: Instant| end.saturating_duration_since(Instant::now());
        self.deadline
            .map(|end| left(end).max(Duration::from_millis(1)))
    }
}

/// A request about a prepared command, sent as the one that has prepared it.
fn about_command(create: &Exchange, method: &str, id: &str, action: &str) -> Exchange {
    let mut exchange = create.clone();
    exchange.request.method = method.to_owned();
    exchange.request.source = Source::Endpoint(format!("/exec/{id}/{action}"));
    exchange.request.payload = match method {
        "POST" => Payload::Bytes(START.into()),
        _ => Payload::None,
    };
    exchange
}

/// The JSON that answers a request.
fn json(exchange: &Exchange, plan: &Plan, output: &Output) -> Result<Value, Error> {
    let mut response: Response = exchange::send(exchange, plan, output)?;
    body::check_status(&mut response, exchange, &DeferredFailure::default())?;
    let mut text = Vec::new();
    let read = response.body.take(LONGEST_ANSWER).read_to_end(&mut text);
    read.map_err(|error| dq_fetch::read_error(&error))?;
    serde_json::from_slice(&text).map_err(|_| unexpected("the answer is not the JSON of an engine"))
}

fn unexpected(problem: &str) -> Error {
    Error::Fetch(dq_fetch::Error::Protocol {
        problem: format!("--exec: {problem}"),
    })
}

/// The error of a connection that was lost while the command ran.
fn lost(error: Error) -> Error {
    use dq_fetch::Error::{Connect, EmptyReply, Lost};
    match error {
        Error::Fetch(Connect { .. } | EmptyReply { .. }) => Error::Fetch(Lost {
            problem: "the exit code of the command is not known".into(),
            hint: None,
        }),
        error => error,
    }
}

/// Adds what may help: the container that was probably meant, or how it is started.
fn with_hint(error: Error, create: &Exchange, plan: &Plan, output: &Output) -> Error {
    let Error::Fetch(error) = error else {
        return error;
    };
    let container = container(create);
    let error = error.with_message_hint(|message| {
        let action = match message {
            // Docker, then Podman.
            _ if message.contains("is not running") || message.contains("running containers") => {
                "start"
            }
            _ if message.contains("is paused") => "unpause",
            _ => return None,
        };
        Some(format!("dq -X POST /containers/{container}/{action}"))
    });
    Error::Fetch(error.with_not_found_hint(|| {
        let mut list = create.clone();
        list.request.method = "GET".into();
        list.request.source = Source::Endpoint("/containers/json?all=1".into());
        list.request.payload = Payload::None;
        let list = json(&list, plan, output).ok()?;
        let names = list.as_array()?.iter().filter_map(|it| it.get("Names"));
        let names = names.filter_map(|it| it.as_array()?.first()?.as_str());
        let names = names.map(|it| it.strip_prefix('/').unwrap_or(it));
        let meant = dq_filter::nearest(container, names)?;
        Some(format!("did you mean {meant}?"))
    }))
}

/// The name of the container, as it is in the path.
fn container(create: &Exchange) -> &str {
    match &create.request.source {
        Source::Endpoint(path) => path.split('/').nth(2).unwrap_or_default(),
        Source::Url(_) => "",
    }
}

/// Prints the command lines of curl and jq that do the same (`--curl`).
pub fn print_commands(create: &Exchange, plan: &Plan, output: &Output) -> Result<Arrival, Error> {
    if !plan.is_plain() {
        return Err(curl::no_frames_in_jq());
    }
    // No character of it has to be quoted.
    const ID: &str = "ID";
    let created = match &create.request.payload {
        // The values of fields may be secrets.
        Payload::Bytes(body) if create.fields.is_empty() => std::str::from_utf8(body).ok(),
        _ => None,
    };
    let start = about_command(create, "POST", ID, "start");
    let state = about_command(create, "GET", ID, "json");
    let mut lines = Vec::new();
    let mut notes = Vec::new();
    for (request, body) in [(create, created), (&start, Some(START)), (&state, None)] {
        let (line, note) = curl::request_line(request, body)?;
        // The first line has the words of the command, which stay as they are.
        lines.push(if lines.is_empty() {
            line
        } else {
            line.replace("/exec/ID/", "/exec/$id/")
        });
        for note in note {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
    let text = format!(
        "id=$({} | jq -r .Id)\n{}\n{} | jq .ExitCode\n",
        lines[0], lines[1], lines[2]
    );
    output.text(text.as_bytes())?;
    for note in notes {
        output.report(&format!("dq: --curl: {note}"));
    }
    Ok(Arrival::Done)
}
