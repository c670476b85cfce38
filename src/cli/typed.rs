//! The command line as it was typed, one type for each stage's options.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::words::Word;
use crate::terminal::ColorWhen;
use dq_fetch::{HostChoice, HostFlags, TlsFlags};

/// A command line that asks for a run, or for something about a saved filter.
pub struct Cli {
    pub words: Vec<Word>,
    /// The options with their values as typed, the program's name in front.
    pub options: Vec<OsString>,
    pub fetch: FetchOptions,
    pub filter: FilterOptions,
    pub format: FormatOptions,
    pub saved: SavedOptions,
    /// `--exec`: run a command in a container.
    pub exec: Option<Exec>,
    /// `--endpoints`: list Docker's endpoints.
    pub endpoints: bool,
    /// `--no-defaults`: do not read the user's options file.
    pub no_defaults: bool,
}

/// `--exec CONTAINER … -- COMMAND`.
pub struct Exec {
    pub container: String,
    /// The command and its arguments; empty where none is typed.
    pub command: Vec<OsString>,
}

/// The host, the request, the time limits.
#[derive(Default)]
pub struct FetchOptions {
    /// `--host`: more than one are asked at once.
    pub hosts: Vec<String>,
    /// `--context`: names and patterns.
    pub contexts: Vec<String>,
    pub all_contexts: bool,
    pub unix_socket: Option<PathBuf>,
    pub demo: bool,
    pub tls: TlsFlags,
    /// `-H`: `name: value`, as typed.
    pub headers: Vec<String>,
    pub connect_timeout: Option<Duration>,
    pub max_time: Option<Duration>,
    /// `--parallel`: at least 1.
    pub parallel: Option<usize>,
    pub request: RequestOptions,
}

impl FetchOptions {
    /// Whether an option says which host is asked.
    pub fn names_host(&self) -> bool {
        !self.hosts.is_empty()
            || !self.contexts.is_empty()
            || self.all_contexts
            || self.unix_socket.is_some()
            || self.demo
    }

    /// Whether the options may choose several hosts, however many there are in the end.
    pub fn has_several_hosts(&self) -> bool {
        let is_pattern = |name: &String| dq_fetch::is_pattern(name);
        self.all_contexts
            || self.hosts.len() > 1
            || self.contexts.len() > 1
            || self.contexts.iter().any(is_pattern)
    }

    /// Which hosts are asked where the options may choose several.
    pub fn host_choice(&self) -> HostChoice<'_> {
        if self.all_contexts {
            HostChoice::AllContexts
        } else if self.hosts.is_empty() {
            HostChoice::Contexts(&self.contexts)
        } else {
            HostChoice::Hosts(&self.hosts)
        }
    }

    /// The options that name one host: the first one.
    pub fn host_flags(&self) -> HostFlags {
        HostFlags {
            host: self.hosts.first().cloned(),
            context: self.contexts.first().cloned(),
            unix_socket: self.unix_socket.clone(),
            demo: self.demo,
            tls: self.tls.clone(),
        }
    }
}

/// Method, query, body; what is shown of the exchange.
#[derive(Default)]
pub struct RequestOptions {
    pub method: Option<String>,
    /// `-d`, each as typed; more than one is an error.
    pub data: Vec<OsString>,
    /// `-F` and `--raw-field`, in the order typed.
    pub fields: Vec<TypedField>,
    /// `-q`, as typed.
    pub query: Vec<String>,
    pub include: bool,
    pub verbose: bool,
    pub read_only: bool,
    pub until: bool,
    pub reconnect: bool,
    pub watch: Option<Watch>,
    pub curl: bool,
    pub fail_with_body: bool,
    pub paginate: bool,
    pub registry_auth: bool,
    pub idle_timeout: Option<Duration>,
    pub retry: Option<u32>,
}

/// `-w`, `--watch=SECONDS`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    /// The time between two requests, if it was typed.
    pub interval: Option<Duration>,
}

/// `-F KEY=VALUE` or `--raw-field KEY=VALUE`.
pub struct TypedField {
    pub text: OsString,
    /// The value is a string, whatever it looks like.
    pub is_raw: bool,
}

/// jq's options for the input and the program.
#[derive(Default)]
pub struct FilterOptions {
    pub null_input: bool,
    pub raw_input: bool,
    pub slurp: bool,
    pub exit_status: bool,
    pub from_file: Option<PathBuf>,
    pub library: Vec<PathBuf>,
    /// `--arg` and the like, in the order typed.
    pub variables: Vec<TypedVariable>,
    pub stream: bool,
    pub stream_errors: bool,
    pub seq: bool,
}

/// `--arg NAME VALUE` and the like.
pub struct TypedVariable {
    pub kind: VariableKind,
    pub name: String,
    pub value: OsString,
}

/// Which option defines a variable.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum VariableKind {
    /// `--arg`
    Text,
    /// `--argjson`
    Json,
    /// `--slurpfile`
    SlurpFile,
    /// `--rawfile`
    RawFile,
}

/// How the output is written.
#[derive(Default)]
pub struct FormatOptions {
    /// The names given to `-o`.
    pub output: Vec<String>,
    pub table: bool,
    /// As typed: paths separated by commas.
    pub columns: Option<String>,
    pub paths: Option<Paths>,
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
    pub color: Option<ColorWhen>,
}

/// `--paths`, `--paths=WORD`.
#[derive(Default)]
pub struct Paths {
    /// The word that is searched for, where it is typed as the value.
    pub word: Option<String>,
}

/// The options about saved filters.
#[derive(Default)]
pub struct SavedOptions {
    /// `--list`: list them instead of sending a request.
    pub list: bool,
    /// Do this instead of a run.
    pub manage: Option<Manage>,
}

/// What to do with the file of a saved filter.
pub enum Manage {
    Save(Save),
    Show {
        name: String,
        /// As one program for plain jq.
        standalone: bool,
    },
    Edit {
        name: String,
    },
    Remove {
        name: String,
    },
}

/// `--save NAME` and what goes with it.
pub struct Save {
    pub name: String,
    pub about: Option<String>,
    /// Replace an existing filter of that name.
    pub force: bool,
    /// Every option of the command line, by its long name.
    pub options: Vec<&'static str>,
}
