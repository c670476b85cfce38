//! Saved filters on the command line: the name that is the source, and the words that fill its endpoint.

mod endpoint;
mod fingers;

use std::path::{Path, PathBuf};

pub use endpoint::check as check_endpoint;
pub use endpoint::placeholders;
use endpoint::{filled, readable};

use super::choice::Remembered;
use super::words::{Words, unicode};
use super::{Var, request, variables};
use crate::cli::{Cli, Word};
use crate::error::Error;
use dq_fetch::query;
use dq_filter::saved::{Metadata, Origin, Places, SavedFilter, refusal};
use dq_format::Format;
use dq_json::value::Value;

/// A saved filter as the source of a run.
pub struct Call {
    pub saved: SavedFilter,
    pub metadata: Metadata,
    /// What to ask, its placeholders filled.
    pub endpoint: String,
}

/// Where saved filters are: the user's directory by the XDG Base Directory Specification, and those of `-L`.
pub fn places(library: &[PathBuf], var: Var) -> Places {
    Places::new(
        crate::built_in::FILES,
        configuration(var).map(|it| it.join("dq/filters")),
        library.to_vec(),
    )
}

/// `$XDG_CONFIG_HOME`, where empty is unset and a relative path is ignored, else `~/.config`.
pub(super) fn configuration(var: Var) -> Option<PathBuf> {
    let absolute = |name: &str| {
        var(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    absolute("XDG_CONFIG_HOME").or_else(|| absolute("HOME").map(|home| home.join(".config")))
}

/// The saved filter that is the source of a run, its header's words added to the command line.
///
/// # Errors
/// What [`call`] and [`Call::complete`] refuse.
pub(super) fn source(cli: &mut Cli, places: &Places) -> Result<Option<Call>, Error> {
    if cli.saved.list || cli.endpoints {
        return Ok(None);
    }
    let mut call = call(&mut cli.words, cli.filter.from_file.as_deref(), places)?;
    if let Some(call) = &mut call {
        call.complete(cli)?;
    }
    Ok(call)
}

/// How the outputs look unless something else is typed: the list of `--list` is a table.
pub(super) fn remembered<'c>(call: Option<&'c Call>, cli: &Cli) -> Remembered<'c> {
    let is_filtered = !cli.words.is_empty() || cli.filter.from_file.is_some();
    match call {
        Some(call) => Remembered {
            output: call.metadata.output.as_deref(),
            columns: call.columns(is_filtered),
            is_filtered,
        },
        None => Remembered {
            output: cli.saved.list.then_some("table"),
            columns: None,
            is_filtered,
        },
    }
}

/// The saved filter that the first word names, with as many of the words as its endpoint has placeholders.
///
/// Takes those words away. A saved filter without an endpoint is a function and no source.
///
/// # Errors
/// A file that cannot be read or has a broken header; too few words, or words that are no part of a path.
fn call(
    words: &mut Vec<Word>,
    from_file: Option<&Path>,
    places: &Places,
) -> Result<Option<Call>, Error> {
    let Some(name) = words.first().and_then(|word| word.text.to_str()) else {
        return Ok(None);
    };
    let Some(saved) = places.find(name).map_err(Error::usage)? else {
        return Ok(None);
    };
    let metadata = saved.metadata().map_err(|error| Error::Compile {
        errors: vec![error],
        hint: None,
    })?;
    let Some(endpoint) = &metadata.endpoint else {
        return Ok(None);
    };
    let wanted = placeholders(endpoint);
    if words.len() <= wanted.len() {
        let names: Vec<_> = wanted.iter().map(|name| name.to_uppercase()).collect();
        return Err(Error::Usage {
            message: format!(
                "{name} takes {}: {}",
                names.join(" and "),
                signature(name, endpoint)
            ),
            hint: fingers::too_few(name, from_file),
        });
    }
    let given = words.drain(..=wanted.len()).skip(1);
    let given: Vec<String> = given
        .map(|word| unicode(&word.text))
        .collect::<Result<_, _>>()?;
    let endpoint = filled(endpoint, &wanted, &given)?;
    check_endpoint(&endpoint, &saved.path)?;
    check_format(&metadata, &saved.path)?;
    Ok(Some(Call {
        endpoint,
        saved,
        metadata,
    }))
}

impl Call {
    /// The saved filter, and what may stand on the command line.
    pub fn into_parts(self) -> (SavedFilter, String) {
        let signature = self.signature();
        (self.saved, signature)
    }

    /// What may stand on the command line: `dq logs NAME [FILTER]`.
    pub(super) fn signature(&self) -> String {
        let endpoint = self.metadata.endpoint.as_deref().unwrap_or_default();
        signature(&self.saved.name, endpoint)
    }

    /// The columns it brings. Those of a built-in one are the keys of its rows, told so that an empty list has a header:
    /// after a filter the rows tell.
    pub fn columns(&self, is_filtered: bool) -> Option<&str> {
        let columns = self.metadata.columns.as_deref();
        columns.filter(|_| !is_filtered || self.saved.origin != Origin::BuiltIn)
    }

    /// Refuses options that read the answer in another way than the saved filter was written for.
    fn refuse_input_options(&self, cli: &Cli) -> Result<(), Error> {
        let filter = &cli.filter;
        let given = [
            ("-n", filter.null_input),
            ("-s", filter.slurp),
            ("-R", filter.raw_input),
            ("--stream", filter.stream),
            ("--stream-errors", filter.stream_errors),
        ];
        match given.iter().find(|(_, given)| *given) {
            Some((option, _)) => Err(Error::Usage {
                message: format!(
                    "{option} cannot be used with the saved filter {}",
                    self.saved.name
                ),
                hint: Some(format!(
                    "name the endpoint instead: dq {option} '{}'",
                    self.endpoint
                )),
            }),
            None => Ok(()),
        }
    }

    /// Adds what the header says to the command line, which has the last word: a parameter of `-q` replaces that of
    /// the endpoint, and one of Docker's filters that of its name.
    ///
    /// # Errors
    /// A host that it may not choose, a method that could change something.
    fn complete(&mut self, cli: &mut Cli) -> Result<(), Error> {
        fingers::check(self, cli)?;
        self.refuse_input_options(cli)?;
        let fetch = &mut cli.fetch;
        let sending = &mut fetch.sending;
        if sending.method.is_none() && sending.data.is_empty() && sending.fields.is_empty() {
            sending.method.clone_from(&self.metadata.method);
        }
        let method = request::method(sending);
        if !matches!(&*method, "GET" | "HEAD") {
            return Err(Error::Usage {
                message: format!(
                    "{} is a saved filter: those only read, and this is {method}",
                    self.saved.name
                ),
                hint: Some(format!(
                    "name the endpoint instead: dq -X {method} '{}'",
                    self.endpoint
                )),
            });
        }
        let given = request::parameters(sending)?;
        let beside = query::filters_beside(&self.endpoint, &given);
        self.endpoint = query::without(&self.endpoint, &given);
        let beside = beside
            .into_iter()
            .map(|(key, value)| format!("{key}={value}"));
        sending.query.splice(..0, beside);
        let is_told = fetch.host.is_some()
            || fetch.context.is_some()
            || fetch.unix_socket.is_some()
            || fetch.demo;
        if !is_told {
            match self.host()? {
                // No host of docker's: nothing that is docker's is sent there, as with any URL.
                Some(host) if is_url(&host) => {
                    self.endpoint = format!("{}{}", host.trim_end_matches('/'), self.endpoint);
                }
                host => fetch.host = host,
            }
        }
        Ok(())
    }

    /// What is asked for is the answer, unless a filter follows.
    pub fn is_identity(&self) -> bool {
        self.saved.is_identity()
    }

    /// The host it brings, as `--host` takes it: the user's own may, and none may start another program.
    fn host(&self) -> Result<Option<String>, Error> {
        let Some(host) = &self.metadata.host else {
            return Ok(None);
        };
        if self.saved.origin == Origin::User && !host.starts_with("ssh:") {
            return Ok(Some(host.clone()));
        }
        Err(Error::Usage {
            message: format!(
                "{} is for the host {host}, which it may not choose by itself",
                self.saved.path
            ),
            hint: Some(format!("say so: --host {host}")),
        })
    }
}

fn is_url(host: &str) -> bool {
    let scheme = host.split_once("://").map(|(scheme, _)| scheme);
    let known = ["http", "https", "http+unix"];
    scheme.is_some_and(|scheme| known.iter().any(|it| scheme.eq_ignore_ascii_case(it)))
}

/// What `--list` shows of each saved filter, an array of objects as JSON text. One that is broken is listed, with what
/// is wrong as its purpose.
pub fn list(places: &Places) -> String {
    let rows: Value = places
        .names()
        .into_iter()
        .filter_map(|name| match places.find(&name) {
            Ok(saved) => Some(row(&saved?)),
            Err(problem) => {
                let origin = places.origin(&name)?;
                Some(entry(
                    &name,
                    Some(format!("broken: {problem}")),
                    None,
                    origin,
                ))
            }
        })
        .collect();
    rows.to_json()
}

fn row(saved: &SavedFilter) -> Value {
    let (about, endpoint) = match saved.metadata() {
        Ok(metadata) => (metadata.about, metadata.endpoint),
        Err(error) => (Some(format!("broken: {}", error.message)), None),
    };
    entry(&saved.name, about, endpoint, saved.origin)
}

fn entry(name: &str, about: Option<String>, endpoint: Option<String>, origin: Origin) -> Value {
    let from = match origin {
        Origin::User => "yours",
        Origin::Library => "-L",
        Origin::BuiltIn => "built in",
    };
    let text = |text: Option<String>| text.map_or(Value::Null, Value::from);
    Value::object([
        ("name", Value::str(name)),
        ("about", text(about)),
        ("endpoint", text(endpoint)),
        ("from", Value::str(from)),
    ])
}

/// A command line as `--save` stores it.
pub struct Invocation {
    /// The saved filter it starts from, if it does.
    pub call: Option<Call>,
    /// An endpoint or URL, or `-`.
    pub source: Option<String>,
    pub filter: Option<String>,
    pub named: Vec<(String, Value)>,
}

/// Reads what a command line asks for and how it filters, without sending anything.
///
/// # Errors
/// Words that mean nothing here, files that cannot be read, what [`call`] refuses.
pub fn invocation(cli: &mut Cli, places: &Places) -> Result<Invocation, Error> {
    let call = source(cli, places)?;
    let words = std::mem::take(&mut cli.words);
    let words = Words::sort(call.as_ref(), words, cli.filter.from_file.as_deref())?;
    if let Some(file) = words.files.first() {
        return Err(Error::usage(format!(
            "unexpected word {}: files are not saved with a filter",
            file.display()
        )));
    }
    if !words.positional.is_empty() {
        return Err(Error::usage(
            "--args and --jsonargs are not saved with a filter; --arg is",
        ));
    }
    let parameters = request::parameters(&cli.fetch.sending)?;
    let source = words
        .source
        .as_deref()
        .map(|source| query::append(source, &parameters));
    Ok(Invocation {
        call,
        source: source.transpose()?.map(|source| readable(&source)),
        filter: words.filter,
        named: variables::named(std::mem::take(&mut cli.filter.named))?,
    })
}

/// The variables with those that the saved filter has defaults for.
pub fn with_args(mut named: Vec<(String, Value)>, call: Option<&Call>) -> Vec<(String, Value)> {
    for (name, value) in call.iter().flat_map(|call| &call.metadata.args) {
        if named.iter().all(|(known, _)| known != name) {
            named.push((name.clone(), value.clone()));
        }
    }
    named
}

/// What to say about a first word that is no source, where there is nothing to filter.
pub fn hint(word: &str, places: &Places) -> Option<String> {
    if refusal(word).is_some() {
        return None;
    }
    if let Ok(Some(saved)) = places.find(word) {
        return Some(format!(
            "{} has no endpoint; give it one: dq /containers/json {word}",
            saved.path
        ));
    }
    places
        .nearest(word)
        .map(|name| format!("did you mean dq {name}?"))
}

fn signature(name: &str, endpoint: &str) -> String {
    let words = placeholders(endpoint).into_iter().map(str::to_uppercase);
    let words: String = words.map(|word| format!(" {word}")).collect();
    format!("dq {name}{words} [FILTER]")
}

fn check_format(metadata: &Metadata, place: &str) -> Result<(), Error> {
    match &metadata.output {
        Some(name) if Format::named(name).is_none() => Err(Error::Usage {
            message: format!("{place}: there is no format {name}"),
            hint: Some(format!("the formats are {}", Format::names())),
        }),
        _ => Ok(()),
    }
}
