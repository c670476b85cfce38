//! The client: sends requests to one host, with retries.

use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::http::Method;

use super::authority::{self, without_userinfo};
use super::client_settings::ClientSettings;
use super::connection::Shared;
use super::connector::{Destination, HostConnector, NoResolver};
use super::endpoint;
use super::error::Error;
use super::events::{Event, EventHandler};
use super::headers;
use super::host::Host;
use super::prepared_request::PreparedRequest;
use super::proxy::Proxy;
use super::request::{Request, Source};
use super::response::Response;
use super::response_head::HEAD_LIMIT;
use super::retry::Retries;
use super::upload::Upload;
use super::upload_state::UploadState;
use super::wait_hook::WaitHook;
use dq_text::one_line;

/// The time limit on connecting over the network: the docker CLI's own (go-connections sockets/sockets.go).
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How many idle connections are kept: one for each thread that may send requests at the same time.
const IDLE_CONNECTIONS: usize = 32;
/// The same for ssh, where each connection is a child process and a login.
const IDLE_SSH_CONNECTIONS: usize = 2;

/// Sends requests to one host and keeps its connections alive. It is `Send` and `Sync`; several threads can send GET
/// requests at the same time.
#[derive(Debug)]
pub struct Client {
    host: Host,
    settings: ClientSettings,
    events: EventHandler,
    wait_hook: WaitHook,
    upload_state: Arc<UploadState>,
    /// When all requests have to be over, if one time limit is for all of them.
    deadline: Option<Instant>,
    /// Built for the first request, when the event handler and the hook are known.
    agent: OnceLock<Agent>,
}

impl Client {
    /// A client for this host. Nothing is read or connected before the first request.
    pub fn new(host: Host, settings: ClientSettings) -> Self {
        Self {
            host,
            settings,
            events: EventHandler::default(),
            wait_hook: WaitHook::default(),
            upload_state: Arc::default(),
            deadline: None,
            agent: OnceLock::new(),
        }
    }

    /// The same client with a handler for its events. Call it before the first request.
    #[must_use]
    pub fn with_event_handler(self, events: EventHandler) -> Self {
        Self { events, ..self }
    }

    /// The same client with a hook that waits for the bytes of its responses. Call it before the first request.
    #[must_use]
    pub fn with_wait_hook(self, wait_hook: WaitHook) -> Self {
        Self { wait_hook, ..self }
    }

    /// Another client for the same host, with other settings and connections of its own.
    pub(super) fn with_settings(&self, settings: ClientSettings) -> Self {
        Self {
            events: self.events.clone(),
            wait_hook: self.wait_hook.clone(),
            deadline: self.deadline,
            ..Self::new(self.host.clone(), settings)
        }
    }

    /// The same client with one deadline for all its requests, instead of the time limit of each.
    #[must_use]
    pub fn with_deadline(self, deadline: Option<Instant>) -> Self {
        Self { deadline, ..self }
    }

    /// When a request that begins now has to be over, its redirects, retries and pages included.
    pub fn deadline(&self) -> Option<Instant> {
        let own = || Instant::now().checked_add(self.settings.max_time?);
        self.deadline.or_else(own)
    }

    pub(super) fn host(&self) -> &Host {
        &self.host
    }

    pub(super) fn settings(&self) -> &ClientSettings {
        &self.settings
    }

    /// Sends a request and waits for the head of its response. GET and HEAD follow redirects on the same origin, at
    /// most ten. A status of 400 or above is not an error: see [`Response::failure`].
    ///
    /// # Errors
    /// `Usage` for a request that cannot be sent, `Redirect` for one that is not followed, `Cancelled` where the wait
    /// hook stops, and the errors of connecting, sending and receiving.
    pub fn send(&self, request: &Request) -> Result<Response, Error> {
        self.send_with_retries(&mut self.prepare(request)?)
    }

    /// Sends a request until its response is final or no retry is left.
    pub(super) fn send_with_retries(
        &self,
        request: &mut PreparedRequest,
    ) -> Result<Response, Error> {
        let mut retries = Retries::new(self.settings.retries, request.deadline);
        loop {
            let result = request.send();
            let retry = request.is_repeatable().then(|| retries.next(&result));
            let Some((pause, reason)) = retry.flatten() else {
                let mut response = result?;
                self.events.emit(Event::ResponseAccepted(&response));
                response.find_kind()?;
                return Ok(response);
            };
            self.events.emit(Event::Retry(&reason));
            thread::sleep(pause);
        }
    }

    /// Resolves a request to what goes over the wire, and opens its body.
    ///
    /// # Errors
    /// `Usage` for a request that cannot be sent, `File` for a body that cannot be read.
    pub(super) fn prepare(&self, request: &Request) -> Result<PreparedRequest<'_>, Error> {
        let method = method(&request.method)?;
        let deadline = self.deadline();
        let upload = Upload::open(&request.payload, deadline)?;
        let target = self.target(&request.source)?;
        let headers = headers::gather(
            request,
            &method,
            upload.as_ref(),
            &self.host.headers,
            self.host.authority(),
        )?;
        Ok(PreparedRequest {
            host: &self.host,
            agent: self.agent.get_or_init(|| self.new_agent()),
            events: &self.events,
            upload_state: &self.upload_state,
            method,
            origin: self.origin(),
            target,
            proxy: self.request_proxy(),
            headers,
            upload,
            deadline,
        })
    }

    /// The request target: an endpoint behind the host's base path and the API version, or the path and query of a URL.
    fn target(&self, source: &Source) -> Result<String, Error> {
        match source {
            Source::Endpoint(endpoint) => {
                let mut target = endpoint::target(endpoint)?;
                if let Some(version) = &self.host.api_version {
                    target = endpoint::versioned(&target, version);
                }
                Ok(format!("{}{target}", self.host.base_path))
            }
            Source::Url(url) => {
                let url = endpoint::parse_url(url)?;
                // Docker's headers and certificates must not go to another host.
                let own = self.host.authority().unwrap_or_default();
                if url.origin() != format!("{}://{own}", self.scheme()) {
                    return Err(Error::usage(format!(
                        "this client is for {}, not for {}://{}",
                        self.host,
                        url.scheme,
                        one_line(without_userinfo(&url.authority))
                    )));
                }
                Ok(url.target)
            }
        }
    }

    /// Scheme and authority as the server is told them; `localhost` stands in for the authority that a socket does not
    /// have.
    fn origin(&self) -> String {
        let authority = self.host.authority().map(authority::public);
        let authority = authority.as_deref().unwrap_or("localhost");
        format!("{}://{authority}", self.scheme())
    }

    fn scheme(&self) -> &'static str {
        if self.host.tls.is_some() {
            "https"
        } else {
            "http"
        }
    }

    /// The proxy that forwards the requests. With TLS there is none: a proxy only tunnels the connection then.
    fn request_proxy(&self) -> Option<&Proxy> {
        let proxy = self.host.proxy.as_ref();
        proxy.filter(|_| self.host.tls.is_none())
    }

    fn new_agent(&self) -> Agent {
        let destination = Destination::new(&self.host, &self.settings);
        let (default_connect_timeout, idle) = match destination {
            Destination::Network(..) => (Some(CONNECT_TIMEOUT), IDLE_CONNECTIONS),
            Destination::Ssh(..) => (None, IDLE_SSH_CONNECTIONS),
            Destination::Unix(..) | Destination::Demo => (None, IDLE_CONNECTIONS),
        };
        let connect_timeout = self.settings.connect_timeout.or(default_connect_timeout);
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
            // The connection enforces the limit; base64 of packed headers is longer.
            .max_response_header_size(2 * HEAD_LIMIT)
            .timeout_connect(connect_timeout)
            .timeout_recv_response(self.settings.response_timeout)
            .timeout_per_read(self.settings.idle_timeout)
            .timeout_per_write(self.settings.idle_timeout)
            .build();
        let connector = HostConnector {
            destination,
            shared: Shared {
                upload_state: self.upload_state.clone(),
                events: self.events.clone(),
                wait_hook: self.wait_hook.clone(),
                interim_limit: connect_timeout,
            },
        };
        Agent::with_parts(config, connector, NoResolver)
    }
}

fn method(text: &str) -> Result<Method, Error> {
    match Method::from_bytes(text.as_bytes()) {
        Ok(Method::CONNECT) => Err(Error::usage("CONNECT opens a tunnel, which dq does not")),
        Ok(method) => Ok(method),
        Err(_) => Err(Error::usage(format!(
            "\"{}\" is not an HTTP method",
            one_line(text)
        ))),
    }
}

#[cfg(test)]
mod failure_tests;
#[cfg(test)]
mod head_tests;
#[cfg(test)]
mod tests;
