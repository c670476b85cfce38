//! HTTP proxies from HTTP_PROXY, HTTPS_PROXY and NO_PROXY, by the rules of Go and so of the docker CLI.
//!
//! The rules are those of golang.org/x/net/http/httpproxy: names in capitals come first, requests to this machine do
//! not use a proxy, and NO_PROXY lists names, addresses and networks.

use std::io::{self, Read, Write};
use std::net::{IpAddr, TcpStream};
use std::time::Duration;

use super::authority::{basic as basic_authorization, split_port, without_userinfo};
use super::connect;
use super::deadline::DeadlineStream;
use super::env_vars::EnvVars;
use super::error::Error;
use dq_text::{one_line, os_reason};

/// The longest head of a response to CONNECT, in bytes.
const HEAD_LIMIT: usize = 16 << 10;

/// A proxy that is itself reached over plain HTTP.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Proxy {
    host: String,
    port: u16,
    /// The value of `Proxy-Authorization`: a secret.
    authorization: Option<String>,
    /// The environment variable that names it.
    variable: &'static str,
}

/// Leaves out the password.
impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Proxy({})", self.label())
    }
}

/// The proxy for requests to an authority, `host:port`; `None` for a direct connection.
///
/// # Errors
/// `Usage` for a proxy that dq cannot use.
pub(crate) fn choose(
    authority: &str,
    is_tls: bool,
    env: &EnvVars<'_>,
) -> Result<Option<Proxy>, Error> {
    let Some((variable, text)) = configured(is_tls, env) else {
        return Ok(None);
    };
    let (host, port) = name_and_port(without_userinfo(authority), if is_tls { 443 } else { 80 });
    let exceptions = trimmed(env, "NO_PROXY").or_else(|| trimmed(env, "no_proxy"));
    if is_local(&host) || is_excepted(&host, port, &exceptions.unwrap_or_default()) {
        return Ok(None);
    }
    Proxy::parse(&text, variable).map(Some)
}

/// A variable without surrounding white space; an empty one counts as unset.
fn trimmed(env: &EnvVars<'_>, name: &str) -> Option<String> {
    let text = env.text(name)?.trim().to_owned();
    Some(text).filter(|text| !text.is_empty())
}

/// The name and value of the variable that applies. In a CGI script, recognised by REQUEST_METHOD, HTTP_PROXY is a
/// header of the client's choice and is ignored (CVE-2016-5385).
fn configured(is_tls: bool, env: &EnvVars<'_>) -> Option<(&'static str, String)> {
    let names: [&'static str; 2] = if is_tls {
        ["HTTPS_PROXY", "https_proxy"]
    } else {
        ["HTTP_PROXY", "http_proxy"]
    };
    let is_cgi = trimmed(env, "REQUEST_METHOD").is_some();
    names
        .into_iter()
        .filter(|name| !(is_cgi && *name == "HTTP_PROXY"))
        .find_map(|name| Some((name, trimmed(env, name)?)))
}

/// The host of an authority, in lower case and without brackets, and the port.
fn name_and_port(authority: &str, default: u16) -> (String, u16) {
    let (name, port) = match authority.rsplit_once(':') {
        Some((name, port))
            if !port.contains(']') && (!name.contains(':') || name.ends_with(']')) =>
        {
            (name, port.parse().unwrap_or(default))
        }
        _ => (authority, default),
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    (name.to_ascii_lowercase(), port)
}

/// Whether a host is this machine.
fn is_local(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Whether NO_PROXY names this host.
fn is_excepted(host: &str, port: u16, exceptions: &str) -> bool {
    exceptions
        .split(',')
        .map(|exception| exception.trim().to_ascii_lowercase())
        .any(|exception| matches(host, port, &exception))
}

/// Whether one entry of NO_PROXY matches: `*`, `10.0.0.0/8`, `10.1.2.3:80`, `example.com` with its subdomains, or
/// `.example.com` for the subdomains only.
fn matches(host: &str, port: u16, exception: &str) -> bool {
    let address = host.parse::<IpAddr>().ok();
    if exception.is_empty() || exception == "*" {
        return !exception.is_empty();
    }
    if let Some((network, bits)) = exception.split_once('/') {
        return address.is_some_and(|address| is_within(address, network, bits));
    }
    if split_port(exception).is_err() && exception.parse::<IpAddr>().is_err() {
        return false;
    }
    let (name, only_port) = match name_and_port(exception, 0) {
        (name, 0) => (name, None),
        (name, port) => (name, Some(port)),
    };
    if only_port.is_some_and(|only| only != port) || name.is_empty() {
        return false;
    }
    if let Ok(exception) = name.parse::<IpAddr>() {
        return address == Some(exception);
    }
    let name = name
        .strip_prefix('*')
        .filter(|rest| rest.starts_with('.'))
        .unwrap_or(&name);
    match name.strip_prefix('.') {
        Some(_) => host.ends_with(name),
        None => {
            host == name
                || host
                    .strip_suffix(name)
                    .is_some_and(|rest| rest.ends_with('.'))
        }
    }
}

/// Whether an address is in a network such as `10.0.0.0/8`.
fn is_within(address: IpAddr, network: &str, bits: &str) -> bool {
    let (Ok(network), Ok(bits)) = (network.parse::<IpAddr>(), bits.parse::<u32>()) else {
        return false;
    };
    let is_same_prefix = |a: u128, b: u128, length: u32| {
        bits <= length && (bits == 0 || (a ^ b) >> (length - bits) == 0)
    };
    match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(b)) => {
            is_same_prefix(a.to_bits().into(), b.to_bits().into(), 32)
        }
        (IpAddr::V6(a), IpAddr::V6(b)) => is_same_prefix(a.to_bits(), b.to_bits(), 128),
        _ => false,
    }
}

impl Proxy {
    /// Parses `http://user:password@host:port`, where the scheme may be left out. `variable` is where it is from.
    fn parse(text: &str, variable: &'static str) -> Result<Self, Error> {
        let rest = match text.split_once("://") {
            None => text,
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some((scheme, _)) => {
                return Err(Error::Usage {
                    problem: format!(
                        "{variable} names a {}:// proxy, but dq supports only http://",
                        one_line(scheme)
                    ),
                    hint: Some("NO_PROXY=HOST bypasses the proxy for a host".to_owned()),
                });
            }
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let wrong = |problem: &str| Error::usage(format!("{variable} names no proxy: {problem}"));
        split_port(authority).map_err(wrong)?;
        let (host, port) = name_and_port(without_userinfo(authority), 80);
        if host.is_empty() {
            return Err(wrong("it is empty"));
        }
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        Ok(Self {
            host,
            port,
            authorization: user.map(basic_authorization),
            variable,
        })
    }

    /// Host and port, without user and password.
    pub(crate) fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// The proxy as messages name it, without user and password.
    pub(crate) fn label(&self) -> String {
        format!("the proxy {} ({})", self.authority(), self.variable)
    }

    /// The value of `Proxy-Authorization`, which is a secret.
    pub(crate) fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }

    /// Connects to the proxy itself.
    ///
    /// # Errors
    /// Those of [`connect::tcp`], with the proxy in place of the host.
    pub(crate) fn connect(&self, limit: Option<Duration>) -> Result<TcpStream, Error> {
        connect::tcp(&self.host, self.port, limit).map_err(|error| match error {
            Error::Connect { problem, hint, .. } => Error::Connect {
                host: self.label(),
                problem,
                hint,
            },
            Error::Resolve { problem, hint, .. } => Error::Resolve {
                host: format!("of {}", self.label()),
                problem,
                hint,
            },
            other => other,
        })
    }

    /// Asks the proxy to connect to `target`, `host:port`, with CONNECT (RFC 9110 §9.3.6).
    ///
    /// # Errors
    /// `Connect` with the proxy's status line, `Timeout`.
    pub(crate) fn tunnel(
        &self,
        tcp: TcpStream,
        target: &str,
        limit: Option<Duration>,
    ) -> Result<TcpStream, Error> {
        let authorization = match &self.authorization {
            Some(value) => format!("Proxy-Authorization: {value}\r\n"),
            None => String::new(),
        };
        let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{authorization}\r\n");
        let mut stream = DeadlineStream::new(tcp);
        let answer = stream
            .limit_reads(limit, None)
            .and_then(|()| stream.tcp().set_write_timeout(limit))
            .and_then(|()| stream.write_all(request.as_bytes()))
            .and_then(|()| read_head(&mut stream))
            .map_err(|error| self.explain(&error, target))?;
        let line = answer.lines().next().unwrap_or_default();
        match line.split(' ').nth(1).unwrap_or_default() {
            code if code.len() == 3 && code.starts_with('2') => Ok(stream.into_tcp()),
            code => Err(self.refused(target, line, code)),
        }
    }

    fn explain(&self, error: &io::Error, target: &str) -> Error {
        if matches!(
            error.kind(),
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
        ) {
            return Error::Timeout {
                doing: format!("waiting for {} to connect to {target}", self.label()),
            };
        }
        Error::Connect {
            host: target.to_owned(),
            problem: format!("{}: {}", self.label(), os_reason(error)),
            hint: None,
        }
    }

    fn refused(&self, target: &str, line: &str, code: &str) -> Error {
        let status = line.split_once(' ').map_or(line, |(_, status)| status);
        let hint = match code {
            "407" => format!(
                "it requires a password: {}=http://USER:PASSWORD@…",
                self.variable
            ),
            _ => "NO_PROXY=HOST bypasses the proxy for a host".to_owned(),
        };
        Error::Connect {
            host: target.to_owned(),
            problem: format!("{} says {}", self.label(), one_line(status.trim())),
            hint: Some(hint),
        }
    }
}

/// Reads the head of a response, and not a byte more, because what follows belongs to TLS.
fn read_head(stream: &mut impl Read) -> io::Result<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == HEAD_LIMIT {
            return Err(io::Error::other("its response is too long"));
        }
        if stream.read(&mut byte)? == 0 {
            return Err(io::Error::other("it closed the connection"));
        }
        head.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

#[cfg(test)]
mod tests;
