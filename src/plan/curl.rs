//! `--curl`: the command line of curl and jq that does the same.

use super::{Exchange, Program};
use crate::cli::{Cli, NamedKind, Word};
use crate::error::Error;
use crate::terminal::ColorWhen;
use dq_fetch::{self, curl};
use dq_filter::saved::{standalone, without_header};
use dq_format::Format;
use dq_text::shell_word;

/// What `-o lines` does with an array.
const LINES: &str = "'if type == \"array\" then .[] else . end'";

/// The jq that stands behind the pipe, from options and words as they were typed.
pub struct Jq {
    /// The options about what goes in.
    input: Vec<String>,
    /// The options about what comes out.
    output: Vec<String>,
    /// `--arg` and its like.
    named: Vec<String>,
    format: Format,
    /// The file of `-f`.
    file: Option<String>,
    positional: Vec<String>,
}

impl Jq {
    /// Where `--curl` asks for it.
    pub(super) fn wanted(cli: &Cli, format: Format) -> Option<Self> {
        cli.fetch.sending.curl.then(|| Self::of(cli, format))
    }

    fn of(cli: &Cli, format: Format) -> Self {
        let file = cli.filter.from_file.as_ref();
        let positional = cli.words.iter().filter(|word| !word.is_file());
        Self {
            input: input(&cli.filter),
            output: output(&cli.format, format, cli.filter.seq),
            named: named(&cli.filter),
            format,
            file: file.map(|file| file.display().to_string()),
            positional: positional.flat_map(argument).collect(),
        }
    }

    /// The command with its filter, for text or for JSON, and what it does not do.
    ///
    /// # Errors
    /// Where the filter needs what only dq has.
    fn line(&self, program: &Program, is_text: bool) -> Result<(String, Option<String>), Error> {
        let text = standalone(&program.to_compile(&Vec::new)).map_err(|errors| {
            let messages = errors.into_iter().map(|error| error.message);
            not_in_jq(&messages.collect::<Vec<_>>().join("; "))
        })?;
        let filter = match &self.file {
            // jq has none of dq's helpers and saved filters: where they are used, they come along.
            Some(file) if text == program.text.trim_end() => {
                format!("-f {}", shell_word(file))
            }
            _ => shell_word(without_header(&text)),
        };
        let lines = self.format == Format::Lines;
        let own: &[String] = if lines { &[] } else { &self.output };
        let raw = (is_text && !self.input.iter().any(|word| word == "-R")).then_some("-R");
        let words = ["jq"].into_iter().chain(raw).map(str::to_owned);
        let words = words.chain(self.input.iter().chain(own).chain(&self.named).cloned());
        let words = words.chain([filter]).chain(self.positional.iter().cloned());
        let mut line = words.collect::<Vec<_>>().join(" ");
        if lines {
            line = format!("{line} | jq {} {LINES}", self.output.join(" "));
        }
        let note = (!self.format.is_json())
            .then(|| format!("jq prints JSON: it has no -o {}", self.format.name()));
        Ok((line, note))
    }
}

fn not_in_jq(problem: &str) -> Error {
    Error::Usage {
        message: format!("--curl: {problem}"),
        hint: None,
    }
}

fn input(filter: &crate::cli::Filter) -> Vec<String> {
    typed(&[
        (filter.null_input, "-n"),
        (filter.raw_input, "-R"),
        (filter.slurp, "-s"),
        (filter.exit_status, "-e"),
        (filter.stream, "--stream"),
        (filter.stream_errors, "--stream-errors"),
        (filter.seq, "--seq"),
    ])
}

fn named(filter: &crate::cli::Filter) -> Vec<String> {
    let mut words = Vec::new();
    let mut add = |option: &str, values: &[&str]| {
        words.push(option.to_owned());
        words.extend(values.iter().map(|value| shell_word(value)));
    };
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
    words
}

fn output(options: &crate::cli::Format, format: Format, seq: bool) -> Vec<String> {
    let lines = format == Format::Lines;
    let mut words = typed(&[
        (lines && seq, "--seq"),
        (options.raw || lines || format == Format::Raw, "-r"),
        (options.join, "-j"),
        (options.nul, "--raw-output0"),
        (options.ascii, "-a"),
        (options.compact || lines || format == Format::Jsonl, "-c"),
        (options.sort_keys, "-S"),
        (options.tab, "--tab"),
        (options.unbuffered, "--unbuffered"),
        (options.color == Some(ColorWhen::Always), "-C"),
        (options.color == Some(ColorWhen::Never), "-M"),
    ]);
    if let Some(spaces) = options.indent {
        words.extend(["--indent".to_owned(), spaces.to_string()]);
    }
    words
}

fn typed(flags: &[(bool, &str)]) -> Vec<String> {
    let given = flags.iter().filter(|(given, _)| *given);
    given.map(|(_, flag)| (*flag).to_owned()).collect()
}

fn argument(word: &Word) -> [String; 2] {
    let option = if word.is_json() {
        "--jsonargs"
    } else {
        "--args"
    };
    [option.to_owned(), shell_word(&word.text.to_string_lossy())]
}

/// The whole line, and what has to be known about it.
///
/// # Errors
/// Where curl or jq cannot do it.
pub fn line(
    jq: &Jq,
    exchange: &Exchange,
    program: &Program,
    is_plain: bool,
) -> Result<(String, Vec<String>), Error> {
    let shown = exchange.shown;
    let client = dq_fetch::Client::new(exchange.host.clone(), exchange.settings.clone())?;
    let kind = Kind::of(&exchange.request);
    if kind == Kind::Log && !is_plain {
        return Err(not_in_jq(
            "curl does not take the frames of a log apart, so jq cannot read it",
        ));
    }
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
        let (jq, note) = jq.line(program, kind == Kind::Text)?;
        line = format!("{line} | {jq}");
        command.notes.extend(note);
    }
    Ok((line, command.notes))
}

/// What Docker's API answers there.
#[derive(PartialEq)]
enum Kind {
    Json,
    Log,
    Text,
    /// Nothing that jq reads.
    Other,
}

impl Kind {
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
