//! The routes of dockerd, as far as the sample engine has them, over the recorded data.

use super::recorded::{self, Container, LogLine};

/// The newest API version of the recorded engine.
pub(crate) const API_VERSION: &str = "1.45";
/// The recorded engine's `Server` header.
pub(crate) const SERVER: &str = "Docker/26.1.5+dfsg1 (linux)";

const OK: &str = "200 OK";
const BAD_REQUEST: &str = "400 Bad Request";
const NOT_FOUND: &str = "404 Not Found";
const NOT_IMPLEMENTED: &str = "501 Not Implemented";
const CONFLICT: &str = "409 Conflict";

const JSON: &str = "application/json";
const LOG: &str = "application/vnd.docker.multiplexed-stream";

/// A response of the sample engine.
pub(crate) struct DemoResponse {
    /// Status code and reason.
    pub status: &'static str,
    /// The header lines, without Content-Length or Transfer-Encoding.
    pub headers: String,
    /// The body.
    pub body: DemoBody,
}

/// The body of a response.
pub(crate) enum DemoBody {
    /// A body sent at once.
    Whole(Vec<u8>),
    /// JSON lines, sent one at a time.
    Events(&'static str),
}

/// The response to a request.
pub(crate) fn respond(method: &str, target: &str) -> DemoResponse {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = percent_decoded(path);
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

fn route(method: &str, path: &str, query: &str) -> DemoResponse {
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match (method, segments.as_slice()) {
        ("GET", ["_ping"]) => ping("OK"),
        ("HEAD", ["_ping"]) => ping(""),
        ("GET", ["version"]) => json(recorded::VERSION),
        ("GET", ["info"]) => json(recorded::INFO),
        ("GET", ["containers", "json"]) => containers(is_true(query, "all")),
        ("GET", ["containers", id, "json"]) => container(id, |it| json(it.inspect)),
        ("GET", ["containers", id, "top"]) => container(id, top),
        ("GET", ["containers", id, "logs"]) => container(id, |it| logs(it, query)),
        ("GET", ["images", "json"]) => json(recorded::IMAGES),
        ("GET", ["images", name @ .., "json"]) => image(&name.join("/")),
        ("GET", ["networks"]) => json(recorded::NETWORKS),
        ("GET", ["networks", name]) => network(name),
        ("GET", ["volumes"]) => json(recorded::VOLUMES),
        ("GET", ["system", "df"]) => json(recorded::DISK_USAGE),
        ("GET", ["events"]) => DemoResponse {
            body: DemoBody::Events(recorded::EVENTS),
            ..json("")
        },
        ("GET" | "HEAD", _) => page_not_found(),
        _ => error(NOT_IMPLEMENTED, "the sample engine only answers GET"),
    }
}

fn containers(all: bool) -> DemoResponse {
    let listed: Vec<&str> = recorded::CONTAINERS
        .iter()
        .filter(|it| all || it.top.is_some())
        .map(|it| it.summary.trim_end())
        .collect();
    json(&format!("[{}]\n", listed.join(",")))
}

fn container(name: &str, respond: impl Fn(&Container) -> DemoResponse) -> DemoResponse {
    match recorded::container(name) {
        Some(found) => respond(found),
        None => error(NOT_FOUND, &format!("No such container: {name}")),
    }
}

fn top(container: &Container) -> DemoResponse {
    match container.top {
        Some(top) => json(top),
        None => error(
            CONFLICT,
            &format!(
                "container {} is not running",
                recorded::id(container.inspect)
            ),
        ),
    }
}

fn logs(container: &Container, query: &str) -> DemoResponse {
    let is_wanted = [is_true(query, "stdout"), is_true(query, "stderr")];
    if is_wanted == [false, false] {
        let message = "Bad parameters: you must choose at least one stream";
        return error(BAD_REQUEST, message);
    }
    let lines = container.log_lines();
    let lines: Vec<_> = lines
        .filter(|it| is_wanted[usize::from(it.stream) - 1])
        .collect();
    let tail = parameter(query, "tail").and_then(|n| n.parse().ok());
    let skipped = lines.len().saturating_sub(tail.unwrap_or(lines.len()));
    let has_time = is_true(query, "timestamps");
    engine(
        OK,
        LOG,
        lines[skipped..]
            .iter()
            .flat_map(|it| frame(it, has_time))
            .collect(),
    )
}

/// One log line as a frame of `application/vnd.docker.multiplexed-stream`: the stream's number, three zeros, the length
/// as a big-endian u32, the text.
fn frame(line: &LogLine, has_time: bool) -> Vec<u8> {
    let text = if has_time {
        format!("{} {}\n", line.time, line.text)
    } else {
        format!("{}\n", line.text)
    };
    let mut frame = vec![line.stream, 0, 0, 0];
    frame.extend((text.len() as u32).to_be_bytes());
    frame.extend(text.into_bytes());
    frame
}

fn image(name: &str) -> DemoResponse {
    match recorded::image(name) {
        Some(inspect) => json(inspect),
        None => error(
            NOT_FOUND,
            &format!("No such image: {}", recorded::tagged(name)),
        ),
    }
}

fn network(name: &str) -> DemoResponse {
    match recorded::network(name) {
        Some(inspect) => json(inspect),
        None => error(NOT_FOUND, &format!("network {name} not found")),
    }
}

fn ping(body: &str) -> DemoResponse {
    let headers = format!(
        "Api-Version: {API_VERSION}\r\nBuilder-Version: 2\r\nCache-Control: no-cache, no-store, must-revalidate\r\n\
         Content-Type: text/plain; charset=utf-8\r\nDocker-Experimental: false\r\nOstype: linux\r\nPragma: no-cache\r\n\
         Server: {SERVER}\r\nSwarm: inactive\r\n"
    );
    DemoResponse {
        status: OK,
        headers,
        body: DemoBody::Whole(body.into()),
    }
}

fn json(text: &str) -> DemoResponse {
    engine(OK, JSON, compact(text))
}

fn error(status: &'static str, message: &str) -> DemoResponse {
    engine(
        status,
        JSON,
        format!("{{\"message\":{}}}\n", json_string(message)).into_bytes(),
    )
}

/// dockerd's response to a path or a method without a route, the only one that lacks the engine's headers.
fn page_not_found() -> DemoResponse {
    DemoResponse {
        headers: format!("Content-Type: {JSON}\r\n"),
        ..error(NOT_FOUND, "page not found")
    }
}

/// A response with the engine's headers.
fn engine(status: &'static str, content_type: &str, body: Vec<u8>) -> DemoResponse {
    let headers = format!(
        "Api-Version: {API_VERSION}\r\nContent-Type: {content_type}\r\nDocker-Experimental: false\r\n\
         Ostype: linux\r\nServer: {SERVER}\r\n"
    );
    DemoResponse {
        status,
        headers,
        body: DemoBody::Whole(body),
    }
}

/// The path without its version prefix, such as `/v1.45`.
///
/// # Errors
/// The version, if it is newer than [`API_VERSION`].
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

/// The value of a query parameter, not decoded.
fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// A boolean query parameter as dockerd reads it (moby api/server/httputils/form.go).
fn is_true(query: &str, name: &str) -> bool {
    let value = parameter(query, name)
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    !["", "0", "no", "false", "none"].contains(&value.as_str())
}

/// The path with its `%XX` decoded.
fn percent_decoded(path: &str) -> String {
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

/// JSON text without white space between its tokens, as dockerd sends it. The recorded files are indented.
fn compact(json: &str) -> Vec<u8> {
    let (mut is_in_string, mut is_escaped) = (false, false);
    let mut out = Vec::with_capacity(json.len());
    for &byte in json.as_bytes() {
        if is_in_string || !byte.is_ascii_whitespace() {
            out.push(byte);
        }
        is_in_string ^= byte == b'"' && !is_escaped;
        is_escaped = is_in_string && byte == b'\\' && !is_escaped;
    }
    out.push(b'\n');
    out
}

/// A text as a JSON string.
fn json_string(text: &str) -> String {
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
