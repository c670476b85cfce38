//! Decides what kind of word belongs at the cursor and collects the candidates for it.

use super::candidate::{Answer, Candidate};
use super::command_line::{CommandLine, attached_value};
use super::filter_input::FilterInput;
use super::host::LiveHost;
use super::{fields, files, filter_word, parameters, paths};
use crate::catalogue;
use crate::cli::FilterOptions;
use crate::cli::options::{self, Opt};
use crate::environment::Variables;
use crate::{generate, plan};
use dq_fetch::Source;
use dq_filter::at_cursor::OuterNames;
use dq_filter::saved::placeholders;
use dq_filter::saved::{FilterOrigin, Metadata, SavedFilters};
use dq_format::Format;

/// The candidates for the word at the cursor. They may include words that do not start like it.
pub fn candidates(typed: &CommandLine, current: &str, env: Variables) -> Answer {
    let slot = Slot {
        typed,
        saved_filters: plan::saved::saved_filters(&[], env),
        env,
    };
    if let Some((option, index)) = typed.pending {
        return slot.value(option, index, current);
    }
    if typed.is_words_only || !current.starts_with('-') {
        return slot.word(current);
    }
    match attached_value(current) {
        Some((option, start)) => {
            let (spelling, value) = current.split_at(start);
            prefixed(spelling, value, slot.value(option, 0, value))
        }
        None => Answer::Words(options(current)),
    }
}

/// The candidates for a value that is in the same word as its option. No shell completes files there.
fn prefixed(prefix: &str, value: &str, answer: Answer) -> Answer {
    let words = match answer {
        Answer::Words(words) => words,
        Answer::Files => files::starting_with(value),
        Answer::Directories => files::starting_with(value)
            .into_iter()
            .filter(|it| !it.is_whole)
            .collect(),
    };
    let words = words.into_iter().map(|it| it.behind(prefix));
    Answer::Words(words.collect())
}

fn options(current: &str) -> Vec<Candidate> {
    let long = options::all().map(|it| Candidate::new(format!("--{}", it.long), it.help));
    let short = options::all().filter(|_| current.len() <= "-x".len());
    let short = short.filter_map(|it| Some(Candidate::new(format!("-{}", it.short?), it.help)));
    short.chain(long).collect()
}

/// What a host starts with; for a socket also its path.
fn hosts(current: &str) -> Answer {
    if current.starts_with('/') {
        Answer::Files
    } else if current.starts_with("unix://") {
        files::after_prefix(current, "unix://")
    } else {
        beginnings(["unix://", "tcp://", "ssh://", "http://", "https://"])
    }
}

/// Headers that an engine or a registry reads, and those that dq itself sends.
fn headers() -> Answer {
    beginnings([
        "Accept:",
        "Authorization:",
        "Content-Type:",
        "Host:",
        "User-Agent:",
        "X-Registry-Auth:",
        "X-Registry-Config:",
    ])
}

fn beginnings<const N: usize>(values: [&str; N]) -> Answer {
    Answer::Words(values.map(|it| Candidate::beginning(it, "")).into())
}

/// Whether a word can only be a filter: no name of a saved filter or of a resource has these characters.
fn is_filter(word: &str) -> bool {
    !word.contains("://") && (word.starts_with('.') || word.contains(|c| "[{(\"$|, ".contains(c)))
}

/// How many collections besides that of the endpoint are asked for names.
const MAX_FALLBACKS: usize = 3;

struct Slot<'a> {
    typed: &'a CommandLine,
    saved_filters: SavedFilters,
    env: Variables<'a>,
}

impl Slot<'_> {
    /// Candidates for a value of an option; `index` counts the option's values from 0.
    fn value(&self, option: &Opt, index: usize, current: &str) -> Answer {
        match option.long {
            "unix-socket" | "cacert" | "cert" | "key" | "from-file" => Answer::Files,
            "slurpfile" | "rawfile" if index == 1 => Answer::Files,
            "library-path" => Answer::Directories,
            "host" => hosts(current),
            "context" => Answer::Words(self.contexts()),
            "header" if current.starts_with('@') => files::after_prefix(current, "@"),
            "header" => headers(),
            "arg" | "argjson" if index == 0 => Answer::Words(self.arguments()),
            "output" => Answer::plain(Format::names().split(", ")),
            "color" => Answer::plain(["auto", "always", "never"]),
            "tlsverify" => Answer::plain(["true", "false"]),
            "generate" => Answer::plain(generate::KINDS.iter().copied()),
            "request" => Answer::Words(self.methods()),
            "query" => Answer::Words(self.parameters(current)),
            "exec" => Answer::Words(self.host().names_for("/containers/{id}/exec", current)),
            "data" => files::after_prefix(current, "@"),
            "field" => match current.split_once("=@") {
                Some((key, _)) => files::after_prefix(current, &format!("{key}=@")),
                None if current.contains('=') => Answer::none(),
                None => Answer::Words(self.fields(current)),
            },
            "columns" => Answer::Words(self.columns(current)),
            "show" | "edit" => Answer::Words(self.saved(|_| true)),
            "remove" => Answer::Words(self.saved(|it| it == FilterOrigin::User)),
            _ => Answer::none(),
        }
    }

    fn contexts(&self) -> Vec<Candidate> {
        let environment = dq_fetch::EnvVars { var: self.env };
        let contexts = dq_fetch::contexts(&environment).into_iter();
        contexts
            .map(|(name, host)| Candidate::new(name, host))
            .collect()
    }

    /// The names for `--arg` to which the saved filter on the command line gives a default.
    fn arguments(&self) -> Vec<Candidate> {
        let name = self.typed.words.first();
        let args = name.and_then(|it| self.metadata(it)).map(|it| it.args);
        let args = args.into_iter().flatten();
        args.map(|(name, value)| Candidate::new(name, value.to_json()))
            .collect()
    }

    /// The methods of the endpoint; if it is unknown, all that Docker's API has.
    fn methods(&self) -> Vec<Candidate> {
        let path = self.endpoint();
        let endpoints = path.map(|it| parameters::endpoints_of(&it));
        match endpoints {
            Some(found) if !found.is_empty() => found
                .iter()
                .map(|it| Candidate::new(it.method, it.summary))
                .collect(),
            _ => ["GET", "POST", "PUT", "DELETE", "HEAD"]
                .map(|it| Candidate::new(it, ""))
                .into(),
        }
    }

    /// The endpoint on the command line, its own or that of a saved filter.
    fn endpoint(&self) -> Option<String> {
        let source = self.typed.words.first()?;
        if source.starts_with('/') {
            Some(source.clone())
        } else {
            self.metadata(source)?.endpoint
        }
    }

    /// The fields of the request body.
    fn fields(&self, current: &str) -> Vec<Candidate> {
        let endpoint = self.endpoint().unwrap_or_default();
        let method = self.typed.method();
        fields::of_body(&endpoint, method.as_deref(), current)
    }

    /// The columns that the rows can have: those of the saved filter, or the fields of the answer.
    fn columns(&self, current: &str) -> Vec<Candidate> {
        let name = self.typed.words.first();
        let metadata = name.and_then(|name| self.metadata(name));
        match metadata.and_then(|metadata| metadata.columns) {
            Some(columns) => fields::of_columns(&columns, current),
            None => fields::of_answer(&self.endpoint().unwrap_or_default(), current),
        }
    }

    fn parameters(&self, current: &str) -> Vec<Candidate> {
        let Some(endpoint) = self.endpoint() else {
            return Vec::new();
        };
        let method = self.typed.method();
        parameters::candidates(&endpoint, method.as_deref(), current, &self.host())
    }

    /// Candidates for a word that is not an option: the source, a value of its placeholders, the filter, or a file.
    fn word(&self, current: &str) -> Answer {
        let typed = self.typed;
        if typed.has("endpoints") {
            return Answer::Words(paths::templates(current));
        }
        if typed.has("exec") && typed.is_words_only {
            return Answer::Files;
        }
        if typed.has("exec") && typed.words.is_empty() && is_filter(current) {
            // The lines of the output come as those of a log.
            let lines = FilterInput::Documented("GET".into(), "/containers/x/logs".into());
            return self.filter(current, &lines);
        }
        if typed.has_arguments || typed.has("list") || typed.has("exec") {
            return Answer::none();
        }
        let Some(source) = typed.words.first() else {
            return self.source(current);
        };
        if source.starts_with('/') || source.contains("://") || source == "-" {
            return match typed.words.len() {
                1 => self.filter(current, &self.request_input(source)),
                _ => Answer::none(),
            };
        }
        let metadata = self.metadata(source).unwrap_or_default();
        match &metadata.endpoint {
            Some(endpoint) if metadata.words.is_some() => {
                self.more_words(&metadata, endpoint, current)
            }
            Some(endpoint) => self.placeholder(&metadata, endpoint, current),
            None => Answer::Files,
        }
    }

    /// Candidates for the words that a saved filter takes besides placeholders: names of what its endpoint lists.
    fn more_words(&self, metadata: &Metadata, endpoint: &str, current: &str) -> Answer {
        if self.typed.words.len() <= placeholders(endpoint).len() {
            return self.placeholder(metadata, endpoint, current);
        }
        if is_filter(current) {
            return self.filter_of_saved(endpoint, current);
        }
        let (version, path) = catalogue::split_version(endpoint);
        let collection = path.split(['/', '?']).nth(1).unwrap_or_default();
        let of_one = format!("{version}/{collection}/{{name}}/json");
        let mut names = self.host_of_saved().names_for(&of_one, current);
        names.retain(|it| self.typed.is_words_only || !it.value.starts_with('-'));
        Answer::Words(names)
    }

    /// Candidates for the filter, which has been typed up to the cursor.
    fn filter(&self, current: &str, input: &FilterInput) -> Answer {
        // Behind `--paths`, what could be a name is a word to search for.
        let is_searched_for = self.typed.has("paths") && !is_filter(current);
        if self.typed.has("from-file") || is_searched_for {
            return Answer::none();
        }
        let options = self.typed.options().map(|it| it.filter);
        let options = options.unwrap_or_default();
        let names = || self.outer_names(&options);
        let saved_filters = &self.saved_filters;
        let found = filter_word::candidates(current, input, &options, saved_filters, names);
        Answer::Words(found)
    }

    /// What a filter can name besides jq's functions.
    fn outer_names(&self, options: &FilterOptions) -> OuterNames {
        let typed = options.variables.iter().map(|it| it.name.clone());
        let defaults = self.arguments().into_iter().map(|it| it.value);
        OuterNames {
            saved_filters: self
                .saved(|_| true)
                .into_iter()
                .map(|it| (it.value, it.about))
                .collect(),
            variables: typed
                .chain(defaults)
                .map(|name| format!("${name}"))
                .collect(),
        }
    }

    /// The input from an endpoint or a URL.
    fn request_input(&self, source: &str) -> FilterInput {
        let Some(options) = self.typed.options() else {
            return FilterInput::Unknown;
        };
        match plan::source_of_get(source, &options.fetch) {
            Some(Source::Url(url)) => match LiveHost::of_url(&url, &options.fetch, self.env) {
                Some((host, source)) => FilterInput::Answer(Box::new(host), source),
                None => FilterInput::Unknown,
            },
            Some(source) => FilterInput::Answer(Box::new(self.host_of_saved()), source),
            None => match self.typed.method() {
                Some(method) => FilterInput::Documented(method, source.to_owned()),
                None => FilterInput::Unknown,
            },
        }
    }

    /// Candidates for the filter behind a saved filter and the words for its placeholders.
    fn filter_of_saved(&self, endpoint: &str, current: &str) -> Answer {
        let [name, filled @ ..] = &self.typed.words[..] else {
            return Answer::none();
        };
        let input = plan::saved::filled_with(endpoint, filled);
        let input = input.map(|path| self.request_input(&path));
        let saved = self.saved_filters.find(name).ok().flatten();
        match (saved, input) {
            (Some(saved), Some(input)) => {
                let rows = FilterInput::Rows(saved.text.into_owned(), Box::new(input));
                self.filter(current, &rows)
            }
            _ => Answer::none(),
        }
    }

    fn source(&self, current: &str) -> Answer {
        if current.starts_with('/') {
            let method = self.typed.method();
            return Answer::Words(paths::candidates(current, method.as_deref(), &self.host()));
        }
        if self.typed.has("from-file") {
            return Answer::Files;
        }
        let files = self.typed.words_behind.clone();
        let input = if files.is_empty() {
            FilterInput::Unknown
        } else {
            FilterInput::Files(files)
        };
        if is_filter(current) {
            return self.filter(current, &input);
        }
        let mut found = self.saved(|_| true);
        if current.is_empty() {
            found.push(Candidate::beginning("/", "an endpoint: dq --endpoints"));
        }
        Answer::Words(found)
    }

    /// Candidates for the next placeholder of a saved filter's endpoint. Only those in its path name resources. The one
    /// that takes several words has candidates until a word is not a name, which is the filter.
    fn placeholder(&self, metadata: &Metadata, endpoint: &str, current: &str) -> Answer {
        let (_, filled) = self.typed.words.split_at(1);
        let names = placeholders(endpoint);
        let repeated = metadata.repeated.as_deref();
        let are_names = filled.iter().all(|it| plan::saved::is_object_name(it));
        let repeated = repeated.filter(|_| are_names && !is_filter(current));
        let Some(name) = names.get(filled.len()).copied().or(repeated) else {
            let is_next = filled.len() == names.len() || are_names;
            return if is_next {
                self.filter_of_saved(endpoint, current)
            } else {
                Answer::none()
            };
        };
        let path = endpoint.split('?').next().unwrap_or_default();
        if !path.contains(&format!("{{{name}}}")) {
            return Answer::none();
        }
        let host = self.host_of_saved();
        let mut names = host.names_for(path, current);
        if names.is_empty() {
            let others = metadata.fallback.iter().take(MAX_FALLBACKS);
            names = others
                .flat_map(|path| host.names_for(path, current))
                .collect();
        }
        // A name from a server must not be taken for an option.
        names.retain(|it| self.typed.is_words_only || !it.value.starts_with('-'));
        names.retain(|it| !filled.contains(&it.value));
        Answer::Words(names)
    }

    fn metadata(&self, name: &str) -> Option<Metadata> {
        self.saved_filters.find(name).ok()??.metadata().ok()
    }

    /// Saved filters with their descriptions.
    fn saved(&self, is_wanted: impl Fn(FilterOrigin) -> bool) -> Vec<Candidate> {
        let names = self.saved_filters.names().into_iter();
        let found = names.filter_map(|name| self.saved_filters.find(&name).ok()?);
        found
            .filter(|it| is_wanted(it.origin))
            .map(|it| {
                let about = it.metadata().ok().and_then(|it| it.about);
                Candidate::new(it.name, about.unwrap_or_default())
            })
            .collect()
    }

    /// The host that the options and the environment choose.
    fn host(&self) -> LiveHost {
        match self.typed.options() {
            Some(options) => LiveHost::of(options.fetch, self.env),
            None => LiveHost::none(),
        }
    }

    /// The same, but a saved filter of the user may choose the host if no option does.
    fn host_of_saved(&self) -> LiveHost {
        let Some(mut options) = self.typed.options() else {
            return LiveHost::none();
        };
        let name = self.typed.words.first().map_or("", String::as_str);
        let fetch = &mut options.fetch;
        if !fetch.names_host()
            && let Ok(Some(saved)) = self.saved_filters.find(name)
            && saved.origin == FilterOrigin::User
        {
            fetch
                .hosts
                .extend(self.metadata(name).and_then(|it| it.host));
        }
        LiveHost::of(options.fetch, self.env)
    }
}
