//! What named a host: an option, a variable, a file.

use std::fmt;
use std::path::PathBuf;

use dq_text::one_line;

/// What named a host. `Display` writes the option, the variable or the key of config.json.
///
/// Docker's headers, API version and certificates are sent only to hosts that its own order led to: not with
/// `--unix-socket`, `--demo` and full URLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChosenBy {
    /// `--host`.
    HostFlag,
    /// `--unix-socket`.
    UnixSocketFlag,
    /// `--context`.
    ContextFlag,
    /// The variable DOCKER_HOST.
    DockerHost,
    /// The variable DOCKER_CONTEXT.
    DockerContext,
    /// `currentContext` of docker's config.json.
    CurrentContext,
    /// The variable CONTAINER_HOST, podman's.
    ContainerHost,
    /// Nothing: it is docker's default host.
    Default,
    /// `--demo`.
    Demo,
    /// The source is a full URL.
    Url,
}

impl ChosenBy {
    /// Whether the host is on the command line itself.
    pub(crate) fn is_typed(self) -> bool {
        matches!(
            self,
            Self::HostFlag | Self::UnixSocketFlag | Self::Demo | Self::Url
        )
    }

    /// Whether it names a context rather than a host.
    pub(crate) fn is_context_name(self) -> bool {
        matches!(
            self,
            Self::ContextFlag | Self::DockerContext | Self::CurrentContext
        )
    }
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
            Self::ContainerHost => "CONTAINER_HOST",
            Self::Default => "docker's default",
            Self::Demo => "--demo",
            Self::Url => "the URL",
        })
    }
}

/// A context that is selected, but that DOCKER_HOST overrides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HiddenContext {
    /// The context's name.
    pub name: String,
    /// What selects it.
    pub by: ChosenBy,
}

/// What the reason for a choice mentions besides [`ChosenBy`] and the context's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ReasonDetails {
    /// The path of docker's config.json, which `currentContext` is from.
    pub config_file: Option<PathBuf>,
    /// The context that the choice hides.
    pub hidden_context: Option<HiddenContext>,
    /// Whether the context `default` was selected by name and DOCKER_HOST says which host that is.
    pub default_is_docker_host: bool,
}

impl ReasonDetails {
    /// `by` in words, and `currentContext` with the file it is from. One line.
    pub(crate) fn source_of(&self, by: ChosenBy) -> String {
        match &self.config_file {
            Some(file) if by == ChosenBy::CurrentContext => {
                format!("{by} of {}", one_line(&file.display().to_string()))
            }
            _ => by.to_string(),
        }
    }
}
