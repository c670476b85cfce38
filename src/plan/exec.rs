//! `--exec CONTAINER [FILTER] -- COMMAND`: the request that prepares a command in a container.

use super::model::{Exchange, Input};
use super::saved;
use super::source::{SavedSource, is_source};
use super::text::unicode;
use crate::cli::{Cli, Exec, RequestOptions, Word};
use crate::error::Error;
use dq_fetch::Payload;
use dq_text::shell_word;
use serde_json::{Map, Value};

/// What `--exec` requests.
pub(super) struct ExecSource {
    /// The endpoint that prepares commands.
    pub source: SavedSource,
    pub command: Vec<String>,
}

/// The fields that `--exec` sets itself: standard input and terminals need a connection in both directions.
const OWN_FIELDS: [&str; 4] = ["Cmd", "AttachStdin", "Tty", "DetachKeys"];

/// The source of a command line with `--exec`, if it is one. The words are those in front of `--`.
///
/// # Errors
/// No command, another source, options that mean nothing for a command.
pub(super) fn source(cli: &mut Cli, words: &[Word]) -> Result<Option<ExecSource>, Error> {
    let Some(exec) = cli.exec.take() else {
        return Ok(None);
    };
    if exec.command.is_empty() {
        return Err(lacks_command(&exec, words));
    }
    if let Some(option) = contradiction(cli) {
        return Err(Error::usage(format!(
            "--exec and {option} exclude each other"
        )));
    }
    if let Some(word) = words.first().filter(|word| is_source(&word.text)) {
        return Err(Error::Usage {
            message: format!("--exec is the source, and {} is another", shown(word)),
            hint: Some(USAGE.into()),
        });
    }
    cli.fetch.request.method = Some("POST".into());
    let command = exec.command.iter().map(|word| unicode(word));
    Ok(Some(ExecSource {
        source: SavedSource {
            endpoint: saved::path_of_name("/containers/{name}/exec", &exec.container)?,
            paths: Vec::new(),
            signature: USAGE.into(),
        },
        command: command.collect::<Result<_, _>>()?,
    }))
}

const USAGE: &str = "dq --exec CONTAINER [FILTER] -- COMMAND [ARG...]";

fn shown(word: &Word) -> String {
    shell_word(&word.text.to_string_lossy())
}

fn lacks_command(exec: &Exec, words: &[Word]) -> Error {
    let words: Vec<_> = words.iter().map(shown).collect();
    let container = shell_word(&exec.container);
    Error::Usage {
        message: "--exec lacks a command: it stands behind --".into(),
        hint: Some(if words.is_empty() {
            USAGE.into()
        } else {
            format!("dq --exec {container} -- {}", words.join(" "))
        }),
    }
}

/// The first option that means nothing for a command.
fn contradiction(cli: &Cli) -> Option<&'static str> {
    let RequestOptions {
        method,
        data,
        fail_with_body,
        registry_auth,
        include,
        ..
    } = &cli.fetch.request;
    let options = [
        ("--list", cli.saved.list),
        ("--endpoints", cli.endpoints),
        ("--request", method.is_some()),
        ("--data", !data.is_empty()),
        ("--include", *include),
        ("--fail-with-body", *fail_with_body),
        ("--registry-auth", *registry_auth),
    ];
    let typed = options.iter().find(|(_, is_typed)| *is_typed);
    typed.map(|(option, _)| *option)
}

/// The request for the endpoint with the command, if there is one, in its body, besides the fields of `-F`.
///
/// # Errors
/// Fields that `--exec` sets itself.
pub(super) fn with_command(input: Input, command: Option<Vec<String>>) -> Result<Input, Error> {
    let (mut exchange, command) = match (input, command) {
        (Input::Http(exchange), Some(command)) => (exchange, command),
        (input, _) => return Ok(input),
    };
    let mut body = fields(&exchange);
    if let Some(own) = OWN_FIELDS.iter().find(|own| body.contains_key(**own)) {
        let hint = match *own {
            "Cmd" => "the command stands behind --",
            _ => "docker exec -it holds a session; dq reads what the command writes",
        };
        return Err(Error::Usage {
            message: format!("-F {own} does not go with --exec"),
            hint: Some(hint.into()),
        });
    }
    for stream in ["AttachStdout", "AttachStderr"] {
        body.entry(stream).or_insert(Value::Bool(true));
    }
    body.insert("Cmd".into(), command.into());
    exchange.request.payload = Payload::Bytes(Value::Object(body).to_string().into_bytes());
    Ok(Input::Exec(exchange))
}

fn fields(exchange: &Exchange) -> Map<String, Value> {
    match &exchange.request.payload {
        Payload::Bytes(json) => serde_json::from_slice(json).unwrap_or_default(),
        _ => Map::new(),
    }
}
