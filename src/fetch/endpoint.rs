//! Turns endpoints and URLs, as the user writes them, into request targets (RFC 9112 §3.2).

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, percent_encode};

use super::authority::{self, without_userinfo};
use super::error::Error;
use super::percent::{self, RESERVED};
use super::secrets::{shown, shown_authority};
use dq_text::one_line;

/// The parts of an `http` or `https` URL. The fragment is dropped, since it is not part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Url {
    /// `http` or `https`.
    pub scheme: &'static str,
    /// The host, with user, password and port where given.
    pub authority: String,
    /// Path and query, percent-encoded; starts with `/`.
    pub target: String,
}

impl Url {
    /// Scheme and authority with user and password, without a trailing slash.
    pub(crate) fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }
}

/// The request target of an endpoint such as `/containers/json?all=1`. Bytes that a URI cannot hold are
/// percent-encoded, `%XX` is kept, and `#` is encoded, because an endpoint has no fragment.
///
/// # Errors
/// `Usage` for an endpoint that does not start with `/`, holds CR, LF or NUL, or has a segment that a server may
/// resolve to another path: `.`, `..` or an empty one.
pub(crate) fn target(endpoint: &str) -> Result<String, Error> {
    if !endpoint.starts_with('/') {
        return Err(Error::usage(format!(
            "the endpoint {} does not start with /",
            shown_line(endpoint)
        )));
    }
    let path = endpoint.split('?').next().unwrap_or_default();
    if let Some(at) = path.find("//") {
        return Err(empty_segment(endpoint, at));
    }
    let plain = path.to_ascii_lowercase().replace("%2e", ".");
    if plain.split('/').any(|part| matches!(part, "." | "..")) {
        return Err(Error::usage(format!(
            "the endpoint {} holds . or .. as a segment",
            shown_line(endpoint)
        )));
    }
    encode(endpoint)
}

/// An endpoint as a message shows it: in one line, without the values of secret parameters.
fn shown_line(endpoint: &str) -> String {
    one_line(&shown(endpoint))
}

/// The error of an endpoint with `//` at this place: a variable is empty, or holds a name with a slash in front.
fn empty_segment(endpoint: &str, at: usize) -> Error {
    let (before, rest) = endpoint.split_at(at);
    let rest = shown_line(rest);
    let rest = rest.trim_start_matches('/');
    let meant = format!("did you mean {}/{rest}?", shown_line(before));
    let (place, hint) = match before.rsplit('/').next() {
        Some(last) if !last.is_empty() => (
            format!("an empty segment behind /{}", one_line(last)),
            format!(
                "{meant} A variable may be empty, or hold a name with a slash in front: .Names[0][1:] leaves that out"
            ),
        ),
        _ => ("an empty segment at its start".to_owned(), meant),
    };
    Error::Usage {
        problem: format!("the endpoint {} has {place}", shown_line(endpoint)),
        hint: Some(hint),
    }
}

/// Parses a URL.
///
/// # Errors
/// `Usage` for schemes other than http and https, and for a URL without a host.
pub(crate) fn parse_url(text: &str) -> Result<Url, Error> {
    let (scheme, rest) = text.split_once("://").unwrap_or((text, ""));
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "http" => "http",
        "https" => "https",
        other => return Err(unknown_scheme(other)),
    };
    let whole = rest;
    let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at(end);
    let host = without_userinfo(authority);
    let invalid = |problem: &str| {
        let shown = shown_authority(whole);
        Error::usage(format!("the URL {scheme}://{shown} {problem}"))
    };
    let split = authority::split_port(authority);
    let (name, port) = split.map_err(|problem| invalid(&format!("cannot be asked: {problem}")))?;
    if host.is_empty() || host.starts_with(':') {
        return Err(invalid("names no host"));
    }
    let slash = if target.starts_with('/') { "" } else { "/" };
    Ok(Url {
        scheme,
        authority: match port {
            Some(port) => format!("{name}:{port}"),
            None => name.to_owned(),
        },
        target: encode(&format!("{slash}{target}"))?,
    })
}

/// The socket and the endpoint of a URL that names a socket: `http+unix://%2Frun%2Fx/…` (Python's requests-unixsocket)
/// or `http://unix:/run/x:/…` (nginx, npm's got). `None` for other URLs.
///
/// # Errors
/// `Usage` where the path of the socket is empty, or where the endpoint holds CR, LF or NUL.
pub(crate) fn parse_socket_url(text: &str) -> Result<Option<(PathBuf, String)>, Error> {
    let text = text.split('#').next().unwrap_or_default();
    let Some((socket, endpoint)) = socket_and_rest(text)? else {
        return Ok(None);
    };
    let slash = if endpoint.starts_with('/') { "" } else { "/" };
    let endpoint = encode(&format!("{slash}{endpoint}"))?;
    Ok(Some((OsString::from_vec(socket).into(), endpoint)))
}

/// The path of the socket, and the rest of the URL.
fn socket_and_rest(text: &str) -> Result<Option<(Vec<u8>, &str)>, Error> {
    let Some((scheme, rest)) = text.split_once("://") else {
        return Ok(None);
    };
    let (socket, endpoint) = if scheme.eq_ignore_ascii_case("http+unix") {
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        (percent::decode(&rest[..end]), &rest[end..])
    } else if let Some(path) = rest.strip_prefix("unix:/")
        && scheme.eq_ignore_ascii_case("http")
    {
        let path = &rest[rest.len() - path.len() - 1..];
        let (socket, endpoint) = path.split_once(':').unwrap_or((path, ""));
        (percent::decode(socket), endpoint)
    } else {
        return Ok(None);
    };
    if socket.is_empty() {
        return Err(Error::Usage {
            problem: format!("{scheme}:// names no socket"),
            hint: Some("its path is written with %2F: http+unix://%2Frun%2Fx.sock/info".into()),
        });
    }
    Ok(Some((socket, endpoint)))
}

/// Splits a URL into its host, in the form `--host` takes, and its endpoint, as it was written: with `{placeholders}`,
/// without a fragment.
///
/// # Errors
/// `Usage` for an invalid URL, and for a scheme that dq does not support.
pub fn split_url(url: &str) -> Result<(String, &str), Error> {
    let url = url.split('#').next().unwrap_or_default();
    if let Some((socket, rest)) = socket_and_rest(url)? {
        return Ok((socket_url(Path::new(&OsString::from_vec(socket))), rest));
    }
    parse_url(url)?;
    let after = url.find("://").map_or(0, |at| at + 3);
    let end = url[after..].find(['/', '?']);
    let (host, endpoint) = url.split_at(end.map_or(url.len(), |at| after + at));
    Ok((host.to_owned(), endpoint))
}

/// Whether a host or a URL contains a user or a password.
pub fn has_userinfo(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    without_userinfo(authority) != authority
}

/// The URL of a socket, up to the endpoint: `http://unix:/run/x.sock:`.
pub fn socket_url(socket: &Path) -> String {
    const IN_A_PATH: &AsciiSet = &RESERVED.remove(b'/');
    let path = percent_encode(socket.as_os_str().as_bytes(), IN_A_PATH);
    format!("http://unix:{path}:")
}

fn unknown_scheme(scheme: &str) -> Error {
    let hint = match scheme {
        "tcp" | "ssh" => Some("name the host with --host, and give the endpoint after it"),
        _ if scheme.contains("unix") => {
            Some("name the socket with --unix-socket PATH and give the endpoint after it")
        }
        _ => None,
    };
    Error::Usage {
        problem: format!(
            "dq speaks http:// and https://, not {}://",
            one_line(scheme)
        ),
        hint: hint.map(str::to_owned),
    }
}

/// Puts the version of Docker's API in front of a target, as the docker CLI does: `/v1.41/containers/json`. A target
/// that names a version is left unchanged, and so is `/_ping`, which has none.
pub(crate) fn versioned(target: &str, version: &str) -> String {
    let names_version = target
        .strip_prefix("/v")
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let path = target.split('?').next().unwrap_or_default();
    if names_version || path == "/_ping" {
        return target.to_owned();
    }
    format!("/v{version}{target}")
}

/// Percent-encodes the bytes that RFC 3986 does not allow in a path or a query.
///
/// # Errors
/// `Usage` for CR, LF and NUL.
fn encode(text: &str) -> Result<String, Error> {
    if text.contains(['\r', '\n', '\0']) {
        return Err(Error::usage(
            "an endpoint cannot hold a line break or a NUL",
        ));
    }
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(bytes.len() + 16);
    for (at, &byte) in bytes.iter().enumerate() {
        let is_escape = byte == b'%' && bytes.get(at + 1..at + 3).is_some_and(is_hex);
        if is_escape || is_allowed(byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    Ok(out)
}

fn is_hex(digits: &[u8]) -> bool {
    digits.iter().all(u8::is_ascii_hexdigit)
}

/// `pchar`, `/` and `?` of RFC 3986 §3.3 and §3.4, without the percent sign.
fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte)
}

/// The target that a redirect leads to, or `None` if that is on another origin. `origins` are the spellings of the
/// request's origin; `base` is the request's target.
pub(crate) fn redirect_target(location: &str, origins: &[String], base: &str) -> Option<String> {
    let location = location.split('#').next().unwrap_or_default();
    if let Some(start) = authority_start(location) {
        let rest = &location[start..];
        let end = start + rest.find(['/', '?']).unwrap_or(rest.len());
        let (origin, target) = location.split_at(end);
        let is_same = origins.iter().any(|own| is_same_origin(own, origin));
        return is_same.then(|| resolve_reference("/", target)).flatten();
    }
    if location.starts_with("//") {
        return None;
    }
    resolve_reference(base, location)
}

/// The index at which the authority of an absolute URL starts; `None` for a relative reference.
fn authority_start(location: &str) -> Option<usize> {
    let (scheme, _) = location.split_once("://")?;
    let is_scheme_char = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    scheme
        .chars()
        .all(is_scheme_char)
        .then_some(scheme.len() + 3)
}

/// Whether two URLs have one origin: the same text, ignoring case and the scheme's default port (RFC 6454 §4 and §6.2).
fn is_same_origin(a: &str, b: &str) -> bool {
    let normalized = |origin: &str| {
        let origin = origin.to_ascii_lowercase();
        let port = if origin.starts_with("https:") {
            ":443"
        } else {
            ":80"
        };
        origin
            .strip_suffix(port)
            .map(str::to_owned)
            .unwrap_or(origin)
    };
    normalized(a) == normalized(b)
}

/// Resolves a relative reference without an authority (RFC 3986 §5.2.2).
fn resolve_reference(base: &str, reference: &str) -> Option<String> {
    let path = base.split('?').next().unwrap_or_default();
    let text = match reference.as_bytes().first() {
        None => base.to_owned(),
        Some(b'/') => reference.to_owned(),
        Some(b'?') => format!("{path}{reference}"),
        Some(_) => {
            let directory = path.rfind('/').map_or("", |end| &path[..=end]);
            format!("{directory}{reference}")
        }
    };
    encode(&remove_dot_segments(&text)).ok()
}

/// Removes the segments `.` and `..` from the path of a target (RFC 3986 §5.2.4).
fn remove_dot_segments(target: &str) -> String {
    let (path, query) = target.split_at(target.find('?').unwrap_or(target.len()));
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/').skip(1) {
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            _ => kept.push(segment),
        }
    }
    if path.ends_with("/.") || path.ends_with("/..") {
        kept.push("");
    }
    format!("/{}{query}", kept.join("/"))
}

#[cfg(test)]
mod tests;
