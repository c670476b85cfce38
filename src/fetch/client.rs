//! Sends requests to the host that was chosen, or to full URLs, and follows redirects at home.

use std::sync::OnceLock;
use std::time::Duration;

use ureq::Agent;
use ureq::http::{HeaderName, HeaderValue, Method, Request as HttpRequest};

use super::address::Address;
use super::endpoint::{self, without_userinfo};
use super::error::{self, Error};
use super::host::Host;
use super::message::printable;
use super::response::Response;
use super::tls::{Options, Tls};
use super::transport::{Gateway, NoResolver, Route};

/// The longest head of a response, in bytes.
pub const HEAD_LIMIT: usize = 64 << 10;
/// How many redirects are followed, one after the other.
const MAX_REDIRECTS: usize = 10;
/// How long connecting over the network may take; docker's own limit.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How many idle connections are kept: one for each thread that may ask at once.
const IDLE_CONNECTIONS: usize = 32;

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
}

/// A request without a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    pub source: Source,
    /// These replace the headers dq or docker's configuration would send, by name.
    pub headers: Vec<(String, String)>,
}

/// Keeps connections to one host, and to full URLs apart from them. May be shared among threads.
#[derive(Debug)]
pub struct Client {
    host: Host,
    settings: Settings,
    at_home: OnceLock<Agent>,
    abroad: OnceLock<Agent>,
}

/// A request as it goes out; a redirect changes its target only.
struct Outgoing<'a> {
    agent: &'a Agent,
    method: Method,
    /// Scheme and authority; for a socket a placeholder.
    origin: String,
    target: String,
    headers: Vec<(HeaderName, HeaderValue)>,
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
            at_home: OnceLock::new(),
            abroad: OnceLock::new(),
        })
    }

    /// Sends a request and waits for the head of its response. GET and HEAD follow redirects on
    /// the same origin, at most ten; a status of 400 or above is not an error here.
    ///
    /// # Errors
    /// `Usage` for what cannot be sent, `Redirect`, and whatever happens to the connection.
    pub fn send(&self, request: &Request) -> Result<Response, Error> {
        let mut outgoing = self.outgoing(request)?;
        let mut followed = 0;
        loop {
            let response = outgoing
                .exchange()
                .map_err(|error| self.host.blamed(error))?;
            if !(300..400).contains(&response.status) || response.status == 304 {
                return Ok(response);
            }
            if followed == MAX_REDIRECTS {
                return Err(refused_redirect(
                    &response,
                    "too many redirects, the last one to",
                ));
            }
            outgoing.target = outgoing.redirect(&response)?;
            followed += 1;
        }
    }

    fn outgoing(&self, request: &Request) -> Result<Outgoing<'_>, Error> {
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| {
            Error::usage(format!(
                "\"{}\" is not an HTTP method",
                printable(&request.method)
            ))
        })?;
        match &request.source {
            Source::Endpoint(endpoint) => self.to_host(request, method, endpoint),
            Source::Url(url) => self.to_url(request, method, url),
        }
    }

    fn to_host(
        &self,
        request: &Request,
        method: Method,
        endpoint: &str,
    ) -> Result<Outgoing<'_>, Error> {
        let mut target = endpoint::target(endpoint)?;
        if let Some(version) = &self.host.api_version {
            target = endpoint::versioned(&target, version);
        }
        let (origin, host) = match &self.host.address {
            Address::Net { authority, .. } => {
                let scheme = if self.host.tls.is_some() {
                    "https"
                } else {
                    "http"
                };
                (
                    format!("{scheme}://{authority}"),
                    without_userinfo(authority).to_owned(),
                )
            }
            Address::Unix(path) => ("http://localhost".to_owned(), path.display().to_string()),
            other => ("http://localhost".to_owned(), other.to_string()),
        };
        let on_socket = !matches!(self.host.address, Address::Net { .. });
        Ok(Outgoing {
            agent: self.at_home.get_or_init(|| self.agent(self.route())),
            headers: headers(request, &method, &self.host.headers, on_socket)?,
            method,
            origin,
            target: format!("{}{target}", self.host.base),
            host,
        })
    }

    fn to_url(&self, request: &Request, method: Method, url: &str) -> Result<Outgoing<'_>, Error> {
        let url = endpoint::parse_url(url)?;
        let route = || Route::Net(Tls::new(Options::system_roots()));
        Ok(Outgoing {
            agent: self.abroad.get_or_init(|| self.agent(route())),
            headers: headers(request, &method, &[], false)?,
            method,
            origin: url.origin(),
            host: without_userinfo(&url.authority).to_owned(),
            target: url.target,
        })
    }

    fn route(&self) -> Route {
        match &self.host.address {
            Address::Unix(path) => Route::Unix(path.clone(), self.host.places.clone()),
            Address::Demo => Route::Demo,
            Address::Ssh(url) => Route::Ssh(url.clone()),
            Address::Net { .. } => {
                let tls = self.host.tls.clone();
                Route::Net(Tls::new(tls.unwrap_or_else(Options::system_roots)))
            }
        }
    }

    fn agent(&self, route: Route) -> Agent {
        let default = matches!(route, Route::Net(_)).then_some(CONNECT_TIMEOUT);
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(IDLE_CONNECTIONS)
            .max_idle_connections_per_host(IDLE_CONNECTIONS)
            .user_agent(concat!("dq/", env!("CARGO_PKG_VERSION")))
            .accept_encoding("")
            .allow_non_standard_methods(true)
            .max_response_header_size(HEAD_LIMIT)
            .timeout_connect(self.settings.connect_timeout.or(default))
            .timeout_global(self.settings.max_time)
            .build();
        Agent::with_parts(config, Gateway(route), NoResolver)
    }
}

impl Outgoing<'_> {
    fn is_safe(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }

    /// Sends it. A kept-alive connection may have been closed meanwhile: GET and HEAD are then
    /// sent again, each time with one idle connection less.
    fn exchange(&self) -> Result<Response, Error> {
        loop {
            match self.agent.run(self.http()?) {
                Ok(answer) => {
                    let empty_host = self.host_header().is_some_and(HeaderValue::is_empty);
                    return Response::new(answer, self.method.as_str(), empty_host);
                }
                Err(error) if self.is_safe() && is_stale(&error) => {}
                Err(error) => return Err(error::from_ureq(&error, &self.host)),
            }
        }
    }

    fn http(&self) -> Result<HttpRequest<()>, Error> {
        let uri = format!("{}{}", self.origin, self.target);
        let mut http = HttpRequest::builder()
            .method(self.method.clone())
            .uri(uri)
            .body(())
            .map_err(|error| Error::usage(format!("the URL cannot be sent: {error}")))?;
        for (name, value) in &self.headers {
            http.headers_mut().append(name, value.clone());
        }
        Ok(http)
    }

    fn host_header(&self) -> Option<&HeaderValue> {
        self.headers
            .iter()
            .find(|(name, _)| name == "host")
            .map(|(_, value)| value)
    }

    /// The target a redirect leads to.
    fn redirect(&self, response: &Response) -> Result<String, Error> {
        let location = response.header("location").unwrap_or_default();
        let target = endpoint::redirected(location, &self.spellings(), &self.target);
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

/// The headers of a request: the user's, docker's where the user names none of that name, and
/// those that only a request without a body or a socket needs.
fn headers(
    request: &Request,
    method: &Method,
    docker: &[(String, String)],
    on_socket: bool,
) -> Result<Vec<(HeaderName, HeaderValue)>, Error> {
    let mut headers = Vec::new();
    for (name, value) in &request.headers {
        headers.push(header(name, value)?);
    }
    reject_framing(&headers)?;
    for (name, value) in docker {
        let (name, value) = header(name, value)?;
        // docker/cli does not let its configuration change these two either.
        if name != "user-agent" && name != "host" {
            add_missing(&mut headers, name, value);
        }
    }
    if on_socket {
        // No authority, so an empty Host (RFC 9112 §3.2); Caddy and Tailscale insist.
        let name = HeaderName::from_static("host");
        add_missing(&mut headers, name, HeaderValue::from_static(""));
    }
    if matches!(*method, Method::POST | Method::PUT | Method::PATCH) {
        // ureq would send an empty body in chunks, which docker's start refuses.
        let name = HeaderName::from_static("content-length");
        add_missing(&mut headers, name, HeaderValue::from_static("0"));
    }
    Ok(headers)
}

fn add_missing(headers: &mut Vec<(HeaderName, HeaderValue)>, name: HeaderName, value: HeaderValue) {
    if !headers.iter().any(|(known, _)| *known == name) {
        headers.push((name, value));
    }
}

/// A header as it can be sent. The value is never shown: it may be a secret.
fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let shown = printable(name);
    let bad = |what: &str| {
        Error::usage(format!(
            "the {what} of the header \"{shown}\" cannot be sent"
        ))
    };
    let key = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| bad("name"))?;
    let value = HeaderValue::from_bytes(value.trim().as_bytes()).map_err(|_| bad("value"))?;
    Ok((key, value))
}

/// A length other than the body's would make ureq wait for bytes that never come.
fn reject_framing(headers: &[(HeaderName, HeaderValue)]) -> Result<(), Error> {
    match headers
        .iter()
        .find(|(name, _)| name == "content-length" || name == "transfer-encoding")
    {
        Some((name, _)) => Err(Error::usage(format!("dq sets the header {name} itself"))),
        None if headers.iter().filter(|(name, _)| name == "host").count() > 1 => {
            Err(Error::usage("there can be one Host header only"))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod failure_tests;
#[cfg(test)]
mod tests;
