//! Saved filters on the command line: the name is the source, the words after it fill the endpoint's placeholders.

mod columns;
mod endpoint;
mod hints;
mod list;
mod words;

use std::path::{Path, PathBuf};

pub use endpoint::{check as check_endpoint, filled_with};
use endpoint::{filled, readable};
pub use list::list;
pub use words::is_object_name;

use super::columns::column_list;
use super::format::SavedFormat;
use super::request;
use super::source::{NamedPath, SavedSource, Words, is_input};
use super::text::unicode;
use super::variables;
use crate::built_in;
use crate::catalogue;
use crate::cli::{Cli, FetchOptions, FilterOptions, FormatOptions, RequestOptions, Word};
use crate::environment::{Variables, configuration};
use crate::error::Error;
use dq_fetch::query;
use dq_filter::saved::{
    FilterOrigin, Metadata, SavedFilter, SavedFilters, name_problem, placeholders,
};
use dq_format::Format;
use dq_json::value::Value;

/// A saved filter as the source of a run.
pub struct Call {
    pub saved: SavedFilter,
    pub metadata: Metadata,
    /// Its endpoint, the placeholders filled.
    pub endpoint: String,
    /// The paths for each of the words, where there are several and each is one request.
    paths: Vec<NamedPath>,
    /// The words behind those, where the filter takes some.
    words: Vec<String>,
}

/// Where saved filters are: the user's configuration directory, those of `-L`, and dq itself.
pub fn saved_filters(library: &[PathBuf], env: Variables) -> SavedFilters {
    SavedFilters::new(
        built_in::FILES,
        configuration(env).map(|it| it.join("dq/filters")),
        library.to_vec(),
    )
}

/// The saved filter that the first word names, with as many of the words as its endpoint has placeholders.
///
/// Removes those words. A saved filter without an endpoint is a function, not a source.
///
/// # Errors
/// A file that cannot be read or has a broken header; too few words, or words that cannot be part of a path.
pub(super) fn call(
    words: &mut Vec<Word>,
    from_file: Option<&Path>,
    saved_filters: &SavedFilters,
) -> Result<Option<Call>, Error> {
    let first = words.first().filter(|word| !is_input(word, from_file));
    let Some(name) = first.and_then(|word| word.text.to_str()) else {
        return Ok(None);
    };
    let Some(saved) = saved_filters.find(name).map_err(Error::usage)? else {
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
                signature(name, &metadata)
            ),
            hint: hints::too_few_words(name, from_file),
        });
    }
    let given = words.drain(..=wanted.len()).skip(1);
    let given: Vec<String> = given
        .map(|word| unicode(&word.text))
        .collect::<Result<_, _>>()?;
    refuse_filter_as_name(&saved.name, &metadata, endpoint, &wanted, &given)?;
    let endpoint = filled(endpoint, &wanted, &given)?;
    check_endpoint(&endpoint, &saved.path)?;
    check_format(&metadata, &saved.path)?;
    let (given_words, paths) = words::further(&saved, &metadata, &given, words, saved_filters)?;
    if from_file.is_none() {
        hints::refuse_bare_number(&saved.name, words)?;
    }
    Ok(Some(Call {
        words: given_words,
        paths,
        endpoint,
        saved,
        metadata,
    }))
}

/// The path with a name in place of its only placeholder, `{name}`.
///
/// # Errors
/// A name that would change the path.
pub(super) fn path_of_name(path: &str, name: &str) -> Result<String, Error> {
    filled(path, &["name"], &[name.to_owned()])
}

/// Refuses a word in the place of a name of docker's that can only be a filter: the name is missing.
fn refuse_filter_as_name(
    name: &str,
    metadata: &Metadata,
    endpoint: &str,
    wanted: &[&str],
    given: &[String],
) -> Result<(), Error> {
    let path = endpoint.split('?').next().unwrap_or_default();
    let is_in_path = |placeholder: &str| path.contains(&format!("{{{placeholder}}}"));
    // No name of docker's begins with a dot or has one of these characters.
    let is_filter =
        |word: &str| word.starts_with('.') || word.contains(['(', ')', '[', ']', '|', '{', '}']);
    let mut words = wanted.iter().zip(given);
    let missing = words.find(|(placeholder, word)| is_in_path(placeholder) && is_filter(word));
    match missing {
        Some((placeholder, word)) if !catalogue::fitting(path).is_empty() => Err(Error::Usage {
            message: format!(
                "{name} lacks {}: {word} is a filter",
                placeholder.to_uppercase()
            ),
            hint: Some(signature(name, metadata)),
        }),
        _ => Ok(()),
    }
}

impl Call {
    /// The saved filter, and how it is called.
    pub fn into_parts(self) -> (SavedFilter, String) {
        let signature = self.signature();
        (self.saved, signature)
    }

    /// How it is called: `dq logs NAME [FILTER]`.
    pub(super) fn signature(&self) -> String {
        signature(&self.saved.name, &self.metadata)
    }

    /// The format that the metadata asks for; columns imply a table, as `--columns` does.
    fn output(&self) -> Option<String> {
        let table = || self.metadata.columns.as_ref().map(|_| "table".to_owned());
        self.metadata.output.clone().or_else(table)
    }

    /// The format and the columns that the metadata asks for.
    pub(super) fn format(&self, is_filtered: bool, saved_filters: &SavedFilters) -> SavedFormat {
        SavedFormat {
            output: self.output(),
            columns: columns::of(&self.saved, &self.metadata, is_filtered, saved_filters),
        }
    }

    /// Refuses options that read the response in another way than the saved filter was written for, and docker's
    /// letters.
    pub(super) fn refuse_options(
        &self,
        request: &RequestOptions,
        filter: &FilterOptions,
        format: &FormatOptions,
    ) -> Result<(), Error> {
        hints::refuse_docker_letters(&self.saved.name, request, filter, format)?;
        let options = [
            ("-n", filter.null_input),
            ("-s", filter.slurp),
            ("-R", filter.raw_input),
            ("--stream", filter.stream),
            ("--stream-errors", filter.stream_errors),
        ];
        match options.iter().find(|(_, is_typed)| *is_typed) {
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

    /// Completes the typed options with method, query and host of the metadata; what was typed wins. A parameter of
    /// `-q` replaces that of the endpoint, and one of Docker's filters the filter of its name. Returns the endpoint
    /// without the parameters that were replaced; a URL where the host is not docker's.
    ///
    /// # Errors
    /// A host that the filter may not choose, a method that could change something.
    pub(super) fn complete(&self, fetch: &mut FetchOptions) -> Result<String, Error> {
        self.complete_method(&mut fetch.request)?;
        let typed = request::parameters(&fetch.request)?;
        let kept = query::remaining_filters(&self.endpoint, &typed);
        let kept = kept
            .into_iter()
            .map(|(key, value)| format!("{key}={value}"));
        fetch.request.query.splice(..0, kept);
        let endpoint = query::without_parameters(&self.endpoint, &typed);
        if fetch.names_host() {
            return Ok(endpoint);
        }
        match self.host()? {
            // The host is not docker's: as with any URL, nothing of docker's is sent there.
            Some(host) if is_url(&host) => Ok(format!("{}{endpoint}", host.trim_end_matches('/'))),
            host => {
                fetch.hosts.extend(host);
                Ok(endpoint)
            }
        }
    }

    fn complete_method(&self, typed: &mut RequestOptions) -> Result<(), Error> {
        if typed.method.is_none() && typed.data.is_empty() && typed.fields.is_empty() {
            typed.method.clone_from(&self.metadata.method);
        }
        let method = request::method(typed);
        if matches!(&*method, "GET" | "HEAD") {
            return Ok(());
        }
        Err(Error::Usage {
            message: format!(
                "{} is a saved filter: those only read, and this is {method}",
                self.saved.name
            ),
            hint: Some(format!(
                "name the endpoint instead: dq -X {method} '{}'",
                self.endpoint
            )),
        })
    }

    /// Whether the filter changes nothing.
    pub fn is_identity(&self) -> bool {
        self.saved.is_identity()
    }

    /// The host of the metadata, as `--host` takes it. Only the user's own filters may choose one, and never `ssh://`,
    /// which starts another program.
    fn host(&self) -> Result<Option<String>, Error> {
        let Some(host) = &self.metadata.host else {
            return Ok(None);
        };
        if self.saved.origin == FilterOrigin::User && !host.starts_with("ssh:") {
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

impl From<(String, &Call)> for SavedSource {
    fn from((endpoint, call): (String, &Call)) -> Self {
        Self {
            endpoint,
            paths: call.paths.clone(),
            signature: call.signature(),
        }
    }
}

/// Whether the host is a URL, and so not one of docker's.
fn is_url(host: &str) -> bool {
    let scheme = host.split_once("://").map(|(scheme, _)| scheme);
    let known = ["http", "https", "http+unix"];
    scheme.is_some_and(|scheme| known.iter().any(|it| scheme.eq_ignore_ascii_case(it)))
}

/// A command line as `--save` stores it.
pub struct Invocation {
    /// The saved filter it starts from, if any.
    pub call: Option<Call>,
    /// An endpoint or URL, or `-`.
    pub source: Option<String>,
    pub filter: Option<String>,
    /// The file of `-f`.
    pub from_file: Option<PathBuf>,
    pub variables: Vec<(String, Value)>,
    /// As typed, completed by the saved filter.
    pub fetch: FetchOptions,
    /// As typed.
    pub format: FormatOptions,
}

/// Reads what a command line requests and how it filters, without sending anything.
///
/// # Errors
/// Words that mean nothing here, files that cannot be read, what [`call`] refuses.
pub fn invocation(cli: Cli, saved_filters: &SavedFilters) -> Result<Invocation, Error> {
    let (mut words, mut fetch) = (cli.words, cli.fetch);
    let from_file = cli.filter.from_file.clone();
    let call = call(&mut words, from_file.as_deref(), saved_filters)?;
    let saved_source = match &call {
        Some(call) => {
            call.refuse_options(&fetch.request, &cli.filter, &cli.format)?;
            Some(SavedSource::from((call.complete(&mut fetch)?, call)))
        }
        None => None,
    };
    let words = Words::sort(saved_source, words, from_file.as_deref())?;
    if let Some(file) = words.files.first() {
        return Err(Error::usage(format!(
            "unexpected word {}: files are not saved with a filter",
            file.display()
        )));
    }
    if let Some(further) = words.paths.get(1) {
        return Err(Error::Usage {
            message: format!("unexpected word {}: one request is saved", further.name),
            hint: Some("an endpoint with {name...} takes words in each run".into()),
        });
    }
    if !words.positional.is_empty() {
        return Err(Error::usage(
            "--args and --jsonargs are not saved with a filter; --arg is",
        ));
    }
    let parameters = request::parameters(&fetch.request)?;
    let source = words
        .source
        .as_deref()
        .map(|source| query::append(source, &parameters));
    Ok(Invocation {
        call,
        source: source.transpose()?.map(|source| readable(&source)),
        filter: words.filter,
        from_file,
        variables: variables::values(cli.filter.variables)?,
        fetch,
        format: cli.format,
    })
}

/// The variables, completed by the saved filter's defaults (`args`).
pub(super) fn with_args(
    mut variables: Vec<(String, Value)>,
    call: Option<&Call>,
) -> Vec<(String, Value)> {
    let Some(call) = call else { return variables };
    if let Some(name) = &call.metadata.words {
        let words = call.words.iter().map(|word| Value::str(&**word));
        variables.insert(0, (name.clone(), words.collect()));
    }
    for (name, value) in &call.metadata.args {
        if variables.iter().all(|(known, _)| known != name) {
            variables.push((name.clone(), value.clone()));
        }
    }
    variables
}

/// What was probably meant by a first word that is not a source, where there is nothing to filter.
pub(super) fn hint(word: &str, saved_filters: &SavedFilters) -> Option<String> {
    if name_problem(word).is_some() {
        return None;
    }
    if let Ok(Some(saved)) = saved_filters.find(word) {
        return Some(format!(
            "{} has no endpoint; give it one: dq /containers/json {word}",
            saved.path
        ));
    }
    saved_filters
        .nearest(word)
        .map(|name| format!("did you mean dq {name}?"))
}

/// The names of the columns that a saved filter has, one for each value that they show.
pub fn column_names(
    saved: &SavedFilter,
    metadata: &Metadata,
    saved_filters: &SavedFilters,
) -> Vec<String> {
    let columns = columns::of(saved, metadata, false, saved_filters);
    let list = columns.and_then(|columns| column_list(&columns.text, None).ok());
    let columns = list.map(|list| list.columns).unwrap_or_default();
    let mut names: Vec<String> = Vec::new();
    for column in columns.iter().filter(|column| !column.is_row()) {
        let path = column.path();
        for name in path.trim_matches(['{', '}']).split(", ") {
            if names.iter().all(|known| known != name) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

/// How a saved filter is called: `dq logs NAME… [FILTER]`.
pub fn signature(name: &str, metadata: &Metadata) -> String {
    let endpoint = metadata.endpoint.as_deref().unwrap_or_default();
    let words = placeholders(endpoint).into_iter().map(|word| {
        let is_repeated = metadata.repeated.as_deref() == Some(word);
        format!(
            " {}{}",
            word.to_uppercase(),
            if is_repeated { "…" } else { "" }
        )
    });
    let words: String = words.collect();
    let more = if metadata.words.is_some() {
        " [NAME…]"
    } else {
        ""
    };
    format!("dq {name}{words}{more} [FILTER]")
}

fn check_format(metadata: &Metadata, place: &str) -> Result<(), Error> {
    match &metadata.output {
        Some(name) if Format::from_name(name).is_none() => Err(Error::Usage {
            message: format!("{place}: there is no format {name}"),
            hint: Some(format!("the formats are {}", Format::names())),
        }),
        _ => Ok(()),
    }
}
