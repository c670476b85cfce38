//! Why a host was chosen, in words: `-v` shows it, so that a forgotten variable is found.

use std::fmt;
use std::path::PathBuf;

use super::super::error::Error;
use super::Host;
use dq_text::one_line;

/// What decided the host. Docker's headers, API version and certificates go along only where its own
/// order led there: not with `--unix-socket`, `--demo` and full URLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChosenBy {
    HostFlag,
    UnixSocketFlag,
    ContextFlag,
    DockerHost,
    DockerContext,
    CurrentContext,
    Default,
    Demo,
    /// The source is a full URL.
    Url,
}

impl fmt::Display for ChosenBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HostFlag => "--host",
            Self::UnixSocketFlag => "--unix-socket",
            Self::ContextFlag => "--context",
            Self::DockerHost => "DOCKER_HOST",
            Self::DockerContext => "DOCKER_CONTEXT",
            Self::CurrentContext => "currentContext",
            Self::Default => "docker's default",
            Self::Demo => "--demo",
            Self::Url => "the URL",
        })
    }
}

/// A context that was asked for and that DOCKER_HOST outranks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shadowed {
    pub name: String,
    pub by: ChosenBy,
}

/// What a reason needs besides `chosen_by` and the context.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Trail {
    /// Docker's config.json, where `currentContext` of it counts.
    pub config: Option<PathBuf>,
    pub shadowed: Option<Shadowed>,
    /// `default` was asked for by name, and docker's default is what DOCKER_HOST says.
    pub default_is_docker_host: bool,
}

impl Trail {
    /// `currentContext` with its file.
    fn named(&self, by: ChosenBy) -> String {
        match &self.config {
            Some(file) if by == ChosenBy::CurrentContext => {
                format!("{by} of {}", one_line(&file.display().to_string()))
            }
            _ => by.to_string(),
        }
    }
}

impl Host {
    /// Why this host: the option, variable or file that named it, and what that hides. One line
    /// without control characters: `--host`, `DOCKER_HOST (which hides the context "foo" of
    /// DOCKER_CONTEXT)`, `context "foo" (currentContext of /home/me/.docker/config.json)`.
    pub fn reason(&self) -> String {
        match &self.proxy {
            Some(proxy) => format!("{}, through {}", self.named_by(), proxy.label()),
            None => self.named_by(),
        }
    }

    fn named_by(&self) -> String {
        let by = self.trail.named(self.chosen_by);
        match (&self.context, &self.trail.shadowed) {
            (Some(name), _) => format!("context \"{}\" ({by})", one_line(name)),
            (None, Some(shadowed)) => format!(
                "{by} (which hides the context \"{}\" of {})",
                one_line(&shadowed.name),
                self.trail.named(shadowed.by)
            ),
            (None, None) if self.trail.default_is_docker_host => {
                format!("context \"default\" ({by}), which is DOCKER_HOST")
            }
            (None, None) => match self.chosen_by {
                ChosenBy::ContextFlag | ChosenBy::DockerContext | ChosenBy::CurrentContext => {
                    format!("context \"default\" ({by})")
                }
                _ => by,
            },
        }
    }

    /// An error of finding or connecting to the host that has no better hint gets one: the port
    /// that docker has for TLS, or where the host comes from unless it was typed.
    pub(crate) fn blamed(&self, mut error: Error) -> Error {
        if let Error::Connect { host, hint, .. } = &mut error
            && let Some(name) = host.strip_suffix(":2375").filter(|_| self.tls.is_some())
        {
            hint.get_or_insert_with(|| format!("docker's port for TLS is 2376: tcp://{name}:2376"));
        }
        if let Error::Connect { hint, .. } | Error::Resolve { hint, .. } = &mut error
            && !self.is_typed()
        {
            hint.get_or_insert_with(|| format!("this host was chosen by {}", self.reason()));
        }
        error
    }

    /// Whoever typed the host knows where it comes from.
    fn is_typed(&self) -> bool {
        matches!(
            self.chosen_by,
            ChosenBy::HostFlag | ChosenBy::UnixSocketFlag | ChosenBy::Demo | ChosenBy::Url
        )
    }
}
