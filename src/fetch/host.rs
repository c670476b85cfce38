//! Which host to ask, and why: docker's own order, contexts on disk included.

mod reason;
mod security;
mod url;

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use super::address::{self, Address};
use super::context::{self, Config, ConfigDir};
use super::error::Error;
use super::proxy::{self, Proxy};
use super::registry::Logins;
use super::sockets::Places;
use super::tls;
use dq_text::one_line;
pub use reason::ChosenBy;
use reason::{Shadowed, Trail};
pub use security::TlsFlags;
pub use url::resolve_url;

/// The environment, handed in.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    pub var: &'a dyn Fn(&str) -> Option<OsString>,
}

impl Environment<'_> {
    /// A variable that says something: docker takes an empty one for one that is not set.
    fn text(&self, name: &str) -> Option<String> {
        self.path(name)
            .map(|value| value.to_string_lossy().into_owned())
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        (self.var)(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    }

    /// $HOME, else what the system knows of the user, as docker does it.
    fn home(&self) -> Option<PathBuf> {
        self.path("HOME")
            .or_else(|| std::env::home_dir().filter(|home| !home.as_os_str().is_empty()))
    }

    /// Where docker keeps its logins for registries.
    ///
    /// # Errors
    /// `Usage` where there is neither DOCKER_CONFIG nor a home directory.
    pub fn logins(&self) -> Result<Logins, Error> {
        let dir = self.config_dir();
        dir.map(Logins)
            .ok_or_else(|| Error::usage("there is no home directory with docker's logins"))
    }

    /// Docker's contexts by name, `default` first, each with its host.
    pub fn contexts(&self) -> Vec<(String, String)> {
        let default = ("default".to_owned(), String::new());
        let stored = self.config_dir().map(|dir| dir.contexts());
        std::iter::once(default)
            .chain(stored.into_iter().flatten())
            .collect()
    }

    fn config_dir(&self) -> Option<ConfigDir> {
        self.path("DOCKER_CONFIG")
            .or_else(|| Some(self.home()?.join(".docker")))
            .map(ConfigDir)
    }
}

/// What the command line says about the host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostFlags {
    /// `--host`: unix://PATH, a path, tcp://, http(s)://, http+unix://, host:port.
    pub host: Option<String>,
    /// `--context`: the name of one of docker's contexts.
    pub context: Option<String>,
    /// `--unix-socket`: a server of any kind, so nothing of docker's is sent along.
    pub unix_socket: Option<PathBuf>,
    /// `--demo`: the sample engine inside this process.
    pub demo: bool,
    pub tls: TlsFlags,
}

/// The host that was chosen, and what goes with it. `Display` is its URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    pub address: Address,
    pub chosen_by: ChosenBy,
    /// The context it comes from, where it is not docker's `default`.
    pub context: Option<String>,
    /// The path in front of every endpoint, from `tcp://host/path`; without a slash at its end.
    pub base: String,
    /// DOCKER_API_VERSION, without a `v`.
    pub api_version: Option<String>,
    /// Docker's HttpHeaders or DOCKER_CUSTOM_HEADERS.
    pub headers: Vec<(String, String)>,
    /// TLS where it is on.
    pub(super) tls: Option<tls::Options>,
    /// What stands between, for a host on the network.
    pub(super) proxy: Option<Proxy>,
    /// The authority of a URL that is asked through a socket.
    pub(super) name: Option<String>,
    /// Where other sockets may be, for a hint.
    pub(super) places: Places,
    /// What [`Host::reason`] tells besides.
    pub(super) trail: Trail,
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.address, self.base)
    }
}

impl Host {
    fn new(address: Address, chosen_by: ChosenBy) -> Self {
        Self {
            address,
            chosen_by,
            context: None,
            base: String::new(),
            api_version: None,
            headers: Vec::new(),
            tls: None,
            proxy: None,
            name: None,
            places: Places::default(),
            trail: Trail::default(),
        }
    }

    fn parse(text: &str, chosen_by: ChosenBy) -> Result<Self, Error> {
        let (address, base) = address::parse(text)?;
        Ok(Self {
            base,
            ..Self::new(address, chosen_by)
        })
    }

    /// What a URL of this host has behind `://`. A socket has nothing, so the `Host` header is
    /// empty there (RFC 9112 §3.2).
    pub(super) fn authority(&self) -> Option<&str> {
        match &self.address {
            Address::Net { authority, .. } => Some(authority),
            _ => self.name.as_deref(),
        }
    }

    /// tcp, http or https, where TLS may be spoken or not.
    fn scheme(&self) -> Option<&'static str> {
        match &self.address {
            Address::Net { scheme, .. } => Some(scheme),
            _ => None,
        }
    }

    /// With the proxy that the environment names for it.
    fn with_proxy(self, environment: &Environment<'_>) -> Result<Self, Error> {
        let proxy = match &self.address {
            Address::Net { scheme, authority } => {
                let tls = self.tls.is_some() || *scheme == "https";
                proxy::choose(authority, tls, environment.var)?
            }
            _ => None,
        };
        Ok(Self { proxy, ..self })
    }
}

/// Chooses the host in docker's order (docker/cli cli/command/cli.go): `--context`, `--host`,
/// DOCKER_HOST, DOCKER_CONTEXT, `currentContext`, the default socket. Files are read, sockets are
/// not touched.
///
/// # Errors
/// `Usage` for options that contradict each other, a host that cannot be read, a context that does
/// not exist; `File` for configuration that cannot be understood.
pub fn resolve_host(flags: &HostFlags, environment: &Environment<'_>) -> Result<Host, Error> {
    one_only(flags)?;
    let places = Places {
        home: environment.path("HOME"),
        runtime: environment.path("XDG_RUNTIME_DIR"),
    };
    let host = if flags.demo {
        Host::new(Address::Demo, ChosenBy::Demo)
    } else if let Some(path) = &flags.unix_socket {
        Host::new(Address::Unix(path.clone()), ChosenBy::UnixSocketFlag)
    } else {
        docker_host(flags, environment)?.with_proxy(environment)?
    };
    Ok(Host { places, ..host })
}

fn one_only(flags: &HostFlags) -> Result<(), Error> {
    let given: Vec<&str> = [
        (flags.host.is_some(), "--host"),
        (flags.context.is_some(), "--context"),
        (flags.unix_socket.is_some(), "--unix-socket"),
        (flags.demo, "--demo"),
    ]
    .iter()
    .filter_map(|(given, name)| given.then_some(*name))
    .collect();
    let empty = |path: &PathBuf| path.as_os_str().is_empty();
    match given[..] {
        _ if flags.unix_socket.as_ref().is_some_and(empty) => {
            Err(Error::usage("--unix-socket names no socket"))
        }
        [first, second, ..] => Err(Error::usage(format!(
            "conflicting options: cannot specify both {first} and {second}"
        ))),
        _ => Ok(()),
    }
}

/// A host that docker's own order leads to, with what docker sends along.
fn docker_host(flags: &HostFlags, environment: &Environment<'_>) -> Result<Host, Error> {
    let dir = environment.config_dir();
    let config = dir
        .as_ref()
        .map_or(Ok(Config::default()), ConfigDir::config)?;
    let (context, chosen_by) = context_name(flags, environment, &config);
    let host = match (&context, &dir) {
        (Some(name), Some(dir)) => from_context(flags, dir, name, chosen_by)?,
        (Some(_), None) => return Err(Error::usage("there is no home directory with contexts")),
        (None, _) => default_context(flags, environment, dir.as_ref(), chosen_by)?,
    };
    Ok(Host {
        trail: trail(chosen_by, &context, environment, &config, dir.as_ref()),
        context,
        api_version: api_version(environment)?,
        headers: docker_headers(environment, config)?,
        ..host
    })
}

/// The context to use, `None` for docker's `default`.
fn context_name(
    flags: &HostFlags,
    environment: &Environment<'_>,
    config: &Config,
) -> (Option<String>, ChosenBy) {
    let set = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
    let (name, chosen_by) = if let Some(name) = set(&flags.context) {
        (name, ChosenBy::ContextFlag)
    } else if flags.host.is_some() {
        return (None, ChosenBy::HostFlag);
    } else if environment.text("DOCKER_HOST").is_some() {
        return (None, ChosenBy::DockerHost);
    } else if let Some(name) = environment.text("DOCKER_CONTEXT") {
        (name, ChosenBy::DockerContext)
    } else if let Some(name) = &config.current_context {
        (name.clone(), ChosenBy::CurrentContext)
    } else {
        return (None, ChosenBy::Default);
    };
    (Some(name).filter(|name| name != "default"), chosen_by)
}

/// Which file and which variable played a part in the choice.
fn trail(
    chosen_by: ChosenBy,
    context: &Option<String>,
    environment: &Environment<'_>,
    config: &Config,
    dir: Option<&ConfigDir>,
) -> Trail {
    let shadow = |name: Option<String>, by| {
        let name = name.filter(|_| chosen_by == ChosenBy::DockerHost)?;
        Some(Shadowed { name, by })
    };
    let by_name = !matches!(chosen_by, ChosenBy::HostFlag | ChosenBy::DockerHost);
    Trail {
        config: dir.map(ConfigDir::file),
        shadowed: shadow(environment.text("DOCKER_CONTEXT"), ChosenBy::DockerContext)
            .or_else(|| shadow(config.current_context.clone(), ChosenBy::CurrentContext)),
        default_is_docker_host: by_name
            && context.is_none()
            && environment.text("DOCKER_HOST").is_some(),
    }
}

/// docker's `default` context: `--host`, DOCKER_HOST (also where `--context default` asked for
/// it), else the default socket, or port 2376 where TLS is on.
fn default_context(
    flags: &HostFlags,
    environment: &Environment<'_>,
    dir: Option<&ConfigDir>,
    chosen_by: ChosenBy,
) -> Result<Host, Error> {
    let given = flags
        .host
        .clone()
        .or_else(|| environment.text("DOCKER_HOST"));
    let text = match given.as_deref().map(str::trim) {
        Some(text) if !text.is_empty() => text,
        _ if security::is_on(&flags.tls, environment) => "tcp://localhost:2376",
        _ => "",
    };
    let host = Host::parse(text, chosen_by)?;
    let tls = match host.scheme() {
        Some(scheme @ ("tcp" | "https")) => {
            security::of_default(&flags.tls, environment, dir, scheme)?
        }
        _ => None,
    };
    Ok(Host { tls, ..host })
}

fn from_context(
    flags: &HostFlags,
    dir: &ConfigDir,
    name: &str,
    chosen_by: ChosenBy,
) -> Result<Host, Error> {
    let context = dir.context(name)?;
    let host = Host::parse(&context.host, chosen_by)?;
    let tls = match host.scheme() {
        Some(scheme @ ("tcp" | "https")) => {
            let stored = tls::Options::of_context(&context.tls_dir, context.skip_tls_verify);
            security::of_context(&flags.tls, stored, scheme)?
        }
        _ => None,
    };
    Ok(Host { tls, ..host })
}

fn api_version(environment: &Environment<'_>) -> Result<Option<String>, Error> {
    let Some(text) = environment.text("DOCKER_API_VERSION") else {
        return Ok(None);
    };
    let version = text.trim().trim_start_matches('v');
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if version.split('.').all(number) {
        return Ok(Some(version.to_owned()));
    }
    Err(Error::usage(format!(
        "DOCKER_API_VERSION: \"{}\" is not a version such as 1.41",
        one_line(&text)
    )))
}

fn docker_headers(
    environment: &Environment<'_>,
    config: Config,
) -> Result<Vec<(String, String)>, Error> {
    match environment.text("DOCKER_CUSTOM_HEADERS") {
        Some(line) => context::custom_headers(&line),
        None => Ok(config.headers),
    }
}

#[cfg(test)]
mod tests;
