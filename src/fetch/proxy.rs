//! Proxies, as Go and so docker find them: HTTP_PROXY, HTTPS_PROXY, NO_PROXY.
//!
//! The rules are those of golang.org/x/net/http/httpproxy: names in capitals first, nothing that is
//! local goes through a proxy, NO_PROXY lists names, addresses and networks.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::net::{IpAddr, TcpStream};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::connect;
use super::endpoint::without_userinfo;
use super::error::Error;
use super::percent;
use dq_text::one_line;
use dq_text::os_reason;

/// The longest answer to CONNECT, in bytes.
const HEAD_LIMIT: usize = 16 << 10;

type Var<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// A proxy that speaks plain HTTP itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    host: String,
    port: u16,
    /// The value of `Proxy-Authorization`: a secret.
    authorization: Option<String>,
    /// The variable that names it.
    variable: &'static str,
}

/// The secret stays out of it.
impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Proxy({})", self.label())
    }
}

/// The proxy to use for `host:port`, if any.
///
/// # Errors
/// `Usage` for a proxy that dq cannot speak to.
pub fn choose(authority: &str, tls: bool, var: Var) -> Result<Option<Proxy>, Error> {
    let Some((variable, text)) = setting(tls, var) else {
        return Ok(None);
    };
    let (host, port) = name_and_port(without_userinfo(authority), if tls { 443 } else { 80 });
    let exceptions = text_of(var, "NO_PROXY").or_else(|| text_of(var, "no_proxy"));
    if is_local(&host) || is_excepted(&host, port, &exceptions.unwrap_or_default()) {
        return Ok(None);
    }
    Proxy::parse(&text, variable).map(Some)
}

fn text_of(var: Var, name: &str) -> Option<String> {
    let text = var(name)?.to_string_lossy().trim().to_owned();
    Some(text).filter(|text| !text.is_empty())
}

/// The variable that counts, and what it says. A CGI script's HTTP_PROXY is a header that its
/// caller chose (CVE-2016-5385), so REQUEST_METHOD switches it off.
fn setting(tls: bool, var: Var) -> Option<(&'static str, String)> {
    let names: [&'static str; 2] = if tls {
        ["HTTPS_PROXY", "https_proxy"]
    } else {
        ["HTTP_PROXY", "http_proxy"]
    };
    let is_cgi = text_of(var, "REQUEST_METHOD").is_some();
    names
        .into_iter()
        .filter(|name| !(is_cgi && *name == "HTTP_PROXY"))
        .find_map(|name| Some((name, text_of(var, name)?)))
}

/// A name without brackets in lower case, and the port.
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

/// `*`, `10.0.0.0/8`, `10.1.2.3:80`, `example.com` with all below it, `.example.com` only those.
fn matches(host: &str, port: u16, exception: &str) -> bool {
    let address = host.parse::<IpAddr>().ok();
    if exception.is_empty() || exception == "*" {
        return !exception.is_empty();
    }
    if let Some((network, bits)) = exception.split_once('/') {
        return address.is_some_and(|address| is_within(address, network, bits));
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

/// Whether an address is of a network such as `10.0.0.0/8`.
fn is_within(address: IpAddr, network: &str, bits: &str) -> bool {
    let (Ok(network), Ok(bits)) = (network.parse::<IpAddr>(), bits.parse::<u32>()) else {
        return false;
    };
    let same = |a: u128, b: u128, length: u32| {
        bits <= length && (bits == 0 || (a ^ b) >> (length - bits) == 0)
    };
    match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(b)) => same(a.to_bits().into(), b.to_bits().into(), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => same(a.to_bits(), b.to_bits(), 128),
        _ => false,
    }
}

impl Proxy {
    /// `http://user:password@host:port`; the scheme may be left out.
    fn parse(text: &str, variable: &'static str) -> Result<Self, Error> {
        let rest = match text.split_once("://") {
            None => text,
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some((scheme, _)) => {
                return Err(Error::Usage {
                    problem: format!(
                        "{variable} names a proxy of the kind {}://, dq knows http:// only",
                        one_line(scheme)
                    ),
                    hint: Some("NO_PROXY=HOST asks a host without the proxy".to_owned()),
                });
            }
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (host, port) = name_and_port(without_userinfo(authority), 80);
        if host.is_empty() {
            return Err(Error::usage(format!("{variable} names no proxy")));
        }
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        Ok(Self {
            host,
            port,
            authorization: user.map(basic),
            variable,
        })
    }

    /// Host and port, without user and password.
    pub fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// How people are told of it.
    pub fn label(&self) -> String {
        format!("the proxy {} ({})", self.authority(), self.variable)
    }

    /// The value of `Proxy-Authorization` for a plain request.
    pub fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }

    /// Connects to the proxy itself.
    ///
    /// # Errors
    /// As [`connect::tcp`], naming the proxy.
    pub fn connect(&self, limit: Option<Duration>) -> Result<TcpStream, Error> {
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

    /// Has the proxy connect to `target`, a host with its port, for TLS (RFC 9110 §9.3.6).
    ///
    /// # Errors
    /// `Connect` with what the proxy says, `Timeout`.
    pub fn tunnel(
        &self,
        mut tcp: TcpStream,
        target: &str,
        limit: Option<Duration>,
    ) -> Result<TcpStream, Error> {
        let authorization = match &self.authorization {
            Some(value) => format!("Proxy-Authorization: {value}\r\n"),
            None => String::new(),
        };
        let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{authorization}\r\n");
        let answer = tcp
            .set_read_timeout(limit)
            .and_then(|()| tcp.set_write_timeout(limit))
            .and_then(|()| tcp.write_all(request.as_bytes()))
            .and_then(|()| read_head(&mut tcp))
            .map_err(|error| self.broken(&error, target))?;
        let line = answer.lines().next().unwrap_or_default();
        match line.split(' ').nth(1).unwrap_or_default() {
            code if code.len() == 3 && code.starts_with('2') => Ok(tcp),
            code => Err(self.refused(target, line, code)),
        }
    }

    fn broken(&self, error: &io::Error, target: &str) -> Error {
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
        let said = line.split_once(' ').map_or(line, |(_, said)| said);
        let hint = match code {
            "407" => format!("it wants {}=http://USER:PASSWORD@…", self.variable),
            _ => "NO_PROXY=HOST asks a host without the proxy".to_owned(),
        };
        Error::Connect {
            host: target.to_owned(),
            problem: format!("{} says {}", self.label(), one_line(said.trim())),
            hint: Some(hint),
        }
    }
}

/// `Basic …` for `user:password` as a URL writes it.
fn basic(user: &str) -> String {
    let colon = if user.contains(':') { "" } else { ":" };
    let pair = percent::decode(&format!("{user}{colon}"));
    format!("Basic {}", BASE64_STANDARD.encode(pair))
}

/// The head of an answer, no byte more: what follows is TLS's.
fn read_head(stream: &mut impl Read) -> io::Result<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == HEAD_LIMIT {
            return Err(io::Error::other("its answer has no end"));
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
