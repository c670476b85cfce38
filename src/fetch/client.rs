//! Sends requests to the host that was chosen, or to full URLs, and follows redirects at home.

use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use ureq::Agent;
use ureq::http::Method;

use super::address::Address;
use super::client_settings::ClientSettings;
use super::endpoint::{self, without_userinfo};
use super::error::Error;
use super::headers;
use super::host::{ChosenBy, Host};
use super::line::Line;
use super::outgoing::Outgoing;
use super::proxy::Proxy;
use super::request::{Request, Source};
use super::response::Response;
use super::retry::Retries;
use super::tls::{TlsConnector, TlsOptions};
use super::transport::{Gateway, NoResolver, Route};
use super::turns::Turns;
use super::upload::Upload;
use super::ureq_error::HEAD_LIMIT;
use super::wait_hook::WaitHook;
use super::watcher::{Event, Watcher};
use dq_text::one_line;

/// How long connecting over the network may take; docker's own limit.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How many idle connections are kept: one for each thread that may ask at once.
const IDLE_CONNECTIONS: usize = 32;
/// The same for ssh, where each is a process and a log-in.
const SSH_CONNECTIONS: usize = 2;

/// Keeps connections to one host, and to full URLs apart from them. May be shared among threads.
#[derive(Debug)]
pub struct Client {
    host: Host,
    settings: ClientSettings,
    watcher: Watcher,
    wait_hook: WaitHook,
    line: Arc<Line>,
    at_home: OnceLock<Agent>,
    abroad: OnceLock<Agent>,
    /// For a host that takes few requests at once.
    turns: Option<Arc<Turns>>,
}

impl Client {
    /// Nothing is read or connected before the first request.
    pub fn new(host: Host, settings: ClientSettings) -> Self {
        let few = matches!(host.address, Address::Ssh(_));
        Self {
            turns: few.then(|| Turns::new(SSH_CONNECTIONS)),
            host,
            settings,
            watcher: Watcher::default(),
            wait_hook: WaitHook::default(),
            line: Arc::default(),
            at_home: OnceLock::new(),
            abroad: OnceLock::new(),
        }
    }

    pub(super) fn host(&self) -> &Host {
        &self.host
    }

    pub(super) fn settings(&self) -> &ClientSettings {
        &self.settings
    }

    pub(super) fn watcher(&self) -> &Watcher {
        &self.watcher
    }

    pub(super) fn line(&self) -> &Arc<Line> {
        &self.line
    }

    /// The same client, with somebody told what goes over the wire.
    pub fn watched(self, watcher: Watcher) -> Self {
        Self { watcher, ..self }
    }

    /// The same client with a hook that waits for the bytes of its responses.
    pub fn with_wait_hook(self, wait_hook: WaitHook) -> Self {
        Self { wait_hook, ..self }
    }

    /// Sends a request and waits for the head of its response. GET and HEAD follow redirects on
    /// the same origin, at most ten; a status of 400 or above is not an error here.
    ///
    /// # Errors
    /// `Usage` for what cannot be sent, `Redirect`, and whatever happens to the connection.
    pub fn send(&self, request: &Request) -> Result<Response, Error> {
        self.deliver(&mut self.outgoing(request)?)
    }

    /// Sends until there is an answer to keep, or no reason to try again.
    pub(super) fn deliver(&self, outgoing: &mut Outgoing) -> Result<Response, Error> {
        let turn = self.turns.as_ref().map(Turns::take);
        let mut retries = Retries::new(self.settings.retries, self.settings.max_time);
        loop {
            let result = outgoing.follow();
            let again = outgoing.can_be_repeated().then(|| retries.next(&result));
            let Some((pause, why)) = again.flatten() else {
                let mut response = result?;
                self.watcher.tell(Event::Answered(&response));
                response.find_kind()?;
                return Ok(match turn {
                    Some(turn) => response.holding(turn),
                    None => response,
                });
            };
            self.watcher.tell(Event::Retry(&why));
            thread::sleep(pause);
        }
    }

    pub(super) fn outgoing(&self, request: &Request) -> Result<Outgoing<'_>, Error> {
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| {
            Error::usage(format!(
                "\"{}\" is not an HTTP method",
                one_line(&request.method)
            ))
        })?;
        if method == Method::CONNECT {
            return Err(Error::usage("CONNECT opens a tunnel, which dq does not"));
        }
        let upload = Upload::open(&request.payload)?;
        match &request.source {
            Source::Endpoint(endpoint) => self.to_host(request, method, upload, endpoint),
            Source::Url(url) => self.to_url(request, method, upload, url),
        }
    }

    fn to_host(
        &self,
        request: &Request,
        method: Method,
        upload: Option<Upload>,
        endpoint: &str,
    ) -> Result<Outgoing<'_>, Error> {
        let mut target = endpoint::target(endpoint)?;
        if let Some(version) = &self.host.api_version {
            target = endpoint::versioned(&target, version);
        }
        let nameless = self.host.authority().is_none();
        let origin = self.origin();
        Ok(Outgoing {
            agent: self.at_home.get_or_init(|| self.agent(self.route())),
            headers: headers::gather(
                request,
                &method,
                upload.as_ref(),
                &self.host.headers,
                nameless,
            )?,
            upload,
            client: self,
            method,
            proxy: self.plain_proxy(&origin),
            origin,
            target: format!("{}{target}", self.host.base_path),
            host: self.host.address.label(),
        })
    }

    fn to_url(
        &self,
        request: &Request,
        method: Method,
        upload: Option<Upload>,
        url: &str,
    ) -> Result<Outgoing<'_>, Error> {
        let url = endpoint::parse_url(url)?;
        let own = self.host.chosen_by == ChosenBy::Url;
        let route = || {
            if own {
                self.route()
            } else {
                Route::Net(TlsConnector::new(TlsOptions::system_roots()), None)
            }
        };
        Ok(Outgoing {
            agent: self.abroad.get_or_init(|| self.agent(route())),
            headers: headers::gather(request, &method, upload.as_ref(), &[], false)?,
            upload,
            client: self,
            method,
            proxy: own.then(|| self.plain_proxy(&url.origin())).flatten(),
            origin: url.origin(),
            host: without_userinfo(&url.authority).to_owned(),
            target: url.target,
        })
    }

    /// Scheme and authority; a placeholder where the host has no name.
    fn origin(&self) -> String {
        let scheme = match self.host.tls {
            Some(_) => "https",
            None => "http",
        };
        format!(
            "{scheme}://{}",
            self.host.authority().unwrap_or("localhost")
        )
    }

    /// The proxy that reads the requests to this origin: with TLS it only passes bytes on.
    fn plain_proxy(&self, origin: &str) -> Option<&Proxy> {
        let proxy = self.host.proxy.as_ref();
        proxy.filter(|_| origin.starts_with("http://"))
    }

    fn route(&self) -> Route {
        match &self.host.address {
            Address::Unix(path) => Route::Unix(path.clone(), self.host.places.clone()),
            Address::Demo => Route::Demo,
            Address::Ssh(target) => Route::Ssh(target.clone(), self.settings.connect_timeout),
            Address::Net { .. } => {
                let tls = self.host.tls.clone();
                let tls = TlsConnector::new(tls.unwrap_or_else(TlsOptions::system_roots));
                Route::Net(tls, self.host.proxy.clone())
            }
        }
    }

    fn agent(&self, route: Route) -> Agent {
        let default = matches!(route, Route::Net(..)).then_some(CONNECT_TIMEOUT);
        let idle = match route {
            Route::Ssh(..) => SSH_CONNECTIONS,
            _ => IDLE_CONNECTIONS,
        };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(idle)
            .max_idle_connections_per_host(idle)
            .user_agent("")
            .accept("")
            .accept_encoding("")
            .allow_non_standard_methods(true)
            .max_response_header_size(HEAD_LIMIT)
            .timeout_connect(self.settings.connect_timeout.or(default))
            .timeout_global(self.settings.max_time)
            .timeout_per_read(self.settings.idle_timeout)
            .timeout_per_write(self.settings.idle_timeout)
            .build();
        let gateway = Gateway {
            route,
            line: self.line.clone(),
            watcher: self.watcher.clone(),
            wait_hook: self.wait_hook.clone(),
        };
        Agent::with_parts(config, gateway, NoResolver)
    }
}

#[cfg(test)]
mod failure_tests;
#[cfg(test)]
mod tests;
