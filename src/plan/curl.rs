//! `--curl`: the command line of curl and jq that does the same.

use super::jq_options::JqOptions;
use super::model::{Exchange, FilterPlan};
use crate::error::Error;
use dq_fetch::curl;
use dq_filter::{standalone, without_header};
use dq_format::Format;
use dq_text::shell_word;

/// What `-o lines` does with an array.
const LINES: &str = "'if type == \"array\" then .[] else . end'";

/// The whole command line, and notes on what it does differently.
///
/// # Errors
/// Requests and filters that curl and jq cannot express.
pub fn line(
    jq: &JqOptions,
    exchange: &Exchange,
    program: &FilterPlan,
    is_plain: bool,
    has_columns: bool,
) -> Result<(String, Vec<String>), Error> {
    let shown = exchange.shown;
    let client = dq_fetch::Client::new(exchange.host.clone(), exchange.settings.clone());
    let kind = AnswerKind::of(&exchange.request);
    if kind == AnswerKind::Log && !is_plain {
        return Err(no_frames_in_jq());
    }
    let piped = kind == AnswerKind::Json || !is_plain;
    let show = curl::ShowOptions {
        include: shown.include.then_some(!piped),
        verbose: shown.verbose,
        fail_with_body: shown.failure,
    };
    let request = match &exchange.logins {
        Some(logins) => &logins.add_placeholder_to(&exchange.request)?,
        None => &exchange.request,
    };
    let mut command = curl::command(&client, request, show)?;
    let mut line = command.words.join(" ");
    if kind == AnswerKind::Log {
        command.notes.push(FRAMES.into());
    }
    if exchange.reconnect.is_some() {
        let note = "curl does not connect again where the stream is lost";
        command.notes.push(note.into());
    }
    if shown.pages {
        command
            .notes
            .push("curl fetches the first page only".into());
    }
    if piped {
        let host = exchange.host.name();
        let (jq, note) = jq_line(jq, program, &host, kind == AnswerKind::Text)?;
        line = format!("{line} | {jq}");
        let columns = has_columns.then(|| "jq prints the data: it has no columns".into());
        command.notes.extend(note.or(columns));
    }
    Ok((line, command.notes))
}

/// What curl does with a log.
const FRAMES: &str =
    "curl shows the frames of a log, 8 bytes in front of each piece; dq takes them apart";

/// The curl command alone, and notes on what it does differently. The body is shown where it is given as `json`, which
/// must hold no secret.
///
/// # Errors
/// Requests that curl cannot express.
pub fn request_line(
    exchange: &Exchange,
    json: Option<&str>,
) -> Result<(String, Vec<String>), Error> {
    let client = dq_fetch::Client::new(exchange.host.clone(), exchange.settings.clone());
    let show = curl::ShowOptions {
        verbose: exchange.shown.verbose,
        ..curl::ShowOptions::default()
    };
    let mut request = exchange.request.clone();
    if json.is_some() {
        request.payload = dq_fetch::Payload::None;
    }
    let mut command = curl::command(&client, &request, show)?;
    if let Some(json) = json {
        let body = ["-H", "Content-Type: application/json", "-d", json].map(shell_word);
        let url = command.words.len().saturating_sub(1);
        command.words.splice(url..url, body.map(Into::into));
    }
    if AnswerKind::of(&exchange.request) == AnswerKind::Log {
        command.notes.push(FRAMES.into());
    }
    Ok((command.words.join(" "), command.notes))
}

/// The error of a log that a filter is to read.
pub fn no_frames_in_jq() -> Error {
    not_in_jq("curl does not take the frames of a log apart, so jq cannot read it")
}

/// What Docker's API answers at an endpoint.
#[derive(PartialEq)]
enum AnswerKind {
    Json,
    Log,
    Text,
    /// Nothing that jq reads.
    Other,
}

impl AnswerKind {
    fn of(request: &dq_fetch::Request) -> Self {
        let (dq_fetch::Source::Endpoint(source) | dq_fetch::Source::Url(source)) = &request.source;
        let path = source.split('?').next().unwrap_or_default();
        let ends = |names: &[&str]| names.iter().any(|name| path.ends_with(name));
        let exec = path.contains("/exec/") && ends(&["/start"]);
        if ends(&["/logs", "/attach"]) || exec {
            Self::Log
        } else if request.method == "HEAD" || ends(&["/archive", "/export", "/get"]) {
            Self::Other
        } else if ends(&["/_ping"]) {
            Self::Text
        } else {
            Self::Json
        }
    }
}

/// The jq command with its filter, for text or for JSON, and what it does not do.
///
/// # Errors
/// A filter that needs what only dq has.
fn jq_line(
    jq: &JqOptions,
    program: &FilterPlan,
    host: &str,
    is_text: bool,
) -> Result<(String, Option<String>), Error> {
    let text = standalone(&program.to_compile(&Vec::new)).map_err(|errors| {
        let messages = errors.into_iter().map(|error| error.message);
        not_in_jq(&messages.collect::<Vec<_>>().join("; "))
    })?;
    let filter = match &jq.file {
        // jq has none of dq's helpers and saved filters: where they are used, they come along.
        Some(file) if text == program.text.trim_end() => {
            format!("-f {}", shell_word(file))
        }
        _ => shell_word(without_header(&text)),
    };
    let lines = jq.format == Format::Lines;
    let own: &[String] = if lines { &[] } else { &jq.output };
    let raw = (is_text && !jq.input.iter().any(|word| word == "-R")).then_some("-R");
    let words = ["jq"].into_iter().chain(raw).map(str::to_owned);
    let words = words.chain(jq.input.iter().chain(own).chain(&jq.variables).cloned());
    let words = words.chain(host_argument(&text, program, host));
    let words = words.chain([filter]).chain(jq.positional.iter().cloned());
    let mut line = words.collect::<Vec<_>>().join(" ");
    if lines {
        line = format!("{line} | jq {} {LINES}", jq.output.join(" "));
    }
    let note = (!jq.format.is_json())
        .then(|| format!("jq prints JSON: it has no -o {}", jq.format.name()));
    Ok((line, note))
}

/// The option that defines `$host` for jq, where the filter mentions it.
fn host_argument(text: &str, program: &FilterPlan, host: &str) -> Option<String> {
    let is_given = program.variables.iter().any(|(name, _)| name == "host");
    let is_used = text.contains("$host") && !is_given;
    is_used.then(|| format!("--arg host {}", shell_word(host)))
}

fn not_in_jq(problem: &str) -> Error {
    Error::Usage {
        message: format!("--curl: {problem}"),
        hint: None,
    }
}
