//! Docker's configuration on disk, as far as it decides the host: `config.json` and contexts.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::error::Error;
use dq_text::one_line;
use dq_text::os_reason;

/// The folder of docker's configuration: DOCKER_CONFIG, else `~/.docker`.
#[derive(Debug, Clone)]
pub struct ConfigDir(pub PathBuf);

/// What dq reads from `config.json`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The context in use; empty counts as none.
    pub current_context: Option<String>,
    /// `HttpHeaders`: sent along with every request.
    pub headers: Vec<(String, String)>,
}

/// The docker endpoint of a context.
#[derive(Debug, PartialEq, Eq)]
pub struct Context {
    pub host: String,
    pub skip_tls_verify: bool,
    /// Where ca.pem, cert.pem and key.pem are, if there are any.
    pub tls_dir: PathBuf,
}

impl ConfigDir {
    /// Where `config.json` is, or would be.
    pub fn file(&self) -> PathBuf {
        self.0.join("config.json")
    }

    /// Reads `config.json`; one that does not exist is empty.
    ///
    /// # Errors
    /// `File` where it cannot be read or understood: which host was meant would be a guess.
    pub fn config(&self) -> Result<Config, Error> {
        let path = self.file();
        let Some(value) = read_json(&path)? else {
            return Ok(Config::default());
        };
        let object = value
            .as_object()
            .ok_or_else(|| wrong(&path, "it is not a JSON object"))?;
        let current = text(object, "currentContext")
            .ok_or_else(|| wrong(&path, "currentContext is not a string"))?;
        Ok(Config {
            current_context: Some(current).filter(|name| !name.is_empty()),
            headers: headers(object)
                .ok_or_else(|| wrong(&path, "HttpHeaders is not an object of strings"))?,
        })
    }

    /// Reads the docker endpoint of a context.
    ///
    /// # Errors
    /// `Usage` where there is no such context (docker does not fall back either), `File` where its
    /// meta.json cannot be read or understood.
    pub fn context(&self, name: &str) -> Result<Context, Error> {
        let id = id(name);
        let path = self.0.join("contexts/meta").join(&id).join("meta.json");
        let Some(value) = read_json(&path)? else {
            return Err(self.not_found(name));
        };
        let endpoint = value
            .as_object()
            .and_then(|meta| object(meta, "Endpoints"))
            .and_then(|endpoints| object(endpoints, "docker"))
            .ok_or_else(|| wrong(&path, "the context has no docker endpoint"))?;
        Ok(Context {
            host: text(endpoint, "Host").ok_or_else(|| wrong(&path, "Host is not a string"))?,
            skip_tls_verify: field(endpoint, "SkipTLSVerify") == Some(&Value::Bool(true)),
            tls_dir: self.0.join("contexts/tls").join(&id).join("docker"),
        })
    }

    fn not_found(&self, name: &str) -> Error {
        let mut names = self.names();
        names.push("default".to_owned());
        names.sort();
        Error::Usage {
            problem: format!("context \"{}\": context not found", one_line(name)),
            hint: Some(format!("the contexts are: {}", names.join(", "))),
        }
    }

    /// The contexts on disk, with the hosts that they lead to; one that cannot be read has none.
    pub fn contexts(&self) -> Vec<(String, String)> {
        let host = |name: &str| self.context(name).map(|it| it.host).unwrap_or_default();
        let mut names = self.names();
        names.sort();
        names
            .into_iter()
            .map(|name| (name.clone(), host(&name)))
            .collect()
    }

    /// The names of the contexts on disk; what cannot be read is left out.
    fn names(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.0.join("contexts/meta")) else {
            return Vec::new();
        };
        entries
            .filter_map(|entry| read_json(&entry.ok()?.path().join("meta.json")).ok()?)
            .filter_map(|meta| text(meta.as_object()?, "Name"))
            .map(|name| one_line(&name))
            .collect()
    }
}

/// The folder name of a context: the hexadecimal SHA-256 of its name.
fn id(name: &str) -> String {
    Sha256::digest(name.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Reads a JSON file; `None` where there is none.
pub fn read_json(path: &Path) -> Result<Option<Value>, Error> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(wrong(path, &os_reason(&error))),
    };
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|error| wrong(path, &format!("not valid JSON: {error}")))
}

/// `NotADirectory`: a HOME such as /dev/null holds no configuration either.
fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

fn wrong(path: &Path, problem: &str) -> Error {
    Error::File {
        path: path.to_owned(),
        problem: problem.to_owned(),
        hint: None,
    }
}

/// A field by its name, as Go's decoder finds it: whatever its case, the last one counts.
fn field<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object
        .iter()
        .rev()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// An object within an object; `null` counts as left out, as in Go.
fn object<'a>(outer: &'a Map<String, Value>, name: &str) -> Option<&'a Map<String, Value>> {
    field(outer, name).and_then(Value::as_object)
}

/// A string field; empty where it is left out, `None` where it is no string.
fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    match field(object, name) {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => None,
    }
}

fn headers(config: &Map<String, Value>) -> Option<Vec<(String, String)>> {
    match field(config, "HttpHeaders") {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Object(headers)) => headers
            .iter()
            .map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect(),
        Some(_) => None,
    }
}

/// The headers of DOCKER_CUSTOM_HEADERS, one line of CSV with fields `name=value`
/// (docker/cli cli/command/cli_options.go).
///
/// # Errors
/// `Usage` for a field without a name or an equals sign, and for quotes that do not close.
pub fn custom_headers(line: &str) -> Result<Vec<(String, String)>, Error> {
    let bad = |problem: &str| Error::usage(format!("DOCKER_CUSTOM_HEADERS: {problem}"));
    let mut headers: Vec<(String, String)> = Vec::new();
    for field in csv_fields(line).ok_or_else(|| bad("a quote is missing"))? {
        let (name, value) = match field.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => (name.trim(), value),
            _ => return Err(bad("every field must be name=value")),
        };
        // docker keeps them in a map: of two with one name the last counts.
        headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        headers.push((name.to_owned(), value.to_owned()));
    }
    Ok(headers)
}

/// One line of CSV: fields in quotes may hold commas, and quotes written twice.
fn csv_fields(line: &str) -> Option<Vec<String>> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let field = fields.last_mut()?;
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted || field.is_empty() => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            _ => field.push(c),
        }
    }
    (!quoted).then_some(fields)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn contexts_are_filed_under_the_hash_of_their_name() {
        assert!(id("foo").starts_with("2c26b46b") && id("foo").ends_with("66e7ae"));
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
