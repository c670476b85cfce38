//! `--curl`: the curl(1) command that sends the same request. Nothing is sent, and no secret is shown.

use std::path::Path;
use std::time::Duration;

use ureq::http::header::{AUTHORIZATION, HOST};
use ureq::http::{HeaderName, HeaderValue};

use super::address::Address;
use super::authority::{self, without_userinfo};
use super::client::Client;
use super::error::Error;
use super::headers;
use super::host::ChosenBy;
use super::message_head::canonical_name;
use super::prepared_request::PreparedRequest;
use super::proxy::Proxy;
use super::request::{Payload, Request};
use super::secrets::{self, Piece};
use super::tls::TrustedRoots;
use super::upload::Upload;
use dq_text::{one_line, shell_word};

/// The size in bytes above which a file is streamed with `-T`, because `--data-binary` reads it into memory first.
const STREAM_THRESHOLD: u64 = 1 << 20;

/// The options about what is shown of a response besides its body.
#[derive(Debug, Clone, Copy, Default)]
pub struct ShowOptions {
    /// `-i`: `Some(true)` writes the head to stdout, `Some(false)` to stderr.
    pub include: Option<bool>,
    /// `-v`.
    pub verbose: bool,
    /// `--fail-with-body`.
    pub fail_with_body: bool,
}

/// A curl command for a POSIX shell.
#[derive(Debug, Default)]
pub struct CurlCommand {
    /// The words, quoted where necessary.
    pub words: Vec<String>,
    /// Notes for the reader, one line each.
    pub notes: Vec<String>,
    /// The variables that the words use, each with its secret.
    variables: Vec<(String, String)>,
}

impl CurlCommand {
    fn add(&mut self, words: &[&str]) {
        self.words.extend(words.iter().map(|word| shell_word(word)));
    }

    /// Adds an option whose value is secret and is read from a shell variable, with a note what to set it to.
    fn add_secret(&mut self, option: &str, variable: &str, secret: &str, what: &str) {
        let reference = self.variable(variable, secret, what);
        self.words.extend([option.to_owned(), reference]);
    }

    /// Refers to a shell variable in place of a secret. Its name is made of `[A-Z0-9_]` and is unique to the secret.
    fn variable(&mut self, name: &str, secret: &str, what: &str) -> String {
        let allowed = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let plain: String = name
            .chars()
            .map(allowed)
            .collect::<String>()
            .to_ascii_uppercase();
        let (mut name, mut count) = (plain.clone(), 1);
        loop {
            match self.variables.iter().find(|(known, _)| *known == name) {
                None => break,
                Some((_, known)) if known == secret => return format!("\"${name}\""),
                Some(_) => count += 1,
            }
            name = format!("{plain}_{count}");
        }
        self.notes.push(format!("set {name} to {}", one_line(what)));
        self.variables.push((name.clone(), secret.to_owned()));
        format!("\"${name}\"")
    }

    /// Adds a URL, with variables in place of the secrets in its query.
    fn add_url(&mut self, url: &str) {
        let (mut word, mut plain) = (String::new(), String::new());
        for piece in secrets::pieces(url) {
            match piece {
                Piece::Plain(text) | Piece::Userinfo(text) => plain.push_str(text),
                Piece::Parameter { name, value } => {
                    word.push_str(&shell_word(&std::mem::take(&mut plain)));
                    let name = secrets::decoded(name);
                    let what = format!("the value of the parameter {name}, percent-encoded");
                    word.push_str(&self.variable(&format!("QUERY_{name}"), value, &what));
                }
            }
        }
        if word.is_empty() || !plain.is_empty() {
            word.push_str(&shell_word(&plain));
        }
        self.words.push(word);
    }
}

/// The curl command for a request.
///
/// # Errors
/// `Usage` for a host that curl cannot reach, and for a request that cannot be sent at all.
pub fn command(
    client: &Client,
    request: &Request,
    show: ShowOptions,
) -> Result<CurlCommand, Error> {
    let bare = Request {
        payload: Payload::None,
        ..request.clone()
    };
    let prepared = client.prepare(&bare)?;
    let mut command = CurlCommand::default();
    command.add(&["curl", flags(request, &prepared.target, show)]);
    add_route(client, &mut command)?;
    add_timeouts(client, &mut command);
    add_show_options(request, show, &mut command);
    add_method(request, &mut command);
    add_headers(client, &prepared, &mut command);
    for name in request.without.iter().filter(|it| !headers::is_framing(it)) {
        command.add(&["-H", &format!("{}:", canonical_name(name))]);
    }
    add_payload(request, &prepared.target, &mut command)?;
    add_url(client, &prepared, &mut command);
    Ok(command)
}

/// The flags to be silent, to fail at status 400 and above as dq does, and not to buffer a stream.
fn flags(request: &Request, target: &str, show: ShowOptions) -> &'static str {
    match (is_stream(request, target), show.fail_with_body) {
        (true, false) => "-fsSN",
        (false, false) => "-fsS",
        (true, true) => "-sSN",
        (false, true) => "-sS",
    }
}

/// Whether Docker's API streams the response.
fn is_stream(request: &Request, target: &str) -> bool {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let ends = |names: &[&str]| names.iter().any(|name| path.ends_with(name));
    let follows = ["follow=1", "follow=true"]
        .iter()
        .any(|it| query.contains(it));
    let streamed_posts = [
        "/build",
        "/images/create",
        "/images/load",
        "/push",
        "/attach",
    ];
    let is_exec = path.contains("/exec/") && ends(&["/start"]);
    ends(&["/events", "/stats"])
        || (ends(&["/logs"]) && follows)
        || (request.method == "POST" && (ends(&streamed_posts) || is_exec))
}

/// The socket or proxy, and the TLS files.
fn add_route(client: &Client, command: &mut CurlCommand) -> Result<(), Error> {
    let host = client.host();
    match &host.address {
        Address::Unix(path) => add_socket(&path_text(path), command),
        Address::Net { .. } => add_proxy(host.proxy.as_ref(), command),
        Address::Ssh(_) => {
            return Err(Error::Usage {
                problem: "curl cannot reach ssh:// hosts".to_owned(),
                hint: Some(
                    "ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST forwards the socket, \
                     for --host unix:///tmp/docker.sock"
                        .to_owned(),
                ),
            });
        }
        Address::Demo => {
            return Err(Error::usage(
                "the sample engine is inside dq: curl cannot reach it",
            ));
        }
    }
    let Some(tls) = &host.tls else { return Ok(()) };
    if !tls.verify {
        command.add(&["-k"]);
    } else if let TrustedRoots::File(file) = &tls.roots {
        command.add(&["--cacert", &path_text(file)]);
    }
    if let Some((cert, key)) = &tls.identity {
        command.add(&["--cert", &path_text(cert)]);
        if cert != key {
            command.add(&["--key", &path_text(key)]);
        }
    }
    Ok(())
}

fn add_socket(path: &str, command: &mut CurlCommand) {
    match path.strip_prefix('@') {
        Some(name) => command.add(&["--abstract-unix-socket", name]),
        None => command.add(&["--unix-socket", path]),
    }
}

fn add_proxy(proxy: Option<&Proxy>, command: &mut CurlCommand) {
    let Some(proxy) = proxy else { return };
    command.add(&["-x", &format!("http://{}", proxy.authority())]);
    if proxy.authorization().is_some() {
        command.add_secret(
            "-U",
            "PROXY_USER_PASSWORD",
            "",
            "USER:PASSWORD of the proxy",
        );
    }
}

fn add_timeouts(client: &Client, command: &mut CurlCommand) {
    let settings = client.settings();
    let seconds = |timeout: Duration| timeout.as_secs_f64().to_string();
    if let Some(limit) = settings.connect_timeout {
        command.add(&["--connect-timeout", &seconds(limit)]);
    }
    if let Some(limit) = settings.max_time {
        command.add(&["-m", &seconds(limit)]);
    }
    if let Some(limit) = settings.idle_timeout {
        let whole = limit.as_secs_f64().ceil().to_string();
        command.add(&["--speed-limit", "1", "--speed-time", &whole]);
    }
    if settings.retries > 0 {
        command.add(&["--retry", &settings.retries.to_string()]);
    }
}

fn add_show_options(request: &Request, show: ShowOptions, command: &mut CurlCommand) {
    if show.fail_with_body {
        command.add(&["--fail-with-body"]);
    }
    if show.verbose {
        command.add(&["-v"]);
    }
    // `-I` prints the head by itself.
    let is_head = request.method == "HEAD";
    if is_head && show.include != Some(true) {
        command.add(&["-o", "/dev/null"]);
    }
    match show.include {
        Some(true) if !is_head => command.add(&["-i"]),
        Some(false) => command.add(&["-D", "/dev/stderr"]),
        _ => {}
    }
}

/// The method, unless curl implies it from the other options.
fn add_method(request: &Request, command: &mut CurlCommand) {
    let implied = match &request.payload {
        Payload::None => "GET",
        payload if is_streamed(payload, &request.method) => "PUT",
        _ => "POST",
    };
    match request.method.as_str() {
        "HEAD" => command.add(&["-I"]),
        method if method == implied => {}
        method => command.add(&["-X", method]),
    }
}

fn add_headers(client: &Client, prepared: &PreparedRequest, command: &mut CurlCommand) {
    // Engines accept curl's own Host header too; other servers may need the empty one.
    let is_other_server = matches!(
        client.host().chosen_by,
        ChosenBy::UnixSocketFlag | ChosenBy::Url
    );
    let of_url = client.host().authority().and_then(authority::authorization);
    for (name, value) in &prepared.headers {
        let is_default_host = *name == HOST && value.is_empty() && !is_other_server;
        let is_of_url = *name == AUTHORIZATION && of_url.as_deref().is_some_and(|it| value == it);
        if !headers::is_own(name, value) && !is_default_host && !is_of_url {
            add_header(name, value, command);
        }
    }
}

fn add_header(name: &HeaderName, value: &HeaderValue, command: &mut CurlCommand) {
    let shown = canonical_name(name.as_str());
    let value = String::from_utf8_lossy(value.as_bytes());
    if secrets::header_value(name.as_str(), &value) != value {
        let what = format!("the value of the header {shown}");
        let reference = command.variable(&format!("HEADER_{shown}"), &value, &what);
        let word = format!("{}{reference}", shell_word(&format!("{shown}: ")));
        command.words.extend(["-H".to_owned(), word]);
    } else if value.is_empty() {
        // curl(1): -H "Name:" removes a header, -H "Name;" sends an empty one.
        command.add(&["-H", &format!("{shown};")]);
    } else {
        command.add(&["-H", &format!("{shown}: {value}")]);
    }
}

fn add_payload(request: &Request, target: &str, command: &mut CurlCommand) -> Result<(), Error> {
    let given = request.headers.iter().map(|(name, _)| name);
    let is_typed = given
        .chain(&request.without)
        .any(|name| name.eq_ignore_ascii_case("content-type"));
    let content_type = match &request.payload {
        Payload::None => return Ok(()),
        Payload::Stdin if !is_typed => {
            command.notes.push(
                "dq derives the Content-Type from what standard input holds; here it is guessed"
                    .into(),
            );
            Some(guess_content_type(target))
        }
        Payload::Stdin => None,
        known => Upload::open(known, None)?.and_then(|upload| upload.content_type),
    };
    // By default curl sends application/x-www-form-urlencoded.
    if let Some(kind) = content_type.filter(|_| !is_typed) {
        command.add(&["-H", &format!("Content-Type: {kind}")]);
    }
    match &request.payload {
        Payload::None => {}
        Payload::Bytes(bytes) => add_body(bytes, command)?,
        payload => {
            let name = match payload {
                Payload::File(path, _) => path_text(path),
                _ => "-".to_owned(),
            };
            if is_streamed(payload, &request.method) {
                // curl(1): `-T` takes brackets and braces in a name for a set of files.
                if name.contains(['[', '{']) {
                    command.add(&["-g"]);
                }
                command.add(&["-T", &name])
            } else {
                command.add(&["--data-binary", &format!("@{name}")])
            }
        }
    }
    Ok(())
}

/// Adds a body that was typed. It may hold passwords, so a variable stands for it unless it is empty, `{}` or `[]`.
fn add_body(bytes: &[u8], command: &mut CurlCommand) -> Result<(), Error> {
    match std::str::from_utf8(bytes) {
        Ok(text @ ("" | "{}" | "[]")) => command.add(&["--data-binary", text]),
        Ok(text) => command.add_secret("--data-binary", "BODY", text, "the body"),
        Err(_) => {
            return Err(Error::usage(
                "--curl shows text only: put the body in a file",
            ));
        }
    }
    Ok(())
}

/// Whether curl sends the payload while reading it, with `-T`.
fn is_streamed(payload: &Payload, method: &str) -> bool {
    match payload {
        Payload::File(_, file) => {
            method == "PUT" || file.metadata().is_ok_and(|it| it.len() > STREAM_THRESHOLD)
        }
        Payload::Stdin => true,
        _ => false,
    }
}

/// The likely Content-Type of standard input: Docker reads archives at some endpoints and JSON at the others.
fn guess_content_type(target: &str) -> &'static str {
    let path = target.split('?').next().unwrap_or_default();
    let archives = [
        "/build",
        "/load",
        "/archive",
        "/images/create",
        "/plugins/create",
    ];
    if archives.iter().any(|end| path.ends_with(end)) {
        "application/x-tar"
    } else {
        "application/json"
    }
}

/// Adds the URL. Its user and password are given with `-u`, where no header replaces them.
fn add_url(client: &Client, prepared: &PreparedRequest, command: &mut CurlCommand) {
    let (scheme, public) = prepared.origin.split_once("://").unwrap_or_default();
    let authority = client.host().authority().unwrap_or(public);
    let has_sent = |text: &str| {
        let sent = prepared.headers.iter();
        sent.filter(|(name, _)| *name == AUTHORIZATION)
            .any(|(_, value)| value == text)
    };
    if authority::authorization(authority).is_some_and(|text| has_sent(&text)) {
        command.add_secret("-u", "USER_PASSWORD", "", "USER:PASSWORD of the URL");
    }
    let host = without_userinfo(authority);
    command.add_url(&format!("{scheme}://{host}{}", prepared.target));
}

fn path_text(path: &Path) -> String {
    path.display().to_string()
}
