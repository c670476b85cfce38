//! The headers of a request: the user's, those of docker's configuration, and those that its body or a UNIX socket
//! needs.

use ureq::http::header::{
    ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, TRANSFER_ENCODING, USER_AGENT,
};
use ureq::http::{HeaderName, HeaderValue, Method};

use super::authority;
use super::error::Error;
use super::request::Request;
use super::upload::Upload;
use dq_text::one_line;

/// The value of `User-Agent`.
const AGENT: &str = concat!("dq/", env!("CARGO_PKG_VERSION"));
const ANYTHING: &str = "*/*";

/// Names and values in the order in which they are sent.
pub(crate) type Headers = Vec<(HeaderName, HeaderValue)>;

/// Gathers the headers of a request. The user's replace those of docker's configuration and dq's own.
/// `authority` is that of the URL, `None` for a socket; its user and password are sent unless the user gives that header.
///
/// # Errors
/// `Usage` for a header that cannot be sent, and for one that would contradict the framing of the body.
pub(crate) fn gather(
    request: &Request,
    method: &Method,
    upload: Option<&Upload>,
    docker: &[(String, String)],
    authority: Option<&str>,
) -> Result<Headers, Error> {
    let mut headers = Headers::new();
    for (name, value) in &request.headers {
        headers.push(header(name, value)?);
    }
    reject_framing(&headers, "")?;
    let own = [(ACCEPT, ANYTHING), (USER_AGENT, AGENT)];
    for (name, value) in own {
        let is_given = headers.iter().any(|(known, _)| *known == name);
        if !is_given {
            headers.insert(0, (name, HeaderValue::from_static(value)));
        }
    }
    if let Some(authorization) = authority.and_then(authority::authorization) {
        let (name, value) = header("authorization", &authorization)?;
        add_missing(&mut headers, name, value);
    }
    let docker = docker.iter().map(|(name, value)| header(name, value));
    let mut docker = docker.collect::<Result<Headers, _>>()?;
    // As in the docker CLI, the configuration cannot change these two.
    docker.retain(|(name, _)| name != USER_AGENT && name != HOST);
    reject_framing(&docker, " of docker's configuration")?;
    for (name, value) in docker {
        add_missing(&mut headers, name, value);
    }
    if authority.is_none() {
        // An empty Host (RFC 9112 §3.2). Caddy and Tailscale insist on it.
        add_missing(&mut headers, HOST, HeaderValue::from_static(""));
    }
    match upload {
        Some(upload) => {
            describe(upload, &mut headers);
        }
        None if matches!(*method, Method::POST | Method::PUT | Method::PATCH) => {
            // ureq would send an empty body in chunks, which Docker refuses at /containers/{id}/start.
            add_missing(&mut headers, CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        None => {}
    }
    headers.retain(|(name, _)| !is_named(name, &request.without));
    Ok(headers)
}

fn is_named(name: &HeaderName, names: &[String]) -> bool {
    let is_it = |it: &String| name.as_str().eq_ignore_ascii_case(it);
    !is_framing(name.as_str()) && names.iter().any(is_it)
}

/// Whether a header says where a body ends. A body without them could not be read, so they cannot be left out.
pub(crate) fn is_framing(name: &str) -> bool {
    let framing = [CONTENT_LENGTH, TRANSFER_ENCODING];
    framing
        .iter()
        .any(|it| it.as_str().eq_ignore_ascii_case(name))
}

/// Whether a header is one that dq adds itself and for which curl has its own.
pub(crate) fn is_own(name: &HeaderName, value: &HeaderValue) -> bool {
    let own = [(USER_AGENT, AGENT), (ACCEPT, ANYTHING)];
    let is_it = |(known, text): &(HeaderName, &str)| name == known && value == *text;
    own.iter().any(is_it)
        || *name == CONTENT_LENGTH
        || *name == TRANSFER_ENCODING
        || *name == EXPECT
}

/// Adds the content type and the framing of a body.
fn describe(upload: &Upload, headers: &mut Headers) {
    if let Some(kind) = upload.content_type {
        add_missing(headers, CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    if upload.expects_continue() {
        add_missing(headers, EXPECT, HeaderValue::from_static("100-continue"));
    }
    match upload.length {
        Some(length) => headers.push((CONTENT_LENGTH, HeaderValue::from(length))),
        None => headers.push((TRANSFER_ENCODING, HeaderValue::from_static("chunked"))),
    }
}

fn add_missing(headers: &mut Headers, name: HeaderName, value: HeaderValue) {
    if !headers.iter().any(|(known, _)| *known == name) {
        headers.push((name, value));
    }
}

/// Parses a header. Its value may be a secret, so errors do not show it.
///
/// # Errors
/// `Usage` for a name or a value that HTTP does not allow.
pub(crate) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let shown = one_line(name.split_whitespace().next().unwrap_or_default());
    let bad = |what: &str| {
        Error::usage(format!(
            "the {what} of the header \"{shown}\" cannot be sent"
        ))
    };
    let key = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| bad("name"))?;
    let value = HeaderValue::from_bytes(value.trim().as_bytes()).map_err(|_| bad("value"))?;
    Ok((key, value))
}

/// Refuses the headers that contradict the body: with another length ureq would wait for bytes that never come, and an
/// upgraded connection has no body at all. `Connection` can name headers that a proxy then drops (RFC 9110 §7.6.1), also
/// those of the framing. `origin` is where the headers are from, as messages name it.
///
/// # Errors
/// `Usage`.
fn reject_framing(headers: &[(HeaderName, HeaderValue)], origin: &str) -> Result<(), Error> {
    for (name, value) in headers {
        let is_one_of = |names: &[&str]| {
            names
                .iter()
                .any(|it| value.as_bytes().eq_ignore_ascii_case(it.as_bytes()))
        };
        match name.as_str() {
            "upgrade" | "http2-settings" => {
                return Err(Error::Usage {
                    problem: format!(
                        "dq does not upgrade connections to two-way streams: the header {name}{origin} cannot be sent"
                    ),
                    hint: Some(
                        "without the header Upgrade, attach and exec send their output".to_owned(),
                    ),
                });
            }
            "content-length" | "transfer-encoding" | "trailer" => {
                return Err(Error::usage(format!(
                    "dq sets the header {name}{origin} itself"
                )));
            }
            "connection" | "proxy-connection" if !is_one_of(&["close", "keep-alive", ""]) => {
                return Err(Error::usage(format!(
                    "the header {name}{origin} can be close or keep-alive only"
                )));
            }
            "expect" if !is_one_of(&["100-continue", ""]) => {
                return Err(Error::usage(format!(
                    "the header {name}{origin} can be 100-continue only"
                )));
            }
            _ => {}
        }
    }
    match headers.iter().filter(|(name, _)| *name == HOST).count() {
        0 | 1 => Ok(()),
        _ => Err(Error::usage("there can be one Host header only")),
    }
}
