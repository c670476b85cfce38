//! `ssh://` hosts as docker reaches them: ssh runs `docker system dial-stdio` there, and HTTP goes
//! through its standard input and output (docker/cli cli/connhelper).

mod children;
mod signals;

use dq_text::shell_word;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use super::endpoint::percent_decoded;
use super::error::Error;
use dq_text::one_line;
use dq_text::os_reason;

pub use children::{Handle, end_all};

/// How many seconds ssh may take to connect where nothing else is said: docker's own limit.
const CONNECT_SECONDS: u64 = 30;
/// The exit code with which ssh says that it is its own failure.
const SSH_FAILED: i32 = 255;
/// The exit code with which a shell says that it knows no such command.
const NOT_FOUND: i32 = 127;

/// `ssh://[user@]host[:port][/socket]` in its parts. None of them can be taken for an option, or
/// mean something to a shell: they also reach the ProxyCommand of ssh's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    user: Option<String>,
    /// Without the brackets of an IPv6 address.
    host: String,
    port: Option<u16>,
    /// The socket of the engine over there, where it is not docker's default.
    socket: Option<String>,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.user.as_deref().map(|user| format!("{user}@"));
        let port = self.port.map(|port| format!(":{port}"));
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        let (user, port) = (user.unwrap_or_default(), port.unwrap_or_default());
        let socket = one_line(self.socket.as_deref().unwrap_or_default());
        write!(f, "ssh://{user}{host}{port}{socket}")
    }
}

impl Target {
    /// Reads what stands behind `ssh://`.
    ///
    /// # Errors
    /// `Usage` for a password, a query, a fragment, and for what is no user, host or port.
    pub fn parse(rest: &str) -> Result<Self, Error> {
        if rest.contains('?') || rest.contains('#') {
            return Err(bad("it cannot have a query or a fragment"));
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user_name(user)?), place),
            None => (None, authority),
        };
        let (host, port) = host_and_port(place)?;
        Ok(Self {
            user,
            host,
            port,
            socket: socket(path)?,
        })
    }

    /// ssh's arguments. What follows `--` is the host and one word for the shell over there.
    fn arguments(&self, connect_timeout: Option<Duration>) -> Vec<OsString> {
        let mut words: Vec<String> = Vec::new();
        if let Some(user) = &self.user {
            words.extend(["-l".into(), user.clone()]);
        }
        if let Some(port) = self.port {
            words.extend(["-p".into(), port.to_string()]);
        }
        // ssh counts in whole seconds, and 0 would be none at all.
        let seconds = connect_timeout.map_or(CONNECT_SECONDS, |limit| {
            limit.as_secs() + u64::from(limit.subsec_nanos() > 0)
        });
        words.extend(["-o".into(), format!("ConnectTimeout={seconds}")]);
        words.extend(["-T".into(), "--".into(), self.host.clone(), self.command()]);
        words.into_iter().map(OsString::from).collect()
    }

    /// What runs over there.
    fn command(&self) -> String {
        match &self.socket {
            None => "docker system dial-stdio".to_owned(),
            Some(path) => format!(
                "docker {} system dial-stdio",
                shell_word(&format!("--host=unix://{path}"))
            ),
        }
    }
}

fn bad(problem: &str) -> Error {
    Error::usage(format!("invalid ssh:// host: {problem}"))
}

fn user_name(text: &str) -> Result<String, Error> {
    if text.contains(':') {
        return Err(Error::Usage {
            problem: "invalid ssh:// host: it cannot hold a password".to_owned(),
            hint: Some("ssh takes a key, or asks for the password".to_owned()),
        });
    }
    plain(percent_decoded(text), "-_.+@").ok_or_else(|| bad("this is no user name"))
}

fn host_and_port(place: &str) -> Result<(String, Option<u16>), Error> {
    let no_host = || bad("it names no host");
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => rest.split_once(']').ok_or_else(no_host)?,
        None => place.split_at(place.find(':').unwrap_or(place.len())),
    };
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => None,
        Some(port) => Some(port.parse().map_err(|_| bad("the port is not a number"))?),
        None => return Err(no_host()),
    };
    if host.is_empty() {
        return Err(no_host());
    }
    let host = plain(percent_decoded(host), "-_.:%").ok_or_else(|| bad("this is no host name"))?;
    Ok((host, port))
}

/// Letters, digits and these marks, not with a dash in front.
fn plain(bytes: Vec<u8>, marks: &str) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let fits = |c: char| c.is_alphanumeric() || marks.contains(c);
    (!text.is_empty() && !text.starts_with('-') && text.chars().all(fits)).then_some(text)
}

/// The path of a socket; docker takes slashes alone for none.
fn socket(path: &str) -> Result<Option<String>, Error> {
    if path.trim_matches('/').is_empty() {
        return Ok(None);
    }
    match String::from_utf8(percent_decoded(path)) {
        Ok(path) if !path.contains(char::is_control) => Ok(Some(path)),
        _ => Err(bad("this is no path of a socket")),
    }
}

/// A connection through ssh: our end of a pair of sockets, ssh has the other.
pub struct SshStream {
    pub stream: UnixStream,
    child: Handle,
    target: Target,
}

/// Starts ssh. It says on standard error what it has to say, and asks on the terminal.
///
/// # Errors
/// `Connect` where there is no ssh; that a host is not reached shows with the first request.
pub fn connect(target: &Target, connect_timeout: Option<Duration>) -> Result<SshStream, Error> {
    let failed = |error: io::Error| Error::Connect {
        host: target.to_string(),
        problem: match error.kind() {
            io::ErrorKind::NotFound => "there is no program ssh here".to_owned(),
            _ => format!("ssh: {}", os_reason(&error)),
        },
        hint: (error.kind() == io::ErrorKind::NotFound)
            .then(|| "install openssh-client".to_owned()),
    };
    let (near, far) = UnixStream::pair().map_err(failed)?;
    let far = OwnedFd::from(far);
    let input = far.try_clone().map_err(failed)?;
    Handle::prepare();
    let child = Handle::start(
        Command::new("ssh")
            .args(target.arguments(connect_timeout))
            .stdin(Stdio::from(input))
            .stdout(Stdio::from(far)),
    );
    Ok(SshStream {
        stream: near,
        child: child.map_err(failed)?,
        target: target.clone(),
    })
}

impl SshStream {
    /// Why the connection ended before a byte of an answer.
    pub fn no_reply(&self) -> Error {
        let (problem, hint) = match self.child.ended() {
            Some(status) => ended(status),
            None => ("it was closed over there".to_owned(), None),
        };
        Error::Connect {
            host: self.target.to_string(),
            problem,
            hint: hint.map(str::to_owned),
        }
    }
}

fn ended(status: ExitStatus) -> (String, Option<&'static str>) {
    match status.code() {
        Some(SSH_FAILED) => (
            "ssh failed (exit code 255)".to_owned(),
            Some("the reason stands above; ssh HOST docker version must work without questions"),
        ),
        Some(NOT_FOUND) => (
            "there is no docker command over there (exit code 127)".to_owned(),
            Some("docker 18.09 or later has to be installed on that host, and in the PATH there"),
        ),
        Some(code) => (
            format!("docker system dial-stdio failed over there (exit code {code})"),
            Some("the reason stands above; docker must be 18.09 or later, and its daemon running"),
        ),
        None => ("ssh was ended by a signal".to_owned(), None),
    }
}

#[cfg(test)]
mod tests;
