//! What dq will do, as data.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::columns::CellProgram;
use super::jq_options::JqOptions;
use crate::catalogue::Endless;
use crate::cli::Watch;
use crate::terminal::Terminal;
use dq_filter::saved::{SavedFilter, SavedFilters};
use dq_filter::{InputMode, InputSettings};
use dq_json::value::Value;

/// Everything a run needs to know: the settings of each stage.
pub struct Plan {
    pub input: Input,
    pub program: FilterPlan,
    pub inputs: InputSettings,
    /// `-n`: the filter runs once, on null.
    pub null_input: bool,
    /// `-e`: the exit code depends on the last output.
    pub exit_status: bool,
    pub output: dq_format::Settings,
    /// The filters of the columns, in the order of their indexes.
    pub cells: Vec<CellProgram>,
    /// `--until`: the request is repeated until the last output is neither false nor null.
    pub until: bool,
    /// `--watch`: the requests are repeated, and what has changed is shown.
    pub watch: Option<Watch>,
    /// An option or the saved filter chose a format.
    pub has_format: bool,
    /// `-o json` or `-o jsonl` was typed: a body that is not JSON becomes JSON.
    pub wants_json: bool,
    pub flush: Flush,
    pub terminal: Terminal,
    /// How `fetch` in the filter requests paths.
    pub requests: FilterRequests,
    /// What to tell the user before the run.
    pub warnings: Vec<String>,
}

impl Plan {
    /// Whether neither a filter nor a format was asked for, so that the body is shown as it is.
    pub fn is_plain(&self) -> bool {
        self.program.is_identity
            && !self.null_input
            && self.inputs.mode == InputMode::Values
            && !self.has_format
    }

    /// Whether the values of a body are filtered or formatted, so that text and logs are not copied as they are.
    pub fn filters_body(&self) -> bool {
        !self.program.is_identity
            || self.null_input
            || self.inputs.mode != InputMode::Values
            || !self.output.format.is_json()
            || self.output.paths.is_some()
            || self.wants_json
    }

    /// Whether the inputs are values, so that a body is read by its content; lines and text are read as they are.
    pub fn reads_values(&self) -> bool {
        !matches!(self.inputs.mode, InputMode::Lines | InputMode::Text)
    }
}

/// Where the bytes come from.
pub enum Input {
    /// The response to a request.
    Http(Box<Exchange>),
    /// The output of a command in a container. The request prepares the command.
    Exec(Box<Exchange>),
    /// The responses to several requests.
    Several(Several),
    Files(Vec<PathBuf>),
    Stdin,
    /// JSON text that dq itself generates: `--list`, `--endpoints`.
    Text(String),
}

impl Input {
    /// Whether several hosts are asked, or may be: then every source has the name of its host.
    pub fn has_several_hosts(&self) -> bool {
        matches!(self, Self::Several(several) if several.sources.iter().any(|it| it.host.is_some()))
    }

    /// The exchanges of the source: one, several, or none.
    pub fn exchanges(&self) -> Box<dyn Iterator<Item = &Exchange> + '_> {
        match self {
            Self::Http(exchange) | Self::Exec(exchange) => Box::new(std::iter::once(&**exchange)),
            Self::Several(several) => Box::new(
                several
                    .sources
                    .iter()
                    .filter_map(|source| source.exchange.as_deref().ok()),
            ),
            _ => Box::new(std::iter::empty()),
        }
    }
}

/// Several requests as one source.
#[derive(Clone)]
pub struct Several {
    /// In the order given on the command line.
    pub sources: Vec<NamedExchange>,
    pub order: Order,
    /// How many requests may be under way at once. Streams are all read at once, whatever this is.
    pub parallel: usize,
}

impl Several {
    /// Whether the requests are printed as command lines, and not sent (`--curl`).
    pub fn is_printed(&self) -> bool {
        let mut exchanges = self
            .sources
            .iter()
            .filter_map(|it| it.exchange.as_ref().ok());
        exchanges.any(|exchange| exchange.curl.is_some())
    }
}

/// One of several requests.
#[derive(Clone)]
pub struct NamedExchange {
    /// What messages, `input_filename` and log lines call it.
    pub label: Rc<str>,
    /// The name of its host, where several are asked.
    pub host: Option<Rc<str>>,
    /// The request; why there is none, for a host that cannot be determined.
    pub exchange: Result<Rc<Exchange>, dq_fetch::Error>,
}

/// In which order the outputs of several sources are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// In the order given: words.
    Given,
    /// Those of each source as soon as it has answered: hosts.
    Arrival,
}

/// A request and where it is sent.
#[derive(Clone)]
pub struct Exchange {
    pub host: dq_fetch::Host,
    pub settings: dq_fetch::ClientSettings,
    pub request: dq_fetch::Request,
    pub shown: Shown,
    /// `--reconnect`: the stream that goes on after a lost connection.
    pub reconnect: Option<Endless>,
    /// The fields of `-F` and `--raw-field`, for a hint about their types.
    pub fields: Vec<dq_fetch::fields::RequestField>,
    /// `--curl`: print the request as a command line and send nothing.
    pub curl: Option<JqOptions>,
    /// `--registry-auth`: where the credentials for a registry come from.
    pub logins: Option<dq_fetch::Logins>,
    /// What is requested, one after the other, while the server does not find the source (404).
    pub fallbacks: Vec<Fallback>,
    /// What may help where none of them is found.
    pub not_found_hint: Option<String>,
}

/// What is requested instead of a source that is not found.
#[derive(Clone)]
pub struct Fallback {
    pub source: dq_fetch::Source,
    /// What is told when it is found: what has been found instead of what. Empty where nothing is.
    pub message: String,
}

impl Exchange {
    /// The same exchange with another limit on the whole request, for one of many tries.
    pub fn with_max_time(&self, max_time: Option<Duration>) -> Self {
        let mut exchange = self.clone();
        exchange.settings.max_time = max_time;
        exchange.curl = None;
        for fallback in &mut exchange.fallbacks {
            fallback.message.clear();
        }
        exchange
    }

    /// The source with another path in place of this one, its query unchanged; the same source where it does not have
    /// this path.
    pub fn source_with_path(&self, path: &str, other: &str) -> dq_fetch::Source {
        let mut changed = self.request.source.clone();
        let (dq_fetch::Source::Endpoint(source) | dq_fetch::Source::Url(source)) = &mut changed;
        let (old, query) = source.split_at(source.find('?').unwrap_or(source.len()));
        if let Some(start) = old.strip_suffix(path) {
            *source = format!("{start}{other}{query}");
        }
        changed
    }
}

/// How `fetch` in a filter requests paths.
pub struct FilterRequests {
    /// Where the host is chosen from, if the source has none.
    pub flags: dq_fetch::HostFlags,
    pub settings: dq_fetch::ClientSettings,
    /// The end of `--max-time`, which is for the whole run: the source and all requests of the filter together.
    pub deadline: Option<Instant>,
    pub headers: Vec<(String, String)>,
    /// Names of headers that are not sent.
    pub without: Vec<String>,
    /// How many requests may be under way at once.
    pub parallel: usize,
    /// `-v`: the heads are shown.
    pub verbose: bool,
    /// `--registry-auth`: sent with the paths that name a registry.
    pub logins: Option<dq_fetch::Logins>,
}

/// What is shown of an exchange besides the body.
#[derive(Clone, Copy)]
pub struct Shown {
    /// `-i`: the head of the response.
    pub include: bool,
    /// `-v`: the host and all heads.
    pub verbose: bool,
    /// `--fail-with-body`: the body of a failure.
    pub failure: bool,
    /// `--paginate`: the following pages.
    pub pages: bool,
}

/// The filter's text and what it may refer to.
pub struct FilterPlan {
    pub text: String,
    /// A filter was typed.
    pub is_given: bool,
    /// Nothing is filtered: a body that is not JSON is copied.
    pub is_identity: bool,
    /// The saved filter that is the source, and how to call it.
    pub saved: Option<(SavedFilter, String)>,
    pub saved_filters: SavedFilters,
    /// The inputs come from hosts, which `$host` names.
    pub has_host: bool,
    /// The file of `-f`.
    pub path: Option<String>,
    pub variables: Vec<(String, Value)>,
    pub positional: Vec<Value>,
    pub library: Vec<PathBuf>,
    pub home: Option<PathBuf>,
    /// What was probably meant, where the filter looks like an endpoint without its slash.
    pub hint: Option<String>,
}

impl FilterPlan {
    /// Whether the filter may request paths of its own.
    pub fn may_fetch(&self) -> bool {
        let saved = self.saved.as_ref().map(|(saved, _)| &*saved.text);
        self.text.contains("fetch") || saved.is_some_and(|text| text.contains("fetch("))
    }

    /// The program of the columns' filters for the filter stage.
    pub fn cells_to_compile<'p>(
        &'p self,
        cells: &'p CellProgram,
        environment: &'p dyn Fn() -> Vec<(String, String)>,
    ) -> dq_filter::Program<'p> {
        dq_filter::Program {
            text: &cells.text,
            path: cells.path.as_deref(),
            saved: None,
            has_host: false,
            ..self.to_compile(environment)
        }
    }

    /// The program for the filter stage, without element streaming and partial outputs.
    pub fn to_compile<'p>(
        &'p self,
        environment: &'p dyn Fn() -> Vec<(String, String)>,
    ) -> dq_filter::Program<'p> {
        dq_filter::Program {
            text: &self.text,
            path: self.path.as_deref(),
            named: self.variables.clone(),
            positional: self.positional.clone(),
            library: self.library.clone(),
            home: self.home.clone(),
            saved: self.saved.as_ref().map(|(saved, _)| saved),
            is_given: self.is_given,
            saved_filters: self.saved_filters.clone(),
            has_host: self.has_host,
            may_stream_elements: false,
            may_split_arrays: false,
            environment,
        }
    }
}

/// When output is flushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flush {
    /// After every output.
    EachOutput,
    /// Before blocking on a read.
    BeforeBlocking,
}

impl Flush {
    /// A terminal shows each output at once.
    pub(super) fn new(terminal: &Terminal, is_unbuffered: bool) -> Self {
        if is_unbuffered || terminal.stdout.is_terminal {
            Self::EachOutput
        } else {
            Self::BeforeBlocking
        }
    }
}
