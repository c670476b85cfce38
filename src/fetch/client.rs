//! Sends requests to the host that was chosen, or to full URLs, and follows redirects at home.

use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use ureq::http::{HeaderValue, Method, Request as HttpRequest, header};
use ureq::{Agent, SendBody};

use super::address::Address;
use super::endpoint::{self, without_userinfo};
use super::error::{self, Error};
use super::headers::{self, Headers};
use super::host::{ChosenBy, Host};
use super::line::Line;
use super::message::printable;
use super::proxy::Proxy;
use super::response::Response;
use super::retry::Retries;
use super::tls::{Options, Tls};
use super::transport::{ABSOLUTE, Gateway, NoResolver, Route};
use super::upload::{Payload, Upload};
use super::watcher::{Event, Watcher};

/// The longest head of a response, in bytes.
pub const HEAD_LIMIT: usize = 64 << 10;
/// How many redirects are followed, one after the other.
const MAX_REDIRECTS: usize = 10;
/// How long connecting over the network may take; docker's own limit.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How many idle connections are kept: one for each thread that may ask at once.
const IDLE_CONNECTIONS: usize = 32;
/// The same for ssh, where each is a process and a log-in.
const SSH_CONNECTIONS: usize = 2;

/// What a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A path with its query on the host, such as `/containers/json?all=1`.
    Endpoint(String),
    /// A full http or https URL. Nothing of docker's goes along.
    Url(String),
}

/// Limits on a client's patience. There is none on reading: a stream may be silent for hours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// For connecting, name look-up and TLS handshake included. Without it 10 s over the network
    /// and none on a socket.
    pub connect_timeout: Option<Duration>,
    /// For a whole request with its response.
    pub max_time: Option<Duration>,
    /// For the server's next byte, in a stream too.
    pub idle_timeout: Option<Duration>,
    /// How often a request that changes nothing when repeated is sent again.
    pub retries: u32,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub source: Source,
    /// These replace the headers dq or docker's configuration would send, by name.
    pub headers: Vec<(String, String)>,
    pub payload: Payload,
}

/// Keeps connections to one host, and to full URLs apart from them. May be shared among threads.
#[derive(Debug)]
pub struct Client {
    host: Host,
    settings: Settings,
    watcher: Watcher,
    line: Arc<Line>,
    at_home: OnceLock<Agent>,
    abroad: OnceLock<Agent>,
}

/// A request as it goes out; a redirect changes its target only.
pub(super) struct Outgoing<'a> {
    client: &'a Client,
    agent: &'a Agent,
    method: Method,
    /// Scheme and authority; for a socket a placeholder.
    origin: String,
    pub target: String,
    /// A proxy that is to read the request.
    proxy: Option<&'a Proxy>,
    headers: Headers,
    upload: Option<Upload>,
    /// How the user calls the server.
    host: String,
}

impl Client {
    /// Nothing is read or connected before the first request.
    ///
    /// # Errors
    /// None at present.
    pub fn new(host: Host, settings: Settings) -> Result<Self, Error> {
        Ok(Self {
            host,
            settings,
            watcher: Watcher::default(),
            line: Arc::default(),
            at_home: OnceLock::new(),
            abroad: OnceLock::new(),
        })
    }

    /// The same client, with somebody told what goes over the wire.
    pub fn watched(self, watcher: Watcher) -> Self {
        Self { watcher, ..self }
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
        let mut retries = Retries::new(self.settings.retries, self.settings.max_time);
        loop {
            let result = outgoing.follow();
            let again = outgoing.can_be_repeated().then(|| retries.next(&result));
            let Some((pause, why)) = again.flatten() else {
                let mut response = result?;
                self.watcher.tell(Event::Answered(&response));
                response.find_kind()?;
                return Ok(response);
            };
            self.watcher.tell(Event::Retry(&why));
            thread::sleep(pause);
        }
    }

    pub(super) fn outgoing(&self, request: &Request) -> Result<Outgoing<'_>, Error> {
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| {
            Error::usage(format!(
                "\"{}\" is not an HTTP method",
                printable(&request.method)
            ))
        })?;
        let upload = request.payload.open()?;
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
            target: format!("{}{target}", self.host.base),
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
        let route = || match own {
            true => self.route(),
            false => Route::Net(Tls::new(Options::system_roots()), None),
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
                let tls = Tls::new(tls.unwrap_or_else(Options::system_roots));
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
            .user_agent(concat!("dq/", env!("CARGO_PKG_VERSION")))
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
        };
        Agent::with_parts(config, gateway, NoResolver)
    }
}

impl Outgoing<'_> {
    fn is_safe(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }

    /// Sent twice it does what it does sent once (RFC 9110 §9.2.2), and its body is still there.
    fn can_be_repeated(&self) -> bool {
        let idempotent = [Method::GET, Method::HEAD, Method::PUT, Method::DELETE];
        let more = [Method::OPTIONS, Method::TRACE];
        (idempotent.contains(&self.method) || more.contains(&self.method))
            && self.upload.as_ref().is_none_or(Upload::can_be_sent)
    }

    /// Sends it, and goes where redirects lead.
    fn follow(&mut self) -> Result<Response, Error> {
        let mut followed = 0;
        loop {
            let response = self
                .exchange()
                .map_err(|error| self.client.host.blamed(error))?;
            if !(300..400).contains(&response.status) || response.status == 304 {
                return Ok(response);
            }
            if followed == MAX_REDIRECTS {
                return Err(refused_redirect(
                    &response,
                    "too many redirects, the last one to",
                ));
            }
            self.target = self.redirect(&response)?;
            followed += 1;
        }
    }

    /// Sends it once. A kept-alive connection may have been closed meanwhile: GET and HEAD are
    /// then sent again, each time with one idle connection less. A server that does not know
    /// `Expect` (417) gets the body unasked.
    fn exchange(&mut self) -> Result<Response, Error> {
        loop {
            match self.run()? {
                Ok(answer) if answer.status() == 417 && self.expects() => {
                    self.headers.retain(|(name, _)| name != header::EXPECT);
                }
                Ok(answer) => {
                    let empty_host = self.host_header().is_some_and(HeaderValue::is_empty);
                    let asked = (self.method.as_str(), self.target.as_str());
                    let response = Response::new(answer, asked, empty_host);
                    self.client.watcher.tell(Event::Received(&response));
                    return Ok(response);
                }
                Err(error) if self.is_safe() && is_stale(&error) => {}
                Err(error) => return Err(error::from_ureq(&error, &self.host)),
            }
        }
    }

    /// The outer error is what cannot be sent, the inner one what went wrong on the way.
    fn run(&mut self) -> Result<Result<ureq::http::Response<ureq::Body>, ureq::Error>, Error> {
        let http = self.http()?;
        self.client.line.reset();
        let Some(upload) = self
            .upload
            .as_mut()
            .filter(|upload| upload.length != Some(0))
        else {
            return Ok(self.agent.run(http));
        };
        let client = self.client;
        let body = upload
            .reader(client.line.clone(), client.watcher.clone())
            .map_err(|error| Error::lost(&error))?;
        Ok(self
            .agent
            .run(http.map(|()| SendBody::from_owned_reader(body))))
    }

    fn expects(&self) -> bool {
        let expect = self.headers.iter().any(|(name, _)| name == header::EXPECT);
        expect && self.upload.as_ref().is_none_or(Upload::can_be_sent)
    }

    fn http(&self) -> Result<HttpRequest<()>, Error> {
        let (_, authority) = self.origin.split_once("://").unwrap_or_default();
        let absolute = match self.proxy {
            Some(_) => format!("{ABSOLUTE}{}", without_userinfo(authority)),
            None => String::new(),
        };
        let uri = format!("{}{absolute}{}", self.origin, self.target);
        let mut http = HttpRequest::builder()
            .method(self.method.clone())
            .uri(uri)
            .body(())
            .map_err(|error| Error::usage(format!("the URL cannot be sent: {error}")))?;
        for (name, value) in &self.headers {
            http.headers_mut().append(name, value.clone());
        }
        if let Some(authorization) = self.proxy.and_then(Proxy::authorization) {
            let (name, value) = headers::header("proxy-authorization", authorization)?;
            http.headers_mut().append(name, value);
        }
        Ok(http)
    }

    fn host_header(&self) -> Option<&HeaderValue> {
        self.headers
            .iter()
            .find(|(name, _)| name == "host")
            .map(|(_, value)| value)
    }

    /// The target a link leads to; `None` where that is on another host.
    pub fn resolved(&self, link: &str) -> Option<String> {
        endpoint::redirected(link, &self.spellings(), &self.target)
    }

    /// The target a redirect leads to.
    fn redirect(&self, response: &Response) -> Result<String, Error> {
        let location = response.header("location").unwrap_or_default();
        let target = self.resolved(location);
        let problem = match target {
            _ if location.is_empty() => "a redirect without a location",
            _ if !self.is_safe() => "dq follows only GET and HEAD to",
            Some(target) => return Ok(target),
            None => "dq does not follow to another host",
        };
        Err(refused_redirect(response, problem))
    }

    /// The ways a server may write our origin: as it was called, and with the `Host` it was sent.
    fn spellings(&self) -> Vec<String> {
        let (scheme, authority) = self.origin.split_once("://").unwrap_or_default();
        let plain = without_userinfo(authority);
        match self.host_header().and_then(|host| host.to_str().ok()) {
            Some(host) => vec![format!("{scheme}://{host}")],
            None => vec![format!("{scheme}://{plain}")],
        }
    }
}

fn refused_redirect(response: &Response, problem: &'static str) -> Error {
    Error::Redirect {
        status: response.status,
        reason: response.reason.clone(),
        location: printable(response.header("location").unwrap_or_default()),
        problem,
    }
}

fn is_stale(error: &ureq::Error) -> bool {
    error::fault(error).is_some_and(|fault| fault.stale)
}

#[cfg(test)]
mod failure_tests;
#[cfg(test)]
mod tests;
