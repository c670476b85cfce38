//! What the user typed, and nothing else: options by clap, words by jq's rule.

mod defaults;
mod foreign;
mod given;
pub mod options;
pub mod saved;
mod sending;
mod words;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::{catalogue, generate};

pub use defaults::{BadLine, Defaults};
use given::Given;
use options::help;
pub use saved::{Manage, Save, Saved};
pub use sending::Sending;
use words::Mode;
pub use words::Word;

/// The command line.
pub struct Cli {
    pub words: Vec<Word>,
    pub fetch: Fetch,
    pub filter: Filter,
    pub format: Format,
    pub saved: Saved,
    /// `--endpoints`: list them instead of asking a server.
    pub endpoints: bool,
    /// `--no-defaults`: nothing holds that was not typed.
    pub no_defaults: bool,
    /// What holds where nothing was typed; `main` fills it in.
    pub defaults: Defaults,
}

pub struct Fetch {
    pub host: Option<String>,
    pub context: Option<String>,
    pub unix_socket: Option<PathBuf>,
    pub demo: bool,
    pub tls: dq_fetch::TlsFlags,
    /// `name: value`, as typed.
    pub headers: Vec<String>,
    pub connect_timeout: Option<Duration>,
    pub max_time: Option<Duration>,
    pub sending: Sending,
}

pub struct Filter {
    pub null_input: bool,
    pub raw_input: bool,
    pub slurp: bool,
    pub exit_status: bool,
    pub from_file: Option<PathBuf>,
    pub library: Vec<PathBuf>,
    /// `--arg` and its like, in the order typed.
    pub named: Vec<Named>,
    pub stream: bool,
    pub stream_errors: bool,
    pub seq: bool,
}

/// `--arg NAME VALUE` and its like.
pub struct Named {
    pub kind: NamedKind,
    pub name: String,
    pub value: OsString,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum NamedKind {
    Text,
    Json,
    SlurpFile,
    RawFile,
}

pub struct Format {
    /// The names given to `-o`.
    pub output: Vec<String>,
    pub table: bool,
    /// As typed: paths with commas between them.
    pub columns: Option<String>,
    pub no_header: bool,
    pub wide: bool,
    pub raw: bool,
    pub join: bool,
    pub nul: bool,
    pub ascii: bool,
    pub compact: bool,
    pub sort_keys: bool,
    pub tab: bool,
    pub indent: Option<u8>,
    pub unbuffered: bool,
    pub color: Option<crate::terminal::ColorWhen>,
}

/// What else a command line can ask for.
pub enum Request {
    Run(Box<Cli>),
    /// A shell asks what may stand where the cursor is: `--complete`, which only their scripts know.
    Complete(Vec<OsString>),
    /// Text for stdout: help or the version.
    Print(String),
    /// What is wrong with the command line, and a hint.
    Wrong(String, Option<String>),
}

/// Reads the command line, the program's name first.
pub fn parse(args: impl Iterator<Item = OsString>) -> Request {
    let mut args = args.skip(1).peekable();
    if args.next_if(|arg| arg == "--complete").is_some() {
        return Request::Complete(args.collect());
    }
    let split = words::split(args);
    let words = split.words;
    let matches = match Given::read(split.options, split.typed) {
        Ok(matches) => matches,
        Err(error) => return saved::hinted(options::explain(error), &words),
    };
    if matches.get_flag("help") {
        return Request::Print(help::help(matches.get_flag("long-help")));
    }
    if matches.get_flag("long-help") {
        return Request::Print(help::help(true));
    }
    if matches.get_flag("version") {
        return Request::Print(format!("dq {}\n", env!("CARGO_PKG_VERSION")));
    }
    if let Some(kind) = matches.get_one::<OsString>("generate") {
        return generated(&kind.to_string_lossy());
    }
    if matches.get_flag("endpoints")
        && let [word] = &words[..]
        && let Some(text) = word.text.to_str().and_then(catalogue::explanation)
    {
        return Request::Print(text);
    }
    match read(&matches, words) {
        Ok(cli) => Request::Run(Box::new(cli)),
        Err(message) => Request::Wrong(message, None),
    }
}

fn generated(kind: &str) -> Request {
    match generate::generate(kind) {
        Some(text) => Request::Print(text),
        None => Request::Wrong(
            format!("cannot generate {kind}"),
            Some(format!("dq can generate {}", generate::KINDS.join(", "))),
        ),
    }
}

fn read(matches: &Given, words: Vec<Word>) -> Result<Cli, String> {
    Ok(Cli {
        words,
        fetch: fetch(matches)?,
        filter: filter(matches)?,
        format: format(matches)?,
        saved: saved::read(matches)?,
        endpoints: matches.get_flag("endpoints"),
        no_defaults: matches.get_flag("no-defaults"),
        defaults: Defaults::default(),
    })
}

fn text(matches: &Given, name: &str) -> Result<Option<String>, String> {
    let value = matches.get_one::<OsString>(name).cloned();
    value
        .map(|value| {
            value
                .into_string()
                .map_err(|_| format!("the value of --{name} is not valid UTF-8"))
        })
        .transpose()
}

fn texts(matches: &Given, name: &str) -> Result<Vec<String>, String> {
    let values = matches.get_many::<OsString>(name).into_iter().flatten();
    let text = |value: &OsString| value.clone().into_string();
    values
        .map(|value| text(value).map_err(|_| format!("the value of --{name} is not valid UTF-8")))
        .collect()
}

fn path(matches: &Given, name: &str) -> Option<PathBuf> {
    matches.get_one::<OsString>(name).map(PathBuf::from)
}

fn seconds(matches: &Given, name: &str) -> Result<Option<Duration>, String> {
    let Some(value) = text(matches, name)? else {
        return Ok(None);
    };
    let number = value.parse::<f64>().ok().filter(|number| *number > 0.0);
    let duration = number.and_then(|number| Duration::try_from_secs_f64(number).ok());
    duration
        .map(Some)
        .ok_or_else(|| format!("--{name} takes a number of seconds, not {value}"))
}

fn fetch(matches: &Given) -> Result<Fetch, String> {
    let headers = matches.get_many::<OsString>("header").into_iter().flatten();
    let headers = headers.map(|header| {
        header
            .clone()
            .into_string()
            .map_err(|_| "a header is not valid UTF-8".to_owned())
    });
    Ok(Fetch {
        host: text(matches, "host")?,
        context: text(matches, "context")?,
        unix_socket: path(matches, "unix-socket"),
        demo: matches.get_flag("demo"),
        tls: tls(matches)?,
        headers: headers.collect::<Result<_, _>>()?,
        connect_timeout: seconds(matches, "connect-timeout")?,
        max_time: seconds(matches, "max-time")?,
        sending: sending::sending(matches)?,
    })
}

fn tls(matches: &Given) -> Result<dq_fetch::TlsFlags, String> {
    // Go's words for true and false, since the option is docker's.
    let verify = match text(matches, "tlsverify")?.as_deref() {
        None => None,
        Some("true" | "t" | "1" | "TRUE" | "True" | "T") => Some(true),
        Some("false" | "f" | "0" | "FALSE" | "False" | "F") => Some(false),
        Some(other) => return Err(format!("--tlsverify takes true or false, not {other}")),
    };
    Ok(dq_fetch::TlsFlags {
        ca: path(matches, "cacert"),
        cert: path(matches, "cert"),
        key: path(matches, "key"),
        insecure: matches.get_flag("insecure"),
        tls: matches.get_flag("tls"),
        verify,
    })
}

fn filter(matches: &Given) -> Result<Filter, String> {
    Ok(Filter {
        null_input: matches.get_flag("null-input"),
        raw_input: matches.get_flag("raw-input"),
        slurp: matches.get_flag("slurp"),
        exit_status: matches.get_flag("exit-status"),
        from_file: path(matches, "from-file"),
        library: matches
            .get_many::<OsString>("library-path")
            .into_iter()
            .flatten()
            .map(PathBuf::from)
            .collect(),
        named: named(matches)?,
        stream: matches.get_flag("stream"),
        stream_errors: matches.get_flag("stream-errors"),
        seq: matches.get_flag("seq"),
    })
}

fn named(matches: &Given) -> Result<Vec<Named>, String> {
    let kinds = [
        ("arg", NamedKind::Text),
        ("argjson", NamedKind::Json),
        ("slurpfile", NamedKind::SlurpFile),
        ("rawfile", NamedKind::RawFile),
    ];
    let mut found = Vec::new();
    for (option, kind) in kinds {
        let places = matches.indices_of(option).into_iter().flatten().step_by(2);
        let pairs = matches
            .get_occurrences::<OsString>(option)
            .into_iter()
            .flatten();
        for (place, mut pair) in places.zip(pairs) {
            let (Some(name), Some(value)) = (pair.next(), pair.next()) else {
                continue;
            };
            let name = name
                .clone()
                .into_string()
                .map_err(|_| format!("the name behind --{option} is not valid UTF-8"))?;
            found.push((
                place,
                Named {
                    kind,
                    name,
                    value: value.clone(),
                },
            ));
        }
    }
    found.sort_by_key(|(place, _)| *place);
    Ok(found.into_iter().map(|(_, named)| named).collect())
}

fn format(matches: &Given) -> Result<Format, String> {
    Ok(Format {
        output: texts(matches, "output")?,
        table: matches.get_flag("table"),
        columns: text(matches, "columns")?,
        no_header: matches.get_flag("no-header"),
        wide: matches.get_flag("wide"),
        raw: matches.get_flag("raw-output"),
        join: matches.get_flag("join-output"),
        nul: matches.get_flag("raw-output0"),
        ascii: matches.get_flag("ascii-output"),
        compact: matches.get_flag("compact-output"),
        sort_keys: matches.get_flag("sort-keys"),
        tab: matches.get_flag("tab"),
        indent: indent(matches)?,
        unbuffered: matches.get_flag("unbuffered"),
        color: color(matches)?,
    })
}

/// jq's bounds: 0 to 7 spaces.
fn indent(matches: &Given) -> Result<Option<u8>, String> {
    let Some(value) = text(matches, "indent")? else {
        return Ok(None);
    };
    let number = value.parse::<u8>().ok().filter(|number| *number <= 7);
    number
        .map(Some)
        .ok_or_else(|| format!("--indent takes a number from 0 to 7, not {value}"))
}

fn color(matches: &Given) -> Result<Option<crate::terminal::ColorWhen>, String> {
    use crate::terminal::ColorWhen::{Always, Auto, Never};
    let when = match text(matches, "color")?.as_deref() {
        None => None,
        Some("auto") => Some(Auto),
        Some("always") => Some(Always),
        Some("never") => Some(Never),
        Some(other) => return Err(format!("--color takes auto, always or never, not {other}")),
    };
    Ok(match () {
        () if matches.get_flag("monochrome-output") => Some(Never),
        () if matches.get_flag("color-output") => Some(Always),
        () => when,
    })
}

impl Word {
    /// The word as an argument of `--args`, `--jsonargs`, or a file.
    pub fn is_file(&self) -> bool {
        self.mode == Mode::Files
    }

    /// The word is JSON behind `--jsonargs`.
    pub fn is_json(&self) -> bool {
        self.mode == Mode::Json
    }
}
