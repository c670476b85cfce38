//! A request as it goes over the wire, sent over redirects and stale connections until the head of its response is
//! there.

use std::sync::Arc;
use std::time::Instant;

use ureq::http::{HeaderValue, Method, Request as HttpRequest, Response as HttpResponse, header};
use ureq::{Agent, SendBody};

use super::connection::ABSOLUTE_FORM;
use super::endpoint;
use super::error::Error;
use super::events::{Event, EventHandler};
use super::headers::{self, Headers};
use super::host::Host;
use super::proxy::Proxy;
use super::response::Response;
use super::secrets::shown;
use super::upload::Upload;
use super::upload_state::UploadState;
use super::ureq_error::{from_ureq, transport_error};
use dq_text::one_line;

/// How many redirects are followed for one request.
const MAX_REDIRECTS: usize = 10;

/// A request as it goes over the wire. A redirect changes nothing but its target.
pub(crate) struct PreparedRequest<'a> {
    pub host: &'a Host,
    pub agent: &'a Agent,
    pub events: &'a EventHandler,
    pub upload_state: &'a Arc<UploadState>,
    pub method: Method,
    /// Scheme and authority, without user, password and zone; for a socket a placeholder.
    pub origin: String,
    /// Path and query, percent-encoded.
    pub target: String,
    /// A proxy that forwards the request: it gets the absolute form of the target (RFC 9112 §3.2.2).
    pub proxy: Option<&'a Proxy>,
    pub headers: Headers,
    pub upload: Option<Upload>,
    /// When the response has to be complete, whatever redirects and retries there are.
    pub deadline: Option<Instant>,
}

impl PreparedRequest<'_> {
    fn is_safe(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }

    /// Whether the method is idempotent (RFC 9110 §9.2.2) and the body can still be read from its start.
    pub(crate) fn is_repeatable(&self) -> bool {
        let is_idempotent = [
            Method::GET,
            Method::HEAD,
            Method::PUT,
            Method::DELETE,
            Method::OPTIONS,
            Method::TRACE,
        ]
        .contains(&self.method);
        is_idempotent && self.upload.as_ref().is_none_or(Upload::can_be_sent)
    }

    /// Sends the request and follows redirects on the same origin.
    ///
    /// # Errors
    /// `Redirect` for one that is not followed, and the errors of connecting, sending and receiving.
    pub(crate) fn send(&mut self) -> Result<Response, Error> {
        let mut followed = 0;
        loop {
            let response = self
                .send_once()
                .map_err(|error| self.host.with_hint(error))?;
            if !(300..400).contains(&response.status) || response.status == 304 {
                return Ok(response);
            }
            if followed == MAX_REDIRECTS {
                return Err(refused_redirect(
                    &response,
                    "too many redirects, the last one to",
                ));
            }
            self.target = self.redirect_target(&response)?;
            followed += 1;
        }
    }

    /// Sends the request to one target. The server may have closed a kept-alive connection in the meantime: GET and
    /// HEAD are then sent again, each time with one idle connection less. A server that does not support `Expect` (417)
    /// gets the body unasked (RFC 9110 §10.1.1).
    fn send_once(&mut self) -> Result<Response, Error> {
        loop {
            match self.run()? {
                Ok(response) if response.status() == 417 && self.has_expect() => {
                    self.headers.retain(|(name, _)| name != header::EXPECT);
                }
                Ok(response) if response.status() == 101 => {
                    return Err(switched(&response));
                }
                Ok(response) => {
                    let has_empty_host = self.host_header().is_some_and(HeaderValue::is_empty);
                    let request_line = (self.method.as_str(), self.target.as_str());
                    let response = Response::new(response, request_line, has_empty_host);
                    self.events.emit(Event::ResponseReceived(&response));
                    return Ok(response);
                }
                Err(error) if self.is_safe() && is_stale(&error) => {}
                Err(error) => return Err(from_ureq(&error, &self.host.address.label())),
            }
        }
    }

    /// Has ureq send the request. The outer error is one of preparing it, the inner one of the exchange.
    fn run(&self) -> Result<Result<HttpResponse<ureq::Body>, ureq::Error>, Error> {
        let http = self.limited(self.http()?)?;
        // A body that the server did not read to its end has no bearing on the next request.
        self.upload_state.reset();
        let with_body = self.upload.as_ref().filter(|it| it.length != Some(0));
        let Some(upload) = with_body else {
            return Ok(self.agent.run(http));
        };
        let body = upload
            .reader(
                self.upload_state.clone(),
                self.events.clone(),
                self.deadline,
            )
            .map_err(|error| Error::lost(&error))?;
        let result = self
            .agent
            .run(http.map(|()| SendBody::from_owned_reader(body)));
        self.upload_state.reset();
        Ok(result)
    }

    /// The request with the time that is left for it.
    fn limited(&self, http: HttpRequest<()>) -> Result<HttpRequest<()>, Error> {
        let Some(deadline) = self.deadline else {
            return Ok(http);
        };
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Error::Timeout {
                doing: "before the response was complete".to_owned(),
            });
        }
        let limited = self.agent.configure_request(http);
        Ok(limited.timeout_global(Some(left)).build())
    }

    fn has_expect(&self) -> bool {
        let expect = self.headers.iter().any(|(name, _)| name == header::EXPECT);
        expect && self.upload.as_ref().is_none_or(Upload::can_be_sent)
    }

    fn http(&self) -> Result<HttpRequest<()>, Error> {
        let (_, authority) = self.origin.split_once("://").unwrap_or_default();
        let absolute = match self.proxy {
            Some(_) => format!("{ABSOLUTE_FORM}{authority}"),
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

    /// The target of a link in a response to this request; `None` where it leads to another origin.
    pub(crate) fn same_origin_target(&self, link: &str) -> Option<String> {
        endpoint::redirect_target(link, &[self.public_origin()], &self.target)
    }

    fn redirect_target(&self, response: &Response) -> Result<String, Error> {
        let location = response.header("location").unwrap_or_default();
        let target = self.same_origin_target(location);
        let problem = match target {
            _ if location.is_empty() => "a redirect without a location",
            _ if !self.is_safe() => "dq follows only GET and HEAD to",
            Some(target) => return Ok(target),
            None => "dq does not follow to another host",
        };
        Err(refused_redirect(response, problem))
    }

    /// The origin as the server knows it, from the `Host` header that it was sent.
    fn public_origin(&self) -> String {
        let (scheme, _) = self.origin.split_once("://").unwrap_or_default();
        match self.host_header().and_then(|host| host.to_str().ok()) {
            Some(host) => format!("{scheme}://{host}"),
            None => self.origin.clone(),
        }
    }
}

fn refused_redirect(response: &Response, problem: &'static str) -> Error {
    Error::Redirect {
        status: response.status,
        reason: response.reason.clone(),
        location: one_line(&shown(response.header("location").unwrap_or_default())),
        problem,
    }
}

/// The error of a status 101: the connection is no longer HTTP.
fn switched(response: &HttpResponse<ureq::Body>) -> Error {
    let upgrade = response.headers().get(header::UPGRADE);
    let protocol = upgrade.map(|name| one_line(&String::from_utf8_lossy(name.as_bytes())));
    let protocol = match protocol {
        Some(name) if name.eq_ignore_ascii_case("websocket") => "WebSocket".to_owned(),
        Some(name) if !name.is_empty() => name,
        _ => "another protocol".to_owned(),
    };
    Error::Protocol {
        problem: format!("the server switched to {protocol}, which dq does not speak"),
    }
}

fn is_stale(error: &ureq::Error) -> bool {
    transport_error(error).is_some_and(|error| error.is_stale)
}
