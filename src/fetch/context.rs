//! Docker's configuration files, as far as they decide the host: `config.json` and the contexts
//! (docker/cli cli/config and cli/context/store).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::env_vars::EnvVars;
use super::error::Error;
use super::secrets::shown;
use dq_text::{one_line, os_reason, read_file};

/// The directory with docker's configuration.
#[derive(Debug, Clone)]
pub(crate) struct ConfigDir(pub PathBuf);

/// What dq reads from `config.json`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Config {
    /// `currentContext`; `None` where it is missing or empty.
    pub current_context: Option<String>,
    /// `HttpHeaders`: names and values, sent with every request.
    pub headers: Vec<(String, String)>,
    /// What is wrong with the file: the parts concerned count as missing.
    pub problem: Option<String>,
}

/// The docker endpoint of a stored context.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Context {
    /// The host, spelled as for DOCKER_HOST.
    pub host: String,
    /// Whether to accept any server certificate.
    pub skip_tls_verify: bool,
    /// The directory for ca.pem, cert.pem and key.pem, each of which may be missing.
    pub tls_dir: PathBuf,
}

/// The names of docker's contexts, `default` first, each with its host. The host is empty for `default` and for a
/// context that cannot be read.
pub fn contexts(env: &EnvVars<'_>) -> Vec<(String, String)> {
    let default = ("default".to_owned(), String::new());
    let stored = ConfigDir::from_env(env).map(|dir| dir.contexts());
    std::iter::once(default)
        .chain(stored.into_iter().flatten())
        .collect()
}

impl ConfigDir {
    /// DOCKER_CONFIG, else `.docker` in the home directory; `None` without either.
    pub(crate) fn from_env(env: &EnvVars<'_>) -> Option<Self> {
        env.path("DOCKER_CONFIG")
            .or_else(|| Some(env.home()?.join(".docker")))
            .map(Self)
    }

    /// The path of `config.json`, whether it exists or not.
    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("config.json")
    }

    /// Reads `config.json`. As in the docker CLI, a file that is missing or empty is an empty configuration, and so is
    /// one that cannot be read or understood, with a problem to warn of.
    pub(crate) fn config(&self) -> Config {
        match self.settings() {
            Ok(settings) => Config::new(&settings),
            Err(problem) => Config {
                problem: Some(problem),
                ..Config::default()
            },
        }
    }

    /// The object in `config.json`, empty where there is none.
    ///
    /// # Errors
    /// Why the file cannot be read or understood, in words.
    pub(crate) fn settings(&self) -> Result<Map<String, Value>, String> {
        let bytes = read(&self.file()).map_err(|error| os_reason(&error))?;
        first_object(&bytes.unwrap_or_default())
    }

    /// Reads the docker endpoint of a context.
    ///
    /// # Errors
    /// `Usage` if there is no such context (the docker CLI does not fall back to another one either), `File` if its
    /// meta.json cannot be read or understood.
    pub(crate) fn context(&self, name: &str) -> Result<Context, Error> {
        let mut directory = PathBuf::from(directory_name(name));
        let mut path = self.meta_file(&directory);
        let mut meta = read_json(&path)?;
        if meta.is_none() {
            let (found, value) = self.find(name).ok_or_else(|| self.not_found(name))?;
            path = self.meta_file(&found);
            directory = found;
            meta = Some(value);
        }
        let value = meta.unwrap_or_default();
        let endpoint = value
            .as_object()
            .and_then(|meta| object(meta, "Endpoints"))
            .and_then(|endpoints| object(endpoints, "docker"))
            .ok_or_else(|| invalid(&path, "the context has no docker endpoint"))?;
        Ok(Context {
            host: text(endpoint, "Host").ok_or_else(|| invalid(&path, "Host is not a string"))?,
            skip_tls_verify: field(endpoint, "SkipTLSVerify") == Some(&Value::Bool(true)),
            tls_dir: self.0.join("contexts/tls").join(directory).join("docker"),
        })
    }

    /// The meta.json of a context in this directory below `contexts/meta`.
    fn meta_file(&self, directory: &Path) -> PathBuf {
        self.meta_dir().join(directory).join("meta.json")
    }

    fn meta_dir(&self) -> PathBuf {
        self.0.join("contexts/meta")
    }

    /// The context of this name in a directory that is not called after its digest, for `docker context ls` lists it.
    fn find(&self, name: &str) -> Option<(PathBuf, Value)> {
        self.stored().into_iter().find_map(|(directory, meta)| {
            let meta = meta.ok()?;
            let is_it = text(meta.as_object()?, "Name")? == name;
            is_it.then_some((directory, meta))
        })
    }

    fn not_found(&self, name: &str) -> Error {
        Error::Usage {
            problem: format!("context \"{}\": context not found", one_line(&shown(name))),
            hint: Some(self.names_hint()),
        }
    }

    /// The hint that lists the contexts.
    pub(crate) fn names_hint(&self) -> String {
        let mut names = self.names();
        names.push("default".to_owned());
        names.sort();
        format!("the contexts are: {}", names.join(", "))
    }

    /// The names of the stored contexts, sorted, and their hosts as they may be shown. The host of a context that cannot
    /// be read is empty.
    fn contexts(&self) -> Vec<(String, String)> {
        let host = |name: &str| {
            self.context(name)
                .map(|it| shown(&it.host))
                .unwrap_or_default()
        };
        let mut names = self.names();
        names.sort();
        names
            .into_iter()
            .map(|name| (name.clone(), host(&name)))
            .collect()
    }

    /// The names of the stored contexts. Those that cannot be read are left out.
    fn names(&self) -> Vec<String> {
        let names = self.stored().into_iter().filter_map(name_of);
        names.map(|name| one_line(&name)).collect()
    }

    /// The names of the stored contexts, sorted, then the directories of those that have none that can be read.
    ///
    /// The error of a directory is why its meta.json cannot be read or understood.
    pub(crate) fn names_and_problems(&self) -> (Vec<String>, Vec<(String, Error)>) {
        let (mut names, mut problems) = (Vec::new(), Vec::new());
        for (directory, meta) in self.stored() {
            let path = self.meta_file(&directory);
            let problem = meta.as_ref().err().cloned();
            match name_of((directory.clone(), meta)) {
                Some(name) if !name.is_empty() => names.push(name),
                _ => problems.push((
                    short_name(&directory),
                    problem.unwrap_or_else(|| invalid(&path, "the context has no name")),
                )),
            }
        }
        names.sort();
        problems.sort_by(|(a, _), (b, _)| a.cmp(b));
        (names, problems)
    }

    /// The stored contexts: the directory below `contexts/meta`, and what its meta.json holds.
    fn stored(&self) -> Vec<(PathBuf, Result<Value, Error>)> {
        let root = self.meta_dir();
        let mut found = Vec::new();
        let mut directories = vec![PathBuf::new()];
        while let Some(directory) = directories.pop() {
            match read_json(&self.meta_file(&directory)).transpose() {
                Some(meta) => found.push((directory, meta)),
                None if directory.components().count() < META_DEPTH => {
                    directories.extend(subdirectories(&root, &directory));
                }
                None => {}
            }
        }
        found
    }
}

impl Config {
    fn new(settings: &Map<String, Value>) -> Self {
        let current = text(settings, "currentContext");
        let headers = headers(settings);
        let problem = match (&current, &headers) {
            (None, _) => Some("currentContext is not a string"),
            (_, None) => Some("HttpHeaders is not an object of strings"),
            _ => None,
        };
        Self {
            current_context: current.filter(|name| !name.is_empty()),
            headers: headers.unwrap_or_default(),
            problem: problem.map(str::to_owned),
        }
    }
}

/// The name of a stored context, if it can be read.
fn name_of((_, meta): (PathBuf, Result<Value, Error>)) -> Option<String> {
    text(meta.ok()?.as_object()?, "Name")
}

/// The directory of a context, its digest cut as docker cuts IDs.
fn short_name(directory: &Path) -> String {
    let name = one_line(&directory.display().to_string());
    name.chars().take(12).collect()
}

/// How deep below `contexts/meta` a meta.json is looked for.
const META_DEPTH: usize = 4;

/// The directories in `root/directory`, as paths from `root`.
fn subdirectories(root: &Path, directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root.join(directory)).into_iter().flatten();
    entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_dir())
        .map(|entry| directory.join(entry.file_name()))
        .collect()
}

/// The directory name of a context: the SHA-256 of its name, in hexadecimal.
fn directory_name(name: &str) -> String {
    Sha256::digest(name.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Reads a JSON file; `None` if there is no such file.
///
/// # Errors
/// `File` if it cannot be read or is not valid JSON.
fn read_json(path: &Path) -> Result<Option<Value>, Error> {
    let bytes = read(path).map_err(|error| invalid(path, &os_reason(&error)))?;
    bytes
        .map(|bytes| serde_json::from_str(&String::from_utf8_lossy(&bytes)))
        .transpose()
        .map_err(|error| invalid(path, &format!("not valid JSON: {error}")))
}

/// Reads a file; `None` if there is no such file.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match read_file(path) {
        Err(error) if is_absent(&error) => Ok(None),
        result => result.map(Some),
    }
}

/// The object that a text begins with, as Go's `json.Decoder` reads it: no text and `null` are an empty one, and what
/// follows the object is ignored.
fn first_object(bytes: &[u8]) -> Result<Map<String, Value>, String> {
    // Go replaces bytes that are not UTF-8.
    let text = String::from_utf8_lossy(bytes);
    let mut values = serde_json::Deserializer::from_str(&text).into_iter();
    match values.next().transpose() {
        Ok(None | Some(Value::Null)) => Ok(Map::new()),
        Ok(Some(Value::Object(object))) => Ok(object),
        Ok(Some(_)) => Err("it is not a JSON object".to_owned()),
        Err(error) => Err(format!("not valid JSON: {error}")),
    }
}

/// Whether there is no such file. `NotADirectory` is the error where HOME is /dev/null, for example.
fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

fn invalid(path: &Path, problem: &str) -> Error {
    Error::File {
        path: path.to_owned(),
        problem: problem.to_owned(),
        hint: None,
    }
}

/// A field by its name, as Go's encoding/json finds it: ignoring case, and the last one if there are several.
fn field<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object
        .iter()
        .rev()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// An object within an object; `null` counts as missing, as in Go.
fn object<'a>(outer: &'a Map<String, Value>, name: &str) -> Option<&'a Map<String, Value>> {
    field(outer, name).and_then(Value::as_object)
}

/// A string field: empty if it is missing, `None` if it has another type.
fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    match field(object, name) {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => None,
    }
}

/// `HttpHeaders`; `None` if it is not an object of strings.
fn headers(config: &Map<String, Value>) -> Option<Vec<(String, String)>> {
    match field(config, "HttpHeaders") {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Object(headers)) => headers
            .iter()
            .map(|(name, value)| Some((name.clone(), header_value(value)?)))
            .collect(),
        Some(_) => None,
    }
}

/// A string; `null` is an empty one, as in Go.
fn header_value(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        value => value.as_str().map(str::to_owned),
    }
}

/// Parses DOCKER_CUSTOM_HEADERS: one line of CSV with fields `name=value` (docker/cli cli/command/cli_options.go).
///
/// # Errors
/// `Usage` for a field without a name or an equals sign, and for an unclosed quote.
pub(crate) fn custom_headers(line: &str) -> Result<Vec<(String, String)>, Error> {
    let invalid = |problem: &str| Error::usage(format!("DOCKER_CUSTOM_HEADERS: {problem}"));
    let mut headers: Vec<(String, String)> = Vec::new();
    for field in csv_fields(line).ok_or_else(|| invalid("a quote is missing"))? {
        let (name, value) = match field.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => (name.trim(), value),
            _ => return Err(invalid("every field must be name=value")),
        };
        // The docker CLI keeps them in a map, so of two with the same name the last one counts.
        headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        headers.push((name.to_owned(), value.to_owned()));
    }
    Ok(headers)
}

/// The fields of one line of CSV (RFC 4180): quoted ones may contain commas, and quotes written twice. `None` for an
/// unclosed quote.
fn csv_fields(line: &str) -> Option<Vec<String>> {
    let mut fields = vec![String::new()];
    let mut is_quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let field = fields.last_mut()?;
        match c {
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if is_quoted || field.is_empty() => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(String::new()),
            _ => field.push(c),
        }
    }
    (!is_quoted).then_some(fields)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_directory_of_a_context_is_the_hash_of_its_name() {
        assert!(
            directory_name("foo").starts_with("2c26b46b")
                && directory_name("foo").ends_with("66e7ae")
        );
    }

    #[test]
    fn custom_headers_are_a_line_of_csv() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(custom_headers("A=1").unwrap(), [pair("A", "1")]);
        assert_eq!(
            custom_headers(r#"A=1=2, B = x,"C=a,""b""",D="#).unwrap(),
            [
                pair("A", "1=2"),
                pair("B", " x"),
                pair("C", "a,\"b\""),
                pair("D", "")
            ]
        );
        let twice = custom_headers("A=1,B=2,a=3").unwrap();
        assert_eq!(twice, [pair("B", "2"), pair("a", "3")]);
        for line in ["A", "=1", "A=1,,", "\"A=1"] {
            assert_eq!(custom_headers(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }
}
