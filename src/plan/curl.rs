//! `--curl`: the command line of curl and jq that does the same.

use super::{Exchange, Program};
use crate::cli::{Cli, NamedKind, Word};
use crate::fetch::{self, curl};
use crate::filter::saved::standalone;

/// The jq that stands behind the pipe, from options and words as they were typed.
pub struct Jq {
    words: Vec<String>,
    /// The file of `-f`.
    file: Option<String>,
    positional: Vec<String>,
}

impl Jq {
    pub(super) fn of(cli: &Cli) -> Self {
        let (filter, format) = (&cli.filter, &cli.format);
        let flags = [
            (filter.null_input, "-n"),
            (filter.raw_input, "-R"),
            (filter.slurp, "-s"),
            (filter.exit_status, "-e"),
            (filter.stream, "--stream"),
            (filter.stream_errors, "--stream-errors"),
            (filter.seq, "--seq"),
            (format.raw, "-r"),
            (format.join, "-j"),
            (format.nul, "--raw-output0"),
            (format.ascii, "-a"),
            (format.compact, "-c"),
            (format.sort_keys, "-S"),
            (format.tab, "--tab"),
            (format.unbuffered, "--unbuffered"),
        ];
        let given = flags.iter().filter(|(given, _)| *given);
        let mut words: Vec<String> = given.map(|(_, flag)| (*flag).to_owned()).collect();
        let mut add = |option: &str, values: &[&str]| {
            words.push(option.to_owned());
            words.extend(values.iter().map(|value| curl::quoted(value)));
        };
        if let Some(spaces) = format.indent {
            add("--indent", &[&spaces.to_string()]);
        }
        for folder in &filter.library {
            add("-L", &[&folder.display().to_string()]);
        }
        for named in &filter.named {
            let option = match named.kind {
                NamedKind::Text => "--arg",
                NamedKind::Json => "--argjson",
                NamedKind::SlurpFile => "--slurpfile",
                NamedKind::RawFile => "--rawfile",
            };
            add(option, &[&named.name, &named.value.to_string_lossy()]);
        }
        let positional = cli.words.iter().filter(|word| !word.is_file());
        Self {
            words,
            file: filter
                .from_file
                .as_ref()
                .map(|file| file.display().to_string()),
            positional: positional.flat_map(argument).collect(),
        }
    }

    /// The command with its filter.
    fn line(&self, program: &Program) -> String {
        let mut words = vec!["jq".to_owned()];
        words.extend(self.words.iter().cloned());
        // jq has none of dq's helpers and saved filters: they come along. What cannot be told to jq is left as it is.
        let text =
            standalone(&program.to_compile(&Vec::new)).unwrap_or_else(|_| program.text.clone());
        match &self.file {
            Some(file) if text == program.text.trim_end() => {
                words.extend(["-f".into(), curl::quoted(file)])
            }
            _ => words.push(curl::quoted(&text)),
        }
        words.extend(self.positional.iter().cloned());
        words.join(" ")
    }
}

fn argument(word: &Word) -> [String; 2] {
    let option = if word.is_json() {
        "--jsonargs"
    } else {
        "--args"
    };
    [
        option.to_owned(),
        curl::quoted(&word.text.to_string_lossy()),
    ]
}

/// The whole line, and what has to be known about it.
///
/// # Errors
/// Where curl cannot do it.
pub fn line(
    jq: &Jq,
    exchange: &Exchange,
    program: &Program,
    is_plain: bool,
) -> Result<(String, Vec<String>), fetch::Error> {
    let shown = exchange.shown;
    let client = fetch::Client::new(exchange.host.clone(), exchange.settings.clone())?;
    let kind = Kind::of(&exchange.request);
    let piped = kind == Kind::Json || !is_plain;
    let show = curl::Show {
        include: shown.include.then_some(!piped),
        verbose: shown.verbose,
        failure: shown.failure,
    };
    let request = match &exchange.logins {
        Some(logins) => &logins.hinted_in(&exchange.request)?,
        None => &exchange.request,
    };
    let mut command = curl::command(&client, request, show)?;
    let mut line = command.words.join(" ");
    if kind == Kind::Log {
        let note =
            "curl shows the frames of a log, 8 bytes in front of each piece; dq takes them apart";
        command.notes.push(note.into());
    }
    if shown.pages {
        command
            .notes
            .push("curl fetches the first page only".into());
    }
    if piped {
        line = format!("{line} | {}", jq.line(program));
    }
    Ok((line, command.notes))
}

/// What Docker's API answers there.
#[derive(PartialEq)]
enum Kind {
    Json,
    Log,
    /// Nothing that jq reads.
    Other,
}

impl Kind {
    fn of(request: &fetch::Request) -> Self {
        let (fetch::Source::Endpoint(source) | fetch::Source::Url(source)) = &request.source;
        let path = source.split('?').next().unwrap_or_default();
        let ends = |names: &[&str]| names.iter().any(|name| path.ends_with(name));
        let exec = path.contains("/exec/") && ends(&["/start"]);
        if ends(&["/logs", "/attach"]) || exec {
            Self::Log
        } else if request.method == "HEAD" || ends(&["/_ping", "/archive", "/export", "/get"]) {
            Self::Other
        } else {
            Self::Json
        }
    }
}
