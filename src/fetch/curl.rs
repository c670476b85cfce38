//! A request as the curl command that sends the same, for `--curl`: nothing is sent, no secret is shown.

use dq_text::shell_word;
use std::path::Path;

use ureq::http::header::HOST;
use ureq::http::{HeaderName, HeaderValue};

use super::address::Address;
use super::client::Client;
use super::endpoint::without_userinfo;
use super::error::Error;
use super::headers;
use super::heads::{canonical, is_secret};
use super::host::ChosenBy;
use super::outgoing::Outgoing;
use super::proxy::Proxy;
use super::request::{Payload, Request};
use super::tls::TrustedRoots;
use super::upload::Upload;

/// Longer files are streamed with `-T`: curl reads those of `--data-binary` into memory first.
const LONG: u64 = 1 << 20;

/// What is shown of the response besides its body.
#[derive(Debug, Clone, Copy, Default)]
pub struct Show {
    /// `-i`, and whether the head goes to stdout.
    pub include: Option<bool>,
    pub verbose: bool,
    /// `--fail-with-body`.
    pub failure: bool,
}

/// A command for a shell.
#[derive(Debug, Default)]
pub struct Command {
    /// The words, quoted where they must be.
    pub words: Vec<String>,
    /// What the reader has to know, one line each.
    pub notes: Vec<String>,
}

impl Command {
    fn add(&mut self, words: &[&str]) {
        self.words.extend(words.iter().map(|word| shell_word(word)));
    }

    /// A value that is a secret comes from a variable of the shell's.
    fn add_secret(&mut self, option: &str, prefix: &str, variable: &str, what: &str) {
        self.words.push(option.to_owned());
        self.words.push(format!("\"{prefix}${variable}\""));
        self.notes.push(format!("set {variable} to {what}"));
    }
}

/// The curl command of a request.
///
/// # Errors
/// `Usage` for hosts that curl cannot reach and what cannot be sent at all.
pub fn command(client: &Client, request: &Request, show: Show) -> Result<Command, Error> {
    let bare = Request {
        payload: Payload::None,
        ..request.clone()
    };
    let outgoing = client.outgoing(&bare)?;
    let mut command = Command::default();
    command.add(&["curl", flags(request, &outgoing.target, show)]);
    route(client, &mut command)?;
    patience(client, &mut command);
    shown(request, show, &mut command);
    method(request, &mut command);
    show_headers(client, &outgoing, &mut command);
    for name in &request.without {
        command.add(&["-H", &format!("{}:", canonical(name))]);
    }
    payload(request, &outgoing.target, &mut command)?;
    url(&outgoing, &mut command);
    Ok(command)
}

/// Quiet, failing as dq does, and unbuffered where the answer is a stream.
fn flags(request: &Request, target: &str, show: Show) -> &'static str {
    match (is_live(request, target), show.failure) {
        (true, false) => "-fsSN",
        (false, false) => "-fsS",
        (true, true) => "-sSN",
        (false, true) => "-sS",
    }
}

/// Whether Docker's API streams the answer.
fn is_live(request: &Request, target: &str) -> bool {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let ends = |names: &[&str]| names.iter().any(|name| path.ends_with(name));
    let follows = ["follow=1", "follow=true"]
        .iter()
        .any(|it| query.contains(it));
    let posted = [
        "/build",
        "/images/create",
        "/images/load",
        "/push",
        "/attach",
    ];
    let exec = path.contains("/exec/") && ends(&["/start"]);
    ends(&["/events", "/stats"])
        || (ends(&["/logs"]) && follows)
        || (request.method == "POST" && (ends(&posted) || exec))
}

fn route(client: &Client, command: &mut Command) -> Result<(), Error> {
    let host = client.host();
    match &host.address {
        Address::Unix(path) => command.add(&["--unix-socket", &shown_path(path)]),
        Address::Net { .. } => proxy(host.proxy.as_ref(), command),
        Address::Ssh(_) => {
            return Err(Error::Usage {
                problem: "curl cannot ask ssh:// hosts".to_owned(),
                hint: Some(
                    "ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST forwards the socket, \
                     for --host unix:///tmp/docker.sock"
                        .to_owned(),
                ),
            });
        }
        Address::Demo => {
            return Err(Error::usage(
                "the sample engine is inside of dq: curl cannot ask it",
            ));
        }
    }
    let Some(tls) = &host.tls else { return Ok(()) };
    if !tls.verify {
        command.add(&["-k"]);
    } else if let TrustedRoots::File(file) = &tls.roots {
        command.add(&["--cacert", &shown_path(file)]);
    }
    if let Some((cert, key)) = &tls.identity {
        command.add(&["--cert", &shown_path(cert)]);
        if cert != key {
            command.add(&["--key", &shown_path(key)]);
        }
    }
    Ok(())
}

fn proxy(proxy: Option<&Proxy>, command: &mut Command) {
    let Some(proxy) = proxy else { return };
    command.add(&["-x", &format!("http://{}", proxy.authority())]);
    if proxy.authorization().is_some() {
        command.add_secret(
            "-U",
            "",
            "PROXY_USER_PASSWORD",
            "USER:PASSWORD of the proxy",
        );
    }
}

fn patience(client: &Client, command: &mut Command) {
    let settings = client.settings();
    let seconds = |limit: std::time::Duration| limit.as_secs_f64().to_string();
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

fn shown(request: &Request, show: Show, command: &mut Command) {
    if show.failure {
        command.add(&["--fail-with-body"]);
    }
    if show.verbose {
        command.add(&["-v"]);
    }
    // `-I` prints the head anyhow.
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

/// The method, unless it follows from the rest.
fn method(request: &Request, command: &mut Command) {
    let implied = match &request.payload {
        Payload::None => "GET",
        payload if streams(payload, &request.method) => "PUT",
        _ => "POST",
    };
    match request.method.as_str() {
        "HEAD" => command.add(&["-I"]),
        method if method == implied => {}
        method => command.add(&["-X", method]),
    }
}

fn show_headers(client: &Client, outgoing: &Outgoing, command: &mut Command) {
    // What docker's hosts accept besides; other servers may want the empty one.
    let any_host = matches!(
        client.host().chosen_by,
        ChosenBy::UnixSocketFlag | ChosenBy::Url
    );
    for (name, value) in &outgoing.headers {
        let own_host = *name == HOST && value.is_empty() && !any_host;
        if !headers::is_own(name, value) && !own_host {
            header(name, value, command);
        }
    }
}

fn header(name: &HeaderName, value: &HeaderValue, command: &mut Command) {
    let shown = canonical(name.as_str());
    let value = String::from_utf8_lossy(value.as_bytes());
    if is_secret(name.as_str()) {
        let variable = shown.to_ascii_uppercase().replace('-', "_");
        let what = format!("the value of the header {shown}");
        command.add_secret("-H", &format!("{shown}: "), &variable, &what);
    } else if value.is_empty() {
        // curl takes a header away at "Name:" and sends an empty one at "Name;".
        command.add(&["-H", &format!("{shown};")]);
    } else {
        command.add(&["-H", &format!("{shown}: {value}")]);
    }
}

fn payload(request: &Request, target: &str, command: &mut Command) -> Result<(), Error> {
    let given = request.headers.iter().map(|(name, _)| name);
    let typed = given
        .chain(&request.without)
        .any(|name| name.eq_ignore_ascii_case("content-type"));
    let content_type = match &request.payload {
        Payload::None => return Ok(()),
        Payload::Stdin if !typed => {
            command
                .notes
                .push("dq looks at standard input for its Content-Type; here it is guessed".into());
            Some(guess(target))
        }
        Payload::Stdin => None,
        known => Upload::open(known)?.and_then(|upload| upload.content_type),
    };
    // curl would call it a form.
    if let Some(kind) = content_type.filter(|_| !typed) {
        command.add(&["-H", &format!("Content-Type: {kind}")]);
    }
    match &request.payload {
        Payload::None => {}
        Payload::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => command.add(&["--data-binary", text]),
            Err(_) => {
                return Err(Error::usage(
                    "--curl shows text only: put the body in a file",
                ));
            }
        },
        payload => {
            let name = match payload {
                Payload::File(path, _) => shown_path(path),
                _ => "-".to_owned(),
            };
            if streams(payload, &request.method) {
                command.add(&["-T", &name])
            } else {
                command.add(&["--data-binary", &format!("@{name}")])
            }
        }
    }
    Ok(())
}

/// Whether curl is to read and send at once, with `-T`.
fn streams(payload: &Payload, method: &str) -> bool {
    match payload {
        Payload::File(_, file) => {
            method == "PUT" || file.metadata().is_ok_and(|it| it.len() > LONG)
        }
        Payload::Stdin => true,
        _ => false,
    }
}

/// What standard input probably is: Docker reads archives at these endpoints and JSON elsewhere.
fn guess(target: &str) -> &'static str {
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

fn url(outgoing: &Outgoing, command: &mut Command) {
    let (scheme, authority) = outgoing.origin.split_once("://").unwrap_or_default();
    let plain = without_userinfo(authority);
    if plain != authority {
        command.add_secret("-u", "", "USER_PASSWORD", "USER:PASSWORD of the URL");
    }
    command.add(&[&format!("{scheme}://{plain}{}", outgoing.target)]);
}

fn shown_path(path: &Path) -> String {
    path.display().to_string()
}
