//! The host to send requests to, with everything that its choice implies.

mod chosen_by;

use std::fmt;
use std::path::Path;

use super::address::{self, Address};
use super::env_vars::EnvVars;
use super::error::Error;
use super::proxy::{self, Proxy};
use super::sockets::SocketDirs;
use super::tls::TlsOptions;
use dq_text::one_line;

pub(crate) use chosen_by::{ChosenBy, HiddenContext, ReasonDetails};

/// The host that was chosen, with what docker's configuration adds to requests. `Display` writes its URL without user
/// and password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    pub(crate) address: Address,
    pub(crate) chosen_by: ChosenBy,
    /// The host as it was spelled, without user and password; `None` for a socket that an option names, and for
    /// docker's default.
    pub(crate) spelling: Option<String>,
    /// What to call it where several hosts are asked; messages about it begin with this name.
    pub(crate) alias: Option<String>,
    /// The name of the context it is from, unless that is docker's `default`.
    pub(crate) context: Option<String>,
    /// The path in front of every endpoint, from `tcp://host/path`, without a trailing slash.
    pub(crate) base_path: String,
    /// DOCKER_API_VERSION, without a `v`.
    pub(crate) api_version: Option<String>,
    /// Docker's HttpHeaders or DOCKER_CUSTOM_HEADERS, names and values.
    pub(crate) headers: Vec<(String, String)>,
    /// The TLS options; `None` for a plain connection.
    pub(crate) tls: Option<TlsOptions>,
    /// The proxy to go through, for a host on the network.
    pub(crate) proxy: Option<Proxy>,
    /// The authority of an `http://` URL that is requested through a socket (`--unix-socket`).
    pub(crate) url_authority: Option<String>,
    /// Where to look for other sockets, for a hint.
    pub(crate) socket_dirs: SocketDirs,
    /// What [`Host::reason`] mentions besides.
    pub(crate) reason_details: ReasonDetails,
    /// What is wrong with docker's configuration, though not so much that the host cannot be asked.
    pub(crate) warning: Option<String>,
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.address, self.base_path)
    }
}

impl Host {
    /// A host about which nothing else is known.
    pub(crate) fn new(address: Address, chosen_by: ChosenBy) -> Self {
        Self {
            address,
            chosen_by,
            spelling: None,
            alias: None,
            context: None,
            base_path: String::new(),
            api_version: None,
            headers: Vec::new(),
            tls: None,
            proxy: None,
            url_authority: None,
            socket_dirs: SocketDirs::default(),
            reason_details: ReasonDetails::default(),
            warning: None,
        }
    }

    /// A warning about docker's configuration, in one line.
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    /// Parses a host in any spelling that `--host` takes.
    ///
    /// # Errors
    /// `Usage` for an invalid host.
    pub(crate) fn parse(text: &str, chosen_by: ChosenBy) -> Result<Self, Error> {
        let (address, base_path) = address::parse(text)?;
        let spelling = Some(address::without_user(text.trim(), &address));
        Ok(Self {
            base_path,
            spelling: spelling.filter(|text| !text.is_empty()),
            ..Self::new(address, chosen_by)
        })
    }

    /// What to call the host where several are asked, in one line: the name of its context, else its URL as it was
    /// spelled, without user and password.
    pub fn name(&self) -> String {
        let is_default = self.chosen_by.is_context_name() || self.chosen_by == ChosenBy::Default;
        match (
            self.alias.as_ref().or(self.context.as_ref()),
            &self.spelling,
        ) {
            (Some(name), _) => one_line(name),
            (None, _) if is_default => "default".to_owned(),
            (None, Some(spelling)) => one_line(spelling),
            (None, None) => one_line(&self.to_string()),
        }
    }

    /// The authority of this host's URLs. A socket has none, so its `Host` header is empty (RFC 9112 §3.2).
    pub(crate) fn authority(&self) -> Option<&str> {
        match &self.address {
            Address::Net { authority, .. } => Some(authority),
            _ => self.url_authority.as_deref(),
        }
    }

    /// `tcp`, `http` or `https` for a host on the network.
    pub(crate) fn scheme(&self) -> Option<&'static str> {
        match &self.address {
            Address::Net { scheme, .. } => Some(scheme),
            _ => None,
        }
    }

    /// Adds the proxy that the environment names for this host.
    ///
    /// # Errors
    /// `Usage` for a proxy that dq cannot use.
    pub(crate) fn with_proxy(self, env: &EnvVars<'_>) -> Result<Self, Error> {
        let proxy = match &self.address {
            Address::Net { scheme, authority } => {
                let is_tls = self.tls.is_some() || *scheme == "https";
                proxy::choose(authority, is_tls, env)?
            }
            _ => None,
        };
        Ok(Self { proxy, ..self })
    }

    /// The file of its socket, for a host that has one.
    pub fn socket(&self) -> Option<&Path> {
        match &self.address {
            Address::Unix(path) => Some(path),
            _ => None,
        }
    }

    /// Whether each connection is an ssh login.
    pub fn is_ssh(&self) -> bool {
        matches!(self.address, Address::Ssh(_))
    }

    /// Why this host was chosen, for `-v`: the option, variable or file that names it, what that hides, and the proxy.
    ///
    /// One line without control characters: `--host`, `DOCKER_HOST (which hides the context "foo" of DOCKER_CONTEXT)`,
    /// `context "foo" (currentContext of /home/me/.docker/config.json)`.
    pub fn reason(&self) -> String {
        match &self.proxy {
            Some(proxy) => format!("{}, through {}", self.choice(), proxy.label()),
            None => self.choice(),
        }
    }

    /// What `-v` says of a host whose certificate is not verified; `None` for any other host.
    pub fn verification_notice(&self) -> Option<&'static str> {
        let is_unverified = self.tls.as_ref().is_some_and(|tls| !tls.verify);
        is_unverified.then_some("the certificate of this host is not verified")
    }

    /// The host without what docker's configuration adds to requests, if it was only typed: `--host` may name any
    /// server, and completion asks it before the command line is complete.
    #[must_use]
    pub fn for_completion(mut self) -> Self {
        if self.chosen_by.is_typed() {
            self.headers.clear();
        }
        self
    }

    fn choice(&self) -> String {
        let details = &self.reason_details;
        let by = details.source_of(self.chosen_by);
        match (&self.context, &details.hidden_context) {
            (Some(name), _) => format!("context \"{}\" ({by})", one_line(name)),
            (None, Some(hidden)) => format!(
                "{by} (which hides the context \"{}\" of {})",
                one_line(&hidden.name),
                details.source_of(hidden.by)
            ),
            (None, None) if details.default_is_docker_host => {
                format!("context \"default\" ({by}), which is DOCKER_HOST")
            }
            (None, None) if self.chosen_by.is_context_name() => {
                format!("context \"default\" ({by})")
            }
            (None, None) => by,
        }
    }

    /// Adds a hint to an error of resolving or connecting to this host, unless it has one: docker's port for TLS, or
    /// what named the host if it was not typed.
    pub(crate) fn with_hint(&self, mut error: Error) -> Error {
        if let Error::Connect { host, hint, .. } = &mut error
            && let Some(name) = host.strip_suffix(":2375").filter(|_| self.tls.is_some())
        {
            hint.get_or_insert_with(|| format!("docker's port for TLS is 2376: tcp://{name}:2376"));
        }
        if let Error::Connect { hint, .. } | Error::Resolve { hint, .. } = &mut error
            && !self.chosen_by.is_typed()
            && self.alias.is_none()
        {
            let chosen = format!("this host was chosen by {}", self.reason());
            *hint = match hint.take() {
                // Nothing named the default host, and a hint says more.
                Some(hint) if self.chosen_by == ChosenBy::Default => Some(hint),
                Some(hint) => Some(format!("{chosen}; {hint}")),
                None => Some(chosen),
            };
        }
        error
    }
}
