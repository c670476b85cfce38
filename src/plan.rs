//! What dq will do: the command line, the environment and the terminal become each stage's own settings.

mod choice;
pub mod curl;
mod defaults;
mod endpoints;
mod header;
mod request;
pub mod saved;
mod shape;
mod variables;
mod words;

pub use defaults::defaults;

use std::ffi::OsString;
use std::path::PathBuf;

use crate::cli::{Cli, Defaults};
use crate::error::Error;
use crate::terminal::Terminal;
use dq_fetch::{self, Environment};
use dq_filter::{self, InputSettings, Shape, saved::Places, saved::SavedFilter, saved::hidden};
use dq_json::value::Value;

use words::{Words, unicode};

/// Everything a run needs to know.
pub struct Plan {
    pub input: Input,
    pub program: Program,
    pub inputs: InputSettings,
    /// `-n`: the filter runs once, on null.
    pub null_input: bool,
    /// `-e`: the exit code tells what the last output was.
    pub exit_status: bool,
    pub output: dq_format::Settings,
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
    /// JSON that dq itself has to say.
    Text(String),
}

/// A request, and where it goes.
pub struct Exchange {
    pub host: dq_fetch::Host,
    pub settings: dq_fetch::Settings,
    pub request: dq_fetch::Request,
    pub shown: Shown,
    /// `--curl`: it is shown, not sent.
    pub curl: Option<curl::Jq>,
    /// `--registry-auth`: whence the login for a registry comes.
    pub logins: Option<dq_fetch::Logins>,
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
    /// A filter was given.
    pub is_given: bool,
    /// Nothing is filtered: what is not JSON passes as it is.
    pub is_identity: bool,
    /// The saved filter that is the source, and how to call it.
    pub saved: Option<(SavedFilter, String)>,
    pub places: Places,
    /// The file of `-f`.
    pub path: Option<String>,
    pub named: Vec<(String, Value)>,
    pub positional: Vec<Value>,
    pub library: Vec<PathBuf>,
    pub home: Option<PathBuf>,
    /// The first word, where it looks like an endpoint that lost its slash.
    pub hint: Option<String>,
}

impl Program {
    /// The program for the filter stage, nothing of it run by elements or handed on in parts.
    pub fn to_compile<'p>(
        &'p self,
        environment: &'p dyn Fn() -> Vec<(String, String)>,
    ) -> dq_filter::Program<'p> {
        dq_filter::Program {
            text: &self.text,
            path: self.path.as_deref(),
            named: self.named.clone(),
            positional: self.positional.clone(),
            library: self.library.clone(),
            home: self.home.clone(),
            saved: self.saved.as_ref().map(|(saved, _)| saved),
            is_given: self.is_given,
            places: self.places.clone(),
            by_elements: false,
            in_parts: false,
            environment,
        }
    }
}

/// When output is handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flush {
    /// After every output.
    EachOutput,
    /// Before waiting for more input.
    BeforeWaiting,
}

impl Flush {
    fn to(terminal: &Terminal, unbuffered: bool) -> Self {
        if unbuffered || terminal.stdout.is_terminal {
            Self::EachOutput
        } else {
            Self::BeforeWaiting
        }
    }
}

impl Plan {
    /// Neither a filter nor a format was asked for: what comes is shown as it is.
    pub fn is_plain(&self) -> bool {
        self.program.is_identity
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
    mut cli: Cli,
    terminal: Terminal,
    stdin_is_terminal: bool,
    var: Var,
) -> Result<(Plan, Vec<String>), Error> {
    let mut warnings = Vec::new();
    let inputs = shape::inputs(&cli);
    let places = saved::places(&cli.filter.library, var);
    let asked = endpoints::asked(&mut cli)?;
    let call = saved::source(&mut cli, &places)?;
    warnings.extend(call.as_ref().and_then(|call| hidden(&call.saved.name)));
    let is_list = cli.saved.list || cli.endpoints;
    let remembered =
        endpoints::remembered(&cli).unwrap_or_else(|| saved::remembered(call.as_ref(), &cli));
    let has_format = shape::is_chosen(&cli.format) || remembered.output.is_some();
    let chosen = choice::choose(&cli.format, remembered)?;
    let jq = curl::Jq::wanted(&cli, chosen.format);
    refuse_binary(chosen.format, &terminal, jq.is_some())?;
    let output = shape::output(&cli, chosen, &terminal, var, &mut warnings);
    let words = Words::sort(call.as_ref(), cli.words, cli.filter.from_file.as_deref())?;
    let (null_input, exit_status) = (cli.filter.null_input, cli.filter.exit_status);
    let reads_stdin = words.source.is_none() && words.files.is_empty();
    let input = match is_list {
        true => list(&words, &cli.fetch, asked, &places)?,
        false if words.source.is_some() => remote(&words, cli.fetch, jq, &cli.defaults, var)?,
        false => {
            let nothing_to_read = stdin_is_terminal && !null_input;
            local(&words, &cli.fetch, nothing_to_read, &places)?
        }
    };
    let program = Program {
        hint: endpoint_hint(words.filter.as_deref(), &input),
        is_given: words.filter.is_some(),
        is_identity: words.filter.is_none() && call.as_ref().is_none_or(saved::Call::is_identity),
        text: words.filter.unwrap_or_else(|| ".".into()),
        path: cli.filter.from_file.map(|path| path.display().to_string()),
        named: saved::with_args(variables::named(cli.filter.named)?, call.as_ref()),
        saved: call.map(saved::Call::into_parts),
        places,
        positional: words.positional,
        library: variables::library(cli.filter.library, reads_stdin)?,
        home: home(var),
    };
    let plan = Plan {
        input,
        program,
        inputs,
        null_input,
        exit_status,
        output,
        has_format,
        flush: Flush::to(&terminal, cli.format.unbuffered),
        terminal,
    };
    Ok((plan, warnings))
}

/// The user's home, where `~/.jq` is.
pub fn home(var: Var) -> Option<PathBuf> {
    var("HOME")
        .filter(|home| !home.is_empty())
        .map(PathBuf::from)
}

fn refuse_binary(
    format: dq_format::Format,
    terminal: &Terminal,
    is_shown: bool,
) -> Result<(), Error> {
    if format == dq_format::Format::Cbor && terminal.stdout.is_terminal && !is_shown {
        Err(Error::Usage {
            message: "CBOR is binary, and stdout is a terminal".into(),
            hint: Some("send it to a file or a pipe: > FILE".into()),
        })
    } else {
        Ok(())
    }
}

/// The list that `--list` gives, or the one of endpoints that was asked for.
fn list(
    words: &Words,
    options: &crate::cli::Fetch,
    endpoints: Option<String>,
    places: &Places,
) -> Result<Input, Error> {
    words.refuse_files()?;
    refuse_fetch_options(options, None)?;
    Ok(Input::Text(match endpoints {
        Some(endpoints) => endpoints,
        None => saved::list(places),
    }))
}

/// An endpoint, a URL, or standard input under its name `-`.
fn remote(
    words: &Words,
    options: crate::cli::Fetch,
    curl: Option<curl::Jq>,
    defaults: &Defaults,
    var: Var,
) -> Result<Input, Error> {
    words.refuse_files()?;
    let source = words.source.as_deref().unwrap_or_default();
    if source == "-" {
        refuse_fetch_options(&options, None)?;
        return Ok(Input::Stdin);
    }
    let request = request::request(source, &options)?;
    let flags = dq_fetch::HostFlags {
        host: options.host,
        context: options.context,
        unix_socket: options.unix_socket,
        demo: options.demo,
        tls: options.tls,
    };
    let environment = Environment { var };
    let (host, source) = match request.source {
        dq_fetch::Source::Url(url) => dq_fetch::resolve_url(&url, &flags, &environment)?,
        endpoint => (dq_fetch::resolve_host(&flags, &environment)?, endpoint),
    };
    let request = dq_fetch::Request { source, ..request };
    Ok(Input::Http(Box::new(Exchange {
        host,
        settings: dq_fetch::Settings {
            connect_timeout: options.connect_timeout.or(defaults.connect_timeout),
            max_time: options.max_time,
            idle_timeout: options.sending.idle_timeout,
            retries: (options.sending.retry.or(defaults.retry)).unwrap_or_default(),
        },
        request,
        shown: Shown::of(&options.sending),
        curl,
        logins: if options.sending.registry_auth {
            Some(environment.logins()?)
        } else {
            None
        },
    })))
}

/// Options that only make sense with a request.
fn refuse_fetch_options(options: &crate::cli::Fetch, hint: Option<&str>) -> Result<(), Error> {
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
            hint: Some(
                hint.unwrap_or("endpoints start with a slash: dq /containers/json")
                    .into(),
            ),
        }),
        None => Ok(()),
    }
}

/// jq's own command line: files, else standard input, unless that is a terminal.
fn local(
    words: &Words,
    options: &crate::cli::Fetch,
    nothing_to_read: bool,
    places: &Places,
) -> Result<Input, Error> {
    let hint = words.filter.as_deref();
    let hint = hint.and_then(|word| saved::hint(word, places));
    refuse_fetch_options(options, hint.as_deref())?;
    if !words.files.is_empty() {
        return Ok(Input::Files(words.files.clone()));
    }
    if !nothing_to_read {
        return Ok(Input::Stdin);
    }
    let message = match words.filter {
        Some(_) => "nothing to filter: name an endpoint or a file, or pipe JSON in",
        None => "nothing to do",
    };
    let usage = || "dq /containers/json '.[].Names'; dq -h has the options".into();
    Err(Error::Usage {
        message: message.into(),
        hint: Some(hint.unwrap_or_else(usage)),
    })
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
