//! What is sent: method, endpoint with its query, headers, body.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::header;
use super::text::{open, unicode};
use crate::cli::{FetchOptions, RequestOptions};
use crate::error::Error;
use dq_fetch::{Payload, fields, query};
use dq_text::os_reason;

/// Methods that are sent in upper case however they are typed; others are sent as typed.
const METHODS: [&str; 8] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE",
];

/// Builds the request. Files are opened here, so that a missing one is an error before anything is sent.
///
/// # Errors
/// Usage errors: options that contradict each other, files that cannot be read.
pub(super) fn request(source: &str, options: &FetchOptions) -> Result<dq_fetch::Request, Error> {
    let typed = &options.request;
    refuse_contradictions(typed)?;
    let method = method(typed);
    let in_query = is_bodiless(&method) && !typed.fields.is_empty();
    let mut parameters = parameters(typed)?;
    if in_query {
        parameters.extend(fields::to_parameters(
            &typed_fields(typed)?,
            &mut read_text,
        )?);
    }
    let source = query::append(source, &parameters)?;
    let payload = if in_query {
        Payload::None
    } else {
        payload(typed)?
    };
    if method == "HEAD" && !matches!(payload, Payload::None) {
        return Err(Error::usage("HEAD carries no body: leave --data out"));
    }
    let (headers, without) = headers(options)?;
    Ok(dq_fetch::Request {
        method,
        source: if source.starts_with('/') {
            dq_fetch::Source::Endpoint(source)
        } else {
            dq_fetch::Source::Url(source)
        },
        headers,
        without,
        payload,
    })
}

/// What a GET with these options asks for; `None` if they choose another method or add to the query what is not in `-q`.
pub fn source_of_get(source: &str, options: &FetchOptions) -> Option<dq_fetch::Source> {
    let typed = &options.request;
    if method(typed) != "GET" || !typed.fields.is_empty() {
        return None;
    }
    let source = query::append(source, &parameters(typed).ok()?).ok()?;
    Some(if source.starts_with('/') {
        dq_fetch::Source::Endpoint(source)
    } else {
        dq_fetch::Source::Url(source)
    })
}

/// The headers of `-H`, and the names of those that are left out.
pub(super) fn headers(options: &FetchOptions) -> Result<header::Headers, Error> {
    let headers = options.headers.iter().map(|header| header::read(header));
    Ok(header::partition(headers.collect::<Result<_, _>>()?))
}

/// The parameters of `-q`.
pub(super) fn parameters(typed: &RequestOptions) -> Result<Vec<(String, String)>, Error> {
    let parameters = typed.query.iter().map(|pair| query::parse_parameter(pair));
    Ok(parameters.collect::<Result<_, _>>()?)
}

/// The parameters of `-q` in the request, and the names that `-F` adds to the query of GET and HEAD, without values.
pub(super) fn parameters_in_query(typed: &RequestOptions) -> Result<Vec<(String, String)>, Error> {
    let mut parameters = parameters(typed)?;
    if is_bodiless(&method(typed)) {
        let names = typed_fields(typed)?.into_iter().map(|field| {
            let key = field.key().split('[').next().unwrap_or_default();
            (key.to_owned(), String::new())
        });
        parameters.extend(names);
    }
    Ok(parameters)
}

fn refuse_contradictions(typed: &RequestOptions) -> Result<(), Error> {
    let problem = match typed.data.len() {
        2.. => "--data is given twice: a request has one body",
        1 if !typed.fields.is_empty() => "--data and --field exclude each other",
        _ if typed.paginate && method(typed) != "GET" => "--paginate goes with GET only",
        _ => return Ok(()),
    };
    Err(Error::usage(problem))
}

/// The method: as typed, else POST where there is a body, as in curl and gh, else GET.
pub(super) fn method(typed: &RequestOptions) -> String {
    let has_body = !typed.data.is_empty() || !typed.fields.is_empty();
    match &typed.method {
        Some(method) => {
            let upper = method.to_ascii_uppercase();
            let known = METHODS.contains(&upper.as_str());
            if known { upper } else { method.clone() }
        }
        None if has_body => "POST".into(),
        None => "GET".into(),
    }
}

fn is_bodiless(method: &str) -> bool {
    matches!(method, "GET" | "HEAD")
}

fn payload(typed: &RequestOptions) -> Result<Payload, Error> {
    if let Some(data) = typed.data.first() {
        return Ok(match data.as_bytes() {
            b"@-" => Payload::Stdin,
            [b'@', path @ ..] => Payload::file(Path::new(OsStr::from_bytes(path)))?,
            text => Payload::Bytes(text.to_vec()),
        });
    }
    if typed.fields.is_empty() {
        return Ok(Payload::None);
    }
    let object = fields::to_object(&typed_fields(typed)?, &mut read_text)?;
    Ok(Payload::Bytes(
        serde_json::Value::Object(object).to_string().into_bytes(),
    ))
}

/// The fields as text; standard input can be read for one of them only.
pub(super) fn typed_fields(typed: &RequestOptions) -> Result<Vec<fields::RequestField>, Error> {
    let texts = typed.fields.iter().map(|field| {
        Ok(fields::RequestField {
            text: unicode(&field.text)?,
            is_raw: field.is_raw,
        })
    });
    let texts = texts.collect::<Result<Vec<_>, Error>>()?;
    let reads_stdin = |it: &&fields::RequestField| {
        !it.is_raw && it.text.split_once('=').is_some_and(|it| it.1 == "@-")
    };
    if texts.iter().filter(reads_stdin).count() > 1 {
        return Err(Error::usage("standard input can be read once only"));
    }
    Ok(texts)
}

/// The content of a file for `-F key=@FILE`.
fn read_text(name: &str) -> Result<String, dq_fetch::Error> {
    let failed = |problem: String| dq_fetch::Error::File {
        path: if name == "-" { "standard input" } else { name }.into(),
        problem,
        hint: None,
    };
    let mut bytes = Vec::new();
    open(name)
        .and_then(|mut file| file.read_to_end(&mut bytes))
        .map_err(|error| failed(os_reason(&error)))?;
    String::from_utf8(bytes)
        .map_err(|_| failed("it is not valid UTF-8; send it with --data".into()))
}
