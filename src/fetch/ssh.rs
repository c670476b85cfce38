//! `ssh://` hosts, reached as the docker CLI does (docker/cli cli/connhelper): ssh(1) runs `docker system dial-stdio`
//! on the remote host, and HTTP goes through its standard input and output.

mod children;

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use super::authority::split_port;
use super::error::Error;
use super::percent;
use dq_text::{one_line, os_reason, shell_word};

pub(crate) use children::ChildHandle;
pub use children::terminate_ssh_children;

/// ssh's connect timeout in seconds where `--connect-timeout` is not given: the docker CLI's own value.
const DEFAULT_CONNECT_SECONDS: u64 = 30;
/// ssh's exit code when ssh itself fails (ssh(1), EXIT STATUS).
const SSH_FAILED: i32 = 255;
/// A shell's exit code for a command it cannot find (POSIX sh, 2.8.2).
const COMMAND_NOT_FOUND: i32 = 127;

/// The options with which ssh notices a silent death within a minute (ssh_config(5)).
const KEEP_ALIVE: [&str; 4] = [
    "-o",
    "ServerAliveInterval=15",
    "-o",
    "ServerAliveCountMax=3",
];

/// What is asked of ssh besides the target.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SshOptions {
    /// The time limit that ssh has for connecting.
    pub connect_timeout: Option<Duration>,
    /// ssh checks that the host is still there. It is not asked to without need: the docker CLI does not, and the
    /// user's configuration may say otherwise.
    pub keeps_alive: bool,
}

/// The parts of `ssh://[user@]host[:port][/socket]`. `Display` writes the URL.
///
/// No part can be mistaken for an option or has a meaning to a shell: ssh also passes them to the ProxyCommand of its
/// configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SshTarget {
    user: Option<String>,
    /// Without the brackets of an IPv6 address.
    host: String,
    port: Option<u16>,
    /// The path of the engine's socket on the remote host; `None` for docker's default.
    socket: Option<String>,
}

impl fmt::Display for SshTarget {
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

impl SshTarget {
    /// Parses the part of the URL after `ssh://`.
    ///
    /// # Errors
    /// `Usage` for a password, a query or a fragment, and for an invalid user, host, port or path.
    pub(crate) fn parse(rest: &str) -> Result<Self, Error> {
        if rest.contains('?') || rest.contains('#') {
            return Err(invalid("it cannot have a query or a fragment"));
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (user, host_port) = match authority.rsplit_once('@') {
            Some((user, rest)) => (Some(user_name(user)?), rest),
            None => (None, authority),
        };
        let (host, port) = host_and_port(host_port)?;
        Ok(Self {
            user,
            host,
            port,
            socket: socket_path(path)?,
        })
    }

    /// ssh's arguments. After `--` come the host and the command, one word, for the remote shell.
    fn arguments(&self, options: SshOptions) -> Vec<OsString> {
        let mut words: Vec<String> = Vec::new();
        if let Some(user) = &self.user {
            words.extend(["-l".into(), user.clone()]);
        }
        if let Some(port) = self.port {
            words.extend(["-p".into(), port.to_string()]);
        }
        // ConnectTimeout is in whole seconds, and 0 means no timeout (ssh_config(5)), so round up.
        let seconds = options
            .connect_timeout
            .map_or(DEFAULT_CONNECT_SECONDS, |timeout| {
                timeout.as_secs() + u64::from(timeout.subsec_nanos() > 0)
            });
        words.extend(["-o".into(), format!("ConnectTimeout={seconds}")]);
        if options.keeps_alive {
            words.extend(KEEP_ALIVE.map(str::to_owned));
        }
        words.extend(["-T".into(), "--".into(), self.host.clone(), self.command()]);
        words.into_iter().map(OsString::from).collect()
    }

    /// The command that runs on the remote host.
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

fn invalid(problem: &str) -> Error {
    Error::usage(format!("invalid ssh:// host: {problem}"))
}

fn user_name(text: &str) -> Result<String, Error> {
    if text.contains(':') {
        return Err(Error::Usage {
            problem: "invalid ssh:// host: it cannot hold a password".to_owned(),
            hint: Some("ssh takes a key, or asks for the password".to_owned()),
        });
    }
    only_safe(percent::decode(text), "-_.+@").ok_or_else(|| invalid("the user name is not valid"))
}

fn host_and_port(text: &str) -> Result<(String, Option<u16>), Error> {
    let (host, port) = split_port(text).map_err(invalid)?;
    let host = host.trim_matches(['[', ']']);
    if host.is_empty() {
        return Err(invalid("it names no host"));
    }
    let host = only_safe(percent::decode(host), "-_.:%")
        .ok_or_else(|| invalid("the host name is not valid"))?;
    Ok((host, port))
}

/// The text, if it has only letters, digits and these marks, and no leading dash.
fn only_safe(bytes: Vec<u8>, marks: &str) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let is_safe = |c: char| c.is_alphanumeric() || marks.contains(c);
    (!text.is_empty() && !text.starts_with('-') && text.chars().all(is_safe)).then_some(text)
}

/// The path of a socket; `None` for an empty path or slashes alone, as in the docker CLI.
fn socket_path(path: &str) -> Result<Option<String>, Error> {
    if path.trim_matches('/').is_empty() {
        return Ok(None);
    }
    match String::from_utf8(percent::decode(path)) {
        Ok(path) if !path.contains(char::is_control) => Ok(Some(path)),
        _ => Err(invalid("the path of the socket is not valid")),
    }
}

/// A connection through ssh: dq has one end of a socket pair, ssh has the other. Dropping it ends ssh.
pub(crate) struct SshStream {
    /// dq's end.
    pub stream: UnixStream,
    child: ChildHandle,
    target: SshTarget,
}

/// Starts ssh. ssh writes its own messages to standard error, and asks for passwords on the terminal.
///
/// # Errors
/// `Connect` where ssh cannot be started. A host that cannot be reached is an error of the first request.
pub(crate) fn connect(target: &SshTarget, options: SshOptions) -> Result<SshStream, Error> {
    let failed = |error: io::Error| Error::Connect {
        host: target.to_string(),
        problem: match error.kind() {
            io::ErrorKind::NotFound => "the program ssh was not found".to_owned(),
            _ => format!("ssh: {}", os_reason(&error)),
        },
        hint: (error.kind() == io::ErrorKind::NotFound)
            .then(|| "install openssh-client".to_owned()),
    };
    let (near, far) = UnixStream::pair().map_err(failed)?;
    let far = OwnedFd::from(far);
    let input = far.try_clone().map_err(failed)?;
    ChildHandle::install_signal_handlers();
    let child = ChildHandle::start(
        Command::new("ssh")
            .args(target.arguments(options))
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
    /// The error of a connection that ended before the first byte of a response, by ssh's exit status.
    pub(crate) fn no_reply(&self) -> Error {
        let (problem, hint) = match self.child.wait_briefly() {
            Some(status) => explain_exit(status),
            None => ("the remote side closed it".to_owned(), None),
        };
        Error::Connect {
            host: self.target.to_string(),
            problem,
            hint: hint.map(str::to_owned),
        }
    }
}

/// What went wrong and, where it helps, what to do about it.
fn explain_exit(status: ExitStatus) -> (String, Option<&'static str>) {
    match status.code() {
        Some(SSH_FAILED) => (
            "ssh failed (exit code 255)".to_owned(),
            Some("see the message above; ssh HOST docker version must work without a prompt"),
        ),
        Some(COMMAND_NOT_FOUND) => (
            "there is no docker command on that host (exit code 127)".to_owned(),
            Some("docker 18.09 or later must be installed on that host, and in its PATH"),
        ),
        Some(code) => (
            format!("docker system dial-stdio failed on that host (exit code {code})"),
            Some("see the message above; docker must be 18.09 or later, and its daemon running"),
        ),
        None => ("ssh was terminated by a signal".to_owned(), None),
    }
}

#[cfg(test)]
mod tests;
