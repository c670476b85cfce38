//! The `module {…};` directive of a saved filter, read and written.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::Term as T;

use super::names::is_identifier;
use super::placeholders::{placeholders, repeated, split_repeated};
use crate::compile_error::CompileError;
use crate::syntax::{self, Term, constant_value};
use dq_json::value::Value;

/// The most requests of `fetch` that may be under way at once: each is a connection and a thread.
pub const MAX_PARALLEL: usize = 64;

/// The metadata of a saved filter: its `module {…};` directive. Other keys are ignored.
#[derive(Debug, Default, PartialEq)]
pub struct Metadata {
    /// What the filter is for, in one line.
    pub about: Option<String>,
    /// The endpoint to request, query included. A `{name}` in it is replaced by a word of the command line.
    pub endpoint: Option<String>,
    /// The placeholder of the endpoint that takes one or more words, which the file writes `{name...}`.
    pub repeated: Option<String>,
    /// Paths to request one after the other while the server does not find the endpoint, with the same placeholders.
    pub fallback: Vec<String>,
    /// The request method, GET or HEAD: a saved filter cannot change anything on the server.
    pub method: Option<String>,
    /// The output format, as `--output` takes it.
    pub output: Option<String>,
    /// The columns of a table, as `--columns` takes them.
    pub columns: Option<String>,
    /// The host to send the request to, as `--host` takes it.
    pub host: Option<String>,
    /// The variable, without its `$`, that has the words behind the name as an array of texts.
    pub words: Option<String>,
    /// How many requests of `fetch` are under way at once.
    pub parallel: Option<usize>,
    /// The variables that the filter uses, without their `$`, and the values that they have unless `--arg` sets them.
    pub args: Vec<(String, Value)>,
}

impl Metadata {
    /// Reads the `module` directive of a text. What follows it is not parsed. `path` is the file's name in errors.
    ///
    /// # Errors
    /// A directive that does not parse, or has a value of the wrong type.
    pub fn read(text: &str, path: &str) -> Result<Self, CompileError> {
        let header = syntax::parse_metadata(text)
            .map_err(|error| CompileError::syntax(path, text, error))?;
        let mut metadata = Self::default();
        let entries = match &header {
            None => return Ok(metadata),
            Some(T::Obj(entries)) => entries,
            Some(_) => return Err(refused(path, text, "", "Module metadata must be an object")),
        };
        for (key, value) in entries {
            let place = key_text(key);
            let wrong = |message: &str| refused(path, text, place, message);
            let value = value.as_ref().map(constant_value);
            let value = value
                .and_then(Result::ok)
                .ok_or_else(|| wrong("Module metadata must be constant"))?;
            metadata.set(place, value).map_err(wrong)?;
        }
        Ok(metadata)
    }

    fn set(&mut self, key: &str, value: Value) -> Result<(), &'static str> {
        match key {
            "about" => self.about = Some(line(&value).ok_or("about is a text")?),
            "output" => self.output = Some(line(&value).ok_or("output is the name of a format")?),
            "host" => self.host = Some(line(&value).ok_or("host is a text, as --host takes it")?),
            "endpoint" => {
                let endpoint = line(&value).filter(|endpoint| endpoint.starts_with('/'));
                let endpoint = endpoint.ok_or("endpoint is a text that starts with /")?;
                let (endpoint, repeated) = split_repeated(&endpoint);
                let path = endpoint.split('?').next().unwrap_or_default();
                let names = placeholders(&endpoint);
                if let Some(name) = &repeated
                    && (names.last() != Some(&&**name) || !placeholders(path).contains(&&**name))
                {
                    return Err("{name...} is the last placeholder, and in the path");
                }
                self.endpoint = Some(endpoint);
                self.repeated = repeated;
            }
            "fallback" => {
                self.fallback = paths(&value).ok_or("fallback is an array of paths")?;
            }
            "method" => {
                let method = line(&value).filter(|it| matches!(&**it, "GET" | "HEAD"));
                self.method = Some(method.ok_or("method is GET or HEAD")?);
            }
            "columns" => {
                self.columns = Some(columns(&value).ok_or("columns is an array of names")?);
            }
            "parallel" => {
                let number = match &value {
                    Value::Num(number) => number.as_integer(),
                    _ => None,
                };
                let number = number.and_then(|number| usize::try_from(number).ok());
                let number = number.filter(|number| (1..=MAX_PARALLEL).contains(number));
                self.parallel = Some(number.ok_or("parallel is a number from 1 to 64")?);
            }
            "words" => {
                let name = line(&value).filter(|name| is_identifier(name));
                self.words = Some(name.ok_or("words is the name of a variable, without $")?);
            }
            "args" => {
                self.args = arguments(&value).ok_or("args is an object, by name without $")?
            }
            _ => {}
        }
        Ok(())
    }

    /// The endpoint as the file writes it, with `{name...}` where it takes several words.
    pub fn written_endpoint(&self) -> Option<String> {
        let endpoint = self.endpoint.clone()?;
        Some(match &self.repeated {
            Some(name) => endpoint.replace(&format!("{{{name}}}"), &repeated(name)),
            None => endpoint,
        })
    }

    /// The directive as text, with its `;` and a newline; empty if no key is set.
    pub fn header(&self) -> String {
        let text = |key: &str, value: &Option<String>| {
            let value = value.as_ref()?;
            Some(format!("{key}: {}", Value::str(value.as_str()).to_json()))
        };
        let columns = self.columns.as_deref().map(columns_text);
        let fallback = (!self.fallback.is_empty()).then(|| {
            let paths: Value = self
                .fallback
                .iter()
                .map(|path| Value::str(&**path))
                .collect();
            format!("fallback: {}", paths.to_json())
        });
        let args = (!self.args.is_empty()).then(|| {
            let args = self
                .args
                .iter()
                .map(|(name, value)| (name.as_str(), value.clone()));
            format!("args: {}", Value::object(args).to_json())
        });
        let entries = [
            text("about", &self.about),
            text("endpoint", &self.written_endpoint()),
            fallback,
            text("method", &self.method),
            text("output", &self.output),
            columns,
            text("host", &self.host),
            text("words", &self.words),
            self.parallel.map(|number| format!("parallel: {number}")),
            args,
        ];
        let entries: Vec<_> = entries.into_iter().flatten().collect();
        if entries.is_empty() {
            String::new()
        } else {
            format!("module {{{}}};\n", entries.join(", "))
        }
    }
}

/// The key, as the slice of the source that an error can point at.
fn key_text<'s>(key: &Term<'s>) -> &'s str {
    match key {
        T::Str(None, parts) => match &parts[..] {
            [StrPart::Str(text)] => text,
            _ => "",
        },
        _ => "",
    }
}

fn refused(path: &str, text: &str, place: &str, message: &str) -> CompileError {
    let module = text
        .find("module")
        .map_or("", |at| &text[at..at + "module".len()]);
    let place = if place.is_empty() { module } else { place };
    CompileError::at(path, text, place, message.to_owned(), None)
}

fn line(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// An array of paths without a query.
fn paths(value: &Value) -> Option<Vec<String>> {
    let Value::Arr(paths) = value else {
        return None;
    };
    let path = |path: &Value| line(path).filter(|it| it.starts_with('/') && !it.contains('?'));
    paths.iter().map(path).collect()
}

/// The columns as one text with commas, as `--columns` takes them; the value may be an array of columns.
fn columns(value: &Value) -> Option<String> {
    match value {
        Value::Arr(names) => {
            let names: Option<Vec<&str>> = names.iter().map(Value::as_str).collect();
            names.map(|names| names.join(", "))
        }
        other => line(other),
    }
}

/// The entry of the columns: an array of names where they are no more than names.
fn columns_text(columns: &str) -> String {
    let is_plain = !columns.contains([':', '|', '"', '{']);
    let names = columns.split(',').map(|name| Value::str(name.trim()));
    let value = if is_plain {
        names.collect()
    } else {
        Value::str(columns)
    };
    format!("columns: {}", value.to_json())
}

fn arguments(value: &Value) -> Option<Vec<(String, Value)>> {
    let Value::Obj(map) = value else { return None };
    Some(
        map.iter()
            .map(|(name, value)| (name.to_string(), value.clone()))
            .collect(),
    )
}

/// Whether a text begins with a `module` directive.
pub fn has_metadata(text: &str) -> bool {
    syntax::parse_metadata(text).is_ok_and(|metadata| metadata.is_some())
}
