//! What dq will do: the command line, the environment and the terminal become each stage's own settings.

pub mod curl;
mod request;
mod shape;
mod variables;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::cli::{Cli, Word};
use crate::error::Error;
use crate::fetch::{self, Environment};
use crate::filter::{InputSettings, Shape, value::Value};
use crate::format;
use crate::terminal::Terminal;

/// Everything a run needs to know.
pub struct Plan {
    pub input: Input,
    pub program: Program,
    pub inputs: InputSettings,
    /// `-n`: the filter runs once, on null.
    pub null_input: bool,
    /// `-e`: the exit code tells what the last output was.
    pub exit_status: bool,
    pub output: format::Settings,
    /// An option said how the output is to look.
    pub has_format: bool,
    pub flush: Flush,
    pub terminal: Terminal,
}

/// Where the bytes come from.
pub enum Input {
    /// The answer to a request.
    Http(Box<Exchange>),
    Files(Vec<PathBuf>),
    Stdin,
}

/// A request, and where it goes.
pub struct Exchange {
    pub host: fetch::Host,
    pub settings: fetch::Settings,
    pub request: fetch::Request,
    pub shown: Shown,
    /// `--curl`: it is shown, not sent.
    pub curl: Option<curl::Jq>,
    /// `--registry-auth`: whence the login for a registry comes.
    pub logins: Option<fetch::Logins>,
}

/// What is shown of a request and its response besides the body.
#[derive(Clone, Copy)]
pub struct Shown {
    /// `-i`: the head of the response.
    pub include: bool,
    /// `-v`: the host and all heads.
    pub verbose: bool,
    /// `--fail-with-body`: the body of a failure.
    pub failure: bool,
    /// `--paginate`: the pages that follow.
    pub pages: bool,
}

impl Shown {
    fn of(sending: &crate::cli::Sending) -> Self {
        Self {
            include: sending.include,
            verbose: sending.verbose,
            failure: sending.fail_with_body,
            pages: sending.paginate,
        }
    }
}

/// The filter's text and what it may refer to.
pub struct Program {
    pub text: String,
    /// A filter was given; without one, what is not JSON passes as it is.
    pub is_given: bool,
    /// The file of `-f`.
    pub path: Option<String>,
    pub named: Vec<(String, Value)>,
    pub positional: Vec<Value>,
    pub library: Vec<PathBuf>,
    pub home: Option<PathBuf>,
    /// The first word, where it looks like an endpoint that lost its slash.
    pub hint: Option<String>,
}

/// When output is handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flush {
    /// After every output.
    EachOutput,
    /// Before waiting for more input.
    BeforeWaiting,
}

impl Plan {
    /// Neither a filter nor a format was asked for: what comes is shown as it is.
    pub fn is_plain(&self) -> bool {
        !self.program.is_given
            && !self.null_input
            && self.inputs.shape == Shape::Values
            && !self.has_format
    }
}

type Var<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// Makes the plan.
///
/// # Errors
/// What contradicts itself or cannot be read: usage errors, exit code 2; a bad host.
pub fn plan(
    cli: Cli,
    terminal: Terminal,
    stdin_is_terminal: bool,
    var: Var,
) -> Result<(Plan, Vec<String>), Error> {
    let mut warnings = Vec::new();
    let output = shape::output(&cli, &terminal, var, &mut warnings);
    let jq = cli.fetch.sending.curl.then(|| curl::Jq::of(&cli));
    let has_format = shape::is_chosen(&cli.format);
    let inputs = shape::inputs(&cli);
    let words = Words::sort(cli.words, cli.filter.from_file.as_deref())?;
    let (null_input, exit_status) = (cli.filter.null_input, cli.filter.exit_status);
    let reads_stdin = words.source.is_none() && words.files.is_empty();
    let input = match &words.source {
        Some(source) => {
            refuse_files(&words.files, words.filter.as_deref())?;
            http(source, cli.fetch, jq, var)?
        }
        None => {
            refuse_fetch_options(&cli.fetch)?;
            let filterless = words.filter.is_none();
            local(words.files, filterless, null_input, stdin_is_terminal)?
        }
    };
    let program = Program {
        hint: endpoint_hint(words.filter.as_deref(), &input),
        is_given: words.filter.is_some(),
        text: words.filter.unwrap_or_else(|| ".".into()),
        path: cli.filter.from_file.map(|path| path.display().to_string()),
        named: variables::named(cli.filter.named)?,
        positional: words.positional,
        library: variables::library(cli.filter.library, reads_stdin)?,
        home: var("HOME")
            .filter(|home| !home.is_empty())
            .map(PathBuf::from),
    };
    let flush = match cli.format.unbuffered || terminal.stdout.is_terminal {
        true => Flush::EachOutput,
        false => Flush::BeforeWaiting,
    };
    let plan = Plan {
        input,
        program,
        inputs,
        null_input,
        exit_status,
        output,
        has_format,
        flush,
        terminal,
    };
    Ok((plan, warnings))
}

/// What each word of the command line is.
struct Words {
    source: Option<String>,
    filter: Option<String>,
    files: Vec<PathBuf>,
    positional: Vec<Value>,
}

impl Words {
    /// The source comes first if there is one, then the filter unless it is in a file, then the rest.
    fn sort(words: Vec<Word>, from_file: Option<&Path>) -> Result<Self, Error> {
        let mut words = words.into_iter().peekable();
        let source = words.next_if(|word| is_source(&word.text));
        let filter = match from_file {
            Some(file) => Some(read_program(file)?),
            None => words.next().map(|word| unicode(&word.text)).transpose()?,
        };
        let (files, positional) = variables::tail(words)?;
        Ok(Self {
            source: source.map(|word| unicode(&word.text)).transpose()?,
            filter,
            files,
            positional,
        })
    }
}

fn unicode(text: &OsStr) -> Result<String, Error> {
    text.to_str()
        .map(str::to_owned)
        .ok_or_else(|| Error::usage(format!("{} is not valid UTF-8", text.to_string_lossy())))
}

/// A source starts with `/` or `scheme://`, or is `-` alone.
fn is_source(word: &OsStr) -> bool {
    word.to_str()
        .is_some_and(|word| word == "-" || word.starts_with('/') || has_scheme(word))
}

fn has_scheme(word: &str) -> bool {
    let Some((scheme, _)) = word.split_once("://") else {
        return false;
    };
    let mut letters = scheme.chars();
    letters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-'))
}

fn read_program(path: &Path) -> Result<String, Error> {
    let failed = |problem: String| Error::Usage {
        message: format!("cannot read the filter {}: {problem}", path.display()),
        hint: (path.is_absolute() && !path.exists()).then(|| {
            "-f is jq's: the filter is in a file; dq fails at 400 and above by itself".into()
        }),
    };
    let bytes = std::fs::read(path).map_err(|error| failed(reason(&error)))?;
    String::from_utf8(bytes).map_err(|_| failed("it is not valid UTF-8".into()))
}

/// The operating system's words, without Rust's `(os error 2)`.
pub fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error")
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn refuse_files(files: &[PathBuf], filter: Option<&str>) -> Result<(), Error> {
    let Some(first) = files.first() else {
        return Ok(());
    };
    Err(Error::Usage {
        message: format!(
            "unexpected word {} after the filter {}",
            first.display(),
            filter.unwrap_or_default()
        ),
        hint: Some("dq SOURCE FILTER takes no files; quote a filter that has spaces".into()),
    })
}

fn http(
    source: &str,
    options: crate::cli::Fetch,
    curl: Option<curl::Jq>,
    var: Var,
) -> Result<Input, Error> {
    if source == "-" {
        refuse_fetch_options(&options)?;
        return Ok(Input::Stdin);
    }
    let request = request::request(source, &options)?;
    let flags = fetch::HostFlags {
        host: options.host,
        context: options.context,
        unix_socket: options.unix_socket,
        demo: options.demo,
        tls: options.tls,
    };
    let environment = Environment { var };
    let (host, source) = match request.source {
        fetch::Source::Url(url) => fetch::resolve_url(&url, &flags, &environment)?,
        endpoint => (fetch::resolve_host(&flags, &environment)?, endpoint),
    };
    let request = fetch::Request { source, ..request };
    Ok(Input::Http(Box::new(Exchange {
        host,
        settings: fetch::Settings {
            connect_timeout: options.connect_timeout,
            max_time: options.max_time,
            idle_timeout: options.sending.idle_timeout,
            retries: options.sending.retry.unwrap_or_default(),
        },
        request,
        shown: Shown::of(&options.sending),
        curl,
        logins: match options.sending.registry_auth {
            true => Some(environment.logins()?),
            false => None,
        },
    })))
}

fn split_header(header: &str) -> Result<(String, String), Error> {
    match header.split_once(':') {
        Some((_, value)) if value.starts_with("//") => Err(Error::Usage {
            message: format!("{header} is no header"),
            hint: Some(format!(
                "-H is curl's header option; the host is --host {header}"
            )),
        }),
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        // The rest may be a secret.
        _ => Err(Error::usage(format!(
            "-H takes 'NAME: VALUE', not {} …",
            header.split([' ', ':']).next().unwrap_or_default()
        ))),
    }
}

/// Options that only make sense with a request.
fn refuse_fetch_options(options: &crate::cli::Fetch) -> Result<(), Error> {
    let given = [
        ("--host", options.host.is_some()),
        ("--context", options.context.is_some()),
        ("--unix-socket", options.unix_socket.is_some()),
        ("--demo", options.demo),
        ("a TLS option", options.tls.given()),
        ("--header", !options.headers.is_empty()),
        ("--connect-timeout", options.connect_timeout.is_some()),
        ("--max-time", options.max_time.is_some()),
    ];
    let given = given.iter().find(|(_, given)| *given);
    match given.map(|it| it.0).or(options.sending.given()) {
        Some(option) => Err(Error::Usage {
            message: format!("{option} needs an endpoint or URL to ask for"),
            hint: Some("endpoints start with a slash: dq /containers/json".into()),
        }),
        None => Ok(()),
    }
}

/// jq's own command line: files, else standard input.
fn local(
    files: Vec<PathBuf>,
    filterless: bool,
    null_input: bool,
    stdin_is_terminal: bool,
) -> Result<Input, Error> {
    if !files.is_empty() {
        return Ok(Input::Files(files));
    }
    if stdin_is_terminal && !null_input {
        let message = if !filterless {
            "nothing to filter: name an endpoint or a file, or pipe JSON in"
        } else {
            "nothing to do"
        };
        return Err(Error::Usage {
            message: message.into(),
            hint: Some("dq /containers/json '.[].Names'; dq -h has the options".into()),
        });
    }
    Ok(Input::Stdin)
}

/// `containers/json` is no filter: it lost its slash.
fn endpoint_hint(text: Option<&str>, input: &Input) -> Option<String> {
    let text = text.filter(|_| !matches!(input, Input::Http(_)))?;
    let word = text.chars().all(|c| {
        c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '.' | '?' | '=' | '&' | '%')
    });
    let is_path = word && text.contains('/') && text.starts_with(|c: char| c.is_ascii_alphabetic());
    is_path.then(|| format!("did you mean /{text}?"))
}
