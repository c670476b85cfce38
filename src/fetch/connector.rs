//! Opens the connections of an agent: over a UNIX socket, TCP, TLS, a proxy or ssh.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{ConnectionDetails, Connector, NextTimeout};

use super::address::Address;
use super::authority;
use super::client_settings::ClientSettings;
use super::connection::{Connection, Shared};
use super::error::Error;
use super::host::Host;
use super::proxy::Proxy;
use super::sockets::SocketDirs;
use super::ssh::{self, SshOptions, SshTarget};
use super::stream::TransportStream;
use super::tls::{TlsConnector, TlsOptions};
use super::{connect, demo};
use dq_text::os_reason;

/// Where the connections of an agent go.
#[derive(Debug)]
pub(crate) enum Destination {
    /// A UNIX socket, with the directories in which a hint looks for others.
    Unix(PathBuf, SocketDirs),
    /// The sample engine in this process.
    Demo,
    /// The authority of the request's URI, over TLS if its scheme is `https`.
    Network(Route),
    /// ssh, with what is asked of it.
    Ssh(SshTarget, SshOptions),
}

/// How a host on the network is reached.
#[derive(Debug)]
pub(crate) struct Route {
    tls: TlsConnector,
    proxy: Option<Proxy>,
    /// The zone of an IPv6 address, which the URI does not hold.
    zone: Option<String>,
}

impl Destination {
    /// The destination of all requests to a host. Certificates are read when the first connection is opened.
    pub(crate) fn new(host: &Host, settings: &ClientSettings) -> Self {
        match &host.address {
            Address::Unix(path) => Self::Unix(path.clone(), host.socket_dirs.clone()),
            Address::Demo => Self::Demo,
            Address::Ssh(target) => Self::Ssh(
                target.clone(),
                SshOptions {
                    connect_timeout: settings.connect_timeout,
                    keeps_alive: settings.keeps_ssh_alive,
                },
            ),
            Address::Net { authority, .. } => {
                let tls = host.tls.clone().unwrap_or_else(TlsOptions::system_roots);
                Self::Network(Route {
                    tls: TlsConnector::new(tls),
                    proxy: host.proxy.clone(),
                    zone: authority::zone(authority).map(str::to_owned),
                })
            }
        }
    }

    /// Opens a connection; with it comes the name of the server for messages.
    fn open(&self, uri: &Uri, limit: Option<Duration>) -> Result<(TransportStream, String), Error> {
        match self {
            Self::Unix(path, dirs) => {
                let stream = connect::unix(path, limit, dirs)?;
                Ok((TransportStream::Unix(stream), path.display().to_string()))
            }
            Self::Demo => open_demo(),
            Self::Network(route) => open_network(uri, route, limit),
            Self::Ssh(target, options) => {
                let stream = ssh::connect(target, *options)?;
                Ok((TransportStream::Ssh(stream), target.to_string()))
            }
        }
    }
}

fn open_demo() -> Result<(TransportStream, String), Error> {
    let host = "the sample engine".to_owned();
    match demo::connect() {
        Ok(stream) => Ok((TransportStream::Unix(stream), host)),
        Err(error) => Err(Error::Connect {
            host,
            problem: os_reason(&error),
            hint: None,
        }),
    }
}

fn open_network(
    uri: &Uri,
    route: &Route,
    limit: Option<Duration>,
) -> Result<(TransportStream, String), Error> {
    let is_https = uri.scheme_str() == Some("https");
    let host = uri.host().unwrap_or_default();
    let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
    let label = format!("{host}:{port}");
    let start = Instant::now();
    let remaining = || {
        // Zero would mean no limit to the socket.
        let least = Duration::from_millis(1);
        limit.map(|limit| limit.saturating_sub(start.elapsed()).max(least))
    };
    let tcp = match &route.proxy {
        None => connect::tcp(&with_zone(host, route), port, limit)?,
        Some(proxy) if is_https => proxy.tunnel(proxy.connect(limit)?, &label, remaining())?,
        Some(proxy) => proxy.connect(limit)?,
    };
    let stream = if is_https {
        TransportStream::Tls(Box::new(route.tls.connect(
            (host, port),
            tcp,
            remaining(),
        )?))
    } else {
        TransportStream::Tcp(tcp)
    };
    Ok((stream, label))
}

/// The host with the zone in front of the bracket, as getaddrinfo(3) takes it.
fn with_zone<'h>(host: &'h str, route: &Route) -> Cow<'h, str> {
    match (host.strip_suffix(']'), &route.zone) {
        (Some(address), Some(zone)) => format!("{address}%{zone}]").into(),
        _ => host.into(),
    }
}

/// Opens the connections of one agent.
#[derive(Debug)]
pub(crate) struct HostConnector {
    pub destination: Destination,
    pub shared: Shared,
}

impl Connector<()> for HostConnector {
    type Out = Connection;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> Result<Option<Connection>, ureq::Error> {
        let limit = details.timeout.not_zero().map(|limit| *limit);
        let (stream, host) = self.destination.open(details.uri, limit)?;
        let has_proxy = matches!(
            &self.destination,
            Destination::Network(Route { proxy: Some(_), .. })
        );
        let uses_absolute_form = has_proxy && matches!(stream, TransportStream::Tcp(_));
        let shared = self.shared.clone();
        Ok(Some(Connection::new(
            stream,
            host,
            uses_absolute_form,
            shared,
        )))
    }
}

/// Resolves nothing. ureq resolves the URI's host before it connects, also the placeholder of a socket; `connect::tcp`
/// does it for the hosts that have a name.
#[derive(Debug)]
pub(crate) struct NoResolver;

impl Resolver for NoResolver {
    fn resolve(
        &self,
        _: &Uri,
        _: &ureq::config::Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}
