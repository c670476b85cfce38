//! Command lines as curl, jq and docker take them: dq refuses those that it would misread, and shows its own.

use std::ffi::OsStr;
use std::path::Path;

use super::source::is_source;
use crate::catalogue;
use crate::cli::{Cli, Word, docker};
use crate::environment::{Variables, home};
use crate::error::Error;
use dq_fetch::shown;
use dq_filter::saved::{SavedFilters, name_problem};
use dq_text::{read_file, shell_word};

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Refuses the words of a command line without a saved filter where another program's habit shows: an endpoint behind
/// the filter, a method or a command of docker's as the first word, a host without its scheme.
///
/// # Errors
/// Such a command line, with dq's own as the hint.
pub(super) fn refuse(
    cli: &Cli,
    words: &[Word],
    saved_filters: &SavedFilters,
    env: Variables,
) -> Result<(), Error> {
    refuse_library(cli, words)?;
    let Some(first) = words.first().and_then(|word| word.text.to_str()) else {
        return Ok(());
    };
    if is_source(OsStr::new(first)) {
        return Ok(());
    }
    let rest = &words[1..];
    if let Some(file) = &cli.filter.from_file {
        // In `rm -f web`, `-f` has taken the name for a file.
        let name = file.to_str().filter(|_| !file.exists());
        return name.map_or(Ok(()), |name| {
            refuse_command(cli, &[first, name], rest, saved_filters, env)
        });
    }
    if is_host_and_port(first) {
        let corrected = command_line(cli, &[&format!("http://{first}")], rest, None);
        return Err(refused(format!("{first} has no scheme"), corrected));
    }
    let is_method = METHODS.iter().any(|it| it.eq_ignore_ascii_case(first));
    if is_method && rest.first().is_some_and(|it| is_missing_endpoint(it, cli)) {
        let method = first.to_ascii_uppercase();
        if !is_defined(first, saved_filters, env) {
            let corrected = command_line(cli, &["-X", &method], rest, None);
            return Err(refused(
                format!("{first} is a method: -X takes it"),
                corrected,
            ));
        }
    }
    if let Some(at) = rest.iter().position(|it| is_missing_endpoint(it, cli)) {
        let endpoint = rest[at].text.to_string_lossy();
        let corrected = command_line(cli, &[&endpoint, first], rest, Some(at));
        return Err(refused("the endpoint comes first".into(), corrected));
    }
    refuse_command(cli, &[first], rest, saved_filters, env)
}

/// A warning about curl's `-sS` in front of a source, which is jq's `-s -S`.
pub(super) fn curl_letters(cli: &Cli, words: &[Word]) -> Option<String> {
    let has_source = words.first().is_some_and(|word| is_source(&word.text));
    let is_curl = has_source && cli.options.iter().any(|option| option == "-sS");
    is_curl.then(|| {
        "-sS is --slurp and --sort-keys here; leave curl's out: dq is silent by itself".into()
    })
}

fn refused(message: String, hint: String) -> Error {
    Error::Usage {
        message,
        hint: Some(hint),
    }
}

/// Refuses curl's `-L URL`, which would otherwise lose its URL: jq ignores a directory of modules that does not exist.
fn refuse_library(cli: &Cli, words: &[Word]) -> Result<(), Error> {
    let is_lost = |path: &&str| {
        is_source(OsStr::new(path))
            && !Path::new(path).exists()
            && (path.contains("://") || !catalogue::fitting(path_of(path)).is_empty())
    };
    let mut paths = cli.filter.library.iter().filter_map(|path| path.to_str());
    let Some(lost) = paths.find(is_lost) else {
        return Ok(());
    };
    let lost = shown(lost);
    let words = words.iter().map(|word| word.text.to_string_lossy());
    let words: String = words
        .map(|word| format!(" {}", shell_word(&shown(&word))))
        .collect();
    Err(refused(
        format!("-L takes a directory of modules, and there is no {lost}"),
        format!(
            "dq follows redirects on the same host by itself, and is silent: dq {}{words}",
            shell_word(&lost)
        ),
    ))
}

/// Refuses a command of docker's, unless a function has its name.
fn refuse_command(
    cli: &Cli,
    first: &[&str],
    rest: &[Word],
    saved_filters: &SavedFilters,
    env: Variables,
) -> Result<(), Error> {
    let mut words = first.to_vec();
    words.extend(rest.iter().filter_map(|word| word.text.to_str()));
    let Some(instead) = docker::instead(&words, cli.options.len() > 1) else {
        return Ok(());
    };
    let first = words[0];
    // `env` is one of jq's as well, but no file is called as a container by chance.
    let is_env = first == "env" && rest.first().is_some_and(|it| !Path::new(&it.text).exists());
    if !is_env && is_defined(first, saved_filters, env) {
        return Ok(());
    }
    Err(refused(format!("{first} is not a saved filter"), instead))
}

/// Whether a filter of this name means something: a builtin, a saved filter, a definition of `~/.jq`.
fn is_defined(name: &str, saved_filters: &SavedFilters, env: Variables) -> bool {
    let in_home = || {
        let bytes = home(env).and_then(|home| read_file(&home.join(".jq")).ok());
        let text = String::from_utf8(bytes.unwrap_or_default()).unwrap_or_default();
        text.contains(&format!("def {name}"))
    };
    name_problem(name).is_some() || !matches!(saved_filters.find(name), Ok(None)) || in_home()
}

/// Whether a word that jq takes for a file is an endpoint or a URL: there is no such file, and either an engine knows
/// the path or the options are about a host.
fn is_missing_endpoint(word: &Word, cli: &Cli) -> bool {
    let Some(text) = word.text.to_str() else {
        return false;
    };
    let is_source = word.is_file() && text != "-" && is_source(&word.text);
    let fetch = &cli.fetch;
    let is_for_host = fetch.demo || !fetch.hosts.is_empty() || fetch.unix_socket.is_some();
    let is_known = || {
        text.contains("://")
            || is_for_host
            || fetch.request.method.is_some()
            || !catalogue::fitting(path_of(text)).is_empty()
    };
    is_source && !Path::new(text).exists() && is_known()
}

fn path_of(endpoint: &str) -> &str {
    endpoint.split(['?', '#']).next().unwrap_or_default()
}

/// Whether a word is `HOST:PORT`, with or without a path. No filter parses so.
fn is_host_and_port(word: &str) -> bool {
    let (authority, _) = word.split_once(['/', '?']).unwrap_or((word, ""));
    let Some((host, port)) = authority.split_once(':') else {
        return false;
    };
    let is_host_character = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    host.starts_with(|c: char| c.is_ascii_alphanumeric())
        && host.chars().all(is_host_character)
        && !port.is_empty()
        && port.len() <= 5
        && port.chars().all(|c| c.is_ascii_digit())
}

/// The command line with the options as typed, then `first`, then the words of `rest` but the one at `without`. Headers,
/// bodies and credentials are not repeated.
fn command_line(cli: &Cli, first: &[&str], rest: &[Word], without: Option<usize>) -> String {
    let options = cli.options.iter().skip(1).map(|it| it.to_string_lossy());
    let options: Vec<_> = options.collect();
    let is_private = |option: &str| {
        let names = [
            "-H",
            "--header",
            "-d",
            "--data",
            "-F",
            "--field",
            "--raw-field",
            "--query=",
        ];
        names.iter().any(|name| option.starts_with(name))
    };
    let mut words = vec!["dq".to_owned()];
    if options.iter().any(|option| is_private(option)) {
        words.push("…".into());
    } else {
        let options = options.iter().map(|option| shown_option(option));
        words.extend(options.map(|option| shell_word(&option)));
    }
    words.extend(first.iter().map(|word| shell_word(&shown(word))));
    let rest = rest
        .iter()
        .enumerate()
        .filter(|(at, _)| Some(*at) != without);
    words.extend(rest.map(|(_, word)| shell_word(&shown(&word.text.to_string_lossy()))));
    words.join(" ")
}

/// An option, or the value of one, without the secrets of a URL and of a parameter of `-q`.
fn shown_option(option: &str) -> String {
    if option.contains("://") {
        shown(option)
    } else {
        shown(&format!("?{option}")).split_off(1)
    }
}
