//! The address of a host, parsed from the spellings of `--host`, DOCKER_HOST and contexts.

use std::fmt;
use std::path::PathBuf;

use super::authority::{split_port, without_userinfo};
use super::endpoint;
use super::error::Error;
use super::secrets::shown_authority;
use super::sockets::DEFAULT_SOCKET;
use super::ssh::SshTarget;
use dq_text::one_line;

/// The port of `tcp://` without one, with TLS or without (docker/cli opts/hosts.go).
const DOCKER_PORT: u16 = 2375;

/// The address of a host. `Display` writes its URL without user and password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// The path of a UNIX socket. `@name` is an abstract one (unix(7)), as in Go.
    Unix(PathBuf),
    /// A host on the network. `scheme` is tcp, http or https, as given. `authority` has a port unless it is the default
    /// port of http or https.
    Net {
        scheme: &'static str,
        authority: String,
    },
    /// A host behind ssh.
    Ssh(SshTarget),
    /// The sample engine in this process.
    Demo,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Net { scheme, authority } => {
                write!(f, "{scheme}://{}", without_userinfo(authority))
            }
            Self::Ssh(target) => write!(f, "{target}"),
            Self::Demo => f.write_str("demo"),
        }
    }
}

impl Address {
    /// The name of the host in error messages.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Unix(path) => path.display().to_string(),
            Self::Net { authority, .. } => without_userinfo(authority).to_owned(),
            other => other.to_string(),
        }
    }
}

/// Parses a host as `--host`, DOCKER_HOST and contexts write it. Returns its address and its base path.
///
/// # Errors
/// `Usage`.
pub(crate) fn parse(text: &str) -> Result<(Address, String), Error> {
    let text = text.trim();
    let none = String::new();
    if let Some(found) = socket(text)? {
        return Ok(found);
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return match text {
            "" => Ok((Address::Unix(DEFAULT_SOCKET.into()), none)),
            path if path.starts_with(['/', '@']) => Ok((Address::Unix(path.into()), none)),
            _ => network("tcp", text),
        };
    };
    match scheme.to_ascii_lowercase().as_str() {
        "unix" if rest.is_empty() => Ok((Address::Unix(DEFAULT_SOCKET.into()), none)),
        "unix" => Ok((Address::Unix(rest.into()), none)),
        "tcp" => network("tcp", rest),
        "http" => network("http", rest),
        "https" => network("https", rest),
        "ssh" => Ok((Address::Ssh(SshTarget::parse(rest)?), none)),
        other => Err(Error::Usage {
            problem: format!("{}:// hosts are not supported", one_line(other)),
            hint: Some("use unix://PATH, tcp://HOST:PORT, https://HOST or ssh://HOST".to_owned()),
        }),
    }
}

/// The text that an address was parsed from, without user and password.
pub(crate) fn without_user(text: &str, address: &Address) -> String {
    if !matches!(address, Address::Net { .. } | Address::Ssh(_)) {
        return text.to_owned();
    }
    let start = text.find("://").map_or(0, |at| at + "://".len());
    let (scheme, rest) = text.split_at(start);
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    format!("{scheme}{}{path}", without_userinfo(authority))
}

/// Parses a URL of a socket with its base path, also `http+unix:///run/x.sock`. `None` for other texts.
fn socket(text: &str) -> Result<Option<(Address, String)>, Error> {
    // gRPC and podman write it like this.
    if let Some(path) = text
        .strip_prefix("unix:")
        .filter(|path| !path.starts_with("//"))
        && path.starts_with(['/', '@'])
    {
        return Ok(Some((Address::Unix(path.into()), String::new())));
    }
    if let Some((scheme, path)) = text.split_once("://")
        && scheme.eq_ignore_ascii_case("http+unix")
        && path.starts_with('/')
    {
        return Ok(Some((Address::Unix(path.into()), String::new())));
    }
    let found = endpoint::parse_socket_url(text)?;
    found
        .map(|(path, base)| Ok((Address::Unix(path), base_path(&base)?)))
        .transpose()
}

/// Parses `host:port/base`. As in the docker CLI the name defaults to `localhost`, and the port after `tcp://` to
/// docker's.
fn network(scheme: &'static str, rest: &str) -> Result<(Address, String), Error> {
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (name, port) = split_port(authority).map_err(|problem| {
        Error::usage(format!(
            "invalid host {scheme}://{}: {problem}",
            shown_authority(rest)
        ))
    })?;
    let name = if name.is_empty() { "localhost" } else { name };
    let authority = match port {
        Some(port) => format!("{name}:{port}"),
        None if scheme == "tcp" => format!("{name}:{DOCKER_PORT}"),
        None => name.to_owned(),
    };
    Ok((Address::Net { scheme, authority }, base_path(path)?))
}

/// The base path as it is put in front of a request target.
fn base_path(path: &str) -> Result<String, Error> {
    if path.contains(['?', '#']) {
        return Err(Error::usage("a host cannot have a query or a fragment"));
    }
    match path.trim_end_matches('/') {
        "" => Ok(String::new()),
        path => endpoint::target(path),
    }
}
