//! Where the input comes from: a request, files, standard input, or a list that dq generates.

use std::rc::Rc;
use std::time::Instant;

use super::check;
use super::hosts;
use super::jq_options::JqOptions;
use super::model::{
    Exchange, Fallback, FilterRequests, Input, NamedExchange, Order, Several, Shown,
};
use super::options::Options;
use super::repeated;
use super::request;
use super::saved;
use super::source::{NamedPath, Words};
use crate::catalogue::{self, Endless};
use crate::cli::{FetchOptions, RequestOptions};
use crate::environment::Variables;
use crate::error::Error;
use dq_fetch::{ClientSettings, EnvVars};
use dq_filter::saved::SavedFilters;

/// A list that dq generates, as JSON text.
///
/// # Errors
/// Files and fetch options, which mean nothing here.
pub(super) fn list(words: &Words, options: &Options, text: String) -> Result<Input, Error> {
    words.refuse_files()?;
    refuse_fetch_options(&options.fetch, None)?;
    Ok(Input::Text(text))
}

/// An endpoint, a URL, or standard input by its name `-`.
///
/// # Errors
/// A request that cannot be built, a host that cannot be determined.
pub(super) fn source(
    words: &Words,
    options: &Options,
    curl: Option<JqOptions>,
    env: Variables,
    warnings: &mut Vec<String>,
) -> Result<Input, Error> {
    words.refuse_files()?;
    let source = words.source.as_deref().unwrap_or_default();
    let typed = &options.fetch;
    if source == "-" {
        refuse_fetch_options(typed, None)?;
        return Ok(Input::Stdin);
    }
    let request = request::request(source, typed)?;
    check_request(&request, options, env)?;
    let reconnect = typed.request.reconnect.then(|| stream(&request));
    let reconnect = reconnect.transpose()?;
    let is_url = matches!(request.source, dq_fetch::Source::Url(_));
    let flags = typed.host_flags();
    let environment = EnvVars { var: env };
    let hosts = hosts::resolve(typed, &request, &environment)?;
    let (host, source) = match (request.source, &hosts) {
        (source, Some(hosts)) => match hosts.iter().find_map(|it| it.host.as_ref().ok()) {
            Some(host) => (host.clone(), source),
            None => return Ok(hosts::failures(hosts)),
        },
        (dq_fetch::Source::Url(url), None) => dq_fetch::resolve_url(&url, &flags, &environment)?,
        (endpoint, None) => (dq_fetch::resolve_host(&flags, &environment)?, endpoint),
    };
    if let (false, dq_fetch::Source::Endpoint(path)) = (is_url, &source) {
        check::query(&request.method, path, &typed.request, &host, warnings)?;
        check::fields(&request.method, path, &typed.request, warnings)?;
        check::body(&request.method, path, &typed.request, warnings)?;
    }
    let request = dq_fetch::Request { source, ..request };
    let logins =
        logins(typed, &environment)?.filter(|_| !leaves_logins_to_fetch(&request, words, options));
    let exchange = Exchange {
        host,
        settings: settings(options),
        request,
        shown: shown(&typed.request),
        reconnect,
        fields: request::typed_fields(&typed.request)?,
        curl,
        logins,
        fallbacks: Vec::new(),
        not_found_hint: None,
    };
    let input = of_words(exchange, words, typed)?;
    match hosts {
        Some(hosts) => hosts::spread(&input, hosts, typed),
        None => Ok(input),
    }
}

/// Refuses a request that the options do not allow.
fn check_request(
    request: &dq_fetch::Request,
    options: &Options,
    env: Variables,
) -> Result<(), Error> {
    let typed = &options.fetch.request;
    if options.is_read_only || is_read_only(env) {
        refuse_writing(request)?;
    }
    repeated::check(request, typed)
}

/// The request, or those for several words.
///
/// # Errors
/// Options that mean nothing for several requests.
fn of_words(exchange: Exchange, words: &Words, typed: &FetchOptions) -> Result<Input, Error> {
    let Some(first) = words.paths.first() else {
        return Ok(Input::Http(Box::new(exchange)));
    };
    if words.paths.len() == 1 {
        let exchange = of_path(&exchange, &first.path, first);
        return Ok(Input::Http(Box::new(exchange)));
    }
    let sources = words.paths.iter().map(|named| NamedExchange {
        label: named.name.clone(),
        host: None,
        exchange: Ok(Rc::new(of_path(&exchange, &first.path, named))),
    });
    hosts::refuse_for_several(&typed.request)?;
    Ok(Input::Several(Several {
        sources: sources.collect(),
        order: Order::Given,
        parallel: typed.parallel.unwrap_or(DEFAULT_PARALLEL),
    }))
}

/// The exchange for another path in place of the first.
fn of_path(exchange: &Exchange, first: &str, named: &NamedPath) -> Exchange {
    let mut own = exchange.clone();
    own.request.source = exchange.source_with_path(first, &named.path);
    let fallbacks = named.fallbacks.iter().map(|path| Fallback {
        source: exchange.source_with_path(first, path),
        message: match (kind(&named.path), kind(path)) {
            (Some(wanted), Some(found)) => {
                format!("{} is {}, not {}", named.name, one(found), one(wanted))
            }
            _ => format!("{path} is there, {} is not", named.path),
        },
    });
    own.fallbacks = fallbacks.collect();
    own.not_found_hint = named.hint.clone().or_else(|| {
        let kinds: Vec<_> = named
            .fallbacks
            .iter()
            .filter_map(|path| kind(path))
            .collect();
        let (last, others) = kinds.split_last()?;
        Some(match others.join(", ") {
            others if others.is_empty() => format!("no {last} has that name either"),
            others => format!("no {others} or {last} has that name either"),
        })
    });
    own
}

/// What is at a path, by its collection: `image` for `/images/NAME/json`.
fn kind(path: &str) -> Option<&str> {
    let (_, path) = catalogue::split_version(path);
    path.split('/').nth(1)?.strip_suffix('s')
}

/// A noun with its article.
fn one(noun: &str) -> String {
    let is_vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {noun}", if is_vowel { "an" } else { "a" })
}

/// The stream that `--reconnect` is for.
///
/// # Errors
/// A request whose answer ends, or cannot be continued.
fn stream(request: &dq_fetch::Request) -> Result<Endless, Error> {
    let (dq_fetch::Source::Endpoint(source) | dq_fetch::Source::Url(source)) = &request.source;
    let (problem, hint) = match catalogue::stream(source) {
        Some(Endless::Attach) => ("attach cannot go on where it was", "a followed log can"),
        Some(stream) if request.method == "GET" => return Ok(stream),
        _ if source
            .split('?')
            .next()
            .is_some_and(|it| it.ends_with("/logs")) =>
        {
            ("this log ends by itself", "-q follow=1 follows it")
        }
        _ => (
            "this answer ends by itself",
            "--retry N repeats a request that fails",
        ),
    };
    Err(Error::Usage {
        message: format!("--reconnect is for events, followed logs and stats: {problem}"),
        hint: Some(hint.into()),
    })
}

/// Whether `$DQ_READ_ONLY` is set, to anything but an empty text, 0 and false.
fn is_read_only(env: Variables) -> bool {
    env("DQ_READ_ONLY").is_some_and(|value| !matches!(value.to_str(), Some("" | "0" | "false")))
}

/// Refuses a request that may change something on the server.
fn refuse_writing(request: &dq_fetch::Request) -> Result<(), Error> {
    let method = &request.method;
    if matches!(&**method, "GET" | "HEAD") {
        return Ok(());
    }
    Err(Error::Usage {
        message: format!("{method} may change something, and dq is read-only here"),
        hint: Some("DQ_READ_ONLY, --read-only or the options file says so".into()),
    })
}

/// How `fetch` in the filter requests paths; `saved_parallel` is what a saved filter says of it.
///
/// # Errors
/// Headers that are none; `--registry-auth` without a directory with docker's logins.
pub(super) fn filter_requests(
    options: &Options,
    saved_parallel: Option<usize>,
    env: Variables,
) -> Result<FilterRequests, Error> {
    let typed = &options.fetch;
    let (headers, without) = request::headers(typed)?;
    let settings = settings(options);
    let deadline = settings
        .max_time
        .and_then(|limit| Instant::now().checked_add(limit));
    Ok(FilterRequests {
        flags: typed.host_flags(),
        settings,
        deadline,
        headers,
        without,
        parallel: typed
            .parallel
            .or(saved_parallel)
            .unwrap_or(DEFAULT_PARALLEL),
        verbose: typed.request.verbose,
        logins: logins(typed, &EnvVars { var: env })?,
    })
}

/// Docker's logins, where `--registry-auth` asks for them.
fn logins(typed: &FetchOptions, environment: &EnvVars) -> Result<Option<dq_fetch::Logins>, Error> {
    let is_wanted = typed.request.registry_auth;
    let logins = is_wanted.then(|| dq_fetch::Logins::from_env(environment));
    Ok(logins.transpose()?)
}

/// Whether a request needs no login of its own, because `--registry-auth` is for the `fetch` of its filter.
fn leaves_logins_to_fetch(request: &dq_fetch::Request, words: &Words, options: &Options) -> bool {
    let is_filtered = words.filter.is_some() || options.endpoint.is_some();
    is_filtered && matches!(&*request.method, "GET" | "HEAD") && !dq_fetch::Logins::are_for(request)
}

/// How many requests of `fetch` are under way at once, unless `--parallel` says otherwise.
const DEFAULT_PARALLEL: usize = 8;

fn settings(options: &Options) -> ClientSettings {
    ClientSettings {
        connect_timeout: options.connect_timeout,
        max_time: options.fetch.max_time,
        idle_timeout: options.fetch.request.idle_timeout,
        response_timeout: None,
        retries: options.retries,
        keeps_ssh_alive: options.fetch.request.reconnect,
    }
}

fn shown(typed: &RequestOptions) -> Shown {
    Shown {
        include: typed.include,
        verbose: typed.verbose,
        failure: typed.fail_with_body,
        pages: typed.paginate,
    }
}

/// jq's own command line: files, else standard input unless it is a terminal.
///
/// # Errors
/// Fetch options; nothing to read.
pub(super) fn local(
    words: &Words,
    options: &Options,
    stdin_is_unusable: bool,
    saved_filters: &SavedFilters,
) -> Result<Input, Error> {
    let hint = words.filter.as_deref();
    let hint = hint.and_then(|word| saved::hint(word, saved_filters));
    // Where the filter fetches, the options about the host are for that.
    let fetches = words
        .filter
        .as_deref()
        .is_some_and(|text| text.contains("fetch"));
    if !fetches {
        refuse_fetch_options(&options.fetch, hint.as_deref())?;
    } else if let Some(option) = typed_source_option(&options.fetch.request) {
        return Err(needs_source(option, hint.as_deref()));
    } else if options.fetch.has_several_hosts() {
        return Err(needs_source("asking several hosts", hint.as_deref()));
    }
    if !words.files.is_empty() {
        return Ok(Input::Files(words.files.clone()));
    }
    if !stdin_is_unusable {
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

/// Refuses options that only make sense with a request.
fn refuse_fetch_options(typed: &FetchOptions, hint: Option<&str>) -> Result<(), Error> {
    let request = &typed.request;
    let option = typed_fetch_option(typed)
        .or(typed_source_option(request))
        .or(typed_client_option(request));
    option.map_or(Ok(()), |option| Err(needs_source(option, hint)))
}

fn needs_source(option: &str, hint: Option<&str>) -> Error {
    let usual = "endpoints start with a slash: dq /containers/json";
    Error::Usage {
        message: format!("{option} needs an endpoint or URL to ask for"),
        hint: Some(hint.unwrap_or(usual).into()),
    }
}

/// The first option about the host or the connection that was typed.
fn typed_fetch_option(typed: &FetchOptions) -> Option<&'static str> {
    first(&[
        ("--host", !typed.hosts.is_empty()),
        ("--context", !typed.contexts.is_empty()),
        ("--all-contexts", typed.all_contexts),
        ("--unix-socket", typed.unix_socket.is_some()),
        ("--demo", typed.demo),
        ("a TLS option", typed.tls.is_any_given()),
        ("--header", !typed.headers.is_empty()),
        ("--connect-timeout", typed.connect_timeout.is_some()),
        ("--max-time", typed.max_time.is_some()),
    ])
}

/// The first option about the request for the source that was typed.
fn typed_source_option(typed: &RequestOptions) -> Option<&'static str> {
    first(&[
        ("--request", typed.method.is_some()),
        ("--data", !typed.data.is_empty()),
        ("--field", !typed.fields.is_empty()),
        ("--query", !typed.query.is_empty()),
        ("--include", typed.include),
        ("--curl", typed.curl),
        ("--until", typed.until),
        ("--reconnect", typed.reconnect),
        ("--watch", typed.watch.is_some()),
        ("--fail-with-body", typed.fail_with_body),
        ("--paginate", typed.paginate),
        ("--registry-auth", typed.registry_auth),
    ])
}

/// The first option about all requests that was typed.
fn typed_client_option(typed: &RequestOptions) -> Option<&'static str> {
    first(&[
        ("--verbose", typed.verbose),
        ("--idle-timeout", typed.idle_timeout.is_some()),
        ("--retry", typed.retry.is_some()),
    ])
}

fn first(options: &[(&'static str, bool)]) -> Option<&'static str> {
    let typed = options.iter().find(|(_, is_typed)| *is_typed);
    typed.map(|(option, _)| *option)
}

/// The endpoint that was probably meant by a filter like `containers/json`, which lacks its slash.
pub(super) fn endpoint_hint(filter: Option<&str>, input: &Input) -> Option<String> {
    let text = filter.filter(|_| input.exchanges().next().is_none())?;
    let is_word = text.chars().all(|c| {
        c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '.' | '?' | '=' | '&' | '%')
    });
    let is_path =
        is_word && text.contains('/') && text.starts_with(|c: char| c.is_ascii_alphabetic());
    let host = text.split('/').next().unwrap_or_default();
    let is_host = host == "localhost" || host.contains('.');
    let start = if is_host { "http://" } else { "/" };
    is_path.then(|| format!("did you mean {start}{text}?"))
}
