//! What the sample engine answers to a method and a target: the routes of dockerd over the recorded data.

use super::data::{self, Container, Line};

pub const API_VERSION: &str = "1.45";
pub const SERVER: &str = "Docker/26.1.5+dfsg1 (linux)";

const OK: &str = "200 OK";
const BAD_REQUEST: &str = "400 Bad Request";
const NOT_FOUND: &str = "404 Not Found";
const NOT_IMPLEMENTED: &str = "501 Not Implemented";
const CONFLICT: &str = "409 Conflict";

const JSON: &str = "application/json";
const LOG: &str = "application/vnd.docker.multiplexed-stream";

pub struct Answer {
    pub status: &'static str,
    /// All header lines but the one that frames the body.
    pub headers: String,
    pub body: Body,
}

pub enum Body {
    Whole(Vec<u8>),
    /// JSON lines, sent one at a time.
    Events(&'static str),
}

pub fn answer(method: &str, target: &str) -> Answer {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = decoded(path);
    match unversioned(&path) {
        Ok(path) => route(method, path, query),
        Err(version) => error(
            BAD_REQUEST,
            &format!(
                "client version {version} is too new. Maximum supported API version is {API_VERSION}"
            ),
        ),
    }
}

fn route(method: &str, path: &str, query: &str) -> Answer {
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match (method, segments.as_slice()) {
        ("GET", ["_ping"]) => ping("OK"),
        ("HEAD", ["_ping"]) => ping(""),
        ("GET", ["version"]) => json(data::VERSION),
        ("GET", ["info"]) => json(data::INFO),
        ("GET", ["containers", "json"]) => containers(is_true(query, "all")),
        ("GET", ["containers", id, "json"]) => container(id, |it| json(it.inspect)),
        ("GET", ["containers", id, "top"]) => container(id, top),
        ("GET", ["containers", id, "logs"]) => container(id, |it| logs(it, query)),
        ("GET", ["images", "json"]) => json(data::IMAGES),
        ("GET", ["images", name @ .., "json"]) => image(&name.join("/")),
        ("GET", ["networks"]) => json(data::NETWORKS),
        ("GET", ["networks", name]) => network(name),
        ("GET", ["volumes"]) => json(data::VOLUMES),
        ("GET", ["system", "df"]) => json(data::DISK_USAGE),
        ("GET", ["events"]) => Answer {
            body: Body::Events(data::EVENTS),
            ..json("")
        },
        ("GET" | "HEAD", _) => page_not_found(),
        _ => error(NOT_IMPLEMENTED, "the sample engine only answers GET"),
    }
}

fn containers(all: bool) -> Answer {
    let listed: Vec<&str> = data::CONTAINERS
        .iter()
        .filter(|it| all || it.top.is_some())
        .map(|it| it.summary.trim_end())
        .collect();
    json(&format!("[{}]\n", listed.join(",")))
}

fn container(name: &str, answer: impl Fn(&Container) -> Answer) -> Answer {
    match data::container(name) {
        Some(found) => answer(found),
        None => error(NOT_FOUND, &format!("No such container: {name}")),
    }
}

fn top(container: &Container) -> Answer {
    match container.top {
        Some(top) => json(top),
        None => error(
            CONFLICT,
            &format!("container {} is not running", data::id(container.inspect)),
        ),
    }
}

fn logs(container: &Container, query: &str) -> Answer {
    let wanted = [is_true(query, "stdout"), is_true(query, "stderr")];
    if wanted == [false, false] {
        let message = "Bad parameters: you must choose at least one stream";
        return error(BAD_REQUEST, message);
    }
    let lines = container.lines();
    let lines: Vec<_> = lines
        .filter(|it| wanted[usize::from(it.kind) - 1])
        .collect();
    let tail = parameter(query, "tail").and_then(|n| n.parse().ok());
    let skipped = lines.len().saturating_sub(tail.unwrap_or(lines.len()));
    let timed = is_true(query, "timestamps");
    engine(
        OK,
        LOG,
        lines[skipped..]
            .iter()
            .flat_map(|it| frame(it, timed))
            .collect(),
    )
}

/// One line of a log as dockerd sends it: its kind, three zeros, a length, the text.
fn frame(line: &Line, timed: bool) -> Vec<u8> {
    let text = if timed {
        format!("{} {}\n", line.time, line.text)
    } else {
        format!("{}\n", line.text)
    };
    let mut frame = vec![line.kind, 0, 0, 0];
    frame.extend((text.len() as u32).to_be_bytes());
    frame.extend(text.into_bytes());
    frame
}

fn image(name: &str) -> Answer {
    match data::image(name) {
        Some(inspect) => json(inspect),
        None => error(NOT_FOUND, &format!("No such image: {}", data::tagged(name))),
    }
}

fn network(name: &str) -> Answer {
    match data::network(name) {
        Some(inspect) => json(inspect),
        None => error(NOT_FOUND, &format!("network {name} not found")),
    }
}

fn ping(body: &str) -> Answer {
    let headers = format!(
        "Api-Version: {API_VERSION}\r\nBuilder-Version: 2\r\nCache-Control: no-cache, no-store, must-revalidate\r\n\
         Content-Type: text/plain; charset=utf-8\r\nDocker-Experimental: false\r\nOstype: linux\r\nPragma: no-cache\r\n\
         Server: {SERVER}\r\nSwarm: inactive\r\n"
    );
    Answer {
        status: OK,
        headers,
        body: Body::Whole(body.into()),
    }
}

fn json(text: &str) -> Answer {
    engine(OK, JSON, compact(text))
}

fn error(status: &'static str, message: &str) -> Answer {
    engine(
        status,
        JSON,
        format!("{{\"message\":{}}}\n", quoted(message)).into_bytes(),
    )
}

/// dockerd's answer to a path or a method that no route has: the only one without its own headers.
fn page_not_found() -> Answer {
    Answer {
        headers: format!("Content-Type: {JSON}\r\n"),
        ..error(NOT_FOUND, "page not found")
    }
}

fn engine(status: &'static str, content_type: &str, body: Vec<u8>) -> Answer {
    let headers = format!(
        "Api-Version: {API_VERSION}\r\nContent-Type: {content_type}\r\nDocker-Experimental: false\r\n\
         Ostype: linux\r\nServer: {SERVER}\r\n"
    );
    Answer {
        status,
        headers,
        body: Body::Whole(body),
    }
}

/// The path without its `/v1.45`; the version where it is newer than this engine's.
fn unversioned(path: &str) -> Result<&str, &str> {
    let Some((version, rest)) = path.strip_prefix("/v").and_then(|it| it.split_once('/')) else {
        return Ok(path);
    };
    let number = |version: &str| -> Option<(u32, u32)> {
        let (major, minor) = version.split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    match number(version) {
        Some(asked) if Some(asked) > number(API_VERSION) => Err(version),
        Some(_) => Ok(rest),
        None => Ok(path),
    }
}

/// The value of a query parameter, as it was sent.
fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// A boolean parameter as dockerd reads it.
fn is_true(query: &str, name: &str) -> bool {
    let value = parameter(query, name)
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    !["", "0", "no", "false", "none"].contains(&value.as_str())
}

/// The path with its `%XX` undone.
fn decoded(path: &str) -> String {
    let mut parts = path.split('%');
    let mut bytes = parts.next().unwrap_or("").as_bytes().to_vec();
    for part in parts {
        let byte = part
            .get(..2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(b'%'));
        bytes.extend(&part.as_bytes()[if byte.is_some() { 2 } else { 0 }..]);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// JSON text without the white space between its tokens: what is on file is laid out to be read.
fn compact(json: &str) -> Vec<u8> {
    let (mut in_string, mut escaped) = (false, false);
    let mut out = Vec::with_capacity(json.len());
    for &byte in json.as_bytes() {
        if in_string || !byte.is_ascii_whitespace() {
            out.push(byte);
        }
        in_string ^= byte == b'"' && !escaped;
        escaped = in_string && byte == b'\\' && !escaped;
    }
    out.push(b'\n');
    out
}

/// A JSON string.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}
